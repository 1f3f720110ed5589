"""Doing what a stored message of a third party says, once; what contradicts the books is left to a person."""

from collections import Counter
from collections.abc import Callable

from django.db import transaction

from fulfillment.conditions import in_state
from fulfillment.locks import lock_request
from fulfillment.locks_partners import lock_partner_message
from fulfillment.models import Allocation, Package, PartnerMessage, SupplierRequest
from fulfillment.partners.x12 import acknowledgment as ack
from fulfillment.partners.x12.reading import read_interchanges
from fulfillment.partners.x12.shipping_advice import ShippingAdvice, read_shipping_advice
from fulfillment.partners.x12.syntax import TransactionSet, Unreadable, count_of
from fulfillment.services.drop_shipping import reject
from fulfillment.services.third_party.answering import accept_cancel, confirm
from fulfillment.services.third_party.telling import out_key
from fulfillment.states import RequestState
from fulfillment.states_partners import MessageDirection, MessageState
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.refusals import Refused
from oms.foundation.wording import count

NOTHING = "The warehouse says that nothing was sent."
CAN_SEE = (in_state([MessageState.PERSON, MessageState.REFUSED], "looked at"),)
CAN_READ_AGAIN = (in_state([MessageState.PERSON], "read again"),)
LONGEST_CARRIER = 24
UNNAMED = "unnamed"
"""The carrier of parcels of which a message names none."""


def settle_message(*, message_id: int, actor: Actor) -> PartnerMessage:
    """Do what a message says if nobody has yet; a sentence says what became of it."""
    message = PartnerMessage.objects.select_related("partner").get(pk=message_id)
    if message.state != MessageState.WAITING or message.direction != MessageDirection.IN:
        return message
    try:
        (interchange,) = read_interchanges(bytes(message.body))
        found = interchange.groups[0].sets[0]
        if found.kind == "945" and found.fault is None:
            return _advised(message, read_shipping_advice(found), actor)
        if found.kind == ack.KIND and found.fault is None:
            return _acknowledged(message, found, actor)
        nothing = f"Nothing is done with messages of the kind {found.kind}."
        why = found.fault.sentence if found.fault else nothing
    except Unreadable as unread:
        why = str(unread)
    return _settled(message.pk, None, lambda row: row.ask_person(why=why), actor)


@transaction.atomic
def _settled(
    message_id: int, request: SupplierRequest | None, end: Callable[[PartnerMessage], None], actor: Actor
) -> PartnerMessage:
    """End a message, after the lock of its request, unless somebody has meanwhile."""
    row = lock_partner_message(message_id)
    if row.state != MessageState.WAITING:
        return row
    row.request = request
    end(row)
    row.settled_at = actor.now
    row.save(update_fields=["state", "sentence", "settled_at", "request"])
    record(actor, "fulfillment.read_message", row, note=f"{row} from {row.partner}: {row.sentence}")
    return row


def _advised(message: PartnerMessage, advice: ShippingAdvice, actor: Actor) -> PartnerMessage:
    """Confirm what an advice says was sent."""
    at = SupplierRequest.objects.filter(fulfillment_order__location=message.partner.location_id)
    pk = at.filter(number=advice.number).values_list("pk", flat=True).first()
    if pk is None:
        why = f"Nothing was asked under the number {advice.number}. {_what(advice)}"
        return _settled(message.pk, None, lambda row: row.ask_person(why=why), actor)
    with transaction.atomic():
        request = lock_request(pk)
        row = lock_partner_message(message.pk)
        if row.state != MessageState.WAITING:
            return row
        try:
            with transaction.atomic():
                told = _done(request, advice, actor)
        except Refused as refusal:
            why = f"{refusal.sentence} {_what(advice)}"
            return _settled(row.pk, request, lambda one: one.ask_person(why=why), actor)
        return _settled(row.pk, request, lambda one: one.take(why=told), actor)


def _done(request: SupplierRequest, advice: ShippingAdvice, actor: Actor) -> str:
    """Do what an advice says of a locked request, and return what was done.

    :raises Refused: where the books say something else
    """
    if request.state == RequestState.FULFILLED and _is_same(request, advice):
        return f"{request} is known as sent already; nothing was changed."
    if not advice.pieces and request.state == RequestState.CANCELLING:
        accept_cancel(request_id=request.pk, reason=NOTHING, actor=actor)
        return f"{request} is cancelled: nothing was sent."
    if not advice.pieces:
        reject(request_id=request.pk, reason=NOTHING, actor=actor)
        return f"{request} is rejected: nothing was sent."
    pieces = _by_sku(request, advice)
    lots = ", ".join(dict.fromkeys(line.lot for line in advice.lines if line.lot and line.sent))
    confirm(
        request_id=request.pk,
        carrier=advice.carrier.lower()[:LONGEST_CARRIER] or UNNAMED,
        pieces=pieces,
        tracking=advice.tracking,
        weight_g=advice.weight_g,
        lots=lots[:200],
        reference=advice.reference[:64],
        actor=actor,
    )
    return f"{request}: {count(advice.pieces, 'piece')} sent."


