"""The rows of a captured order: its head, lines, addresses and discounts."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from oms.foundation.actor import Actor
from orders.intake import AddressIn, DiscountIn, LineIn, OrderIn, Sums, add_up
from orders.models import ChannelAccount, Order, OrderAddress, OrderDiscount, OrderLine
from orders.models.orders import AddressKind
from orders.services.capture_known import Known
from orders.services.capture_money import payment_status
from orders.services.remembered import remember_parts
from orders.states import OrderState

CHUNK = 2_000
Pair = tuple[Order, OrderIn]


def order_row(order: OrderIn, account: ChannelAccount, known: Known, *, number: str, actor: Actor) -> Order:
    """Return the head of an order that has been placed at its channel."""
    sums = add_up(order)
    row = Order(
        number=number,
        channel=account.channel,
        channel_account=account,
        external_id=order.external_id,
        customer_id=known.customer_of(order),
        state=OrderState.PLACED,
        currency=order.currency,
        prices_include_tax=order.prices_include_tax,
        total=order.total,
        placed_at=order.placed_at or actor.now,
        received_at=actor.now,
        created_at=actor.now,
        tags=[str(tag) for tag in order.tags],
        notifies_customer=account.channel.sends_mail,
        service_level=order.shipping.service_level,
        **_amounts(order, sums),
        **fitting(
            Order,
            customer_name=order.customer.name,
            email=order.customer.email.strip(),
            phone=order.customer.phone,
            instructions=order.instructions,
            purchase_order=order.purchase_order,
            risk_stated=order.risk_stated,
        ),
    )
    row.payment_status = payment_status(row, order, actor)
    return row


def _amounts(order: OrderIn, sums: Sums) -> dict[str, int]:
    """Return the amounts of an order's head, in minor units."""
    return {
        "lines_total": sums.lines,
        "discount_total": sums.discounts,
        "shipping_total": sums.shipping,
        "shipping_tax": order.shipping.tax,
        "tax_total": sums.tax,
        "total_difference": sums.difference,
    }


def write_parts(pairs: Sequence[Pair], known: Known, actor: Actor) -> None:
    """Store lines, addresses and discounts of new orders, one statement a table."""
    lines = {order.pk: _line_rows(order, told, known) for order, told in pairs}
    _store(pairs, "lines", OrderLine, [row for rows in lines.values() for row in rows])
    addresses = [row for order, told in pairs for row in _address_rows(order, told, actor)]
    _store(pairs, "addresses", OrderAddress, addresses)
    discounts = [row for order, told in pairs for row in _discount_rows(order, told, lines[order.pk])]
    _store(pairs, "discounts", OrderDiscount, discounts)


def _store(pairs: Sequence[Pair], name: str, model: type[Model], rows: list[Any]) -> None:
    """Insert the rows and keep them on their orders."""
    model._default_manager.bulk_create(rows, batch_size=CHUNK)
    remember_parts([order for order, _ in pairs], name, model, rows)


def _line_rows(order: Order, told: OrderIn, known: Known) -> list[OrderLine]:
    """Return the lines with their share of all discounts."""
    shares = add_up(told).shares
    return [
        _line_row(order, position, line, share, known)
        for position, (line, share) in enumerate(zip(told.lines, shares, strict=True), 1)
    ]


def _line_row(order: Order, position: int, line: LineIn, share: int, known: Known) -> OrderLine:
    """Return one line; a SKU that the catalogue does not know has no product."""
    return OrderLine(
        order=order,
        position=position,
        product_id=known.products.get(line.sku),
        quantity=line.quantity,
        quantity_open=line.quantity,
        unit_price=line.unit_price,
        tax=line.tax,
        discount=share,
        **fitting(
            OrderLine,
            external_id=line.external_id,
            sku=line.sku,
            title=line.title,
            customization=line.customization,
            instructions=line.instructions,
        ),
    )


def _address_rows(order: Order, told: OrderIn, actor: Actor) -> list[OrderAddress]:
    """Return the addresses that were given."""
    given = ((AddressKind.SHIPPING, told.shipping_address), (AddressKind.BILLING, told.billing_address))
    return [_address_row(order, kind, address, actor) for kind, address in given if address is not None]


def _address_row(order: Order, kind: AddressKind, address: AddressIn, actor: Actor) -> OrderAddress:
    """Return one address as it was given."""
    texts = {name: getattr(address, name) for name in AddressIn.__dataclass_fields__}
    return OrderAddress(order=order, kind=kind, created_at=actor.now, **fitting(OrderAddress, **texts))


def _discount_rows(order: Order, told: OrderIn, lines: list[OrderLine]) -> list[OrderDiscount]:
    """Return the discounts as the customer saw them, those of the order first."""
    given: list[tuple[OrderLine | None, DiscountIn]] = [(None, one) for one in told.discounts]
    given += [(row, one) for row, line in zip(lines, told.lines, strict=True) for one in line.discounts]
    return [
        OrderDiscount(
            order=order,
            line=row,
            amount=one.amount,
            **fitting(OrderDiscount, code=one.code, promotion_ref=one.promotion_ref),
        )
        for row, one in given
    ]


def fitting(model: type[Model], **texts: str) -> dict[str, str]:
    """Return the texts without NUL, cut to the length of their columns: a channel's novel must not lose its order."""
    return {name: text.replace("\x00", "")[: _length(model, name)] for name, text in texts.items()}


def _length(model: type[Model], name: str) -> int | None:
    """Return the most characters that a column takes."""
    length: int | None = getattr(model._meta.get_field(name), "max_length", None)
    return length
