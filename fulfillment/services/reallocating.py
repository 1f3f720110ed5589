"""Moving promised pieces to a location that a person chooses, and back: promise, pick and label in one transaction."""

from collections import Counter
from collections.abc import Mapping, Sequence

from django.db import transaction

from fulfillment.conditions import NOT_WITH_PARTNER, in_state
from fulfillment.events import ArrivesLater
from fulfillment.locks import lock_fulfillment_order, lock_live_of, open_allocations_of
from fulfillment.locks_walks import lock_pick_tasks_of_work
from fulfillment.models import Allocation, FulfillmentOrder
from fulfillment.services.arriving import Days, arrivals_of
from fulfillment.services.hands import in_hands, picked_there, put_back
from fulfillment.services.missing import refuse_unsettled
from fulfillment.services.sight import Seen, in_sight
from fulfillment.services.sourcing.by_hand import decide_chosen
from fulfillment.services.sourcing.cases import Case, gather_moved
from fulfillment.services.sourcing.run import Trigger
from fulfillment.services.walking.stops import drop_stops
from fulfillment.sourcing.choice import Choice
from fulfillment.sourcing.wording import enumeration
from fulfillment.states import LIVE_FULFILLMENT, AllocationState, FulfillmentOrderState, RequestState
from inventory.models import Location
from oms.foundation.actions import Condition, refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.facts import publish
from oms.foundation.refusals import Refused, refuse_if
from oms.foundation.wording import count
from orders.locks import lock_lines, lock_order
from orders.models import Order, OrderLine
from orders.services.conditions import LIVE
from orders.services.pieces import line_at

S, A = FulfillmentOrderState, AllocationState


def moved_rows(row: FulfillmentOrder) -> list[Allocation]:
    """Return what a person moved away from some work, to work elsewhere that is still to be done, by primary key."""
    gone = Allocation.objects.filter(fulfillment_order=row, moved_to__state__in=LIVE_FULFILLMENT)
    return list(gone.exclude(moved_to__location=row.location_id).order_by("pk"))


def _was_moved(row: FulfillmentOrder) -> str | None:
    """Say that there is nothing to bring back."""
    return None if moved_rows(row) else "Nothing that a person moved away from here is still to be picked elsewhere."


def _promised(order: Order) -> str | None:
    """Say that no piece is promised from anywhere."""
    if any(line.quantity_allocated for line in order.lines.all()):
        return None
    return "No piece of this order is promised from a location; source it first."


CAN_MOVE = (in_state(LIVE_FULFILLMENT, "moved to another location"), NOT_WITH_PARTNER)
WAS_MOVED = Condition("nothing_moved", _was_moved)
CAN_MOVE_LINE = (LIVE, Condition("nothing_promised", _promised))


@transaction.atomic
def reallocate(
    *,
    fulfillment_order_id: int,
    location: Location,
    reason: str,
    sku: str = "",
    quantity: int | None = None,
    take_back: bool = False,
    insist: bool = False,
    actor: Actor,
) -> FulfillmentOrder:
    """Let another location ship the work, or so many pieces of one SKU of it; return the work there.

    ``take_back`` says that picked pieces lie on the shelf again: parcels are opened and labels voided with it.

    :raises Refused: for pieces that are picked or gone, and for a location that is closed, short, full or unable.
    """
    row = lock_fulfillment_order(fulfillment_order_id)
    refuse_unless(row, *CAN_MOVE)
    _refuse_same(row, location)
    moved = _pieces_of(row, sku.strip(), quantity)
    if in_hands(row, moved):
        put_back(row, take_back, actor)
    return _move(row, moved, location, reason=reason, insist=insist, actor=actor)


