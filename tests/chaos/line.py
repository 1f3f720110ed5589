"""A client's line to the shop: every POST has a key and is sent again with it until there is a final answer."""

import http.client
import json
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.notebook import Notebook

PATIENCE, GIVE_UP_AFTER, REST = 15.0, 120.0, 0.15
AGAIN = {"busy", "changed_meanwhile", "idempotency_key_taken", "stale_version", "error"}


@dataclass(frozen=True, slots=True)
class Reply:
    """A final answer: status, bytes and what they say."""

    status: int
    body: bytes

    @property
    def ok(self) -> bool:
        """Return whether the shop said yes."""
        return self.status < 300

    @property
    def json(self) -> Any:
        """Return the body as values."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """Return why the shop said no."""
        return "" if self.ok else str(self.json.get("code", ""))


@dataclass
class Line:
    """Calls the API with one channel's key."""

    web: str
    key: str
    notebook: Notebook
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(16))

    def get(self, path: str) -> Any:
        """Read an address."""
        return self._until_final("GET", path, None, "").json

    def post(self, path: str, body: Any = None, *, key: str = "") -> Reply:
        """Send values under a key, a new one unless given."""
        return self._until_final("POST", path, {} if body is None else body, key or secrets.token_hex(12))

    def both(self, *posts: tuple[str, Any, str]) -> list[Reply]:
        """Send several things at the same moment and return their answers."""
        return list(self.pool.map(lambda one: self.post(one[0], one[1], key=one[2]), posts))

    def _until_final(self, method: str, path: str, body: Any, key: str) -> Reply:
        """Send until the answer is final; what the shop never answers is wrong."""
        ends = time.monotonic() + GIVE_UP_AFTER
        while time.monotonic() < ends:
            reply = self._once(method, path, body, key)
            if reply is not None and not self._again(reply):
                return reply
            self.notebook.count("requests tried again")
            time.sleep(REST)
        self.notebook.complain(f"{method} {path} had no final answer in {GIVE_UP_AFTER:.0f} s")
        return Reply(599, b"{}")

    def _again(self, reply: Reply) -> bool:
        """Tell whether an answer says: later."""
        if reply.status == 500:
            self.notebook.complain(f"the shop answered 500: {reply.body[:200]!r}")
        if reply.status == 503:
            self.notebook.count("the shop answered 503")
        return reply.status >= 500 or reply.status == 429 or (reply.status == 409 and reply.code in AGAIN)

    def _once(self, method: str, path: str, body: Any, key: str) -> Reply | None:
        """Send once; None when the line broke."""
        host, _, port = self.web.partition(":")
        line = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": key, "Content-Type": "application/json"}
        try:
            line.request(method, f"/api/v1/{path}", None if body is None else json.dumps(body), headers)
            answer = line.getresponse()
            return Reply(answer.status, answer.read())
        except (OSError, http.client.HTTPException):
            return None
        finally:
            line.close()
