"""How good a carrier's promise is: days between the day given when a parcel left and the day on which it came."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from fulfillment.models import Package
from fulfillment.spread import percentile
from orders.models.orders import AddressKind

MOST_LANES = 500


@dataclass(frozen=True, slots=True)
class Lane:
    """A carrier's service from a location to a country."""

    carrier: str
    service: str
    location_id: int
    location: str
    country: str


@dataclass(frozen=True, slots=True)
class Kept:
    """How a lane kept its days: parcels that arrived, those that came late, and days late in the middle and at worst.

    Early days are negative. Five of ten parcels were at most ``p50`` days late, nine of ten at most ``p90``.
    """

    lane: Lane
    parcels: int
    late: int
    p50: int
    p90: int
    worst: int

    @property
    def share_late(self) -> int:
        """Return how many of a hundred parcels came late."""
        return round(100 * self.late / self.parcels)


def arrived(rows: "QuerySet[Package]", since: datetime, until: datetime) -> "QuerySet[Package]":
    """Return the parcels that arrived in a span of time and whose carrier had given a day."""
    return rows.filter(delivered_at__gte=since, delivered_at__lt=until, days_late__isnull=False)


def promises_kept(rows: "QuerySet[Package]", since: datetime, until: datetime) -> list[Kept]:
    """Return how each lane kept its promise in a span of time, those with most parcels first, in one statement."""
    counts: dict[Lane, Counter[int]] = defaultdict(Counter)
    for lane, days, parcels in _counted(arrived(rows, since, until)):
        counts[lane][days] += parcels
    found = [_kept(lane, spread) for lane, spread in counts.items()]
    return sorted(found, key=lambda one: (-one.parcels, one.lane.carrier, one.lane.service))[:MOST_LANES]


def _counted(rows: "QuerySet[Package]") -> Iterator[tuple[Lane, int, int]]:
    """Yield how many parcels of a lane came how many days late."""
    order = "shipment__order__addresses"
    current = rows.filter(**{f"{order}__kind": AddressKind.SHIPPING, f"{order}__replaced_at": None}).order_by()
    place = "shipment__location"
    names = ("carrier", "shipment__service", place, f"{place}__code", f"{order}__country", "days_late")
    for *lane, days, parcels in current.values_list(*names).annotate(n=Count("pk")):
        yield Lane(*lane), days, parcels


def _kept(lane: Lane, spread: Counter[int]) -> Kept:
    """Return the figures of a lane."""
    late = sum(parcels for days, parcels in spread.items() if days > 0)
    return Kept(lane, spread.total(), late, percentile(spread, 50), percentile(spread, 90), max(spread))


def together(kept: Sequence[Kept]) -> tuple[int, int]:
    """Return all parcels of some lanes, and those that came late."""
    return sum(one.parcels for one in kept), sum(one.late for one in kept)
