"""The floor's figures: how long each stage takes from release to the customer, day by day, and what waits longest."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import TruncDate

from fulfillment.models import FulfillmentOrder, Package, Shipment
from fulfillment.spread import percentile
from fulfillment.states import FulfillmentOrderState, ShipmentState
from oms.foundation.models import AuditLine
from oms.foundation.summing import Seconds

MOST_SHIPMENTS = 200_000
MOMENTS = ("released", "begun", "picked", "packed", "labelled", "left", "arrived")
STAGES = (
    ("Released, nobody picks yet", "released", "begun"),
    ("Picking", "begun", "picked"),
    ("Picked, not packed", "picked", "packed"),
    ("Packed, no label", "packed", "labelled"),
    ("Labelled, still here", "labelled", "left"),
    ("From release to hand-over", "released", "left"),
    ("On the way to the customer", "left", "arrived"),
)
WHOLE = "From release to hand-over"
PLACES = [(name, MOMENTS.index(begin), MOMENTS.index(end)) for name, begin, end in STAGES]
DAY = len(MOMENTS)
DONE_HERE = (FulfillmentOrderState.OPEN, FulfillmentOrderState.IN_PROGRESS, FulfillmentOrderState.READY)


@dataclass(frozen=True, slots=True)
class Span:
    """How long something took, in minutes: in five of ten cases at most ``p50``, in nine of ten at most ``p90``."""

    name: str
    shipments: int
    p50: int
    p90: int


@dataclass(frozen=True, slots=True)
class Day:
    """What left on one day of the desk's calendar, and how long it took from its release."""

    day: date
    shipments: int
    whole: Span | None


@dataclass(slots=True)
class StageFigures:
    """The stages of what was handed over in a span of days; ``is_cut`` when there was more than can be looked at."""

    shipments: int = 0
    stages: list[Span] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)
    is_cut: bool = False


def stage_figures(shipments: "QuerySet[Shipment]", since: datetime, until: datetime) -> StageFigures:
    """Return the stages of the shipments that left in a span of time, read once in one statement."""
    rows = _moments(shipments.filter(state=ShipmentState.SHIPPED, shipped_at__gte=since, shipped_at__lt=until))
    minutes: dict[str, Counter[int]] = defaultdict(Counter)
    whole_of: dict[date, Counter[int]] = defaultdict(Counter)
    left_on: Counter[date] = Counter()
    read = 0
    for moments in islice(rows, MOST_SHIPMENTS):
        read += 1
        day = moments[DAY]
        left_on[day] += 1
        for name, taken in _stages_of(moments):
            minutes[name][taken] += 1
            if name == WHOLE:
                whole_of[day][taken] += 1
    stages = [span for name, _, _ in STAGES if (span := _span(name, minutes[name]))]
    days = [Day(day, left_on[day], _span(WHOLE, whole_of[day])) for day in sorted(left_on)]
    return StageFigures(read, stages, days, next(rows, None) is not None)


def _moments(shipments: "QuerySet[Shipment]") -> "Iterator[tuple[Any, ...]]":
    """Yield the moments of each shipment in seconds, and the day on which it left.

    Of picking and labels the timeline knows when they began.
    """
    picking = _told("fulfillment.fulfillmentorder", "fulfillment_order_id", FulfillmentOrderState.IN_PROGRESS, "id")
    label = _told("fulfillment.shipment", "pk", ShipmentState.LABELLED, "-id")
    parcels = Package.objects.filter(shipment=OuterRef("pk")).order_by(F("delivered_at").desc(nulls_first=True))
    rows = shipments.order_by().annotate(
        released=Seconds("fulfillment_order__opened_at"),
        begun=Seconds(picking),
        picked=Seconds("fulfillment_order__picked_at"),
        packed=Seconds("packed_at"),
        labelled=Seconds(label),
        left=Seconds("shipped_at"),
        arrived=Seconds(Subquery(parcels.values("delivered_at")[:1])),
        day=TruncDate("shipped_at"),
    )
    yield from rows.values_list(*MOMENTS, "day").iterator(chunk_size=5000)


def _told(entity: str, pk: str, state: str, order: str) -> Subquery:
    """Return the moment at which the timeline tells that a row came into a state, the first or the last time."""
    lines = AuditLine.objects.filter(entity=entity, entity_id=OuterRef(pk), to_state=state)
    return Subquery(lines.order_by(order).values("at")[:1])


def _stages_of(moments: Sequence[Any]) -> Iterator[tuple[str, int]]:
    """Yield the stages that a shipment went through, each with its whole minutes."""
    for name, begin, end in PLACES:
        first, last = moments[begin], moments[end]
        if first is not None and last is not None and last >= first:
            yield name, (last - first) // 60


def _span(name: str, counts: Counter[int]) -> Span | None:
    """Return the figures of counted minutes, None where nothing was counted."""
    return Span(name, counts.total(), percentile(counts, 50), percentile(counts, 90)) if counts else None


def oldest_work(work: "QuerySet[FulfillmentOrder]") -> Sequence[tuple[str, FulfillmentOrder]]:
    """Return what waits longest in each state of the floor's work, with the words of the state."""
    found: Iterable[FulfillmentOrder | None] = (
        work.filter(state=state, opened_at__isnull=False).select_related("location").order_by("opened_at", "pk").first()
        for state in DONE_HERE
    )
    return [(row.get_state_display(), row) for row in found if row is not None]
