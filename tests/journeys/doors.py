"""The doors a journey goes through: commands of the shell and calls of the API."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.test import Client

DATA = Path(__file__).parent / "data"


def command(name: str, /, *words: str, **options: Any) -> str:
    """Run a management command and return what it printed."""
    out = io.StringIO()
    call_command(name, *words, stdout=out, **options)
    return out.getvalue()


def load_shop(channel: str = "webshop") -> str:
    """Load locations, products and stock, make the channel, and return a key of it."""
    command("import_locations", str(DATA / "locations.csv.gz"))
    command("import_products", str(DATA / "products.csv.gz"))
    command("import_stock", str(DATA / "stock.csv.gz"))
    command("create_channel", channel, name="Web shop")
    return command("issue_api_key", channel=channel).strip()


def work() -> None:
    """Let the worker do everything that is due."""
    command("work", "--until-idle")


def books_agree(*, unworked: bool = False) -> None:
    """Run every invariant; a broken one ends the test with its rows.

    `unworked`: nobody has worked since the last acts, so what must follow them within a minute may be late.
    """
    out = io.StringIO()
    try:
        call_command("verify", classes="A,X" if unworked else "A,E,X", stdout=out)
    except SystemExit as end:
        raise AssertionError(f"verify ended with {end.code}:\n{out.getvalue()}") from None


@dataclass
class Api:
    """A system of the channel that calls the API with its key."""

    key: str
    client: Client = field(default_factory=Client)
    numbers: Iterator[int] = field(default_factory=count)

    def get(self, path: str, **query: Any) -> Any:
        """Read an address and return its JSON."""
        answer = self.client.get(f"/api/v1/{path}", query, headers={"Authorization": f"Bearer {self.key}"})
        assert answer.status_code == 200, answer.content
        return answer.json()

    def everything(self, path: str, **query: Any) -> list[Any]:
        """Read every page of a list."""
        page = self.get(path, page_size=200, **query)
        rows = page["results"]
        while page["next"]:
            page = self.get(page["next"].partition("/api/v1/")[2])
            rows += page["results"]
        return rows

    def post(self, path: str, body: Any = None, *, status: int = 200) -> Any:
        """Send JSON with a key of its own and return the answer."""
        answer = self.client.post(
            f"/api/v1/{path}",
            json.dumps({} if body is None else body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.key}", "Idempotency-Key": f"journey-{next(self.numbers)}"},
        )
        assert answer.status_code == status, (path, answer.status_code, answer.content)
        return answer.json()
