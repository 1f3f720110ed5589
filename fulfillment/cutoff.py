"""When a location's parcels leave: by cut-off, working days and closed days, right on the days when clocks change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
EVERY_DAY = frozenset(range(1, 8))


@dataclass(frozen=True, slots=True)
class Calendar:
    """On which days a location works, and how many of them an order takes there before it leaves."""

    working_days: frozenset[int] = EVERY_DAY
    """ISO weekdays: 1 is Monday, 7 is Sunday; at least one."""
    closed_on: frozenset[date] = frozenset()
    handling_days: int = 0

    def __post_init__(self) -> None:
        """Refuse a location that never works: its next departure would be looked for for ever.

        :raises ValueError: when no weekday is a working day, or an order would leave before it came.
        """
        if not self.working_days & EVERY_DAY or self.handling_days < 0:
            raise ValueError("A calendar needs a working day and no negative number of handling days.")

    @classmethod
    def of(cls, working_days: str, closed_on: Iterable[str], handling_days: int) -> Calendar:
        """Return the calendar that a location keeps as digits of weekdays and ISO days."""
        return cls(frozenset(map(int, working_days)), frozenset(map(date.fromisoformat, closed_on)), handling_days)

    def works_on(self, day: date) -> bool:
        """Say whether the location works on a day."""
        return day.isoweekday() in self.working_days and day not in self.closed_on

    def working_day(self, day: date) -> date:
        """Return the first working day on or after a day."""
        while not self.works_on(day):
            day += ONE_DAY
        return day


ALWAYS_OPEN = Calendar()


def next_departure(now: datetime, *, cutoff: time, zone: ZoneInfo, calendar: Calendar = ALWAYS_OPEN) -> datetime:
    """Return when an order that comes in at a moment leaves, in UTC.

    It leaves at the first cut-off of a working day at or after the moment, or as many working days later as handling
    takes; what comes in at the very minute still counts for that day.
    """
    day = calendar.working_day(now.astimezone(zone).date())
    if moment_of(day, cutoff, zone) < now:
        day = calendar.working_day(day + ONE_DAY)
    for _ in range(calendar.handling_days):
        day = calendar.working_day(day + ONE_DAY)
    return moment_of(day, cutoff, zone)


def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the moment in UTC at which a wall clock of the zone shows a time on a day.

    A time that the clock skips in spring is read with the offset of before, so it falls as far behind the gap as it
    lies inside it; one that comes twice in autumn counts the first time (the rules of RFC 5545, 3.3.5).
    """
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def day_start(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment in UTC at which the zone's current day began."""
    return moment_of(now.astimezone(zone).date(), time(0, 0), zone)
