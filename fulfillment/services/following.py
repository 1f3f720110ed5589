"""Following the order: what was cancelled or reduced over there ends here."""

from collections.abc import Sequence

from django.db import transaction

from fulfillment.locks import lock_live_of, lock_orders, lock_shipments_of, open_allocations_of
from fulfillment.models import Allocation, FulfillmentOrder, Shipment
from fulfillment.services.labels import ask_to_void, labels_in_hand
from fulfillment.services.packing import UNSENT, cancel_shipments
from fulfillment.services.sourcing.offers import end_offers
from fulfillment.services.sourcing.pieces import cut_off
from fulfillment.services.sourcing.run import Trigger, source_orders
from fulfillment.services.sourcing.withdrawal import end_allocations, give_back, withdraw
from fulfillment.services.supplier_requests import end_requests
from fulfillment.states import BEGUN, LIVE_FULFILLMENT, AllocationState, FulfillmentOrderState, ShipmentState
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from orders.models import Order, OrderLine
from orders.states import OrderState


@transaction.atomic
def end_work(*, order_ids: Sequence[int], actor: Actor) -> None:
    """Free everything promised to cancelled orders, cancel their work and parcels, and take bought labels back."""
    orders = [order for order in lock_orders(order_ids) if order.state == OrderState.CANCELLED]
    ids = [order.pk for order in orders]
    rows = lock_live_of(ids, LIVE_FULFILLMENT)
    shipments = lock_shipments_of(ids, [*UNSENT, ShipmentState.MANIFESTED])
    for shipment in shipments:
        ask_to_void(labels_in_hand(shipment), actor)
    _cancel(shipments, actor)
    _forget_shortage(orders)
    end_offers(ids, note="The order was cancelled.", actor=actor)
    withdraw(rows, act="fulfillment.cancel", verdicts={}, note="The order was cancelled.", actor=actor)


def _cancel(shipments: Sequence[Shipment], actor: Actor) -> None:
    """Cancel locked shipments; one on a manifest leaves it first."""
    on_list = [one for one in shipments if one.state == ShipmentState.MANIFESTED]
    for one in on_list:
        one.unlabel()
    save_many(on_list, ["state"])
    record_many(actor, [Act("fulfillment.void_labels", one, f"{one.number}.") for one in on_list])
    cancel_shipments(shipments, actor)


def _forget_shortage(orders: Sequence[Order]) -> None:
    """Stop ended orders from waiting for stock."""
    waiting = [order for order in orders if order.short_since is not None]
    for order in waiting:
        order.short_since = None
    save_many(waiting, ["short_since"])


@transaction.atomic
def shrink_promises(*, order_ids: Sequence[int], trigger: str = Trigger.REDUCED, actor: Actor) -> None:
    """Bring the promises of reduced orders down to their open pieces: plans anew, other work by the excess.

    Other work is what the floor has, and what a person chose the location of.
    """
    ids = [order.pk for order in lock_orders(order_ids) if order.is_live]
    live = lock_live_of(ids, LIVE_FULFILLMENT)
    at_work = [row for row in live if row.state != FulfillmentOrderState.PLANNED or row.is_fixed]
    excess = _excess(at_work)
    if excess:
        end_allocations(excess)
        record_many(
            actor,
            [Act("fulfillment.shrink", one, f"{one.quantity} pieces.", {"quantity": one.quantity}) for one in excess],
        )
        give_back(excess, verdicts={}, actor=actor)
        touched = {one.fulfillment_order_id for one in excess}
        end_requests([row for row in at_work if row.pk in touched], why="The order was reduced.", actor=actor)
        _cancel_empty(at_work, actor)
    source_orders(order_ids=ids, trigger=trigger, actor=actor)


def _cancel_empty(at_work: Sequence[FulfillmentOrder], actor: Actor) -> None:
    """Cancel work of which no promised piece is left."""
    busy = {one.fulfillment_order_id for one in open_allocations_of([row.pk for row in at_work])}
    empty = [row for row in at_work if row.pk not in busy]
    for row in empty:
        row.cancel()
    save_many(empty, ["state"])
    record_many(actor, [Act("fulfillment.cancel", row, note=f"{row.told} The order was reduced.") for row in empty])


def _excess(at_work: Sequence[FulfillmentOrder]) -> list[Allocation]:
    """Return unpicked allocations, cut to size, that go beyond the open pieces of their line.

    Work that nobody has begun gives first, and of that the last ones.
    """
    begun = {row.pk for row in at_work if row.state in BEGUN}
    allocations = open_allocations_of([row.pk for row in at_work])
    allocations.sort(key=lambda one: (one.fulfillment_order_id not in begun, one.pk))
    lines = OrderLine.objects.in_bulk({one.order_line_id for one in allocations})
    over = {pk: -line.quantity_open for pk, line in lines.items()}
    for one in allocations:
        over[one.order_line_id] += one.quantity
    found = []
    for one in reversed(allocations):
        part = min(over[one.order_line_id], one.quantity)
        if part > 0 and one.state == AllocationState.ALLOCATED:
            over[one.order_line_id] -= part
            found.append(one if part == one.quantity else cut_off(one, part))
    return found
