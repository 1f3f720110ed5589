"""What those say and send who were asked to: accepted, rejected and sourced elsewhere, or on its way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from fulfillment.conditions import ORDER_RELEASED, PICK_NOT_HELD, SHIP_NOT_HELD, in_state
from fulfillment.events import SupplierRequestCancelled
from fulfillment.locks import lock_request, lock_shipment, open_allocations_of
from fulfillment.models import FulfillmentOrder, Package, Shipment, SupplierRequest
from fulfillment.services.packing import make_shipments, picked_pieces, spread
from fulfillment.services.picking import confirm_locked
from fulfillment.services.shipping import hand_over
from fulfillment.services.sourcing.run import Trigger, source_orders
from fulfillment.services.supplier_requests import ask_suppliers, save_answer, unasked
from fulfillment.states import FulfillmentOrderState, RequestState
from oms.foundation.actions import Condition, refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import publish
from oms.foundation.refusals import Invalid

S = FulfillmentOrderState


@dataclass(frozen=True, slots=True)
class Sent:
    """What has left: with whom, under which numbers, in how many parcels, and what was short of it by SKU."""

    carrier: str
    tracking: Sequence[str] = ()
    parcels: int | None = None
    weight_g: int | None = None
    short: Mapping[str, int] = field(default_factory=dict)


def _unsent(row: SupplierRequest) -> str | None:
    """Say that it was sent already."""
    sent = row.state == RequestState.FULFILLED or row.fulfillment_order.state == S.FULFILLED
    return f"{row} was sent already; what has left can only come back as a return." if sent else None


def _at_supplier(row: SupplierRequest) -> str | None:
    """Say that a third party must be asked first."""
    place = row.fulfillment_order.location.name
    sentence = f"{place} has the pieces in hands: ask it to cancel, then wait for its answer."
    return sentence if row.is_at_third_party else None


UNSENT = Condition("sent_already", _unsent)
WORK_RELEASED = Condition("order_not_released", lambda row: ORDER_RELEASED.check(row.fulfillment_order))
WORK_NOT_HELD = Condition("order_held", lambda row: PICK_NOT_HELD.check(row.fulfillment_order))
LEAVING_NOT_HELD = Condition("order_held", lambda row: SHIP_NOT_HELD.check(row.fulfillment_order))
AT_SUPPLIER = Condition("ask_to_cancel", _at_supplier)
CAN_ACCEPT = (in_state([RequestState.REQUESTED], "accepted"), WORK_RELEASED, WORK_NOT_HELD)
GOES_ON = (RequestState.REQUESTED, RequestState.ACCEPTED)
CAN_REJECT = (in_state(GOES_ON, "rejected"), UNSENT)
CAN_CANCEL = (in_state(GOES_ON, "ended"), UNSENT, AT_SUPPLIER)
CAN_SEND = (in_state(GOES_ON, "sent"), UNSENT, WORK_RELEASED, WORK_NOT_HELD, LEAVING_NOT_HELD)


@transaction.atomic
def accept(*, request_id: int, reference: str = "", sends_on: date | None = None, actor: Actor) -> SupplierRequest:
    """Note that it will be sent, under their number; from now on the order is in their hands."""
    request = lock_request(request_id)
    refuse_unless(request, *CAN_ACCEPT)
    accept_locked(request, reference, sends_on, actor)
    return request


def start_locked(work: FulfillmentOrder, actor: Actor) -> None:
    """Note that somebody else has begun locked work."""
    work.start()
    work.save(update_fields=["state"])
    record_many(actor, [Act("fulfillment.start_picking", work, work.told)])


def accept_locked(request: SupplierRequest, reference: str, sends_on: date | None, actor: Actor) -> None:
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
    """Note that it cannot be sent, and source the order from the next location at once."""
    request = lock_request(request_id)
    refuse_unless(request, *CAN_REJECT)
    request.reject(at=actor.now, why=reason)
    end_locked(request, ["answered_at", "answer"], "fulfillment.reject_request", reason, Trigger.REJECTED, actor)
    return request


@transaction.atomic
def cancel(*, request_id: int, reason: str, actor: Actor) -> SupplierRequest:
    """Take the request back, tell the supplier, and source the order from another location."""
    request = lock_request(request_id)
    refuse_unless(request, *CAN_CANCEL)
    request.cancel(why=reason)
    end_locked(request, ["answer"], "fulfillment.cancel_request", reason, Trigger.REROUTE, actor)
    order_id = request.fulfillment_order.order_id
    publish(SupplierRequestCancelled(at=actor.now, order_id=order_id, request_id=request.pk))
    return request


def end_locked(
    request: SupplierRequest, fields: Sequence[str], act: str, reason: str, trigger: str, actor: Actor
) -> None:
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
    return send_locked(request, Sent(carrier, tracking, weight_g=weight_g), reference, actor)


def send_locked(request: SupplierRequest, sent: Sent, reference: str, actor: Actor, told: str = "") -> Shipment:
    """Let what has left of a locked request's work leave; what is short leaves the stock, and is sourced again."""
    _refuse_known(sent.carrier, sent.tracking)
    if request.state == RequestState.REQUESTED:
        accept_locked(request, reference, None, actor)
    elif request.fulfillment_order.state == S.OPEN:
        start_locked(request.fulfillment_order, actor)
    shipment = lock_shipment(_packed(request, sent, actor), with_payments=True)
    shipment.carrier = sent.carrier
    shipment.save(update_fields=["carrier"])
    parcels = list(Package.objects.filter(shipment=shipment).order_by("position"))
    for parcel, number in zip(parcels, sent.tracking, strict=False):
        parcel.carrier, parcel.tracking_number = sent.carrier, number
    save_many(parcels, ["carrier", "tracking_number"])
    numbers = ", ".join(sent.tracking) or "without a tracking number"
    where = request.fulfillment_order.location.name
    how = f"{shipment.number}: sent by {where} with {sent.carrier}: {numbers}. {told}".strip()
    hand_over(shipment, how=how, actor=actor)
    request.fulfillment_order = shipment.fulfillment_order
    request.fulfill()
    save_answer(request, [], [])
    record_many(actor, [Act("fulfillment.sent_by_partner", request, request.told)])
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


def _packed(request: SupplierRequest, sent: Sent, actor: Actor) -> int:
    """Put the pieces of a locked request's work that have left into parcels, and return the shipment's id."""
    work = request.fulfillment_order
    confirm_locked(work, sent.short, actor)
    units = [one for one in open_allocations_of([work.pk]) for _ in range(one.quantity)]
    parcels = len(sent.tracking) or sent.parcels or 1
    if not 1 <= parcels <= len(units):
        sentence = f"{len(units)} pieces go into 1 to {len(units)} parcels, not {parcels}."
        raise Invalid(sentence, code="bad_parcels", field="tracking")
    ((_, _, own_weight),) = picked_pieces([work])
    made = make_shipments([work], {work.pk: spread(units, sent.weight_g or own_weight, parcels)}, actor)
    return made[work.pk].pk
