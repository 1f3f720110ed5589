"""What carriers and papers are told of a shipment: addresses, weights, distance."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from fulfillment.carriers.gateway import Goods, Parcel
from fulfillment.documents.papers import Address
from fulfillment.models import Label, Package, PackageItem, Shipment
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
    return receivers([order])[order.pk]


def receivers(orders: Iterable[Order]) -> dict[int, Address]:
    """Return where the parcels of orders go now, by order id."""
    names = {order.pk: order.customer_name for order in orders}
    rows = OrderAddress.objects.filter(order__in=list(names), kind=AddressKind.SHIPPING, replaced_at=None)
    known = {row.order_id: paper_address(row) for row in rows}
    return {pk: known.get(pk) or replace(NOWHERE, name=name) for pk, name in names.items()}


def parcels_of(shipments: Collection[Shipment]) -> dict[int, dict[int, Parcel]]:
    """Return each parcel as a carrier wants to know it, by shipment and package id, without a reference yet.

    The shipments have their orders with channels, and their locations, at hand.
    """
    to = receivers(shipment.order for shipment in shipments)
    packages: dict[int, list[Package]] = {shipment.pk: [] for shipment in shipments}
    for package in Package.objects.filter(shipment__in=list(packages)).order_by("position"):
        packages[package.shipment_id].append(package)
    goods = _goods([package.pk for own in packages.values() for package in own])
    return {one.pk: _parcels(one, packages[one.pk], to[one.order_id], goods) for one in shipments}


def _goods(package_ids: Collection[int]) -> dict[int, tuple[Goods, ...]]:
    """Return what lies in each package, as customs want to know it: at the price it was sold for."""
    found: dict[int, list[Goods]] = {pk: [] for pk in package_ids}
    items = PackageItem.objects.filter(package__in=list(package_ids)).order_by("pk")
    for item in items.select_related("allocation__order_line__product", "allocation__order_line__order"):
        line = item.allocation.order_line
        product = line.product
        found[item.package_id].append(
            Goods(
                description=line.title or line.sku,
                quantity=item.quantity,
                unit_value=max(line.unit_price - line.discount // line.quantity, 0),
                currency=line.order.currency,
                weight_g=product.weight_g if product else 0,
                sku=line.sku,
            )
        )
    return {pk: tuple(rows) for pk, rows in found.items()}


def _parcels(
    shipment: Shipment, packages: Sequence[Package], to: Address, goods: Mapping[int, tuple[Goods, ...]]
) -> dict[int, Parcel]:
    """Return each parcel of one shipment by package id."""
    order, location = shipment.order, shipment.location
    kilometres = _kilometres(location, to)
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
            goods=goods[package.pk],
            email=order.email,
        )
        for package in packages
    }


def _kilometres(location: Location, to: Address) -> int | None:
    """Return the distance, or None when one of the ends is unknown."""
    target = locate(to.country, to.postal_code)
    if target is None or location.latitude is None or location.longitude is None:
        return None
    return round(distance_km(Point(location.latitude, location.longitude), target))


def parcel_for(label: Label, parcels: Mapping[int, Parcel]) -> Parcel:
    """Return the parcel of a label under the label's key as reference."""
    return replace(parcels[label.package_id], reference=label.key)
