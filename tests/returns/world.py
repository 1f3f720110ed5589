"""An order that was shipped and paid, ready to come back."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from fulfillment.services.tracking import deliver_by_hand
from inventory.models import Location, Product
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from orders.models import Channel, ChannelAccount, Order, OrderLine, Payment, PaymentEvent
from orders.states import OrderState
from returns.entries import Announced, Arrived, Inspected, LineRef
from returns.models import Return
from returns.services.inspecting import inspect_return
from returns.services.receiving import receive_return
from returns.services.requesting import approve_return, request_return
from tests.factories import NOW, make_actor, make_location, make_product, make_stock, take_order
from tests.fulfillment.shop import shipped, sourced

CLERK = make_actor()


def shop(code: str = "web") -> ChannelAccount:
    """Return the account of a channel, made when it is missing."""
    channel, _ = Channel.objects.get_or_create(code=code, defaults={"name": code.title()})
    account, _ = ChannelAccount.objects.get_or_create(code=code, defaults={"channel": channel})
    return account


def shipped_order(
    *lines: tuple[Product, int, int], account: ChannelAccount | None = None, captured: int | None = None, **fields: Any
) -> Order:
    """Make a completed order of (product, pieces, unit price) lines, everything shipped and paid.

    ``tax`` and ``discount`` of the single line may be given as ``line_tax`` and ``line_discount``.
    """
    account = account or shop()
    tax, discount = fields.pop("line_tax", 0), fields.pop("line_discount", 0)
    goods = sum(pieces * price for _, pieces, price in lines)
    on_top = 0 if fields.get("prices_include_tax", True) else tax
    defaults = {
        "number": f"T{Order.objects.count() + 1}",
        "channel": account.channel,
        "channel_account": account,
        "currency": "EUR",
        "lines_total": goods,
        "discount_total": discount,
        "tax_total": tax,
        "total": goods - discount + on_top + fields.get("shipping_total", 0),
        "email": "ada@example.com",
        "received_at": NOW - timedelta(days=5),
        "placed_at": NOW - timedelta(days=5),
        "state": OrderState.COMPLETED,
    }
    order = Order.objects.create(**{**defaults, **fields})
    _ship_lines(order, lines, tax, discount)
    record_many(CLERK, [Act("orders.capture", order, created=True)])
    pay(order, order.total if captured is None else captured)
    return order


def delivered_order(product: Product, pieces: int, price: int) -> Order:
    """Bring an order of one line through the shop to its customer, paid at its channel: its books are whole."""
    make_stock(product, make_location(), pieces)
    order = take_order([(product, pieces, price)])
    shipment = shipped(sourced(order)[0])
    for package in shipment.packages.all():
        deliver_by_hand(package_id=package.pk, reason="seen", actor=CLERK)
    return Order.objects.get(pk=order.pk)


def _ship_lines(order: Order, lines: Sequence[tuple[Product, int, int]], tax: int, discount: int) -> None:
    """Make the lines of an order, every piece of them delivered."""
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            position=position,
            product=product,
            sku=product.sku,
            title=product.title,
            quantity=pieces,
            unit_price=price,
            tax=tax,
            discount=discount,
            quantity_open=0,
            quantity_shipped=pieces,
            quantity_delivered=pieces,
        )
        for position, (product, pieces, price) in enumerate(lines, 1)
    )


def pay(order: Order, amount: int) -> Payment:
    """Make a payment of which an amount was collected, as its events tell."""
    payment = Payment.objects.create(
        order=order,
        gateway="sandbox",
        method="card",
        token="tok_ok",
        currency=order.currency,
        amount=amount,
        authorized=amount,
        captured=amount,
        state="captured",
        reference=f"tx{order.pk}",
    )
    for kind in ("authorize", "capture"):
        PaymentEvent.objects.create(
            payment=payment,
            kind=kind,
            gateway="sandbox",
            key=f"{kind}:{payment.pk}",
            currency=order.currency,
            amount=amount,
            outcome="ok",
            transaction_id=f"{kind}{payment.pk}",
            created_at=NOW,
        )
    record_many(CLERK, [Act("orders.pay", payment, created=True)])
    return payment


def ref(sku: str = "", line: int | None = None) -> LineRef:
    """Return a reference to a line."""
    return LineRef(line, sku, "lines.0")


def announced(sku: str, quantity: int) -> Announced:
    """Return pieces to send back."""
    return Announced(ref(sku), quantity)


def arrived(sku: str, quantity: int, reception: str = "") -> Arrived:
    """Return pieces found in a parcel."""
    return Arrived(ref(sku), quantity, reception)


def inspected(
    sku: str, acceptance: str = "accepted", disposition: str = "restock", restocked: int | None = None
) -> Inspected:
    """Return a verdict on a line."""
    return Inspected(ref(sku), acceptance, disposition, restocked, "")


def approved_return(order: Order, *lines: Announced, actor: Actor = CLERK, **fields: Any) -> Return:
    """Announce and approve a return."""
    one = request_return(order_id=order.pk, lines=lines, actor=actor, **fields)
    return approve_return(return_id=one.pk, actor=actor)


def received_return(order: Order, *lines: Announced, location: Location | None = None, **fields: Any) -> Return:
    """Announce, approve and receive a return in full."""
    one = approved_return(order, *lines, **fields)
    return receive_return(return_id=one.pk, location=location or make_location(), actor=CLERK)


def completed_return(order: Order, *lines: Announced, **fields: Any) -> Return:
    """Bring a return to its end: everything arrived, was accepted and restocked."""
    one = received_return(order, *lines, **fields)
    verdicts = [inspected(line.ref.sku) for line in lines]
    return inspect_return(return_id=one.pk, lines=verdicts, actor=CLERK)


def tee(price: int = 1990) -> Product:
    """Return the product TEE, made when it is missing."""
    return Product.objects.filter(sku="TEE").first() or make_product("TEE", unit_price=price)
