"""What carriers and papers are told of a shipment: addresses, weights, distance."""

from dataclasses import replace

from fulfillment.carriers.gateway import Parcel
from fulfillment.documents.papers import Address
from fulfillment.models import Label, Package, Shipment
from fulfillment.sourcing.geography import distance_km, locate
from fulfillment.sourcing.snapshot import Point
from inventory.models import Location
from orders.models import Order, OrderAddress
from orders.models.orders import AddressKind

NOWHERE = Address(name="", line1="", city="", postal_code="", country="")


def sender(location: Location, name: str) -> Address:
    """Return a location as the sender, under the channel's name."""
    return Address(
        name=name or location.name,
        company=location.name if name else "",
        line1=location.line1,
        city=location.city,
        postal_code=location.postal_code,
        country=location.country,
    )


def paper_address(row: OrderAddress) -> Address:
    """Return a stored address as papers print it."""
    return Address(
        name=row.name or row.company,
        company=row.company if row.name else "",
        line1=row.line1,
        line2=row.line2,
        city=row.city,
        region=row.region,
        postal_code=row.postal_code,
        country=row.country,
        phone=row.phone,
    )


def receiver(order: Order) -> Address:
    """Return where an order's parcels go now."""
    row = OrderAddress.objects.filter(order=order, kind=AddressKind.SHIPPING, replaced_at=None).first()
    return paper_address(row) if row else replace(NOWHERE, name=order.customer_name)


def parcels_of(shipment: Shipment) -> dict[int, Parcel]:
    """Return each parcel of a shipment as a carrier wants to know it, by package id, without a reference yet."""
    order, location = shipment.order, shipment.location
    to, kilometres = receiver(order), None
    target = locate(to.country, to.postal_code)
    if target is not None and location.latitude is not None and location.longitude is not None:
        kilometres = round(distance_km(Point(location.latitude, location.longitude), target))
    packages = list(Package.objects.filter(shipment=shipment).order_by("position"))
    return {
        package.pk: Parcel(
            reference="",
            ship_from=sender(location, order.channel.name),
            ship_to=to,
            weight_g=package.weight_g,
            length_mm=package.length_mm,
            width_mm=package.width_mm,
            height_mm=package.height_mm,
            distance_km=kilometres,
            position=(package.position, len(packages)),
            order_number=order.number,
        )
        for package in packages
    }


def parcel_for(label: Label, parcels: dict[int, Parcel]) -> Parcel:
    """Return the parcel of a label under the label's key as reference."""
    return replace(parcels[label.package_id], reference=label.key)
