"""Parcels and servers of other people, for the tests of messages."""

from datetime import timedelta
from typing import Any

from django.core.mail.backends.locmem import EmailBackend

from fulfillment.models import Allocation, FulfillmentOrder, Package, PackageItem, Shipment
from inventory.models import StockLevel
from oms.foundation.actor import Actor
from oms.foundation.signing import new_secret
from oms.outlets.models import WebhookDelivery, WebhookEndpoint
from orders.events import OrderPlaced
from orders.models import Order
from tests.factories import NOW, make_actor, make_location
from tests.returns.world import shop


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


class Receivers:
    """The receivers of the world: what each address answers, and what it got."""

    def __init__(self):
        self.answers, self.got = {}, []

    def call(self, method, url, *, body=b"", headers=None):
        """Take a call as the HTTP client would."""
        self.got.append((url, dict(headers or {}), body))
        answer = self.answers.get(url, 200)
        if isinstance(answer, Exception):
            raise answer
        return answer, b""

    def urls(self):
        """Return the addresses that were called, in order."""
        return [url for url, _, _ in self.got]


def listen(url="https://a.example/hook", code="web", **fields) -> WebhookEndpoint:
    """Make an endpoint of a shop."""
    return WebhookEndpoint.objects.create(account=shop(code), url=url, secret=new_secret(), **fields)


def placed(order: Order, minutes: int = 0) -> OrderPlaced:
    """Return a fact of the order."""
    return OrderPlaced(at=NOW + timedelta(minutes=minutes), order_id=order.pk)


def at(**later: float) -> Actor:
    """Return the worker at a later moment."""
    return make_actor("worker", now=NOW + timedelta(**later))


def states_of_deliveries() -> list[str]:
    """Return the state of every delivery."""
    return list(WebhookDelivery.objects.order_by("id").values_list("state", flat=True))