def _is_same(request: SupplierRequest, advice: ShippingAdvice) -> bool:
    """Return whether an advice tells what is known of a request that was sent: the same pieces and parcels."""
    parcels = Package.objects.filter(shipment__fulfillment_order=request.fulfillment_order_id)
    numbers = {one for one in parcels.values_list("tracking_number", flat=True) if one}
    sent = Allocation.objects.filter(fulfillment_order=request.fulfillment_order_id, state="shipped")
    return numbers == set(advice.tracking) and sum(sent.values_list("quantity", flat=True)) == advice.pieces


def _by_sku(request: SupplierRequest, advice: ShippingAdvice) -> dict[str, int]:
    """Return the pieces of an advice by the SKU of the order's lines, known by any number of the product.

    :raises Refused: for a product that was not asked for
    """
    rows = Allocation.objects.filter(fulfillment_order=request.fulfillment_order_id)
    known: dict[str, str] = {}
    for sku, own, barcode in rows.values_list(
        "order_line__sku", "stock_level__product__sku", "stock_level__product__barcode"
    ):
        known |= {number.casefold(): sku for number in (barcode, own, sku) if number}
    found: Counter[str] = Counter()
    for line in advice.lines:
        own = next((known[number.casefold()] for number in line.numbers if number.casefold() in known), "")
        if not own:
            sentence = f"{request} does not ask for {' / '.join(line.numbers)} (segment {line.segment})."
            raise Refused(sentence, code="not_asked_for")
        found[own] += line.sent
    return dict(found)


def _what(advice: ShippingAdvice) -> str:
    """Return in a sentence what an advice says was sent."""
    numbers = f" under {', '.join(advice.tracking[:3])}" if advice.tracking else ""
    return f"It says that {count(advice.pieces, 'piece')} of {advice.number} were sent{numbers}."


@transaction.atomic
def _acknowledged(message: PartnerMessage, found: TransactionSet, actor: Actor) -> PartnerMessage:
    """Settle the message of ours that an acknowledgment speaks of."""
    told = ack.read_acknowledgment(found)
    number = count_of(told.control) or 0
    ours = PartnerMessage.objects.filter(
        partner=message.partner, direction=MessageDirection.OUT, key=out_key(number)
    ).first()
    if ours is None:
        why = f"It acknowledges group {told.control}, which was never sent."
        return _settled(message.pk, None, lambda row: row.ask_person(why=why), actor)
    row = lock_partner_message(ours.pk)
    verdict = told.of(row.kind, "0001")
    if verdict.is_taken and row.state == MessageState.WAITING:
        row.acknowledge(why="The partner has read it.")
    elif not verdict.is_taken and row.state in (MessageState.WAITING, MessageState.ACKNOWLEDGED):
        row.refuse(why=f"The partner could not read it (code {verdict.code or 'none'}): send it by hand, or ask why.")
    row.settled_at = row.settled_at or actor.now
    row.save(update_fields=["state", "sentence", "settled_at"])
    record(actor, "fulfillment.acknowledged", row, note=f"{row}: {row.sentence}")
    said = "was read" if verdict.is_taken else "could not be read"
    return _settled(message.pk, ours.request, lambda one: one.take(why=f"{ours} {said}."), actor)


def read_again(*, message_id: int, actor: Actor) -> PartnerMessage:
    """Do what a message says that a person has made possible meanwhile, such as by letting go of a hold."""
    with transaction.atomic():
        row = lock_partner_message(message_id)
        refuse_unless(row, *CAN_READ_AGAIN)
        row.reopen()
        row.settled_at = None
        row.save(update_fields=["state", "sentence", "settled_at"])
        record(actor, "fulfillment.reopen_message", row, note=f"{row} is read again.")
    return settle_message(message_id=message_id, actor=actor)


@transaction.atomic
def mark_seen(*, message_id: int, note: str, actor: Actor) -> PartnerMessage:
    """Note that a person has looked at a message and done what was to be done."""
    row = lock_partner_message(message_id)
    refuse_unless(row, *CAN_SEE)
    row.see(note=note)
    row.settled_at = actor.now
    row.save(update_fields=["state", "sentence", "settled_at"])
    record(actor, "fulfillment.see_message", row, note=f"{row}: {note}")
    return row
