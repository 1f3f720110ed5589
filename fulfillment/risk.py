"""Whether a parcel is at risk: decided from what is known of it, a moment, a calendar and readable limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fulfillment.cutoff import ONE_DAY, Calendar, moment_of

NONE, AT_RISK, LATE = "none", "at_risk", "late"
MIDNIGHT = time(0, 0)
LONGEST = 300
ENDED = frozenset({"delivered", "returned", "available_for_pickup"})
"""Where the carrier has done what it can: it was delivered, it is back, or it waits for its customer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a parcel may be silent, in hours and days on which the location works."""

    first_scan_hours: int = 24
    still_days: int = 3
    customs_days: int = 3


@dataclass(frozen=True, slots=True)
class ParcelFacts:
    """What is known of a parcel that has left; ``told`` are the words of the last thing that its carrier has told.

    ``is_followed`` says whether the carrier tells us anything at all. ``moved_at`` is its last scan, None before the
    first one; ``in_customs`` whether that was at a customs office.
    """

    status: str
    handed_over_at: datetime
    moved_at: datetime | None = None
    in_customs: bool = False
    promised_on: date | None = None
    expected_on: date | None = None
    told: str = ""
    is_followed: bool = True
    is_claimed: bool = False


@dataclass(frozen=True, slots=True)
class Risk:
    """A parcel's risk and why; ``limit`` is the number that would change it, ``since`` when it was passed."""

    level: str = NONE
    reason: str = ""
    sentence: str = ""
    limit: str = ""
    since: datetime | None = None


ON_COURSE = Risk()


def decide_risk(
    facts: ParcelFacts, now: datetime, calendar: Calendar, *, zone: ZoneInfo, limits: Limits | None = None
) -> Risk:
    """Return the worst of what speaks against a parcel, told with the rest of it; days are those of ``zone``."""
    if facts.status in ENDED or (facts.status == "lost" and facts.is_claimed):
        return ON_COURSE
    found = [*_told(facts)]
    if facts.is_followed:
        found += [*_days(facts, now, zone), *_silence(facts, now, _Clock(calendar, zone), limits or Limits())]
    if not found:
        return ON_COURSE
    worst = next((risk for risk in found if risk.level == LATE), found[0])
    others = [risk.sentence for risk in found if risk is not worst]
    sentence = " ".join([worst.sentence, *others])
    return Risk(worst.level, worst.reason, sentence[:LONGEST], worst.limit, worst.since)


def _told(facts: ParcelFacts) -> Iterator[Risk]:
    """Yield what the carrier itself says is wrong."""
    words = f" It says: {facts.told.rstrip('.')}." if facts.told else ""
    at = facts.moved_at or facts.handed_over_at
    if facts.status == "lost":
        yield Risk(LATE, "lost", f"The carrier has lost it.{words}", "found again", at)
    if facts.status == "returning":
        yield Risk(LATE, "returning", f"The carrier is bringing it back.{words}", "sent on to the customer", at)
    if facts.status == "exception":
        yield Risk(AT_RISK, "exception", f"The carrier has a problem with it.{words}", "the next scan", at)
    if facts.status == "delayed":
        yield Risk(AT_RISK, "delayed", f"The carrier says that it is delayed.{words}", "the next scan", at)


def _days(facts: ParcelFacts, now: datetime, zone: ZoneInfo) -> Iterator[Risk]:
    """Yield that the promised day has passed, or that the carrier no longer means to keep it."""
    promised = facts.promised_on or facts.expected_on
    if promised is None:
        return
    limit = f"promised for {_day(promised)}"
    if now.astimezone(zone).date() > promised:
        over = moment_of(promised + ONE_DAY, MIDNIGHT, zone)
        yield Risk(LATE, "late", f"It was promised for {_day(promised)} and has not arrived.", limit, over)
    if facts.expected_on is not None and facts.expected_on > promised:
        sentence = f"The carrier now expects it on {_day(facts.expected_on)}; it was promised for {_day(promised)}."
        yield Risk(AT_RISK, "later", sentence, limit, facts.moved_at or facts.handed_over_at)


class _Clock:
    """Counts time on the days on which a location works."""

    def __init__(self, calendar: Calendar, zone: ZoneInfo) -> None:
        self.calendar, self.zone = calendar, zone

    def after(self, start: datetime, hours: int) -> datetime:
        """Return the moment so many working hours after another, days without work left out."""
        left, at = timedelta(hours=hours), start
        while True:
            day = at.astimezone(self.zone).date()
            tomorrow = moment_of(day + ONE_DAY, MIDNIGHT, self.zone)
            if not self.calendar.works_on(day):
                at = tomorrow
            elif at + left <= tomorrow:
                return at + left
            else:
                left, at = left - (tomorrow - at), tomorrow

    def shown(self, at: datetime) -> str:
        """Return a moment as people say it."""
        local = at.astimezone(self.zone)
        return f"{_day(local.date())} at {local:%H:%M}"


def _silence(facts: ParcelFacts, now: datetime, clock: _Clock, limits: Limits) -> Iterator[Risk]:
    """Yield that a parcel was not scanned for too long: never, in customs, or anywhere else."""
    if facts.moved_at is None:
        by = clock.after(facts.handed_over_at, limits.first_scan_hours)
        if now >= by:
            handed = clock.shown(facts.handed_over_at)
            sentence = f"It was handed over on {handed} and not scanned once by {clock.shown(by)}."
            yield Risk(AT_RISK, "no_scan", sentence, f"a scan within {limits.first_scan_hours} working hours", by)
        return
    days = limits.customs_days if facts.in_customs else limits.still_days
    by = clock.after(facts.moved_at, 24 * days)
    if now < by:
        return
    last, limit = clock.shown(facts.moved_at), f"a scan within {days} working day{'' if days == 1 else 's'}"
    if facts.in_customs:
        yield Risk(AT_RISK, "customs", f"It has been in customs since {last} without another scan.", limit, by)
    else:
        yield Risk(AT_RISK, "still", f"It was last scanned on {last}, and not since.", limit, by)


def _day(day: date) -> str:
    """Return a day as people say it."""
    return f"{day.day} {day:%B}"
