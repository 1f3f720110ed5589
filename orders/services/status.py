"""The derived statuses: recomputed from money facts and line counters in the transaction that changed them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from oms.foundation.aggregate import save_many
from orders.models import Order, OrderLine, Payment
from orders.states import FulfillmentStatus, PaymentState, PaymentStatus

UNDECIDED = (PaymentState.CREATED, PaymentState.PENDING, PaymentState.UNKNOWN)
PROMISED = (PaymentState.AUTHORIZED, PaymentState.PARTIALLY_CAPTURED, PaymentState.CAPTURED)


def refresh_status(orders: Sequence[Order]) -> None:
    """Recompute both statuses of locked orders; three statements and one for each new word."""
    refresh_payment_status(orders)
    refresh_fulfillment_status(orders)


def refresh_payment_status(orders: Sequence[Order], payments: Iterable[Payment] | None = None) -> None:
    """Recompute the payment status of locked orders from their payments, read here unless given."""
    if payments is None:
        payments = Payment.objects.filter(order__in=[order.pk for order in orders])
    by_order: dict[int, list[Payment]] = defaultdict(list)
    for payment in payments:
        by_order[payment.order_id].append(payment)
    changed = []
    for order in orders:
        status = payment_status_of(order, by_order[order.pk])
        if order.payment_status != status:
            order.payment_status = status
            changed.append(order)
    save_many(changed, ["payment_status"])


def refresh_fulfillment_status(orders: Sequence[Order], lines: Iterable[OrderLine] | None = None) -> None:
    """Recompute the fulfillment status of locked orders from their lines, read here unless given."""
    if lines is None:
        lines = OrderLine.objects.filter(order__in=[order.pk for order in orders])
    by_order: dict[int, list[OrderLine]] = defaultdict(list)
    for line in lines:
        by_order[line.order_id].append(line)
    changed = []
    for order in orders:
        status = fulfillment_status_of(order, by_order[order.pk])
        if order.fulfillment_status != status:
            order.fulfillment_status = status
            changed.append(order)
    save_many(changed, ["fulfillment_status"])


def payment_status_of(order: Order, payments: Sequence[Payment]) -> PaymentStatus:
    """Return the word for what an order's payments add up to."""
    captured = sum(payment.captured for payment in payments)
    refunded = sum(payment.refunded for payment in payments)
    if refunded:
        return PaymentStatus.REFUNDED if refunded >= captured else PaymentStatus.PARTIALLY_REFUNDED
    if captured:
        return PaymentStatus.PAID if captured >= order.owed else PaymentStatus.PARTIALLY_PAID
    return PaymentStatus.NONE if order.total == 0 else _status_of_promises(order, payments)


def _status_of_promises(order: Order, payments: Sequence[Payment]) -> PaymentStatus:
    """Return the word for payments of which nothing was collected yet."""
    promised = sum(payment.authorized for payment in payments if payment.state in PROMISED)
    states = {payment.state for payment in payments}
    if promised and promised >= order.owed:
        return PaymentStatus.AUTHORIZED
    if states.intersection((*UNDECIDED, *PROMISED)):
        return PaymentStatus.PENDING
    if states.intersection((PaymentState.FAILED, PaymentState.EXPIRED)):
        return PaymentStatus.FAILED
    return PaymentStatus.VOIDED if PaymentState.VOIDED in states else PaymentStatus.UNPAID


def fulfillment_status_of(order: Order, lines: Sequence[OrderLine]) -> FulfillmentStatus:
    """Return the word for what an order's lines add up to."""
    pieces = sum(line.quantity for line in lines)
    still_open = sum(line.quantity_open for line in lines)
    shipped = sum(line.quantity_shipped for line in lines)
    if not pieces:
        return FulfillmentStatus.UNALLOCATED
    if shipped:
        delivered = sum(line.quantity_delivered for line in lines)
        if still_open:
            return FulfillmentStatus.PARTIALLY_SHIPPED
        return FulfillmentStatus.DELIVERED if delivered >= shipped else FulfillmentStatus.SHIPPED
    if not still_open:
        return FulfillmentStatus.CANCELLED
    if order.short_since is not None:
        return FulfillmentStatus.BACKORDERED
    allocated = sum(line.quantity_allocated for line in lines)
    return FulfillmentStatus.ALLOCATED if allocated >= still_open else FulfillmentStatus.UNALLOCATED
