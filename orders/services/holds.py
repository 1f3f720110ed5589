"""Holds by staff: stop an order with a reason, let it go, or override for good what a check would stop again."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import publish
from oms.foundation.objections import objections
from oms.foundation.refusals import Refused
from orders.events import OrderRecalled
from orders.locks import lock_order
from orders.models import Hold, Order
from orders.services.conditions import HOLDABLE
from orders.services.gates import gates_of, open_holds, release_open
from orders.services.held import named_acts
from orders.services.holding import insert_holds
from orders.states import HeldAct, HoldReason, OrderState


@transaction.atomic
def place_hold(
    *,
    order_id: int,
    reason: str = HoldReason.MANUAL,
    note: str = "",
    due_at: datetime | None = None,
    owner_id: int | None = None,
    blocks: Sequence[str] = (HeldAct.RELEASE,),
    actor: Actor,
) -> Hold:
    """Stop acts on an order; one held from release is taken back from the floor where nothing speaks against it.

    Of a completed order only refunds can still be held.

    :raises Invalid: for an act that a hold cannot block.
    """
    acts = named_acts(blocks)
    order = lock_order(order_id)
    refuse_unless(order, HOLDABLE)
    if not order.is_live and acts != [HeldAct.REFUND]:
        raise Refused("The order is completed: only refunding can still wait.", code="order_completed", field="blocks")
    hold = Hold(order=order, reason=reason, note=note, due_at=due_at, owner_id=owner_id, blocks=acts)
    insert_holds([hold], actor)
    if HeldAct.RELEASE in acts:
        recall_if_possible(order, actor)
    return hold


def recall_if_possible(order: Order, actor: Actor) -> bool:
    """Take a locked released order back from the floor unless a room objects; return whether it was taken back."""
    if order.state != OrderState.RELEASED or objections("orders.recall", [order.pk]):
        return False
    order.recall()
    order.save(update_fields=["state", "released_at"])
    record_many(actor, [Act("orders.recall", order, "Nothing of it was picked yet.")])
    publish(OrderRecalled(at=actor.now, order_id=order.pk))
    return True


@transaction.atomic
def release_hold(*, order_id: int, hold: int | None = None, note: str = "", actor: Actor) -> list[Hold]:
    """Let go of one open hold by its id, or of all; the order is released if nothing else keeps it.

    :raises Refused: when there is no such open hold.
    """
    order = lock_order(order_id)
    holds = _chosen(order, hold)
    for one in holds:
        one.release(by=actor.label, at=actor.now)
    _end(order, holds, "orders.release_hold", note, actor)
    return holds


@transaction.atomic
def override_hold(*, order_id: int, note: str, hold: int | None = None, actor: Actor) -> list[Hold]:
    """Let go of one open hold by its id, or of all, so that no check places it again.

    :raises Refused: when there is no such open hold.
    """
    order = lock_order(order_id)
    holds = _chosen(order, hold)
    for one in holds:
        one.override(by=actor.label, at=actor.now)
    _end(order, holds, "orders.override_hold", note, actor)
    return holds


def _chosen(order: Order, hold: int | None) -> list[Hold]:
    """Return the open holds that are meant; raises :class:`Refused` when there are none."""
    holds = [one for one in open_holds([order]) if hold is None or one.pk == hold]
    if not holds:
        raise Refused("No such hold stands on this order.", code="no_hold", field="hold")
    return holds


def _end(order: Order, holds: Sequence[Hold], act: str, note: str, actor: Actor) -> None:
    """Save ended holds and release the order if it is ready."""
    save_many(holds, ["state", "ended_by", "ended_at"])
    record_many(actor, [Act(act, one, f"{one.why}. {note}".strip()) for one in holds])
    release_open([order], gates_of([order]), actor)


def expire_holds(actor: Actor, limit: int = 500) -> str:
    """End open holds that the customer asked for and whose time is over; return a word about it."""
    due = Hold.objects.filter(state="open", due_at__lte=actor.now, reason=HoldReason.CUSTOMER_REQUEST).order_by("pk")
    order_ids = list(due.values_list("order_id", flat=True)[:limit])
    return f"{sum(_expire(order_id, actor) for order_id in dict.fromkeys(order_ids))} ended"


@transaction.atomic
def _expire(order_id: int, actor: Actor) -> int:
    """End the due holds of one order."""
    order = lock_order(order_id)
    due = [
        one
        for one in open_holds([order])
        if one.due_at and one.due_at <= actor.now and one.reason == HoldReason.CUSTOMER_REQUEST
    ]
    for one in due:
        one.expire(by=actor.label, at=actor.now)
    _end(order, due, "orders.expire_hold", "Its time is over.", actor)
    return len(due)
