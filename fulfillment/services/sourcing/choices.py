"""Where a person could send pieces: what is free there, its day, when a parcel arrives, and what is in the way.

Nothing is locked by looking; the act looks again under its locks.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fulfillment.models import Allocation, FulfillmentOrder
from fulfillment.services.arriving import Days, Way, addresses_of
from fulfillment.services.opening import departure_from
from fulfillment.services.sourcing.bars import Bar, Sight
from fulfillment.services.sourcing.cases import Case, Goods, products_of
from fulfillment.services.sourcing.rates import RateCard
from fulfillment.services.sourcing.rule_sets import active_rules
from fulfillment.services.sourcing.supply import Supply, nodes_of
from fulfillment.sourcing.snapshot import Node
from fulfillment.sourcing.wording import enumeration
from fulfillment.states import OPEN_ALLOCATIONS, FulfillmentOrderState
from inventory.models import Location, StockLevel
from inventory.queries import reserved_pieces
from oms.foundation.wording import count
from orders.models import Channel, Order, OrderLine

S = FulfillmentOrderState


@dataclass(frozen=True, slots=True)
class Choosable:
    """One location as somebody sees it who wants to send pieces there.

    ``free`` are the pieces by SKU that could be promised, of ``asked``; ``leaves`` is when a parcel leaves that comes
    in now, ``days`` those by which five and nine of ten parcels arrive, ``late`` how many days after the promised one
    the later of them is.
    """

    location: Location
    free: Mapping[str, int]
    asked: Mapping[str, int]
    capacity_left: int | None
    leaves: datetime
    days: Days | None
    late: int
    is_here: bool
    bars: Sequence[Bar]


def choices_of(order: Order, pieces: Sequence[Allocation], *, now: datetime) -> list[Choosable]:
    """Return every location that ships, for promised pieces of one order, in a fixed number of statements."""
    if not pieces:
        return []
    case = _case(order, pieces)
    products = products_of([case])
    rules = active_rules()
    card = RateCard({case.address[0]} if case.address else set())
    sent = case.snapshot(products, card if rules.prefer == "cheapest" else None)
    places = list(Location.objects.filter(is_active=True).order_by("code"))
    work = list(FulfillmentOrder.objects.filter(order=order, state__in=[S.PLANNED, S.OPEN]))
    nodes = nodes_of(places, [], now)
    snapshot = _supply(products, nodes, now).snapshot(sent)
    sight = Sight(sent, snapshot.stock, rules, {row.location_id for row in work})
    here = set(FulfillmentOrder.objects.filter(allocations__in=pieces).values_list("location", flat=True))
    weight_g = sum(want.weight_g * want.quantity for want in sent.wants)
    way = Way(case.address, level=order.service_level, card=card, weight_g=weight_g)
    return [
        _choosable(place, node, sight, way, now, is_here={place.pk} == here)
        for place, node in zip(places, nodes, strict=True)
    ]


def _case(order: Order, pieces: Sequence[Allocation]) -> Case:
    """Return a case that wants just some promised pieces."""
    wanted: Counter[int] = Counter()
    for one in pieces:
        wanted[one.order_line_id] += one.quantity
    case = Case(order, Channel.objects.get(pk=order.channel_id))
    case.lines = list(OrderLine.objects.filter(pk__in=list(wanted)).order_by("pk"))
    case.kept = Counter({line.pk: line.quantity_open - wanted[line.pk] for line in case.lines})
    case.address = addresses_of([order.pk]).get(order.pk)
    rejected = FulfillmentOrder.objects.filter(order=order, state=S.REJECTED)
    case.excluded = frozenset(rejected.values_list("location_id", flat=True))
    return case


def _supply(products: Goods, nodes: tuple[Node, ...], now: datetime) -> Supply:
    """Return what is free now, read without locks."""
    rows = StockLevel.objects.filter(product__in=products.all_ids).order_by("pk")
    levels = {(row.product_id, row.location_id): (row.pk, max(0, row.available)) for row in rows}
    return Supply(levels, nodes, Counter(reserved_pieces(products.all_ids, now=now)), {})


def _choosable(place: Location, node: Node, sight: Sight, way: Way, now: datetime, *, is_here: bool) -> Choosable:
    """Return one location with its numbers."""
    order, leaves = sight.order, departure_from(place, now)
    arrives = way.arrives(place, leaves)
    asked: Counter[str] = Counter()
    for want in order.wants:
        asked[want.sku] += want.quantity
    free = {want.sku: sight.could_give(node, want) for want in order.wants}
    bars = [] if is_here else sight.bars(node, order.wants)
    late = _late(arrives, order.deliver_by)
    return Choosable(place, free, asked, node.capacity_left, leaves, arrives, late, is_here, bars)


def _late(arrives: Days | None, deliver_by: str) -> int:
    """Return by how many days the later day misses the promised one."""
    return max(0, (arrives[1] - date.fromisoformat(deliver_by)).days) if arrives and deliver_by else 0


def foreseen(row: FulfillmentOrder, values: Mapping[str, Any], now: datetime) -> str:
    """Return in one sentence what moving all of some work to a location would do, or why it cannot be done."""
    location: Location = values["location"]
    pieces = list(row.allocations.filter(state__in=OPEN_ALLOCATIONS).select_related("order_line"))
    wanted = _as_asked(pieces, values.get("sku") or "", values.get("quantity"))
    found = next((one for one in choices_of(row.order, wanted, now=now) if one.location.pk == location.pk), None)
    if found is None:
        return f"Not possible: {location.name} ships nothing now, or nothing of it is open."
    if found.is_here:
        return f"Not possible: it is at {location.name} already."
    left = [bar.sentence for bar in found.bars if not (bar.soft and values.get("insist"))]
    if left:
        return f"Not possible: {' '.join(left)}"
    moved = enumeration([f"{pieces} × {sku}" for sku, pieces in list(found.asked.items())[:3]])
    arrives = f" Arrives by {found.days[1]:%-d %b %Y}." if found.days else ""
    late = f" {count(found.late, 'day')} later than promised." if found.late else ""
    return f"{moved} from {row.location.name} to {location.name}.{arrives}{late}"


def _as_asked(pieces: Sequence[Allocation], sku: str, quantity: int | None) -> list[Allocation]:
    """Return the pieces of a SKU, or all, cut in memory to a number of pieces."""
    found, left = [], quantity
    for one in pieces:
        if sku not in ("", one.order_line.sku) or left == 0:
            continue
        if left is not None:
            one.quantity = min(one.quantity, left)
            left -= one.quantity
        found.append(one)
    return found
