"""Papers of the floor, drawn from stored rows: pick lists, packing slips and labels."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from django.utils import timezone

from fulfillment.conditions import IN_HAND
from fulfillment.documents.packing_slip import render_packing_slip
from fulfillment.documents.papers import PackingSlipPaper, PickLine, PickListPaper, SlipLine
from fulfillment.documents.pick_list import render_pick_list
from fulfillment.fetching import Fetch, picked_pieces
from fulfillment.models import AllocationPart, FulfillmentOrder, Label, PackageItem, Shipment, TracedPieces
from fulfillment.parcels import receiver, sender
from oms.foundation.refusals import NotFound, Refused
from orders.models import OrderAddress

MOST_LISTS = 200


def pick_list(rows: Sequence[FulfillmentOrder]) -> bytes:
    """Return one PDF with the pick lists of fulfillment orders, each on pages of its own.

    :raises Refused: for none or more than two hundred.
    """
    if not 0 < len(rows) <= MOST_LISTS:
        raise Refused(f"Choose 1 to {MOST_LISTS} fulfillment orders; {len(rows)} were chosen.", code="bad_choice")
    pieces = picked_pieces([row.pk for row in rows])
    names = dict(
        OrderAddress.objects.filter(
            order__in=[row.order_id for row in rows], kind="shipping", replaced_at=None
        ).values_list("order_id", "name")
    )
    return render_pick_list([_pick_paper(row, pieces.get(row.pk, []), names.get(row.order_id, "")) for row in rows])


def _pick_paper(row: FulfillmentOrder, pieces: Sequence[Fetch], name: str) -> PickListPaper:
    """Return what the pick list of a fulfillment order says."""
    order = row.order
    return PickListPaper(
        number=row.number,
        location_name=f"{row.location.code} {row.location.name}",
        order_number=order.number,
        lines=tuple(_pick_line(one) for one in pieces),
        due=row.ship_by.astimezone(row.location.zone) if row.ship_by else None,
        service_level=order.get_service_level_display(),
        instructions=order.instructions,
        channel_name=order.channel.name,
        ship_to_name=name or order.customer_name,
    )


def _pick_line(one: Fetch) -> PickLine:
    """Return the line of some pieces to fetch; a part of a kit names the kit that it is for."""
    product, line = one.level.product, one.allocation.order_line
    if one.part is not None:
        return PickLine(
            bin=one.level.bin,
            sku=product.sku,
            title=product.title or product.sku,
            quantity=one.quantity,
            barcode=product.barcode,
            instructions=" ".join(filter(None, [f"For kit {line.sku}: assemble.", line.instructions])),
            customization=line.customization,
        )
    return PickLine(
        bin=one.level.bin,
        sku=line.sku,
        title=line.title or product.title,
        quantity=one.quantity,
        barcode=product.barcode,
        instructions=line.instructions,
        customization=line.customization,
    )


def packing_slip(shipment: Shipment) -> bytes:
    """Return the packing slip of a shipment as PDF, without prices."""
    order = shipment.order
    items = PackageItem.objects.filter(package__shipment=shipment)
    inside: Counter[int] = Counter()
    lines = {}
    for item in items.select_related("allocation__order_line").order_by("allocation__order_line__position"):
        line = item.allocation.order_line
        inside[line.pk] += item.quantity
        lines[line.pk] = line
    made_of, lots = _made_of(shipment), _lots_of(shipment)
    paper = PackingSlipPaper(
        order_number=order.number,
        shipment_number=shipment.number,
        channel_name=order.channel.name,
        ship_to=receiver(order),
        lines=tuple(
            SlipLine(
                line.sku,
                line.title or line.sku,
                inside[pk],
                line.quantity,
                line.instructions,
                made_of=made_of.get(pk, ""),
                lots=lots.get(pk, ""),
            )
            for pk, line in lines.items()
        ),
        instructions=order.instructions,
        ship_from=sender(shipment.location, order.channel.name),
        ordered_on=timezone.localdate(order.placed_at) if order.placed_at else None,
        service=" ".join(part for part in (shipment.carrier, shipment.service.replace("_", " ")) if part).title(),
    )
    return render_packing_slip([paper])


def _lots_of(shipment: Shipment) -> dict[int, str]:
    """Return by line of the order the lots and serial numbers of what a shipment holds, as text."""
    rows = TracedPieces.objects.filter(package__shipment=shipment).select_related("lot__product", "allocation")
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for row in rows.order_by("pk"):
        found[row.allocation.order_line_id][row.lot.named] = None
    texts = {line: "; ".join(named) for line, named in found.items()}
    return {line: text[:1].upper() + text[1:] for line, text in texts.items()}


def _made_of(shipment: Shipment) -> dict[int, str]:
    """Return by line of a shipment what the kits in it were assembled of: “2 × BULB, 1 × SHADE”."""
    parts = AllocationPart.objects.filter(allocation__package_items__package__shipment=shipment).distinct()
    found: dict[int, dict[str, int]] = {}
    for part in parts.select_related("allocation", "stock_level__product").order_by("pk"):
        found.setdefault(part.allocation.order_line_id, {})[part.stock_level.product.sku] = part.per_kit
    return {pk: ", ".join(f"{pieces} × {sku}" for sku, pieces in one.items()) for pk, one in found.items()}


def labels_of(shipment: Shipment) -> list[Label]:
    """Return the bought labels of a shipment with their documents, in the order of its parcels.

    :raises NotFound: while there is none.
    """
    rows = Label.objects.filter(package__shipment=shipment, state__in=IN_HAND).order_by("package__position")
    labels = [row for row in rows if row.document]
    if not labels:
        raise NotFound(f"Shipment {shipment.number} has no label yet.", code="no_label")
    return labels


def label_document(shipment: Shipment, position: int) -> bytes:
    """Return the label of the parcel at a position as PDF; raises :class:`NotFound` when there is none."""
    found = [row for row in labels_of(shipment) if row.package.position == position]
    if not found:
        raise NotFound(f"Parcel {position} of shipment {shipment.number} has no label yet.", code="no_label")
    return bytes(found[0].document or b"")


def zpl_document(shipment: Shipment) -> bytes:
    """Return the labels of a shipment as ZPL for a label printer."""
    return "".join(row.zpl for row in labels_of(shipment)).encode()
