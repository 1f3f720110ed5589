"""A move or trade that fails at any of its statements leaves the old state whole; one that ends leaves the new one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection

from fulfillment.models import Allocation, FulfillmentOrder, Label, Package, Shipment, SourcingDecision
from fulfillment.services.reallocating import move_back, reallocate
from fulfillment.services.trading import trade
from inventory.models import StockLevel, StockMovement
from oms.foundation.models import AuditLine, OutboxEvent
from orders.models import Gate, Order, OrderLine
from tests.factories import make_actor
from tests.fulfillment.moving import Shop, broken, live, promised, undecided
from tests.fulfillment.shop import an_order, labelled, sourced

pytestmark = pytest.mark.django_db
CLERK = make_actor("kim")
BOOKS = (
    Order, OrderLine, Gate, FulfillmentOrder, Allocation, StockLevel, StockMovement, Shipment, Package, Label,
    SourcingDecision, AuditLine, OutboxEvent,
)  # fmt: skip
MOST = 400


def books() -> list[list[tuple[Any, ...]]]:
    """Return every row of all that a move touches."""
    return [list(model._default_manager.order_by("pk").values_list()) for model in BOOKS]


@contextmanager
def cut_at(number: int) -> Iterator[list[str]]:
    """Let the writing statement of a number fail, as with a database that goes away; what rolls back is let through.

    Reading changes nothing: to fail at a read leaves what to fail at the next write does.
    """
    seen: list[str] = []

    def fail(execute: Callable[..., Any], sql: str, *how: Any) -> Any:
        """Count a statement, and fail at the one that is due."""
        if not sql.startswith(("SELECT", "ROLLBACK")):
            seen.append(sql)
            if len(seen) == number:
                raise OperationalError("the connection is lost")
        return execute(sql, *how)

    with connection.execute_wrapper(fail):
        yield seen


def torn(act: Callable[[], Any]) -> list[str]:
    """Do an act again and again, each time failing one statement later, until it ends; return where it left a part.

    What it leaves is compared with the books of before, row by row.
    """
    before, left = books(), []
    for number in range(1, MOST):
        try:
            with cut_at(number) as seen:
                act()
        except OperationalError:
            if books() != before:
                left.append(seen[-1])
                return left
        else:
            assert number > 12
            return left
    raise AssertionError("it never ends")


def labelled_work(shop: Shop) -> FulfillmentOrder:
    """Return work that is packed, with a label bought."""
    row = shop.work()
    labelled(row)
    return row


def test_a_move_with_pick_and_label_is_whole_or_not_at_all() -> None:
    shop = Shop()
    row = labelled_work(shop)

    def move() -> None:
        """Take everything back and let Leeds ship it."""
        reallocate(
            fulfillment_order_id=row.pk, location=shop.leeds, reason="flood", take_back=True, insist=True, actor=CLERK
        )

    assert torn(move) == []
    assert promised(row.order_id) == {"MAN": {"TEA": 3, "CUP": 1}}
    assert (Label.objects.get().state, Shipment.objects.get().state) == ("void_requested", "cancelled")
    assert [one.location.code for one in live(row.order_id)] == ["MAN"]
    assert (broken(), undecided()) == ([], [])


def test_a_part_and_its_way_back_are_whole_or_not_at_all() -> None:
    shop = Shop()
    row = shop.work()
    part = {"sku": "TEA", "quantity": 2}
    move = {"fulfillment_order_id": row.pk, "location": shop.leeds, "reason": "flood", "actor": CLERK}

    assert torn(lambda: reallocate(**move, **part)) == []
    assert promised(row.order_id) == {"LON": {"TEA": 1, "CUP": 1}, "MAN": {"TEA": 2}}
    assert torn(lambda: move_back(fulfillment_order_id=row.pk, reason="over", actor=CLERK)) == []

    assert promised(row.order_id) == {"LON": {"TEA": 3, "CUP": 1}}
    assert (broken(), undecided()) == ([], [])


def test_a_trade_is_whole_or_not_at_all() -> None:
    shop = Shop()
    for place, pieces in ((shop.london, 3), (shop.leeds, 1)):
        shop.free(shop.tea, place, pieces)
    row = shop.work((shop.tea, 3))
    other = an_order([(shop.tea, 2)])
    sourced(other)
    assert promised(other.pk) == {"MAN": {"TEA": 1}}
    how = {"fulfillment_order_id": row.pk, "order": other, "sku": "TEA", "reason": "wedding", "actor": CLERK}

    assert torn(lambda: trade(**how)) == []

    there = [promised(pk) for pk in (row.order_id, other.pk)]
    assert there == [{"LON": {"TEA": 1}, "MAN": {"TEA": 1}}, {"LON": {"TEA": 2}}]
    assert (broken(), undecided()) == ([], [])


@pytest.mark.twin
def test_without_the_transaction_a_part_is_left() -> None:
    shop = Shop()
    row = labelled_work(shop)
    bare = reallocate.__wrapped__
    left = torn(
        lambda: bare(fulfillment_order_id=row.pk, location=shop.leeds, reason="flood", take_back=True, actor=CLERK)
    )
    assert len(left) == 1
