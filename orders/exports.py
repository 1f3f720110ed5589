"""Exports of orders: one row a line, in the columns that ``import_orders --format oms`` reads back."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from django.db.models import QuerySet

from oms.foundation.money import minor_text
from orders.channels.oms_csv import ADDRESS, HEAD, LINE, PAYMENT, discounts_text
from orders.intake.order import AUTHORIZED, PAID, PENDING
from orders.models import Order, OrderDiscount, OrderLine, Payment
from orders.queries import with_answers
from orders.states import PaymentState

STATUS = ("number", "state", "payment_status", "fulfillment_status")
COLUMNS = [*STATUS, *HEAD, *LINE, *PAYMENT]
CHUNK = 200
SETTLED = {
    PaymentState.CAPTURED: PAID,
    PaymentState.PARTIALLY_CAPTURED: PAID,
    PaymentState.AUTHORIZED: AUTHORIZED,
}


def order_rows(orders: "QuerySet[Order]") -> Iterator[list[Any]]:
    """Yield the cells of every line of the orders, in :data:`COLUMNS`; an order's own cells stand in its first row.

    Pieces that were swapped stand in the row of their substitute alone.
    """
    for order in with_answers(orders).iterator(chunk_size=CHUNK):
        discounts = list(order.discounts.all())
        lines = [line for line in order.lines.all() if line.quantity_priced]
        pairs = zip_longest(lines, order.payments.all())
        for i, (line, payment) in enumerate(pairs):
            cells = _head(order, discounts) if i == 0 else {"external_id": _name(order)}
            cells |= _line(line, order, discounts) if line else {}
            cells |= _payment(payment) if payment else {}
            yield [cells.get(column, "") for column in COLUMNS]


def _name(order: Order) -> str:
    """Return the channel's number; an order taken here has only ours."""
    return order.external_id or order.number


def _head(order: Order, discounts: list[OrderDiscount]) -> dict[str, Any]:
    """Return the order's own cells."""
    cells = {
        **{name: getattr(order, name) for name in STATUS},
        **{name: getattr(order, name) for name in ("placed_at", "currency", "prices_include_tax", "instructions")},
        "external_id": _name(order),
        "total": minor_text(order.total, order.currency),
        "customer.name": order.customer_name,
        "customer.email": order.email,
        "customer.phone": order.phone,
        "shipping.service_level": order.service_level,
        "shipping.pickup_location": order.pickup_location,
        "shipping.amount": minor_text(order.shipping_total, order.currency),
        "shipping.tax": minor_text(order.shipping_tax, order.currency),
        "discounts": _discounts([one for one in discounts if one.line_id is None], order),
        "tags": ", ".join(str(tag) for tag in order.tags),
        "purchase_order": order.purchase_order,
        "risk_stated": order.risk_stated,
        "ship_by": order.ship_by or "",
        "deliver_by": order.deliver_by or "",
        "channel_fee": minor_text(order.channel_fee, order.currency),
        "sales_rep": order.sales_rep.get_username() if order.sales_rep else "",
    }
    for address in order.addresses.all():
        cells |= {f"{address.kind}_address.{part}": getattr(address, part) for part in ADDRESS}
    return cells


def _discounts(discounts: list[OrderDiscount], order: Order) -> str:
    """Return discounts as one cell."""
    return discounts_text([(one.code, minor_text(one.amount, order.currency)) for one in discounts])


def _line(line: OrderLine, order: Order, discounts: list[OrderDiscount]) -> dict[str, Any]:
    """Return the cells of a line."""
    return {
        "line.external_id": line.external_id,
        "sku": line.sku,
        "title": line.title,
        "quantity": line.quantity_priced,
        "unit_price": minor_text(line.unit_price, order.currency),
        "line.tax": minor_text(line.tax, order.currency),
        "line.discounts": _discounts([one for one in discounts if one.line_id == line.pk], order),
        "line.customization": line.customization,
        "line.instructions": line.instructions,
    }


def _payment(payment: Payment) -> dict[str, Any]:
    """Return the cells of a payment, without its token."""
    return {
        "payment.method": payment.method,
        "payment.gateway": payment.gateway,
        "payment.amount": minor_text(payment.amount, payment.currency),
        "payment.status": SETTLED.get(PaymentState(payment.state), PENDING),
        "payment.reference": payment.reference,
    }
