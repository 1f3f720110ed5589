"""Picking: start, stop, and confirm what was taken from the shelf and what was not there."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from django.db import transaction
from django.db.models import prefetch_related_objects

from fulfillment.conditions import NOT_AT_SUPPLIER, ORDER_RELEASED, PICK_NOT_HELD, SOMETHING_TO_PICK, in_state
from fulfillment.events import PiecesMissed
from fulfillment.locks import (
    lock_fulfillment_order,
    lock_fulfillment_orders,
    open_allocations_of,
)
from fulfillment.locks_walks import lock_made_tasks_of
from fulfillment.models import Allocation, FulfillmentOrder
from fulfillment.services.missing import (
    Place,
    lost_pieces,
    missing_by_place,
    out_of_bins,
    refuse_unsettled,
    units_missed,
)
from fulfillment.services.sourcing.pieces import copy_parts
from fulfillment.services.sourcing.withdrawal import give_back
from fulfillment.services.tracing import forget, keep_what_is_taken, untraced
from fulfillment.services.walking.stops import drop_stops
from fulfillment.states import LIVE_TASKS, AllocationState, FulfillmentOrderState
from inventory.models import StockLevel
from inventory.services.bin_leaving import pick_from_bins
from inventory.services.stock import move_stock
from oms.foundation.actions import Condition, refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record, record_many
from oms.foundation.facts import publish
from oms.foundation.refusals import Refused
from oms.foundation.together import Together, allowed

S, A = FulfillmentOrderState, AllocationState
CAN_START = (in_state([S.OPEN], "started"), NOT_AT_SUPPLIER, ORDER_RELEASED, PICK_NOT_HELD)
CAN_STOP: tuple[Condition, ...] = (in_state([S.IN_PROGRESS], "stopped"), NOT_AT_SUPPLIER)
CAN_CONFIRM = (in_state([S.IN_PROGRESS], "confirmed as picked"), NOT_AT_SUPPLIER, SOMETHING_TO_PICK)


def start_picking(*, fulfillment_order_id: int, actor: Actor) -> FulfillmentOrder:
    """Begin to pick; from here on the order can no longer be taken back or cancelled without stopping."""
    return start_together(fulfillment_order_ids=[fulfillment_order_id], actor=actor).only(fulfillment_order_id)


@transaction.atomic
def start_together(*, fulfillment_order_ids: Collection[int], actor: Actor) -> Together[FulfillmentOrder]:
    """Begin to pick many fulfillment orders."""
    locked = lock_fulfillment_orders(fulfillment_order_ids)
    rows, refused = allowed(fulfillment_order_ids, locked, CAN_START)
    for row in rows:
        row.start()
    save_many(rows, ["state"])
    record_many(actor, [Act("fulfillment.start_picking", row, row.told) for row in rows])
    return Together({row.pk: row for row in rows}, refused)


@transaction.atomic
def stop_picking(*, fulfillment_order_id: int, actor: Actor) -> FulfillmentOrder:
    """Put everything back on the shelf and let somebody else begin; until it is put away the pieces lie in no bin.

    :raises Refused: while pieces were reported missing and the picking is not confirmed: it would forget them.
    """
    row = lock_fulfillment_order(fulfillment_order_id)
    refuse_unless(row, *CAN_STOP)
    refuse_unsettled(row)
    _end_stops(row, actor)
    picked = [one for one in open_allocations_of([row.pk]) if one.state == A.PICKED]
    for one in picked:
        one.put_back()
    save_many(picked, ["state"])
    forget([one.pk for one in open_allocations_of([row.pk])])
    row.stop()
    row.picked_at = None
    row.save(update_fields=["state", "picked_at"])
    record(actor, "fulfillment.stop_picking", row, note=row.told)
    return row


def _end_stops(row: FulfillmentOrder, actor: Actor) -> None:
    """End the stops of locked work on every walk: what lies in its totes goes back on the shelf."""
    stops = lock_made_tasks_of(row.pk)
    drop_stops([one for one in stops if one.state in LIVE_TASKS], f"The picking of {row.number} was stopped.", actor)
    for one in stops:
        one.put_back_at = actor.now
    save_many(stops, ["put_back_at"])


def confirm_picked(
    *, fulfillment_order_id: int, short: Mapping[str, int] | None = None, actor: Actor
) -> FulfillmentOrder:
    """Note everything as picked but the ``short`` pieces by SKU, which the shelf did not have.

    Missing pieces leave the stock (a movement says so), lose their promise, and the order is sourced again for them.

    :raises Invalid: for a SKU that is not to be picked here, or more missing pieces than were to be picked.
    """
    ids = [fulfillment_order_id]
    return confirm_together(fulfillment_order_ids=ids, short=short, actor=actor).only(fulfillment_order_id)


@transaction.atomic
def confirm_scanned(
    *, fulfillment_order_id: int, missing: Mapping[Place, int], trace: str = "", actor: Actor
) -> FulfillmentOrder:
    """Note everything as picked but the ``missing`` pieces by allocation and level, whose bin did not have them.

    What was scanned has left its bins already. ``trace`` is the number of the short pick.
    """
    row = lock_fulfillment_order(fulfillment_order_id)
    prefetch_related_objects([row], "allocations")
    refuse_unless(row, *CAN_CONFIRM)
    waiting = [one for one in open_allocations_of([row.pk]) if one.state == A.ALLOCATED]
    lacking = {place: pieces for place, pieces in missing.items() if pieces}
    if lacking:
        _confirm_missing(row, waiting, lacking, actor, trace=trace, walked=True)
    else:
        _confirm_all([row], waiting, actor)
    return row


def confirm_locked(row: FulfillmentOrder, short: Mapping[str, int], actor: Actor) -> None:
    """Note what somebody else has picked of a locked fulfillment order: all but the ``short`` pieces by SKU.

    :raises Invalid: for a SKU that is not to be picked here, or more missing pieces than were to be picked
    """
    waiting = [one for one in open_allocations_of([row.pk]) if one.state == A.ALLOCATED]
    lacking = missing_by_place(waiting, short)
    _refuse_untraced(waiting, lacking)
    _leave_bins(waiting, units_missed(waiting, lacking), actor)
    if lacking:
        _confirm_missing(row, waiting, lacking, actor)
    else:
        _confirm_all([row], waiting, actor)


@transaction.atomic
def confirm_together(
    *, fulfillment_order_ids: Collection[int], short: Mapping[str, int] | None = None, actor: Actor
) -> Together[FulfillmentOrder]:
    """Confirm the picking of many fulfillment orders; missing pieces are missing in each of them."""
    locked = lock_fulfillment_orders(fulfillment_order_ids)
    prefetch_related_objects(locked, "allocations")
    rows, refused = allowed(fulfillment_order_ids, locked, CAN_CONFIRM)
    waiting: dict[int, list[Allocation]] = {row.pk: [] for row in rows}
    for one in open_allocations_of(waiting):
        if one.state == A.ALLOCATED:
            waiting[one.fulfillment_order_id].append(one)
    if short and any(short.values()):
        for row in rows:
            lacking = missing_by_place(waiting[row.pk], short)
            _refuse_untraced(waiting[row.pk], lacking)
            _leave_bins(waiting[row.pk], units_missed(waiting[row.pk], lacking), actor)
            _confirm_missing(row, waiting[row.pk], lacking, actor)
    else:
        nameless = untraced([one for own in waiting.values() for one in own], {})
        refused |= {pk: Refused(sentence, code="not_scanned") for pk, sentence in nameless.items()}
        rows = [row for row in rows if row.pk not in nameless]
        whole = [one for row in rows for one in waiting[row.pk]]
        _leave_bins(whole, {}, actor)
        _confirm_all(rows, whole, actor)
    return Together({row.pk: row for row in rows}, refused)


def _refuse_untraced(waiting: Sequence[Allocation], lacking: Mapping[Place, int]) -> None:
    """Raise :class:`Refused` for pieces of which nobody said which lot or serial number they are."""
    for sentence in untraced(waiting, units_missed(waiting, lacking)).values():
        raise Refused(sentence, code="not_scanned")


def _confirm_all(rows: Sequence[FulfillmentOrder], waiting: Sequence[Allocation], actor: Actor) -> None:
    """Note all the pieces of locked fulfillment orders as picked."""
    for one in waiting:
        one.pick()
    save_many(waiting, ["state"])
    for row in rows:
        row.picked_at = actor.now
    save_many(rows, ["picked_at"])
    notes = {row.pk: f"{row.told} Everything was there." for row in rows}
    record_many(actor, [Act("fulfillment.confirm_picked", row, notes[row.pk]) for row in rows])


def _confirm_missing(
    row: FulfillmentOrder,
    waiting: Sequence[Allocation],
    lacking: Mapping[Place, int],
    actor: Actor,
    *,
    trace: str = "",
    walked: bool = False,
) -> None:
    """Note what was picked of one locked fulfillment order, and what the shelves did not have.

    A kit of which a part lacks is missed as a whole; the parts of it that are there lie free again.
    """
    missing = units_missed(waiting, lacking)
    short: Counter[str] = Counter()
    for pk, sku in StockLevel.objects.filter(pk__in=[level for _, level in lacking]).values_list("pk", "product__sku"):
        short[sku] += sum(pieces for (_, level), pieces in lacking.items() if level == pk)
    gone = miss_pieces(waiting, missing, actor)
    missed = list(gone.values())
    forget([one.pk for one in missed])
    found = [one for one in waiting if one.state == A.ALLOCATED]
    for one in found:
        one.pick()
    save_many(found, ["state"])
    keep_what_is_taken(found)
    _finish(row, found, short, actor)
    if missed:
        record_many(
            actor,
            [Act("fulfillment.miss", one, f"{one.quantity} pieces.", {"quantity": one.quantity}) for one in missed],
        )
        give_back(missed, verdicts={}, actor=actor)
        lost = lost_pieces(lacking, gone, row, actor, walked=walked)
        move_stock(changes=lost, actor=actor)
        publish(PiecesMissed(at=actor.now, order_id=row.order_id, trace=trace))


def _leave_bins(waiting: Sequence[Allocation], missing: Mapping[int, int], actor: Actor) -> None:
    """Take what is found of some work out of the bins, unless a handheld did: it lies in hands until it leaves."""
    found: Counter[int] = Counter()
    out = out_of_bins(waiting)
    for one in waiting:
        for level, pieces in one.takes.items():
            here = pieces // one.quantity * (one.quantity - missing.get(one.pk, 0))
            found[level] += max(0, here - out[one.pk, level])
    pick_from_bins(pieces=+found, actor=actor)


def _finish(row: FulfillmentOrder, found: Sequence[Allocation], short: Mapping[str, int], actor: Actor) -> None:
    """Note the picking, or cancel the work when nothing of it was there."""
    if found:
        row.picked_at = actor.now
        row.save(update_fields=["picked_at"])
    else:
        row.cancel()
        row.save(update_fields=["state"])
    missing = ", ".join(f"{quantity} × {sku}" for sku, quantity in short.items() if quantity)
    note = f"{row.told} {f'Not found: {missing}.' if found else 'Nothing was on the shelf.'}"
    record(actor, "fulfillment.confirm_picked", row, note=note)


def miss_pieces(waiting: Sequence[Allocation], missing: Mapping[int, int], actor: Actor) -> dict[int, Allocation]:
    """End what was not found of locked work as its own allocation, and return that by the id of what it was part of.

    One that was partly found keeps the found pieces.
    """
    whole = [one for one in waiting if missing.get(one.pk) == one.quantity]
    for one in whole:
        one.miss()
    save_many(whole, ["state"])
    cut = [one for one in waiting if 0 < missing.get(one.pk, 0) < one.quantity]
    parts = [_part_missed(one, missing[one.pk], actor) for one in cut]
    Allocation.objects.bulk_create(parts)
    for one, part in zip(cut, parts, strict=True):
        one.quantity -= part.quantity
        one.save(update_fields=["quantity"])
        copy_parts(one, part)
    return {one.pk: part for one, part in zip([*whole, *cut], [*whole, *parts], strict=True)}


def _part_missed(one: Allocation, quantity: int, actor: Actor) -> Allocation:
    """Return a new ended allocation for the pieces that were not found."""
    part = Allocation(
        order_line_id=one.order_line_id,
        fulfillment_order_id=one.fulfillment_order_id,
        stock_level_id=one.stock_level_id,
        quantity=quantity,
        is_assembled=one.is_assembled,
        created_at=actor.now,
    )
    part.miss()
    return part
