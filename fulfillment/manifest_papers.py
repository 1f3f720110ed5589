"""The papers of a list of the day, drawn from stored rows: for the driver to sign, and all labels in one."""

import io
from collections.abc import Iterable

from django.db.models import QuerySet
from pypdf import PdfWriter
from pypdf.errors import PyPdfError

from fulfillment.conditions import IN_HAND
from fulfillment.documents.manifest import render_manifest
from fulfillment.documents.papers import Address, ManifestLine, ManifestPaper
from fulfillment.models import Label, Manifest, ManifestParcel, Shipment
from fulfillment.parcels import receivers
from fulfillment.services.handover.going import rows_of
from fulfillment.states import ManifestState
from oms.foundation.exports import write_csv
from oms.foundation.refusals import NotFound, Refused

MOST_LABELS = 500
NOT_CLOSED = "This list is {state}. What the driver takes stands on it once it is closed."


def manifest(row: Manifest, within: "QuerySet[Shipment]") -> bytes:
    """Return the list as PDF.

    :raises NotFound: when a parcel on it is not among those that the person may see.
    """
    rows = _rows(row, within)
    to = receivers([one.package.shipment.order for one in rows])
    lines = tuple(
        ManifestLine(
            tracking_number=one.tracking_number,
            shipment=one.package.shipment.number,
            order_number=one.package.shipment.order.number,
            ship_to=_place(to[one.package.shipment.order_id]),
            weight_g=one.package.weight_g,
        )
        for one in rows
    )
    is_done = row.state in (ManifestState.CLOSED, ManifestState.HANDED_OVER)
    paper = ManifestPaper(
        number=row.number,
        location_name=f"{row.location.code} {row.location.name}",
        carrier=row.carrier,
        day=row.day,
        state="" if is_done else NOT_CLOSED.format(state=row.get_state_display()),
        lines=lines,
        carrier_number=row.carrier_number,
    )
    return render_manifest(paper)


def _place(address: Address) -> str:
    """Return town and country of an address, enough for a driver."""
    return " ".join(part for part in (address.postal_code, address.city, address.country) if part)


def _rows(row: Manifest, within: "QuerySet[Shipment]") -> list[ManifestParcel]:
    """Return what is on a list, all of it or none."""
    rows = list(rows_of(row).select_related("package__shipment__order"))
    ids = {one.package.shipment_id for one in rows}
    if within.filter(pk__in=ids).count() < len(ids):
        raise NotFound("Parcels of channels that are not yours are on this list.", code="not_yours")
    return rows


COLUMNS = (
    "list", "day", "tracking_number", "service", "order", "shipment", "parcel", "weight_g", "length_mm", "width_mm",
    "height_mm", "name", "company", "line1", "line2", "city", "region", "postal_code", "country", "phone",
)  # fmt: skip


def table(row: Manifest, within: "QuerySet[Shipment]") -> bytes:
    """Return the list as CSV in which no cell can become a formula; who it goes to with the whole address.

    :raises NotFound: when a parcel on it is not among those that the person may see.
    """
    rows = _rows(row, within)
    to = receivers([one.package.shipment.order for one in rows])
    lines = [_line(row, one, to[one.package.shipment.order_id]) for one in rows]
    return "".join(write_csv(lines, COLUMNS)).encode()


def _line(row: Manifest, one: ManifestParcel, to: Address) -> list[object]:
    """Return one parcel as a line of the table."""
    package, shipment = one.package, one.package.shipment
    sizes = [package.weight_g, package.length_mm, package.width_mm, package.height_mm]
    told = [one.tracking_number, shipment.service, shipment.order.number, shipment.number, package.position]
    where = [to.name, to.company, to.line1, to.line2, to.city, to.region, to.postal_code, to.country, to.phone]
    return [row.number, row.day.isoformat(), *told, *sizes, *where]


def labels(row: Manifest, within: "QuerySet[Shipment]") -> bytes:
    """Return the labels of all parcels on a list as one PDF, in the order of the list.

    :raises NotFound: when there is none. :raises Refused: for more than five hundred.
    """
    rows = _rows(row, within)
    if len(rows) > MOST_LABELS:
        raise Refused(f"At most {MOST_LABELS} labels are drawn at once; this list has {len(rows)}.", code="too_many")
    found = Label.objects.filter(package__in=[one.package_id for one in rows], state__in=IN_HAND)
    by_package = {one.package_id: bytes(one.document) for one in found if one.document}
    papers = [by_package[one.package_id] for one in rows if one.package_id in by_package]
    if not papers:
        raise NotFound(f"No parcel on {row.number} has a label.", code="no_label")
    try:
        return joined(papers)
    except PyPdfError as fault:
        sentence = "A carrier's label among them cannot be joined with others; print them from their shipments."
        raise Refused(sentence, code="not_joined") from fault


def joined(papers: Iterable[bytes]) -> bytes:
    """Return several PDFs as one."""
    writer = PdfWriter()
    for one in papers:
        writer.append(io.BytesIO(one))
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()