@transaction.atomic
def reallocate_line(
    *,
    order_id: int,
    line: int,
    location: Location,
    reason: str,
    source: Location | None = None,
    quantity: int | None = None,
    insist: bool = False,
    within: Seen = None,
    actor: Actor,
) -> Order:
    """Let another location ship pieces of the line at a position, by default all that one location has of it.

    The pieces come out of work ``within`` what the actor may see.

    :raises Refused: when several locations have pieces of the line and ``source`` names none of them.
    """
    order = lock_order(order_id)
    refuse_unless(order, *CAN_MOVE_LINE)
    wanted = line_at(order, lock_lines([order_id]), line)
    row = _source_of(order, wanted, source, location, within)
    open_pieces = [one for one in open_allocations_of([row.pk]) if one.order_line_id == wanted.pk]
    moved = _cut(open_pieces, quantity, f"{wanted.sku} at {row.location.name}")
    refuse_if(in_hands(row, moved), picked_there(row), code="being_fulfilled", field="line")
    _move(row, moved, location, reason=reason, insist=insist, actor=actor)
    return lock_order(order_id)


@transaction.atomic
def move_back(
    *, fulfillment_order_id: int, reason: str, insist: bool = False, within: Seen = None, actor: Actor
) -> FulfillmentOrder:
    """Bring what a person moved away from some work back to its location, as far as nobody has picked it there.

    It comes out of work ``within`` what the actor may see.
    """
    row = lock_fulfillment_order(fulfillment_order_id)
    refuse_unless(row, WAS_MOVED)
    gone: dict[int | None, list[Allocation]] = {}
    for one in moved_rows(row):
        gone.setdefault(one.moved_to_id, []).append(one)
    found, there = row, lock_live_of([row.order_id], LIVE_FULFILLMENT)
    having = {work.pk for work in there if work.pk in gone}
    seen = in_sight(having, within)
    for work in there:
        moved = _found_again(work, gone[work.pk]) if work.pk in seen else {}
        if moved:
            work.order = row.order
            refuse_if(in_hands(work, moved), picked_there(work), code="being_fulfilled")
            found = _move(work, moved, row.location, reason=reason, insist=insist, actor=actor)
            note_moved(gone[work.pk], found)
    now = "is at a location that is not yours" if seen < having else "was moved on or cancelled since"
    refuse_if(found is row, f"What was moved away from here {now}.", code="nothing_moved")
    return found


def _found_again(work: FulfillmentOrder, gone: Sequence[Allocation]) -> dict[int, int]:
    """Return the open pieces of some work, by allocation id, that came there by hand from what is ``gone``."""
    left, moved = Counter[int](), {}
    for one in gone:
        left[one.order_line_id] += one.quantity
    for one in open_allocations_of([work.pk]):
        part = min(one.quantity, left[one.order_line_id])
        if part > 0:
            left[one.order_line_id] -= part
            moved[one.pk] = part
    return moved


def _refuse_same(row: FulfillmentOrder, location: Location) -> None:
    """Raise when the pieces are there already."""
    sentence = f"{row.number} is at {location.name} already; choose another location."
    refuse_if(row.location_id == location.pk, sentence, code="same_location", field="location")


def _pieces_of(row: FulfillmentOrder, sku: str, quantity: int | None) -> dict[int, int]:
    """Return the pieces by allocation id that are to be moved: all, or those of one SKU.

    :raises Refused: for a SKU or a number of pieces that is not there.
    """
    rows = open_allocations_of([row.pk])
    if not sku:
        refuse_if(quantity is not None, "Name the SKU of which pieces are moved.", code="no_sku", field="sku")
        refuse_if(not rows, f"{row.number} has no open piece.", code="nothing_open")
        return {one.pk: one.quantity for one in rows}
    known = dict(OrderLine.objects.filter(pk__in=[one.order_line_id for one in rows]).values_list("pk", "sku"))
    mine = [one for one in rows if known[one.order_line_id] == sku]
    sentence = f"{row.number} has no open piece of “{sku}”. It has: {', '.join(sorted(set(known.values())))}."
    refuse_if(not mine, sentence, code="not_here", field="sku")
    return _cut(mine, quantity, f"{sku} at {row.location.name}")


def _cut(rows: Sequence[Allocation], quantity: int | None, what: str) -> dict[int, int]:
    """Return pieces by allocation id, all or so many, those that nobody has picked first."""
    there = sum(one.quantity for one in rows)
    left = there if quantity is None else quantity
    sentence = f"{there} × {what} can be moved, not {left}."
    refuse_if(not 0 < left <= there, sentence, code="not_here", field="quantity")
    moved = {}
    for one in sorted(rows, key=lambda one: (one.state == A.PICKED, one.pk)):
        part = min(left, one.quantity)
        if part:
            moved[one.pk] = part
            left -= part
    return moved


