"""When a location's parcels leave: its next cut-off, right on the days when clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def next_departure(now: datetime, *, cutoff: time, zone: ZoneInfo) -> datetime:
    """Return the first cut-off at or after a moment, in UTC; what comes in at the very minute still leaves."""
    today = now.astimezone(zone).date()
    departure = moment_of(today, cutoff, zone)
    return departure if departure >= now else moment_of(today + timedelta(days=1), cutoff, zone)


def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the moment in UTC at which a wall clock of the zone shows a time on a day.

    A time that the clock skips in spring is read with the offset of before, so it falls as far behind the gap as it
    lies inside it; one that comes twice in autumn counts the first time (the rules of RFC 5545, 3.3.5).
    """
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def day_start(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment in UTC at which the zone's current day began."""
    return moment_of(now.astimezone(zone).date(), time(0, 0), zone)
