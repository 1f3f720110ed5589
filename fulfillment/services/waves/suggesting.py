"""Waves that suggest themselves: what leaves a location by its next cut-off."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from fulfillment.cutoff import Calendar, next_departure
from fulfillment.models import FulfillmentOrder
from fulfillment.states import FulfillmentOrderState
from inventory.models import Location


@dataclass(frozen=True, slots=True)
class Suggestion:
    """How many orders wait at a location, and how many of them leave by its next cut-off."""

    location: Location
    leaves_by: datetime
    """On the location's clock."""
    urgent: int
    waiting: int

    @property
    def clock(self) -> str:
        """Return the cut-off as the location's clock shows it."""
        return f"{self.leaves_by:%H:%M}"

    @property
    def day(self) -> str:
        """Return the weekday and the clock."""
        return f"{self.leaves_by:%A %H:%M}"


def suggestions(
    work: "QuerySet[FulfillmentOrder]", locations: Iterable[Location], now: datetime
) -> Sequence[Suggestion]:
    """Return what waits of somebody's work, by location, in one statement; none where nothing waits."""
    places = list(locations)
    ends = {one.pk: next_cutoff(one, now) for one in places}
    counts = {f"urgent_{pk}": Count("pk", filter=Q(location=pk, ship_by__lte=by)) for pk, by in ends.items()}
    counts |= {f"waiting_{pk}": Count("pk", filter=Q(location=pk)) for pk in ends}
    found = work.filter(state=FulfillmentOrderState.OPEN).aggregate(**counts) if places else {}
    rows = (Suggestion(one, ends[one.pk], found[f"urgent_{one.pk}"], found[f"waiting_{one.pk}"]) for one in places)
    return [row for row in rows if row.waiting]


def next_cutoff(location: Location, now: datetime) -> datetime:
    """Return the next moment at which parcels leave a location, on its clock: the next cut-off of a working day."""
    works = Calendar.of(location.working_days, location.closed_on, 0)
    return next_departure(now, cutoff=location.cutoff, zone=location.zone, calendar=works).astimezone(location.zone)
