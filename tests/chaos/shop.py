"""The shop of a run: furnished before the load, asked about what is left, and heard at the end."""

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django
import psycopg

from tests.assortment import PLACES, TIGHT
from tests.chaos import witnesses
from tests.chaos.clients import Crowd
from tests.chaos.line import Line
from tests.chaos.nemesis import Nemesis
from tests.chaos.notebook import Notebook
from tests.chaos.pace import tell
from tests.chaos.scale import Scale
from tests.town import Town, free_port

PIECES, THERE, COMING = 1.5, 0.3, 0.3
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MEMORY, ROOM = Path("/dev/shm"), 4 * 1024**3


def in_memory() -> Path:
    """Make the folder of a run, in memory where there is room.

    A database that crashed syncs every file before it recovers: fifteen seconds on a slow disk, and none of them is
    about the shop.
    """
    there = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    return Path(tempfile.mkdtemp(prefix="oms-town-", dir=MEMORY if there else None))


@dataclass
class ChaosTown(Town):
    """The shop with the outside world beside it, and a guard away where a control asks for it."""

    seed: int = 1
    guard_off: str = ""
    outside_port: int = field(default_factory=free_port)
    folder: Path = field(default_factory=in_memory)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.settings = "tests.chaos.settings"
        self.extra = {
            "LEASE_SECONDS": "4",
            "UNKNOWN_ASK_SECONDS": "1,1,2,2,4",
            "MAIL_RETRY_SECONDS": "1",
            "OUTSIDE": self.outside,
            "GUARD_OFF": self.guard_off,
        }

    @property
    def outside(self) -> str:
        """Return the address of the outside world."""
        return f"127.0.0.1:{self.outside_port}"

    def open(self) -> None:
        """Start the outside world, then the shop."""
        words = [str(self.outside_port), self.web, SECRET, str(self.seed)]
        self.spawn("outside", [sys.executable, "-m", "tests.chaos.outside.server", *words])
        self.wait_for(self.outside_port)
        super().open()


def furnish(town: ChaosTown, scale: Scale) -> Mapping[str, str]:
    """Make products, stock that is scarce for some, channels and accounts; return the channels' keys."""
    django.setup()
    from orders.models import ChannelAccount
    from tests.chaos.seam.guards import GUARDS
    from tests.furnishing import furnish

    keys = furnish(scarce=max(1, round(THERE * _wanted(scale) / TIGHT / len(PLACES))))
    life = ChannelAccount.objects.get(code="life")
    for code, adapter in (("pay", "sandbox_gateway"), ("sandbox", "sandbox_carrier")):
        ChannelAccount.objects.create(channel=life.channel, code=code, adapter=adapter, webhook_secret=SECRET)
    with psycopg.connect(town.database_url, autocommit=True) as line:
        for statement in GUARDS[town.guard_off].statements if town.guard_off else ():
            line.execute(statement)  # type: ignore[call-overload]
    return keys


def crowd(keys: Mapping[str, str], town: ChaosTown, notebook: Notebook, scale: Scale) -> Crowd:
    """Return the clients."""
    lines = {name: Line(town.web, key, notebook) for name, key in keys.items()}
    return Crowd(lines["life"], lines["lane"], town.outside, notebook, town.seed, scale)


def goods_coming(scale: Scale) -> int:
    """Return how many scarce pieces come while the run goes on."""
    return round(COMING * _wanted(scale))


def _wanted(scale: Scale) -> float:
    """Return about how many scarce pieces are asked for."""
    return scale.lane * scale.scarce_share * PIECES


def calm(town: ChaosTown) -> None:
    """Let the outside world misbehave no more."""
    tell(town.outside, "/calm", {})


def left(town: ChaosTown) -> dict[str, int]:
    """Return how much is still on its way, in the shop and outside."""
    with psycopg.connect(town.database_url, autocommit=True, connect_timeout=3) as line:
        return {**witnesses.unfinished(line), "letters": tell(town.outside, "/letters", {})["waiting"]}


def hear(town: ChaosTown, notebook: Notebook, scale: Scale, nemesis: Nemesis) -> dict[str, Any]:
    """Hear every witness, and count what happened against the floors."""
    book = tell(town.outside, "/book", {})
    findings = witnesses.Findings()
    with psycopg.connect(town.database_url, autocommit=True) as line:
        witnesses.clients_say(notebook, line, findings)
        witnesses.outside_says(book, line, findings)
        waiting = witnesses.waiting_for_stock(line)
        stuck = witnesses.stuck(line)
    witnesses.shop_says(findings)
    witnesses.logs_say(town.folder, findings)
    counts = Counter({**notebook.counts, **book["counts"]})
    counts["lives"] = sum(key.startswith("life-") for key in notebook.orders)
    counts["captures"] = sum(key.startswith("lane-") for key in notebook.orders)
    counts["waiting for stock"] = waiting
    counts["kills"] = sum(nemesis.struck.values())
    below = {what: (counts[what], floor) for what, floor in scale.floors.items() if counts[what] < floor}
    return {
        "counts": dict(counts),
        "below": below,
        "stuck": stuck,
        "webhook_p99_seconds": round(book["webhook_p99"], 3),
        "findings": {"counts": findings.counts, "found": {kind: told[:50] for kind, told in findings.found.items()}},
    }
