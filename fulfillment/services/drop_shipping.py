"""What suppliers say and send: accepted, rejected and sourced elsewhere, or on its way with their tracking numbers."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from fulfillment.conditions import ORDER_RELEASED, PICK_NOT_HELD, SHIP_NOT_HELD, in_state
from fulfillment.events import SupplierRequestCancelled
from fulfillment.locks import lock_request, lock_shipment, open_allocations_of
from fulfillment.models import Package, Shipment, SupplierRequest
from fulfillment.services.packing import make_shipments, picked_pieces, spread
from fulfillment.services.shipping import hand_over
from fulfillment.services.sourcing.run import Trigger, source_orders
from fulfillment.services.supplier_requests import ask_suppliers, save_answer, unasked
from fulfillment.states import OPEN_REQUESTS, FulfillmentOrderState, RequestState
from oms.foundation.actions import Condition, refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import publish
from oms.foundation.refusals import Invalid

S = FulfillmentOrderState


def _unsent(row: SupplierRequest) -> str | None:
    """Say that the supplier has sent it already."""
    sent = row.fulfillment_order.state == S.FULFILLED
    return f"{row} was sent already; what has left can only come back as a return." if sent else None


UNSENT = Condition("sent_already", _unsent)
WORK_RELEASED = Condition("order_not_released", lambda row: ORDER_RELEASED.check(row.fulfillment_order))
WORK_NOT_HELD = Condition("order_held", lambda row: PICK_NOT_HELD.check(row.fulfillment_order))
LEAVING_NOT_HELD = Condition("order_held", lambda row: SHIP_NOT_HELD.check(row.fulfillment_order))
CAN_ACCEPT = (in_state([RequestState.REQUESTED], "accepted"), WORK_RELEASED, WORK_NOT_HELD)
CAN_END = (in_state(OPEN_REQUESTS, "ended"), UNSENT)
CAN_SEND = (in_state(OPEN_REQUESTS, "sent"), UNSENT, WORK_RELEASED, WORK_NOT_HELD, LEAVING_NOT_HELD)


@transaction.atomic
def accept(*, request_id: int, reference: str = "", sends_on: date | None = None, actor: Actor) -> SupplierRequest:
    """Note that the supplier will send it, under their number; from now on the order is in their hands."""
    request = lock_request(request_id)
    refuse_unless(request, *CAN_ACCEPT)
    _accept(request, reference, sends_on, actor)
    return request


def _accept(request: SupplierRequest, reference: str, sends_on: date | None, actor: Actor) -> None:
    """Accept a locked request: its work is being done."""
    request.accept(at=actor.now, reference=reference, sends_on=sends_on)
    request.fulfillment_order.start()
    save_answer(request, ["answered_at", "reference", "sends_on"], ["state"])
    when = f" It is sent on {sends_on.day} {sends_on:%B}." if sends_on else ""
    theirs = f" Their number is {reference}." if reference else ""
    record_many(
        actor,
        [
            Act("fulfillment.accept_request", request, f"{request.told}{theirs}{when}"),
            Act("fulfillment.start_picking", request.fulfillment_order, request.fulfillment_order.told),
        ],
    )


@transaction.atomic
def reject(*, request_id: int, reason: str, actor: Actor) -> SupplierRequest:
    """Note that the supplier cannot send it, and source the order from the next location at once."""
    request = lock_request(request_id)
    refuse_unless(request, *CAN_END)
    request.reject(at=actor.now, why=reason)
    _end(request, ["answered_at", "answer"], "fulfillment.reject_request", reason, Trigger.REJECTED, actor)
    return request


@transaction.atomic
def cancel(*, request_id: int, reason: str, actor: Actor) -> SupplierRequest:
    """Take the request back, tell the supplier, and source the order from another location."""
    request = lock_request(request_id)
    refuse_unless(request, *CAN_END)
    request.cancel(why=reason)
    _end(request, ["answer"], "fulfillment.cancel_request", reason, Trigger.REROUTE, actor)
    order_id = request.fulfillment_order.order_id
    publish(SupplierRequestCancelled(at=actor.now, order_id=order_id, request_id=request.pk))
    return request


def _end(request: SupplierRequest, fields: Sequence[str], act: str, reason: str, trigger: str, actor: Actor) -> None:
    """End a locked request and its work, and let the next location have the order; a supplier there is asked."""
    work = request.fulfillment_order
    if work.state == S.IN_PROGRESS:
        work.stop()
    work.reject_reason = reason[:300]
    save_answer(request, fields, ["state", "reject_reason"])
    record_many(
        actor,
        [
            Act(act, request, f"{request.told} {reason}".strip()),
            Act(f"fulfillment.{trigger}", work, f"{work.told} {reason}".strip()),
        ],
    )
    source_orders(order_ids=[work.order_id], trigger=trigger, taken_back=[work.pk], actor=actor)
    if unasked([work.order_id]):
        ask_suppliers(order_ids=[work.order_id], actor=actor)


@transaction.atomic
def send(
    *,
    request_id: int,
    carrier: str,
    tracking: Sequence[str],
    reference: str = "",
    weight_g: int | None = None,
    actor: Actor,
) -> Shipment:
    """Note that the supplier has sent it all, one parcel for each tracking number; stock, money and mails follow.

    :raises Invalid: for more parcels than pieces, or a tracking number that another parcel has.
    """
    request = lock_request(request_id)
    refuse_unless(request, *CAN_SEND)
    _refuse_known(carrier, tracking)
    if request.state == RequestState.REQUESTED:
        _accept(request, reference, None, actor)
    shipment = lock_shipment(_packed(request, len(tracking), weight_g, actor), with_payments=True)
    shipment.carrier = carrier
    shipment.save(update_fields=["carrier"])
    parcels = list(Package.objects.filter(shipment=shipment).order_by("position"))
    for parcel, number in zip(parcels, tracking, strict=True):
        parcel.carrier, parcel.tracking_number = carrier, number
    save_many(parcels, ["carrier", "tracking_number"])
    where = request.fulfillment_order.location.name
    hand_over(shipment, how=f"{shipment.number}: sent by {where} with {carrier}: {', '.join(tracking)}.", actor=actor)
    return shipment


def _refuse_known(carrier: str, tracking: Sequence[str]) -> None:
    """Raise for a number that stands twice, or that another parcel of the carrier has."""
    known = Package.objects.filter(carrier=carrier, tracking_number__in=tracking).values_list(
        "tracking_number", flat=True
    )
    twice = [number for number in tracking if tracking.count(number) > 1]
    for number in [*known, *twice]:
        sentence = f"The tracking number {number} stands on a parcel already; each parcel has its own."
        raise Invalid(sentence, code="tracking_known", field="tracking")


def _packed(request: SupplierRequest, parcels: int, weight_g: int | None, actor: Actor) -> int:
    """Put all pieces of a locked request's work into parcels, as the supplier has, and return the shipment's id."""
    work = request.fulfillment_order
    pieces = open_allocations_of([work.pk])
    units = [one for one in pieces for _ in range(one.quantity)]
    if not 1 <= parcels <= len(units):
        sentence = f"{len(units)} pieces go into 1 to {len(units)} parcels, not {parcels}."
        raise Invalid(sentence, code="bad_parcels", field="tracking")
    for one in pieces:
        one.pick()
    save_many(pieces, ["state"])
    work.picked_at = actor.now
    work.save(update_fields=["picked_at"])
    ((_, _, own_weight),) = picked_pieces([work])
    made = make_shipments([work], {work.pk: spread(units, weight_g or own_weight, parcels)}, actor)
    return made[work.pk].pk
