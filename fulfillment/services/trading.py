"""Trading promised pieces between two orders: one gives, the other gives its own for them, or its place in the line.

No piece is free in between, so nobody else can take it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import prefetch_related_objects

from fulfillment.conditions import NOT_WITH_PARTNER, in_state
from fulfillment.locks import lock_fulfillment_orders, lock_live_of, lock_orders, open_allocations_of
from fulfillment.models import Allocation, FulfillmentOrder
from fulfillment.services.arriving import Days, arrivals_of
from fulfillment.services.reallocating import note_moved, tell_if_late
from fulfillment.services.sight import Seen, in_sight
from fulfillment.services.sourcing.by_hand import decide_chosen
from fulfillment.services.sourcing.cases import Case, gather_moved
from fulfillment.services.sourcing.run import Trigger
from fulfillment.sourcing.choice import Choice
from fulfillment.sourcing.wording import enumeration
from fulfillment.states import LIVE_FULFILLMENT, AllocationState, FulfillmentOrderState
from inventory.models import StockLevel
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.refusals import NotFound, refuse_if
from orders.locks import lock_lines, lock_order
from orders.models import Order, OrderLine

S, A = FulfillmentOrderState, AllocationState
WAITS = (S.PLANNED, S.OPEN, S.ON_HOLD)
CAN_TRADE = (in_state(WAITS, "traded with another order"), NOT_WITH_PARTNER)
ACT = "fulfillment.trade"


@dataclass(slots=True)
class Bargain:
    """What two locked orders trade of one SKU: pieces by allocation id that each gives, and by line what each gets.

    ``waiting`` are the pieces for which the giver gets nothing but the taker's place among the waiting orders.
    """

    sku: str
    gives: dict[int, int] = field(default_factory=dict)
    takes: dict[int, int] = field(default_factory=dict)
    lacking: Counter[int] = field(default_factory=Counter)

    @property
    def pieces(self) -> int:
        """Return how many pieces are given."""
        return sum(self.gives.values())

    @property
    def waiting(self) -> int:
        """Return for how many of them nothing comes back."""
        return self.pieces - sum(self.takes.values())


@transaction.atomic
def trade(
    *,
    fulfillment_order_id: int,
    order: Order,
    sku: str,
    reason: str,
    quantity: int | None = None,
    insist: bool = False,
    within: Seen = None,
    actor: Actor,
) -> FulfillmentOrder:
    """Give pieces of a SKU that some work has to another order, for its own pieces elsewhere or its waiting place.

    Pieces that the other order lacks are given first; for them this order waits in its place. Trading back undoes it.
    Its pieces elsewhere come out of work ``within`` what the actor may see.

    :raises Refused: for pieces that somebody has in hands, that are not there, or that the other order does not want.
    """
    mine, theirs = _lock_both(fulfillment_order_id, order.pk)
    refuse_unless(mine, *CAN_TRADE)
    bargain = _bargain(mine, theirs, sku.strip(), quantity, within)
    since, before = theirs.short_since, _arrivals([mine.order_id, theirs.pk], actor)
    cases = gather_moved(sorted([mine.order_id, theirs.pk]), {**bargain.gives, **bargain.takes})
    giver, taker = cases[mine.order_id], cases[theirs.pk]
    _choose(giver, taker, mine, bargain, reason, actor)
    decide_chosen([giver, taker], trigger=Trigger.TRADED, act=ACT, insist=insist, actor=actor)
    _take_place(giver.order.pk, since, bargain)
    for row in _note_both(giver, taker, mine, actor):
        tell_if_late(row, before.get(row.order_id), actor)
    return lock_fulfillment_orders([mine.pk])[0]


def _lock_both(fulfillment_order_id: int, other: int) -> tuple[FulfillmentOrder, Order]:
    """Lock both orders by primary key, then the work; return it and the other order.

    :raises NotFound: without such work. :raises Refused: for one and the same order, and one that has ended.
    """
    key = FulfillmentOrder.objects.filter(pk=fulfillment_order_id).values_list("order_id", flat=True).first()
    if key is None:
        raise NotFound("There is no fulfillment order with this number.")
    refuse_if(key == other, "An order cannot trade with itself; name another one.", code="same_order", field="order")
    theirs = {one.pk: one for one in lock_orders([key, other])}[other]
    ended = f"Order {theirs.number} is {theirs.get_state_display()}; nothing of it is to be shipped."
    refuse_if(not theirs.is_live, ended, code="order_not_live", field="order")
    (mine,) = lock_fulfillment_orders([fulfillment_order_id])
    return mine, theirs


def _bargain(mine: FulfillmentOrder, theirs: Order, sku: str, quantity: int | None, within: Seen) -> Bargain:
    """Return what is traded; raises :class:`Refused` where that is not to be had."""
    lines = {one.pk: one for one in lock_lines([mine.order_id, theirs.pk])}
    have = [one for one in open_allocations_of([mine.pk]) if lines[one.order_line_id].sku == sku]
    mine_free = [one for one in have if one.state == A.ALLOCATED]
    sentence = f"{mine.number} has no unpicked piece of “{sku}” to give."
    refuse_if(not mine_free, sentence, code="not_here", field="sku")
    _refuse_assembled(mine_free, sku)
    product = lines[mine_free[0].order_line_id].product_id
    wanting = [one for one in lines.values() if one.order_id == theirs.pk and one.product_id == product]
    elsewhere, hidden = _elsewhere(theirs, mine.location_id, wanting, within)
    lacking = Counter({one.pk: one.quantity_short for one in wanting if one.quantity_short > 0})
    most = min(_count(mine_free), lacking.total() + _count(elsewhere))
    wanted = most if quantity is None else quantity
    sentence = (
        f"{_count(mine_free)} × {sku} can be given; order {theirs.number} lacks {lacking.total()} and has"
        f" {_count(elsewhere)} elsewhere. {wanted} cannot be traded."
    )
    sentence += " What it has at locations that are not yours, somebody must trade who works there." if hidden else ""
    refuse_if(not 0 < wanted <= most, sentence, code="cannot_trade", field="quantity")
    _refuse_assembled(elsewhere, sku)
    bargain = Bargain(sku, gives=_first(mine_free, wanted))
    bargain.lacking = _some(lacking, wanted)
    bargain.takes = _first(elsewhere, wanted - bargain.lacking.total())
    return bargain


def _refuse_assembled(pieces: Iterable[Allocation], sku: str) -> None:
    """Raise for kits that are still to be assembled: what they hold are parts, and no piece of the SKU."""
    sentence = f"{sku} is assembled of parts there: move it to another location, or source the orders again."
    refuse_if(any(one.is_assembled for one in pieces), sentence, code="is_assembled", field="sku")


def _elsewhere(
    order: Order, location_id: int, lines: Iterable[OrderLine], within: Seen
) -> tuple[list[Allocation], bool]:
    """Return unbegun promised pieces of lines at other locations in sight, and whether there are some out of sight."""
    rows = [row for row in lock_live_of([order.pk], WAITS) if row.location_id != location_id]
    wanted = {one.pk for one in lines}
    pieces = [one for one in open_allocations_of([row.pk for row in rows]) if one.order_line_id in wanted]
    seen = in_sight({one.fulfillment_order_id for one in pieces}, within)
    found = [one for one in pieces if one.fulfillment_order_id in seen]
    return found, len(found) < len(pieces)


def _count(rows: Iterable[Allocation]) -> int:
    """Return the pieces of allocations."""
    return sum(one.quantity for one in rows)


def _first(rows: Iterable[Allocation], quantity: int) -> dict[int, int]:
    """Return so many pieces by allocation id, the first first."""
    return dict(_some(Counter({one.pk: one.quantity for one in rows}), quantity))


def _some(pieces: Mapping[int, int], quantity: int) -> Counter[int]:
    """Return so many of pieces by key, the smallest keys first."""
    found: Counter[int] = Counter()
    for key in sorted(pieces):
        part = min(pieces[key], quantity)
        if part > 0:
            found[key] = part
            quantity -= part
    return found


def _choose(giver: Case, taker: Case, mine: FulfillmentOrder, bargain: Bargain, reason: str, actor: Actor) -> None:
    """Write on both cases what the person decided."""
    here = mine.location
    gone, come = _by_line(giver.freed), _by_line_and_place(taker.freed)
    got = bargain.lacking + _by_line(taker.freed)
    what = f"{bargain.pieces} × {bargain.sku}"
    back = [f"{units} × {bargain.sku} at another location" for units in [bargain.pieces - bargain.waiting] if units]
    back += [f"its waiting place for {bargain.waiting}"] if bargain.waiting else []
    words = f"{what} at {here.name} from order {giver.order.number} to order {taker.order.number}"
    told = f"{actor.label} gave {words}, for {enumeration(back)}."
    giver.chosen = Choice(tuple(_spread(gone, come)), actor.label, told, reason.strip())
    gets = tuple((line, here.pk, units) for line, units in sorted(got.items()))
    taker.chosen = Choice(gets, actor.label, told, reason.strip())


def _by_line(freed: Iterable[Allocation]) -> Counter[int]:
    """Return pieces by line."""
    pieces: Counter[int] = Counter()
    for one in freed:
        pieces[one.order_line_id] += one.quantity
    return pieces


def _by_line_and_place(freed: Iterable[Allocation]) -> Counter[int]:
    """Return pieces by the location where they lie."""
    rows = FulfillmentOrder.objects.filter(pk__in=[one.fulfillment_order_id for one in freed])
    places = dict(rows.values_list("pk", "location_id"))
    pieces: Counter[int] = Counter()
    for one in freed:
        pieces[places[one.fulfillment_order_id]] += one.quantity
    return pieces


def _spread(lines: Mapping[int, int], places: Mapping[int, int]) -> list[tuple[int, int, int]]:
    """Give pieces at places to lines, in their order, as far as they reach."""
    left, gives = Counter(lines), []
    for place, units in sorted(places.items()):
        for line, part in _some(left, units).items():
            gives.append((line, place, part))
            left[line] -= part
    return gives


def _take_place(order_id: int, since: datetime | None, bargain: Bargain) -> None:
    """Let an order that waits now wait as long as the other did, whose place it has."""
    order = lock_order(order_id)
    if not bargain.waiting or since is None or order.short_since is None:
        return
    order.short_since = min(order.short_since, since)
    order.save(update_fields=["short_since"])


def _arrivals(order_ids: Iterable[int], actor: Actor) -> dict[int, Days]:
    """Return by which days the last parcel of each order arrives."""
    rows = lock_live_of(order_ids, LIVE_FULFILLMENT)
    prefetch_related_objects(rows, "order")
    arrives, last = arrivals_of(rows, now=actor.now), dict[int, Days]()
    for row in rows:
        if row.pk in arrives:
            last[row.order_id] = max(arrives[row.pk], last.get(row.order_id, arrives[row.pk]))
    return last


def _note_both(giver: Case, taker: Case, mine: FulfillmentOrder, actor: Actor) -> list[FulfillmentOrder]:
    """Write on released pieces which work has them now; return that work of both orders."""
    orders = [giver.order.pk, taker.order.pk]
    rows = FulfillmentOrder.objects.filter(fixed_at=actor.now, state__in=LIVE_FULFILLMENT, order__in=orders)
    rows = rows.select_related("order", "location").order_by("pk")
    there = {(row.order_id, row.location_id): row for row in rows}
    note_moved(giver.freed, there[taker.order.pk, mine.location_id])
    places = dict(StockLevel.objects.filter(allocations__in=taker.freed).values_list("pk", "location_id"))
    for place in sorted(set(places.values())):
        mine_now = there[giver.order.pk, place]
        note_moved([one for one in taker.freed if places[one.stock_level_id] == place], mine_now)
    return list(there.values())