def _source_of(order: Order, line: OrderLine, source: Location | None, to: Location, within: Seen) -> FulfillmentOrder:
    """Return the locked work that has pieces of a line: the one at a location, or the only one that is elsewhere."""
    rows = {row.pk: row for row in lock_live_of([order.pk], LIVE_FULFILLMENT) if row.location_id != to.pk}
    having = {one.fulfillment_order_id for one in open_allocations_of(rows) if one.order_line_id == line.pk}
    seen = in_sight(having, within)
    found = [rows[pk] for pk in sorted(seen) if source is None or rows[pk].location_id == source.pk]
    if not found:
        where = f"at {source.name}" if source else f"outside of {to.name}"
        yours = " that is yours to move" if seen < having else ""
        raise Refused(f"Line {line.position} has no promised piece {where}{yours}.", code="not_here", field="source")
    places = enumeration([f"{row.location.code} ({row.number})" for row in found])
    sentence = f"Line {line.position} has pieces at {places}: say from where, or move the work on its own page."
    refuse_if(len(found) > 1, sentence, code="several_locations", field="source")
    found[0].order = order
    return found[0]


def _move(
    row: FulfillmentOrder, moved: Mapping[int, int], location: Location, *, reason: str, insist: bool, actor: Actor
) -> FulfillmentOrder:
    """Move unpicked pieces of locked work, by allocation id, to a location; return the work there."""
    refuse_unless(row, NOT_WITH_PARTNER)
    sentence = f"{row.location.name} has accepted {row.number}: cancel the request to it first."
    refuse_if(row.request_status == RequestState.ACCEPTED, sentence, code="at_supplier")
    refuse_unsettled(row)
    before = arrivals_of([row], now=actor.now).get(row.pk)
    case = gather_moved([row.order_id], moved)[row.order_id]
    gives: Counter[int] = Counter()
    for one in case.freed:
        gives[one.order_line_id] += one.quantity
    told = f"{actor.label} moved {pieces_in_words(case, gives)} from {row.location.name} to {location.name}."
    chosen = tuple((line, location.pk, units) for line, units in sorted(gives.items()))
    case.chosen = Choice(chosen, actor.label, told, reason.strip())
    drop_stops(lock_pick_tasks_of_work([one.pk for one in case.replaced]), told, actor)
    decide_chosen([case], trigger=Trigger.MOVED, act="fulfillment.reallocate", insist=insist, actor=actor)
    there = FulfillmentOrder.objects.filter(order=row.order_id, location=location, fixed_at=actor.now)
    target = there.filter(state__in=LIVE_FULFILLMENT).select_related("order", "location").order_by("-pk")[0]
    note_moved(case.freed, target)
    tell_if_late(target, before, actor)
    return target


def tell_if_late(target: FulfillmentOrder, before: Days | None, actor: Actor) -> None:
    """Tell that the customer's day is missed, where it is and was not, or is by another day than before."""
    after, promised = arrivals_of([target], now=actor.now).get(target.pk), target.order.deliver_by
    if after and promised and after[1] > promised and (before is None or before[1] != after[1]):
        day = after[1].isoformat()
        publish(ArrivesLater(at=actor.now, order_id=target.order_id, fulfillment_order_id=target.pk, expected_on=day))


def pieces_in_words(case: Case, pieces: Mapping[int, int]) -> str:
    """Return pieces by line id as “2 × TEA and 1 × CUP”, the first few by name."""
    skus = {line.pk: line.sku for line in case.lines}
    words = [f"{units} × {skus[pk]}" for pk, units in sorted(pieces.items())[:3]]
    if len(pieces) > len(words):
        words.append(count(len(pieces) - len(words), "other line"))
    return enumeration(words)


def note_moved(freed: Sequence[Allocation], target: FulfillmentOrder) -> None:
    """Write on released pieces which work has them now."""
    for one in freed:
        one.moved_to = target
    save_many(freed, ["moved_to"])
