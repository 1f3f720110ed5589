"""The figures of picking with handhelds: lines an hour, metres a line, what was not found, and mispacks caught.

Each is counted by person, location and day at once, so that the three tables and their total tell the same.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Case, Count, F, Q, QuerySet, Sum, When, Window
from django.db.models.functions import Lag, TruncDate

from fulfillment.models import PackScan, PickList, PickScan
from fulfillment.services.walking.answers import DONE, WRONG
from fulfillment.services.walking.claiming import LEASE
from fulfillment.states import PickListState, PickTaskState
from oms.foundation.summing import as_day, time_by

ENDED = (PickTaskState.PICKED, PickTaskState.SHORT)
KEYS = ("who", "place", "day")


class Group(NamedTuple):
    """Whose, where and when: a person's user name, a location's code, a day of the desk's calendar."""

    who: str
    place: str
    day: date


@dataclass(frozen=True, slots=True)
class Walked:
    """What was scanned, and what that tells of the work; ``name`` is a person, a location or a day.

    An hour counts from scan to scan; a pause longer than a walk is kept for counts for nothing. The way of a walk
    counts on the day when it ended, with the stops of the same walk.
    """

    name: Any = ""
    lines: int = 0
    short: int = 0
    wrong: int = 0
    scans: int = 0
    seconds: int = 0
    way_mm: int = 0
    way_lines: int = 0
    walks: int = 0
    walks_undrawn: int = 0
    mispacks: int = 0

    @property
    def lines_an_hour(self) -> float | None:
        """Return the stops done in an hour of walking, None where nobody walked long enough to tell."""
        return round(3600 * self.lines / self.seconds, 1) if self.seconds else None

    @property
    def metres_a_line(self) -> float | None:
        """Return the metres from stop to stop, None where no walk's bins are drawn."""
        return round(self.way_mm / self.way_lines / 1000, 1) if self.way_lines else None

    @property
    def short_in_a_hundred(self) -> float | None:
        """Return how many of a hundred stops lacked pieces."""
        return round(100 * self.short / self.lines, 1) if self.lines else None

    @property
    def wrong_in_a_hundred(self) -> float | None:
        """Return how many of a hundred scans were of something else."""
        return round(100 * self.wrong / self.scans, 1) if self.scans else None


COUNTED = [field.name for field in fields(Walked) if field.name != "name"]


@dataclass(frozen=True, slots=True)
class WalkFigures:
    """The figures of all together, and by person, location and day, each table in its order."""

    total: Walked
    people: list[Walked]
    places: list[Walked]
    days: list[Walked]

    @property
    def undrawn(self) -> list[str]:
        """Return the locations with walks whose length nobody knows, because their bins have no x and y."""
        return [one.name for one in self.places if one.walks_undrawn]


def walk_figures(
    scans: "QuerySet[PickScan]",
    walks: "QuerySet[PickList]",
    packed: "QuerySet[PackScan]",
    since: datetime,
    until: datetime,
) -> WalkFigures:
    """Return what was scanned, walked and nearly mispacked in a span of time, in five statements."""
    span = {"at__gte": since, "at__lt": until}
    read = _grouped(scans.filter(**span), "person", "pick_list__location", "at")
    ended = walks.filter(state=PickListState.COMPLETED, completed_at__gte=since, completed_at__lt=until)
    ended = _grouped(ended, "picker", "location", "completed_at")
    caught = packed.exclude(mispack="").filter(**span)
    caught = _grouped(caught, "person", "session__fulfillment_order__location", "at")
    found: dict[Group, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTED, 0))
    for part in (_counted(read), _timed(read), _ways(ended), _way_lines(ended), _count(caught, mispacks=Count("pk"))):
        for group, numbers in part:
            found[group].update(numbers)
    by_person, by_place, by_day = (_table(found, at) for at in range(len(KEYS)))
    total = _sum("", list(found.values()))
    return WalkFigures(
        total,
        sorted(by_person, key=lambda one: (-one.lines, one.name)),
        sorted(by_place, key=lambda one: str(one.name)),
        sorted(by_day, key=lambda one: str(one.name)),
    )


def _grouped(rows: "QuerySet[Any]", person: str, place: str, at: str) -> "QuerySet[Any]":
    """Return rows with the three columns that they are grouped by."""
    told: QuerySet[Any] = rows.order_by().annotate(
        who=F(f"{person}__username"), place=F(f"{place}__code"), day=TruncDate(at)
    )
    return told


def _count(rows: "QuerySet[Any]", **counts: Any) -> Iterator[tuple[Group, dict[str, int]]]:
    """Yield for each group what is counted of its rows."""
    for row in rows.values(*KEYS).annotate(**counts).values_list(*KEYS, *counts):
        yield Group(*row[:3]), dict(zip(counts, (number or 0 for number in row[3:]), strict=True))


def _counted(scans: "QuerySet[Any]") -> Iterator[tuple[Group, dict[str, int]]]:
    """Yield for each group the stops done, those short, the wrong codes, and all scans."""
    ended = Q(tone=DONE, task__state__in=ENDED)
    return _count(
        scans,
        lines=Count("task", ended, distinct=True),
        short=Count("task", ended & Q(task__state=PickTaskState.SHORT), distinct=True),
        wrong=Count("pk", Q(tone=WRONG)),
        scans=Count("pk"),
    )


def _timed(scans: "QuerySet[Any]") -> Iterator[tuple[Group, dict[str, int]]]:
    """Yield for each group the seconds from scan to scan of each person."""
    before = Window(Lag("at"), partition_by=[F("person")], order_by=[F("at").asc(), F("pk").asc()])
    rows = scans.annotate(gap=F("at") - before).annotate(walked=Case(When(gap__lte=LEASE, then=F("gap"))))
    for (who, place, day), walked in time_by(rows, KEYS, "walked").items():
        yield Group(who, place, as_day(day)), {"seconds": int(walked.total_seconds())}


def _ways(walks: "QuerySet[Any]") -> Iterator[tuple[Group, dict[str, int]]]:
    """Yield for each group how far its walks are as planned, and how many have no length."""
    undrawn = Count("pk", Q(length_mm=None))
    return _count(walks, way_mm=Sum("length_mm"), walks=Count("pk"), walks_undrawn=undrawn)


def _way_lines(walks: "QuerySet[Any]") -> Iterator[tuple[Group, dict[str, int]]]:
    """Yield for each group the stops done on walks that have a length."""
    return _count(walks.exclude(length_mm=None), way_lines=Count("tasks", Q(tasks__state__in=ENDED)))


def _table(found: dict[Group, dict[str, int]], at: int) -> list[Walked]:
    """Return a row for each person, location or day."""
    rows: dict[Any, list[dict[str, int]]] = defaultdict(list)
    for group, numbers in found.items():
        rows[group[at]].append(numbers)
    return [_sum(name, numbers) for name, numbers in rows.items()]


def _sum(name: Any, numbers: Sequence[dict[str, int]]) -> Walked:
    """Return the sums of some groups."""
    return replace(Walked(name), **{key: sum(one[key] for one in numbers) for key in COUNTED})
