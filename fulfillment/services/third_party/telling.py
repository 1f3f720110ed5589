"""What is written to third parties: orders and cancellations as the files that each takes, kept as they were."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from django.db import transaction

from fulfillment.locks_partners import lock_partner
from fulfillment.models import FulfillmentPartner, PartnerMessage, SupplierRequest
from fulfillment.partners.x12 import acknowledgment, warehouse_order
from fulfillment.partners.x12.syntax import Group, Party
from fulfillment.partners.x12.warehouse_order import CANCEL, NEW, OrderedLine, Place, WarehouseOrder
from fulfillment.partners.x12.writing import CONTROLS, Envelope, Message, write_interchange
from fulfillment.purchase_orders import purchase_order
from fulfillment.queries import pieces_of_work
from fulfillment.states import OPEN_ALLOCATIONS
from fulfillment.states_partners import MessageDirection, PartnerWay
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from orders.models import OrderAddress
from orders.models.orders import AddressKind

ONLY_MESSAGE = "0001"


@transaction.atomic
def tell_partners(*, request_ids: Sequence[int], cancels: bool = False, actor: Actor) -> list[PartnerMessage]:
    """Write each third party the order of a request, or its cancellation, once, as the file that it takes.

    A partner that asks us by the API is written nothing; a supplier, and a third party that nobody has set up, gets the
    mail that every supplier gets.
    """
    requests = SupplierRequest.objects.filter(
        pk__in=list(request_ids), fulfillment_order__location__partner__is_active=True
    )
    rows = requests.select_related("fulfillment_order__order", "fulfillment_order__location__partner")
    found = list(rows.prefetch_related(pieces_of_work("fulfillment_order__")).order_by("pk"))
    orders = [one.fulfillment_order.order_id for one in found]
    current = OrderAddress.objects.filter(order__in=orders, kind=AddressKind.SHIPPING, replaced_at=None)
    to = {row.order_id: row for row in current}
    told = (_tell(one, to, cancels, actor) for one in found)
    return [one for one in told if one is not None]


def _tell(
    request: SupplierRequest, to: Mapping[int, OrderAddress], cancels: bool, actor: Actor
) -> PartnerMessage | None:
    """Write one request to its partner; None where it is told in another way, or was told already."""
    partner: FulfillmentPartner = request.fulfillment_order.location.partner
    address = to.get(request.fulfillment_order.order_id)
    kind = f"{partner.way}_{'cancel' if cancels else 'order'}"
    if request.messages.filter(kind__in=[kind, warehouse_order.KIND], direction=MessageDirection.OUT).count() > cancels:
        return None
    if partner.way == PartnerWay.EDI:
        order = order_of(request, address, CANCEL if cancels else NEW)
        return send_edi(partner.pk, [warehouse_order.write_warehouse_order(order)], request=request, actor=actor)
    if partner.way == PartnerWay.CSV and not cancels:
        _, text = purchase_order(request, address)
        row = outgoing(partner, kind, f"{request.number}", text.encode(), request, actor)
        row.send()
        row.save()
        _record([row], actor)
        return row
    return None


def order_of(request: SupplierRequest, to: OrderAddress | None, status: str) -> WarehouseOrder:
    """Return a request, with its pieces at hand, as a warehouse order."""
    work = request.fulfillment_order
    pieces = [one for one in work.allocations.all() if one.state in OPEN_ALLOCATIONS]
    leaves = work.ship_by.astimezone(work.location.zone).date() if work.ship_by else None
    notes = [work.order.instructions, *(one.order_line.instructions for one in pieces)]
    return WarehouseOrder(
        status=status,
        number=request.number,
        order=work.order.number,
        warehouse=work.location.code,
        to=_place(to) if to else Place(),
        ship_on=leaves,
        service=work.order.service_level.upper(),
        notes=tuple(note for note in notes if note),
        lines=tuple(
            OrderedLine(one.quantity, one.order_line.sku, one.stock_level.product.barcode, one.order_line.title)
            for one in pieces
        ),
    )


def _place(to: OrderAddress) -> Place:
    """Return an address as a file has it."""
    names = ("name", "company", "line1", "line2", "city", "region", "postal_code", "country", "phone")
    return Place(**{name: getattr(to, name) for name in names})


def send_edi(
    partner_id: int, messages: Sequence[Message], *, request: SupplierRequest | None = None, actor: Actor
) -> PartnerMessage:
    """Write messages of one kind into an interchange of their own, under the partner's next number, and keep it."""
    partner = lock_partner(partner_id)
    partner.last_control = partner.last_control % CONTROLS + 1
    partner.save(update_fields=["last_control"])
    envelope = Envelope(
        sender=Party(partner.our_qualifier, partner.our_id),
        receiver=Party(partner.their_qualifier, partner.their_id),
        control=partner.last_control,
        at=actor.now,
        is_test=partner.is_test,
    )
    kind = messages[0].kind
    functional = acknowledgment.FUNCTIONAL if kind == acknowledgment.KIND else warehouse_order.FUNCTIONAL
    text = write_interchange(envelope, functional, messages)
    row = outgoing(partner, kind, out_key(partner.last_control), text.encode(), request, actor)
    if kind == acknowledgment.KIND:
        row.send()
    row.save()
    _record([row], actor)
    return row


def out_key(control: int) -> str:
    """Return by which key the one message of an interchange of ours is known."""
    return f"{control:09d}/{control}/{ONLY_MESSAGE}"


def outgoing(
    partner: FulfillmentPartner, kind: str, key: str, body: bytes, request: SupplierRequest | None, actor: Actor
) -> PartnerMessage:
    """Return an unsaved message to a partner."""
    return PartnerMessage(
        partner=partner,
        request=request,
        direction=MessageDirection.OUT,
        kind=kind,
        key=key,
        body=body,
        created_at=actor.now,
    )


def acknowledge(
    partner_id: int, group: Group, verdicts: Sequence[acknowledgment.Verdict], actor: Actor
) -> PartnerMessage:
    """Write the functional acknowledgment of a group that came."""
    return send_edi(partner_id, [acknowledgment.write_acknowledgment(group, verdicts)], actor=actor)


def digest_of(body: bytes) -> str:
    """Return the key of a file that has no numbers of its own."""
    return sha256(body).hexdigest()[:48]


def _record(rows: Iterable[PartnerMessage], actor: Actor) -> None:
    """Write on the timeline that messages were written."""
    record_many(actor, [Act("fulfillment.tell_partner", row, f"{row} to {row.partner}.", created=True) for row in rows])
