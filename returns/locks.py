"""Row locks of the way back: always after the order's, before stock levels."""

from collections.abc import Iterable

from oms.foundation.locks import lock_row, lock_rows
from orders.locks import lock_order, lock_payments
from orders.models import Order
from returns.models import Return, ReturnLine


def lock_return(return_id: int, *, money: bool = False) -> tuple[Order, Return]:
    """Lock a return with its order, and the order's payments when money will move.

    :raises NotFound: when there is none. :raises StaleVersion: when the asker saw another version.
    """
    order_id = Return.objects.filter(pk=return_id).values_list("order_id", flat=True).first()
    order = lock_order(order_id or 0)
    if money:
        lock_payments([order.pk])
    return order, lock_row(Return, return_id)


def lock_returns(return_ids: Iterable[int]) -> list[Return]:
    """Lock many returns by primary key; their orders are locked by the caller."""
    return lock_rows(Return, return_ids)


def lock_return_lines(return_id: int) -> list[ReturnLine]:
    """Lock the lines of a return and read them with their order lines, in the order of the order."""
    ids = list(ReturnLine.objects.filter(return_order=return_id).values_list("pk", flat=True))
    lock_rows(ReturnLine, ids)
    lines = ReturnLine.objects.filter(pk__in=ids).select_related("order_line", "order_line__product")
    return list(lines.order_by("order_line__position"))
