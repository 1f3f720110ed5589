"""The person who plays the scenes: takes orders, does acts, and lets the worker finish."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from fulfillment.models import FulfillmentOrder, Shipment
from oms.foundation import work
from oms.foundation.actions import action_named, run_action
from oms.foundation.actor import Actor
from orders.intake import AddressIn, CustomerIn, LineIn, OrderIn, PaymentIn, ShippingIn
from orders.models import ChannelAccount, Order
from orders.services.capture import capture_orders

ROUNDS = 60
Line = tuple[str, int, int]
HOME = AddressIn(name="Mara Lindqvist", line1="Elbchaussee 77", city="Hamburg", postal_code="22763", country="DE")
MUGS: list[Line] = [("MUG-ENAMEL", 2, 1490)]


class Desk:
    """Acts as the administrator; every act is followed by the worker's part."""

    def __init__(self) -> None:
        self.boss = User.objects.get(username="admin")
        self.numbers = iter(range(5001, 6000))
        self.pages: dict[str, str] = {}

    def settle(self) -> None:
        """Let the worker do what is due now."""
        for _ in range(ROUNDS):
            if not sum(work.drain(queue, limit=200) for queue in work.QUEUES):
                return

    def do(self, row: Model, act: str, **values: Any) -> None:
        """Do one act on a row as a click would, and let the worker finish."""
        action = action_named(type(row), act)
        run_action(action, principal=self.boss, lookup={"pk": row.pk}, data=values, now=timezone.now())
        self.settle()
        row.refresh_from_db()

    def order(self, lines: Sequence[Line] = (), *, token: str = "tok_ok", **fields: Any) -> Order:
        """Take an order of (SKU, pieces, cents) lines in the web shop, to Hamburg."""
        told = [_line(*line) for line in lines or MUGS]
        total = sum(line.quantity * line.unit_price for line in told) + 490
        usual = {
            "external_id": f"#{next(self.numbers)}",
            "customer": CustomerIn("Mara Lindqvist", "mara.lindqvist@example.com", "+4940555777"),
            "shipping_address": HOME,
            "billing_address": HOME,
        }
        one = OrderIn(
            **{
                **usual,
                "currency": "EUR",
                "total": total,
                "lines": told,
                "placed_at": timezone.now(),
                "shipping": ShippingIn(amount=490, tax=78),
                "payments": [PaymentIn(amount=total, token=token)],
                "risk_stated": "low",
                **fields,
            }
        )
        account = ChannelAccount.objects.get(code="fjord-web")
        [taken] = capture_orders(account_id=account.pk, orders=[one], actor=self.actor())
        self.settle()
        return Order.objects.get(pk=taken.order.pk)

    def work_of(self, order: Order) -> FulfillmentOrder:
        """Return the first live work of an order."""
        gone = ("cancelled", "rejected")
        return FulfillmentOrder.objects.filter(order=order).exclude(state__in=gone).order_by("pk")[0]

    def packed(self, order: Order, **how: Any) -> Shipment:
        """Pick and pack the first work of an order."""
        row = self.work_of(order)
        self.do(row, "start_picking")
        self.do(row, "confirm_picked")
        self.do(row, "pack", **how)
        return Shipment.objects.filter(fulfillment_order=row).order_by("-pk")[0]

    def shipped(self, order: Order, **how: Any) -> Shipment:
        """Bring the first work of an order to the truck."""
        shipment = self.packed(order, **how)
        self.do(shipment, "buy_labels")
        self.do(shipment, "ship")
        return shipment

    def delivered(self, order: Order) -> Shipment:
        """Bring the first work of an order to the customer."""
        shipment = self.shipped(order)
        for parcel in shipment.packages.all():
            self.do(parcel, "mark_delivered", reason="The customer confirmed it on the phone.")
        return shipment

    def actor(self) -> Actor:
        """Return the administrator as of now."""
        return Actor.of(self.boss, now=timezone.now())

    def show(self, name: str, row: Model, part: str = "change/") -> None:
        """Name the page of a row, or one of its acts: ``act/hold/``."""
        opts = row._meta
        page = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
        self.pages[name] = page.removesuffix("change/") + part


def _line(sku: str, quantity: int, cents: int) -> LineIn:
    """Return a line as the shop sold it."""
    return LineIn(sku=sku, quantity=quantity, unit_price=cents, title=sku.replace("-", " ").title())
