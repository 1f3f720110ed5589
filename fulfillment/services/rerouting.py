"""Moving work between locations: reroute, reject, cancel, wait, and source again."""

from django.db import transaction

from fulfillment.conditions import NOT_WITH_PARTNER, WORK_NOT_ON_SHELF, WORK_WITHOUT_LABELS, in_state
from fulfillment.locks import lock_fulfillment_order
from fulfillment.models import FulfillmentOrder
from fulfillment.services.opening import departures, open_now
from fulfillment.services.packing import cancel_unsent
from fulfillment.services.sourcing.run import Trigger, source_orders
from fulfillment.services.sourcing.verdicts import withdrawn
from fulfillment.services.sourcing.withdrawal import withdraw
from fulfillment.services.supplier_requests import end_requests
from fulfillment.states import FulfillmentOrderState
from oms.foundation.actions import Condition, refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from orders.locks import lock_order
from orders.models import Order
from orders.states import OrderState

S = FulfillmentOrderState
CAN_REROUTE = (in_state([S.PLANNED, S.OPEN], "moved to another location"), NOT_WITH_PARTNER)
CAN_REJECT = (in_state([S.PLANNED, S.OPEN], "rejected"), NOT_WITH_PARTNER)
CAN_CANCEL = (
    in_state([S.PLANNED, S.OPEN, S.IN_PROGRESS, S.READY, S.ON_HOLD], "cancelled"),
    WORK_NOT_ON_SHELF,
    WORK_WITHOUT_LABELS,
    NOT_WITH_PARTNER,
)
CAN_HOLD = (in_state([S.PLANNED, S.OPEN], "put on hold"), NOT_WITH_PARTNER)
CAN_RESUME = (in_state([S.ON_HOLD], "resumed"),)


def _live(order: Order) -> str | None:
    """Say that the order has ended."""
    ended = f"Order {order.number} is {order.get_state_display()}; there is nothing to source."
    return None if order.is_live else ended


CAN_SOURCE = (Condition("order_ended", _live),)


@transaction.atomic
def reroute(*, fulfillment_order_id: int, note: str = "", actor: Actor) -> FulfillmentOrder:
    """Take the work from its location and source the order again without it; what is short waits for stock."""
    return _move_away(fulfillment_order_id, CAN_REROUTE, Trigger.REROUTE, note, actor)


@transaction.atomic
def reject(*, fulfillment_order_id: int, reason: str, actor: Actor) -> FulfillmentOrder:
    """Note that the location cannot do the work, and why, and source the order again without it."""
    return _move_away(fulfillment_order_id, CAN_REJECT, Trigger.REJECTED, reason, actor)


def _move_away(pk: int, conditions: tuple[Condition, ...], trigger: str, note: str, actor: Actor) -> FulfillmentOrder:
    """End the fulfillment order as rejected and source again in one run."""
    row = lock_fulfillment_order(pk)
    refuse_unless(row, *conditions)
    end_requests([row], why=note, actor=actor)
    row.reject_reason = note[:300]
    row.save(update_fields=["reject_reason"])
    record(actor, f"fulfillment.{trigger}", row, note=f"{row.told} {note}".strip())
    source_orders(order_ids=[row.order_id], trigger=trigger, taken_back=[row.pk], actor=actor)
    return lock_fulfillment_order(pk)


@transaction.atomic
def cancel_fulfillment(*, fulfillment_order_id: int, note: str = "", actor: Actor) -> FulfillmentOrder:
    """Stop the work and free its pieces; the order waits, its stock gate closed, until it is sourced again."""
    row = lock_fulfillment_order(fulfillment_order_id)
    refuse_unless(row, *CAN_CANCEL)
    cancel_unsent(row, actor)
    verdict = withdrawn(row.number, {"fulfillment_order": row.number})
    withdraw([row], act="fulfillment.cancel", verdicts={row.order_id: verdict}, note=note, actor=actor)
    return row


@transaction.atomic
def hold_fulfillment(*, fulfillment_order_id: int, note: str = "", actor: Actor) -> FulfillmentOrder:
    """Let the location wait; the pieces stay promised."""
    row = lock_fulfillment_order(fulfillment_order_id)
    refuse_unless(row, *CAN_HOLD)
    end_requests([row], why=note or "It has to wait.", actor=actor)
    row.hold()
    row.save(update_fields=["state"])
    record(actor, "fulfillment.hold", row, note=f"{row.told} {note}".strip())
    return row


@transaction.atomic
def resume_fulfillment(*, fulfillment_order_id: int, actor: Actor) -> FulfillmentOrder:
    """Let the location go on; the work of a released order is open again at once."""
    row = lock_fulfillment_order(fulfillment_order_id)
    refuse_unless(row, *CAN_RESUME)
    row.resume()
    row.save(update_fields=["state"])
    record(actor, "fulfillment.resume", row, note=row.told)
    if row.order.state == OrderState.RELEASED:
        open_now([row], departures([row], actor.now), actor.now)
        row.save(update_fields=["state", "opened_at", "ship_by"])
        record(actor, "fulfillment.open", row, note=row.told)
    return row


@transaction.atomic
def source_again(*, order_id: int, actor: Actor) -> Order:
    """Decide the order anew with every location allowed, also those that rejected it before."""
    order = lock_order(order_id)
    refuse_unless(order, *CAN_SOURCE)
    source_orders(order_ids=[order_id], trigger=Trigger.STAFF, forgiving=True, actor=actor)
    return lock_order(order_id)
