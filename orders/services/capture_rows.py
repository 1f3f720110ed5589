"""The rows of a captured order: its head, lines, addresses and discounts."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model

from oms.foundation.actor import Actor
from oms.foundation.cards import masked
from oms.foundation.inserting import Pointer
from orders.intake import AddressIn, DiscountIn, LineIn, OrderIn, Sums, add_up
from orders.models import ChannelAccount, Order, OrderAddress, OrderDiscount, OrderLine
from orders.models.orders import AddressKind
from orders.services.capture_money import payment_status
from orders.services.remembered import remember_parts
from orders.states import OrderState

Pair = tuple[Order, OrderIn]


def order_row(order: OrderIn, account: ChannelAccount, *, number: str, reps: Mapping[str, Any], actor: Actor) -> Order:
    """Return the head of an order that has been placed at its channel."""
    sums = add_up(order)
    row = Order(
        number=number,
        channel=account.channel,
        channel_account=account,
        external_id=order.external_id,
        state=OrderState.PLACED,
        currency=order.currency,
        prices_include_tax=order.prices_include_tax,
        total=order.total,
        placed_at=order.placed_at or actor.now,
        received_at=actor.now,
        created_at=actor.now,
        sales_rep=reps.get(order.sales_rep),
        tags=_tags(order, reps),
        ship_by=order.ship_by,
        deliver_by=order.deliver_by,
        channel_fee=order.channel_fee,
        notifies_customer=account.channel.sends_mail,
        service_level=order.shipping.service_level,
        **_amounts(order, sums),
        **fitting(
            Order,
            customer_name=order.customer.name,
            email=order.customer.email.strip(),
            phone=order.customer.phone,
            instructions=masked(order.instructions),
            purchase_order=order.purchase_order,
            pickup_location=order.shipping.pickup_location.strip(),
            risk_stated=order.risk_stated,
        ),
    )
    row.payment_status = payment_status(row, order, actor)
    return row


def _tags(order: OrderIn, reps: Mapping[str, Any]) -> list[str]:
    """Return the order's tags, and the sales representative whom nobody here knows."""
    stranger = order.sales_rep and order.sales_rep not in reps
    return [
        *(str(tag) for tag in order.tags),
        *([f"sales rep: {order.sales_rep}".replace("\x00", "")[:40]] if stranger else []),
    ]


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


def line_rows(pairs: Sequence[Pair]) -> list[OrderLine]:
    """Return the lines of new orders, each with its share of all discounts."""
    return [
        _line_row(order, position, line, share)
        for order, told in pairs
        for position, (line, share) in enumerate(zip(told.lines, add_up(told).shares, strict=True), 1)
    ]


def products_of(rows: Sequence[OrderLine], pairs: Sequence[Pair]) -> Pointer:
    """Return where the products of the lines are found; a SKU too long to be kept is none of ours."""
    told = (line.sku for _, order in pairs for line in order.lines)
    skus = [row.sku if row.sku == sku else "" for row, sku in zip(rows, told, strict=True)]
    return Pointer("product", "sku", skus, only=("is_active",))


def _line_row(order: Order, position: int, line: LineIn, share: int) -> OrderLine:
    """Return one line; its product is found as it is stored."""
    return OrderLine(
        order=order,
        position=position,
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
            customization=masked(line.customization),
            instructions=masked(line.instructions),
        ),
    )


def address_rows(pairs: Sequence[Pair], actor: Actor) -> list[OrderAddress]:
    """Return the addresses that were given."""
    return [
        _address_row(order, kind, address, actor)
        for order, told in pairs
        for kind, address in (
            (AddressKind.SHIPPING, told.shipping_address),
            (AddressKind.BILLING, told.billing_address),
        )
        if address is not None
    ]


def _address_row(order: Order, kind: AddressKind, address: AddressIn, actor: Actor) -> OrderAddress:
    """Return one address as it was given."""
    texts = {name: getattr(address, name) for name in AddressIn.__dataclass_fields__}
    return OrderAddress(order=order, kind=kind, created_at=actor.now, **fitting(OrderAddress, **texts))


def discount_rows(pairs: Sequence[Pair]) -> list[OrderDiscount]:
    """Return the discounts as the customers saw them, those of the whole order before those of its lines."""
    return [
        OrderDiscount(
            order=order,
            line=row,
            amount=one.amount,
            **fitting(OrderDiscount, code=one.code, promotion_ref=one.promotion_ref),
        )
        for order, told in pairs
        for row, one in _given_discounts(order, told)
    ]


def _given_discounts(order: Order, told: OrderIn) -> list[tuple[OrderLine | None, DiscountIn]]:
    """Return the discounts of an order, each with its line or none."""
    on_lines = zip(order.lines.all(), told.lines, strict=True)
    return [(None, one) for one in told.discounts] + [(row, one) for row, line in on_lines for one in line.discounts]


def remember_rows(pairs: Sequence[Pair], **parts: Sequence[Any]) -> None:
    """Keep the inserted rows on their orders, as ``lines=…``, so that reading an order's own asks nothing."""
    for name, rows in parts.items():
        related: Any = Order._meta.get_field(name)
        remember_parts([order for order, _ in pairs], name, related.related_model, rows)


def fitting(model: type[Model], **texts: str) -> dict[str, str]:
    """Return the texts without NUL, cut to the length of their columns: a channel's novel must not lose its order."""
    return {name: text.replace("\x00", "")[: _length(model, name)] for name, text in texts.items()}


def _length(model: type[Model], name: str) -> int | None:
    """Return the most characters that a column takes."""
    length: int | None = getattr(model._meta.get_field(name), "max_length", None)
    return length
