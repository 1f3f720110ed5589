"""Promised pieces at the moment in which somebody else does something with them or with their order."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError

from fulfillment.handlers import end_cancelled
from fulfillment.models import Allocation
from fulfillment.services.rerouting import source_again
from fulfillment.services.sourcing import source_orders
from fulfillment.services.sourcing.withdrawal import expire_unpaid
from inventory.models import StockLevel
from inventory.services.allocation import allocate_pieces
from inventory.services.stock import Change, move_stock
from orders.events import OrderCancelled
from orders.intake import PaymentIn
from orders.models import Order, OrderLine
from orders.services.cancel import cancel_order
from orders.services.payments import record_payment
from tests.concurrency.rival import no_row_locks, rival_after, rival_before
from tests.factories import NOW, make_actor, make_location, make_product, make_stock, take_order

pytestmark = [pytest.mark.pg, pytest.mark.race, pytest.mark.django_db(transaction=True)]
SWEEP = "fulfillment.services.sourcing.withdrawal"
LATE = make_actor(now=NOW + timedelta(hours=73))
TRANSFER = PaymentIn(2000, gateway="external", method="bank transfer", status="pending")


def promised() -> int:
    """Return how many pieces are promised by the stock's own counters."""
    return StockLevel.objects.get().allocated


def a_placed_order(**fields) -> Order:
    """Return an order for two of ten pieces that was not sourced yet."""
    tea = make_product()
    make_stock(tea, make_location(), 10)
    return take_order([(tea, 2, 1000)], **fields)


def an_unpaid_order() -> Order:
    """Return an order whose two pieces wait for a bank transfer, and whose time is over by the moment ``LATE``."""
    order = a_placed_order(payments=[TRANSFER])
    source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())
    return order


def test_F17_expiry_while_allocating():
    order = an_unpaid_order()

    with rival_before(f"{SWEEP}.lock_orders", partial(source_again, order_id=order.pk, actor=LATE)):
        assert expire_unpaid(actor=LATE) == 0

    assert promised() == 2
    assert Allocation.objects.get(state="allocated").expires_at > LATE.now


def test_F17_money_that_arrives_while_the_sweep_runs_keeps_the_pieces():
    order = an_unpaid_order()

    with rival_before(f"{SWEEP}.lock_orders", partial(record_payment, order_id=order.pk, actor=LATE)):
        assert expire_unpaid(actor=LATE) == 0

    assert (promised(), Order.objects.get().state) == (2, "released")


@pytest.mark.twin
def test_F17_without_a_second_look_a_paid_order_loses_its_pieces(monkeypatch):
    order = an_unpaid_order()
    monkeypatch.setattr(f"{SWEEP}._orders_due", lambda now, among=None: [order.pk])

    with rival_before(f"{SWEEP}.lock_orders", partial(record_payment, order_id=order.pk, actor=LATE)):
        assert expire_unpaid(actor=LATE) == 1

    assert (promised(), Order.objects.get().payment_status) == (0, "paid")


def source(order: Order) -> None:
    """Source an order."""
    source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())


def cancel(order: Order) -> None:
    """Cancel an order, and let matching hear of it."""
    cancel_order(order_id=order.pk, actor=make_actor())
    end_cancelled([OrderCancelled(at=NOW, order_id=order.pk)], make_actor())


def assert_nothing_is_promised() -> None:
    """Check that the order has ended and left nothing behind."""
    assert (Order.objects.get().state, promised()) == ("cancelled", 0)
    assert OrderLine.objects.values_list("quantity_allocated", "quantity_cancelled").get() == (0, 2)


def test_F18_cancel_while_allocating():
    order = a_placed_order()

    with rival_before("fulfillment.services.sourcing.run.lock_supply", partial(cancel, order)) as rival:
        source(order)

    assert rival.outcome is None
    assert_nothing_is_promised()


def test_F18_allocate_while_cancelling():
    order = a_placed_order()

    with rival_after("orders.services.cancel.lock_order", partial(source, order)) as rival:
        cancel(order)

    assert rival.outcome is None
    assert_nothing_is_promised()
    assert Allocation.objects.count() == 0


@pytest.mark.twin
def test_F18_without_the_lock_only_a_check_keeps_a_cancelled_order_from_its_pieces():
    order = a_placed_order()

    with (
        no_row_locks(),
        rival_before("fulfillment.services.sourcing.run.lock_supply", partial(cancel, order)),
        pytest.raises(IntegrityError, match="line_allocated_open"),
    ):
        source(order)


@pytest.mark.twin
def test_F16_without_the_lock_only_the_check_stops_the_second():
    level = make_stock(make_product(), make_location(), 10)
    take = partial(move_stock, changes=[Change(level.pk, -6, "damage", "d:1")], actor=make_actor())

    with (
        no_row_locks(),
        rival_after("inventory.services.allocation.lock_found", take) as rival,
        pytest.raises(IntegrityError, match="stock_never_oversold"),
    ):
        allocate_pieces(pieces={level.pk: 6}, actor=make_actor())

    assert rival.outcome is None
