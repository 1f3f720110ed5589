"""Parcels and servers of other people, for the tests of messages."""

from typing import Any

from django.core.mail.backends.locmem import EmailBackend

from fulfillment.models import Allocation, FulfillmentOrder, Package, PackageItem, Shipment
from inventory.models import StockLevel
from orders.models import Order
from tests.factories import NOW, make_location


def make_package(order: Order, *, tracking_number: str = "TRACK1", **fields: Any) -> Package:
    """Make a shipped parcel with every piece of the order's first line."""
    location, count = make_location(), Package.objects.count()
    line = order.lines.get(position=1)
    unit = FulfillmentOrder.objects.create(number=f"F{count}", order=order, location=location, state="fulfilled")
    shipment = Shipment.objects.create(
        number=f"S{count}", order=order, fulfillment_order=unit, location=location, state="shipped", shipped_at=NOW
    )
    package = Package.objects.create(
        shipment=shipment, weight_g=500, carrier="sandbox", tracking_number=tracking_number, **fields
    )
    level = StockLevel.objects.create(product=line.product, location=location)
    allocation = Allocation.objects.create(
        order_line=line, fulfillment_order=unit, stock_level=level, quantity=line.quantity, state="shipped"
    )
    PackageItem.objects.create(package=package, allocation=allocation, quantity=line.quantity)
    return package


class BrokenMail(EmailBackend):
    """A mail server that fails as told: ``at_open`` while connecting, ``at_send`` while it gets a mail."""

    at_open: BaseException | None = None
    at_send: BaseException | None = None

    def open(self) -> bool:
        """Connect, or fail."""
        if type(self).at_open is not None:
            raise type(self).at_open
        return True

    def send_messages(self, messages: Any) -> int:
        """Take the mails, or fail."""
        if type(self).at_send is not None:
            raise type(self).at_send
        return super().send_messages(messages)
