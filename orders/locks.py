"""Locks of demand, in the one order of the product: orders, then their payments and what was asked of gateways."""

from collections.abc import Iterable

from oms.foundation.locks import lock_row, lock_rows
from orders.models import Order, OrderLine, Payment, PaymentEvent, Refund
from orders.states import OPEN_OUTCOMES


def lock_order(order_id: int) -> Order:
    """Lock one order and return it.

    :raises NotFound: when there is none. :raises StaleVersion: when the asker saw another version.
    """
    return lock_row(Order, order_id)


def lock_orders(order_ids: Iterable[int]) -> list[Order]:
    """Lock orders in the order of their primary keys and return them."""
    return lock_rows(Order, order_ids)


def lock_payments(order_ids: Iterable[int]) -> list[Payment]:
    """Lock every payment of orders that the caller has locked, by primary key."""
    payments = Payment.objects.select_for_update(no_key=True, of=("self",)).filter(order_id__in=sorted(set(order_ids)))
    return list(payments.order_by("pk"))


def lock_refunds(refund_ids: Iterable[int]) -> list[Refund]:
    """Lock refunds whose orders the caller has locked, by primary key."""
    return lock_rows(Refund, refund_ids)


def lock_open_events(event_ids: Iterable[int]) -> list[PaymentEvent]:
    """Lock those of the intents whose outcome is not known yet, by primary key."""
    events = PaymentEvent.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=sorted(set(event_ids)))
    return list(events.filter(outcome__in=OPEN_OUTCOMES).order_by("pk"))


def lock_lines(order_ids: Iterable[int]) -> list[OrderLine]:
    """Lock every line of orders that the caller has locked, by primary key."""
    lines = OrderLine.objects.select_for_update(no_key=True, of=("self",)).filter(order_id__in=sorted(set(order_ids)))
    return list(lines.order_by("pk"))
