"""What third parties answer: sent wholly or in part, and whether they can still stop what they were asked for."""

from collections import Counter
from collections.abc import Mapping, Sequence

from django.db import transaction

from fulfillment.conditions import in_state
from fulfillment.events import PartnerAskedToCancel
from fulfillment.locks import lock_request, open_allocations_of
from fulfillment.models import SupplierRequest
from fulfillment.services.drop_shipping import (
    LEAVING_NOT_HELD,
    UNSENT,
    WORK_NOT_HELD,
    WORK_RELEASED,
    Sent,
    end_locked,
    send_locked,
    start_locked,
)
from fulfillment.services.sourcing.run import Trigger
from fulfillment.services.sourcing.verdicts import withdrawn
from fulfillment.services.sourcing.withdrawal import withdraw
from fulfillment.services.supplier_requests import save_answer
from fulfillment.states import OPEN_REQUESTS, AllocationState, FulfillmentOrderState, RequestState
from fulfillment.states_partners import AfterCancel
from inventory.models.places import LocationKind
from oms.foundation.actions import Condition, refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import publish
from oms.foundation.refusals import Invalid, Reason, Refused
from orders.locks import lock_order
from orders.models import Order
from orders.services.cancel import cancel_order

R = RequestState


def _at_third_party(row: SupplierRequest) -> str | None:
    """Say that a supplier is told, not asked."""
    return None if row.is_at_third_party else f"{row.fulfillment_order.location.name} is no 3PL."


AT_THIRD_PARTY = Condition("no_third_party", _at_third_party)
CAN_ASK = (in_state([R.REQUESTED, R.ACCEPTED], "asked to be cancelled"), AT_THIRD_PARTY)
CAN_ANSWER = (in_state([R.CANCELLING], "answered"),)
CAN_CONFIRM = (
    in_state(OPEN_REQUESTS, "confirmed"),
    UNSENT,
    AT_THIRD_PARTY,
    WORK_RELEASED,
    WORK_NOT_HELD,
    LEAVING_NOT_HELD,
)


@transaction.atomic
def ask_to_cancel(*, request_id: int, reason: str, then: str = AfterCancel.ELSEWHERE, actor: Actor) -> SupplierRequest:
    """Ask a third party to stop what it was asked for; the order waits for its answer, and the pieces stay promised."""
    request = lock_request(request_id)
    refuse_unless(request, *CAN_ASK)
    request.ask_to_cancel(at=actor.now, why=reason, then=then)
    save_answer(request, ["cancel_asked_at", "answer", "after_cancel"], [])
    record_many(actor, [Act("fulfillment.ask_to_cancel", request, f"{request.told} {reason}".strip())])
    order_id = request.fulfillment_order.order_id
    publish(PartnerAskedToCancel(at=actor.now, order_id=order_id, request_id=request.pk))
    return request


@transaction.atomic
def accept_cancel(*, request_id: int, reason: str = "", actor: Actor) -> SupplierRequest:
    """Note that the third party sends nothing: its pieces are free, and what was to follow does."""
    request = lock_request(request_id)
    refuse_unless(request, *CAN_ANSWER)
    then, why = request.after_cancel, reason or request.answer
    request.cancel(why=why)
    if then == AfterCancel.ELSEWHERE:
        end_locked(request, ["answer"], "fulfillment.accept_cancel", why, Trigger.REROUTE, actor)
        return request
    work = request.fulfillment_order
    if work.state == FulfillmentOrderState.IN_PROGRESS:
        work.stop()
    save_answer(request, ["answer"], ["state"])
    record_many(actor, [Act("fulfillment.accept_cancel", request, f"{request.told} {why}".strip())])
    verdicts = {work.order_id: withdrawn(work.number, {"fulfillment_order": work.number})}
    withdraw([work], act="fulfillment.cancel", verdicts=verdicts, note=why, actor=actor)
    if then == AfterCancel.CANCEL_ORDER:
        _cancel_order(request, why, actor)
    return request


