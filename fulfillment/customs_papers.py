"""Customs papers, drawn from stored rows: the commercial invoice of a shipment that crosses a customs border."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from fulfillment.carriers.gateway import Goods
from fulfillment.carriers.measures import is_customs_border
from fulfillment.documents.commercial_invoice import InvoiceLine, InvoicePaper, render_commercial_invoice
from fulfillment.models import CarrierAccount, Shipment
from fulfillment.parcels import parcels_of, receiver
from oms.foundation.money import Money
from oms.foundation.refusals import NotFound


def needs_invoice(shipment: Shipment) -> bool:
    """Return whether a shipment crosses a customs border."""
    there = receiver(shipment.order).country
    return bool(there) and is_customs_border(shipment.location.country, there)


def commercial_invoice(shipment: Shipment) -> bytes:
    """Return the commercial invoice of a shipment as PDF: what customs read on parcels that leave the country.

    Tariff number and origin are those of the carrier account; what is not entered there is left to the pen.

    :raises NotFound: while nothing is packed.
    """
    parcels = list(parcels_of([shipment])[shipment.pk].values())
    account = CarrierAccount.objects.filter(code=shipment.carrier).first() if shipment.carrier else None
    entered = account.values if account is not None else {}
    lines = _invoice_lines([one for parcel in parcels for one in parcel.goods], entered)
    if not lines:
        raise NotFound(f"Nothing is packed for shipment {shipment.number} yet.", code="nothing_packed")
    currency = shipment.order.currency
    worth = sum(one.unit_value * one.quantity for parcel in parcels for one in parcel.goods)
    paper = InvoicePaper(
        number=shipment.number,
        order_number=shipment.order.number,
        ship_from=replace(parcels[0].ship_from, phone=entered.get("phone", "")),
        ship_to=parcels[0].ship_to,
        lines=lines,
        total=Money(worth, currency).format(),
        parcels=len(parcels),
        weight_g=sum(parcel.weight_g for parcel in parcels),
        dated=shipment.packed_at.astimezone(shipment.location.zone).date() if shipment.packed_at else None,
        carrier=_carrier_name(shipment, account),
        tracking_numbers=tuple(one.tracking_number for one in shipment.packages.all() if one.tracking_number),
    )
    return render_commercial_invoice(paper)


def _carrier_name(shipment: Shipment, account: CarrierAccount | None) -> str:
    """Return who carries a shipment, as customs know the company."""
    return account.get_adapter_display() if account is not None else shipment.carrier.title()


def _invoice_lines(goods: Sequence[Goods], entered: Mapping[str, str]) -> tuple[InvoiceLine, ...]:
    """Return one line for goods of one kind and price, whichever parcel they lie in."""
    pieces: Counter[Goods] = Counter()
    for one in goods:
        pieces[replace(one, quantity=1)] += one.quantity
    return tuple(
        InvoiceLine(
            description=f"{one.description} ({one.sku})" if one.sku != one.description else one.sku,
            quantity=count,
            weight_g=one.weight_g * count,
            price=Money(one.unit_value, one.currency).format(),
            total=Money(one.unit_value * count, one.currency).format(),
            tariff_number=one.tariff_number or entered.get("tariff_number", ""),
            origin=one.origin or entered.get("origin", ""),
        )
        for one, count in pieces.items()
    )
