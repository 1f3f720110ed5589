"""The invariants run by the clock: every five minutes, the result kept for the start page and ``/readyz``.

In a shop so large that a run takes a minute or more, the clock rests five times as long as the last run took.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oms.foundation.actor import Actor
from oms.foundation.invariants import INVARIANTS, Finding, check
from oms.foundation.models import Verification
from oms.foundation.work import periodic, wait_after

EVERY_SECONDS, REST = 300, 5
MISSED = 3
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Look:
    """The last look at the books: when, how many invariants held, and those that did not, by what that means.

    ``wait`` is the time from its begin to that of the next, ``stale`` whether three such times have gone by.
    """

    at: datetime
    wait: timedelta
    stale: bool
    checked: int
    broken: Sequence[Finding]
    late: Sequence[Finding]
    unknown: Sequence[Finding]

    @property
    def held(self) -> int:
        """Return how many invariants held."""
        return self.checked - len(self.broken) - len(self.late) - len(self.unknown)

    @property
    def minutes(self) -> int:
        """Return every how many minutes the clock looks, as long as a run takes what this one took."""
        return -(-self.wait // timedelta(minutes=1))

    @property
    def all_hold(self) -> bool:
        """Return whether every invariant ran and held."""
        return self.held == self.checked


@periodic("verify", seconds=EVERY_SECONDS, rest=REST)
def verify_now(actor: Actor) -> str:
    """Run every invariant, keep what was found, and say it in a word."""
    began = time.perf_counter()
    findings = check(actor.now, shown=SHOWN)
    row = Verification.objects.create(
        at=actor.now,
        milliseconds=round((time.perf_counter() - began) * 1000),
        checked=len(findings),
        found=[_plain(one) for one in findings if not one.holds],
    )
    if not row.found:
        return f"all {row.checked} checks hold"
    return f"{row}; not: " + ", ".join(one["id"] for one in row.found)


def _plain(one: Finding) -> dict[str, object]:
    """Return a finding as JSON keeps it."""
    return {"id": one.invariant.id, "count": one.count, "ids": list(one.ids), "error": one.error}


def last_look(now: datetime) -> Look | None:
    """Return what the last run found, or None when there was none; an invariant that is no more is passed over."""
    row = Verification.objects.order_by("-at", "-pk").first()
    if row is None:
        return None
    found = [
        Finding(INVARIANTS[one["id"]], one["count"], tuple(one["ids"]), one["error"])
        for one in row.found
        if one["id"] in INVARIANTS
    ]
    wait = wait_after(timedelta(seconds=EVERY_SECONDS), timedelta(milliseconds=row.milliseconds), REST)
    return Look(
        at=row.at,
        wait=wait,
        stale=now - row.at > MISSED * wait,
        checked=row.checked,
        broken=[one for one in found if one.count and one.invariant.cls != "E"],
        late=[one for one in found if one.count and one.invariant.cls == "E"],
        unknown=[one for one in found if one.error],
    )
