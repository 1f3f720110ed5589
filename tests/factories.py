"""Makes the rows that tests begin with, valid unless told otherwise."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from inventory.models import Location, Product, StockLevel, StockMovement
from oms.foundation.actor import Actor
from orders.intake import AddressIn, CustomerIn, LineIn, OrderIn, PaymentIn
from orders.models import Channel, ChannelAccount, Order
from orders.services.api_keys import issue_api_key
from orders.services.capture import capture_orders

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
_numbers = count(1)


def make_actor(label: str = "clerk", *, now: datetime = NOW) -> Actor:
    """Return a person who acts at a fixed moment."""
    return Actor("user", "", label, now)


def make_product(sku: str = "", **fields: Any) -> Product:
    """Make a product that weighs 500 g and costs 10.00 EUR."""
    sku = sku or f"SKU-{next(_numbers)}"
    return Product.objects.create(
        **{"sku": sku, "title": f"Title of {sku}", "unit_price": 1000, "weight_g": 500} | fields
    )


def make_location(code: str = "", **fields: Any) -> Location:
    """Make an active warehouse in Great Britain."""
    code = code or f"L{next(_numbers)}"
    return Location.objects.create(
        **{"code": code, "name": f"{code} warehouse", "latitude": 51.5, "longitude": 0.1} | fields
    )


def make_stock(product: Product, location: Location, on_hand: int = 10, **fields: Any) -> StockLevel:
    """Make a stock level with the movement that explains its pieces; tells nobody."""
    level = StockLevel.objects.create(product=product, location=location, on_hand=on_hand, **fields)
    if on_hand:
        StockMovement.objects.create(
            stock_level=level, quantity=on_hand, reason="opening", reference=f"opening:{level.pk}", at=NOW
        )
    return level


def make_channel(code: str = "", **fields: Any) -> ChannelAccount:
    """Make a channel that sells in EUR, and its one account of the same code; the account is returned."""
    code = code or f"shop-{next(_numbers)}"
    channel = Channel.objects.create(**{"code": code, "name": f"Shop {code}"} | fields)
    return ChannelAccount.objects.create(channel=channel, code=code)


def make_api_key(account: ChannelAccount, **fields: Any) -> str:
    """Make a key of the account that may do everything, and return its text."""
    return issue_api_key(account_id=account.pk, actor=make_actor(), **fields)


def address_in(**fields: Any) -> AddressIn:
    """Return a valid German address."""
    valid = {"name": "Erika Muster", "line1": "Hauptstr. 1", "city": "Berlin", "postal_code": "10115", "country": "DE"}
    return AddressIn(**valid | fields)


def order_in(lines: Any = (("SKU-A", 2, 1000),), **fields: Any) -> OrderIn:
    """Return an order of (SKU, quantity, unit price) lines, paid by card at the sandbox, whose total adds up."""
    told = [LineIn(sku=sku, quantity=quantity, unit_price=price) for sku, quantity, price in lines]
    total = fields.pop("total", sum(line.subtotal for line in told))
    valid = {
        "external_id": f"E{next(_numbers)}",
        "currency": "EUR",
        "total": total,
        "lines": told,
        "customer": CustomerIn("Erika Muster", "erika@example.com", "+493012345"),
        "shipping_address": address_in(),
        "payments": [PaymentIn(amount=total, token="tok_ok")],
    }
    return OrderIn(**valid | fields)


def make_order(lines: Any = None, *, account: ChannelAccount | None = None, **fields: Any) -> Order:
    """Capture an order of (product, quantity, unit price) lines and return it as stored."""
    told = lines if lines is not None else [(make_product(), 2, 1000)]
    order = order_in([(product.sku, quantity, price) for product, quantity, price in told], **fields)
    account = account or make_channel()
    [captured] = capture_orders(account_id=account.pk, orders=[order], actor=make_actor())
    return Order.objects.get(pk=captured.order.pk)


def take_order(
    lines: Any = None, *, token: str = "", payments: Sequence[PaymentIn] | None = None, **fields: Any
) -> Order:
    """Capture an order whose addresses agree, with nothing for a person to look at.

    It was paid at its channel; with a token the sandbox gateway will be asked for the total instead.
    """
    told = lines if lines is not None else [(make_product(), 2, 1000)]
    total = fields.pop("total", sum(quantity * price for _, quantity, price in told))
    paid = PaymentIn(total, token=token) if token else PaymentIn(total, gateway="external", status="paid")
    account = ChannelAccount.objects.filter(code="take").first() or make_channel("take")
    fields = {"payments": [paid] if payments is None else payments, "billing_address": address_in()} | fields
    return make_order(told, account=account, total=total, **fields)