def _cancel_order(request: SupplierRequest, why: str, actor: Actor) -> None:
    """Cancel the order of which a third party has let go; where something else is in the way, it waits with free
    pieces."""
    try:
        with transaction.atomic():
            cancel_order(order_id=request.fulfillment_order.order_id, reason=why, actor=actor)
    except Refused as refusal:
        note = f"{request.told} The order was not cancelled: {refusal.sentence}"
        record_many(actor, [Act("fulfillment.order_not_cancelled", request, note)])


@transaction.atomic
def refuse_cancel(*, request_id: int, reason: str, actor: Actor) -> SupplierRequest:
    """Note that the third party cannot stop it any more: the pieces stay with it, and it will send them."""
    request = lock_request(request_id)
    refuse_unless(request, *CAN_ANSWER)
    request.refuse_cancel(at=actor.now, why=reason)
    if request.fulfillment_order.state == FulfillmentOrderState.OPEN:
        start_locked(request.fulfillment_order, actor)
    save_answer(request, ["answered_at", "answer"], [])
    record_many(actor, [Act("fulfillment.refuse_cancel", request, f"{request.told} {reason}".strip())])
    return request


@transaction.atomic
def confirm(
    *,
    request_id: int,
    carrier: str,
    pieces: Mapping[str, int] | None = None,
    tracking: Sequence[str] = (),
    parcels: int | None = None,
    weight_g: int | None = None,
    lots: str = "",
    reference: str = "",
    actor: Actor,
) -> SupplierRequest:
    """Note what a third party has sent: all of it, or so many ``pieces`` by SKU; the rest is sourced elsewhere.

    :raises Invalid: for more pieces than were asked for, none at all, a SKU that was not, or more parcels than pieces
    """
    request = lock_request(request_id)
    refuse_unless(request, *CAN_CONFIRM)
    short = _short_of(request, pieces) if pieces else {}
    lots = f"Lots: {lots}." if lots else ""
    sent = Sent(carrier, tracking, parcels, weight_g, short)
    send_locked(request, sent, reference, actor, told=lots)
    return request


def _short_of(request: SupplierRequest, pieces: Mapping[str, int]) -> dict[str, int]:
    """Return how many pieces by SKU were asked of a locked request and not sent."""
    asked: Counter[str] = Counter()
    for one in open_allocations_of([request.fulfillment_order_id]):
        if one.state == AllocationState.ALLOCATED:
            asked[one.order_line.sku] += one.quantity
    over = [sku for sku in pieces if pieces[sku] > asked[sku]]
    if over:
        sentence = "{} × {} were confirmed, but {} were asked for; nothing was noted."
        raise Invalid(
            reasons=[Reason("too_many", sentence.format(pieces[sku], sku, asked[sku]), "pieces") for sku in over]
        )
    if not any(pieces.values()):
        raise Invalid("No piece was sent: reject the request instead.", code="nothing_sent", field="pieces")
    return {sku: left for sku in asked if (left := asked[sku] - pieces.get(sku, 0))}


@transaction.atomic
def ask_order_to_cancel(*, order_id: int, reason: str, then: str = AfterCancel.CANCEL_ORDER, actor: Actor) -> Order:
    """Ask every third party that holds a part of the order to stop it.

    :raises Refused: when none holds any, or all were asked already
    """
    order = lock_order(order_id)
    held = SupplierRequest.objects.filter(
        fulfillment_order__order=order_id, fulfillment_order__location__kind=LocationKind.THIRD_PARTY
    )
    waiting = list(held.filter(state__in=[R.REQUESTED, R.ACCEPTED]).order_by("pk").values_list("pk", flat=True))
    if not waiting:
        raise Refused("No 3PL holds a part of it that was not asked already.", code="nothing_held")
    for pk in waiting:
        ask_to_cancel(request_id=pk, reason=reason, then=then, actor=actor)
    return order
