"""The figures of walks: lines an hour, pieces not found and wrong scans, for all together or person by person."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from fulfillment.models import PickScan
from fulfillment.services.walking.claiming import LEASE
from fulfillment.services.walking.scanning import DONE, WRONG
from fulfillment.states import PickTaskState

ENDED = (PickTaskState.PICKED, PickTaskState.SHORT)


@dataclass(frozen=True, slots=True)
class Walked:
    """What was scanned: stops done, those whose bin lacked pieces, codes that were no right ones, and the hours.

    An hour counts from scan to scan; a pause longer than a walk is kept for counts for nothing.
    """

    person: str
    lines: int
    short: int
    wrong: int
    scans: int
    seconds: int

    @property
    def lines_an_hour(self) -> float | None:
        """Return the stops done in an hour of walking, None where nobody walked long enough to tell."""
        return round(3600 * self.lines / self.seconds, 1) if self.seconds else None

    @property
    def short_in_a_hundred(self) -> float | None:
        """Return how many of a hundred stops lacked pieces."""
        return round(100 * self.short / self.lines, 1) if self.lines else None

    @property
    def wrong_in_a_hundred(self) -> float | None:
        """Return how many of a hundred scans were of something else."""
        return round(100 * self.wrong / self.scans, 1) if self.scans else None


def walk_figures(scans: "QuerySet[PickScan]", since: datetime, until: datetime) -> list[Walked]:
    """Return what each person has scanned in a span of time, those with most lines first, in two statements."""
    rows = scans.filter(at__gte=since, at__lt=until)
    seconds = _walked(rows)
    return sorted(
        (
            Walked(name, lines, short, wrong, read, seconds.get(pk, 0))
            for pk, name, lines, short, wrong, read in _counted(rows)
        ),
        key=lambda one: (-one.lines, one.person),
    )


def all_together(people: list[Walked]) -> Walked:
    """Return the figures of everybody together."""
    sums = [sum(getattr(one, name) for one in people) for name in ("lines", "short", "wrong", "scans", "seconds")]
    return Walked("", *sums)


def _counted(scans: "QuerySet[PickScan]") -> "QuerySet[Any, Any]":
    """Return for each person the stops done, those short, the wrong codes, and all scans."""
    ended = Q(tone=DONE, task__state__in=ENDED)
    return (
        scans.order_by()
        .values("person", "person__username")
        .annotate(
            lines=Count("task", ended, distinct=True),
            short=Count("task", ended & Q(task__state=PickTaskState.SHORT), distinct=True),
            wrong=Count("pk", Q(tone=WRONG)),
            scans=Count("pk"),
        )
        .values_list("person", "person__username", "lines", "short", "wrong", "scans")
    )


def _walked(scans: "QuerySet[PickScan]") -> Mapping[int, int]:
    """Return the seconds that each person walked, from scan to scan."""
    found: dict[int, timedelta] = defaultdict(timedelta)
    for person, gap in _gaps(scans.order_by("person", "at").values_list("person", "at").iterator(chunk_size=5000)):
        if gap <= LEASE:
            found[person] += gap
    return {person: int(walked.total_seconds()) for person, walked in found.items()}


def _gaps(scans: Iterator[Any]) -> Iterator[tuple[int, timedelta]]:
    """Yield the time between each scan of a person and the one before."""
    last: tuple[int, datetime] | None = None
    for person, at in scans:
        if last is not None and last[0] == person:
            yield person, at - last[1]
        last = (person, at)
