"""Matching follows its order: cancelled, reduced, moved, unpaid; and the floor objects where it is too late."""

from datetime import timedelta

import pytest

from fulfillment.handlers import end_cancelled, shrink_reduced, source_moved, source_paid
from fulfillment.models import Allocation, FulfillmentOrder, Shipment
from fulfillment.services.picking import start_picking
from fulfillment.services.rerouting import source_again
from fulfillment.services.sourcing import source_orders
from fulfillment.services.sourcing.withdrawal import expire_unpaid
from inventory.models import StockLevel
from oms.foundation.objections import objections
from oms.foundation.refusals import Refused
from orders.events import AddressChanged, OrderCancelled, OrderReduced, PaymentAuthorized
from orders.models import Gate, Order, OrderAddress, OrderLine
from orders.services.cancel import cancel_line, cancel_order
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.shop import an_order, label_of, labelled, packed, shipped, some_orders, sourced, stock_gate

pytestmark = pytest.mark.django_db


@pytest.fixture
def work() -> FulfillmentOrder:
    """An open fulfillment order for three pieces of TEA and one CUP in London."""
    place = make_location("LON")
    tea, cup = make_product("TEA"), make_product("CUP")
    make_stock(tea, place, 10)
    make_stock(cup, place, 10)
    (row,) = sourced(an_order([(tea, 3), (cup, 1)]))
    return row


def promised() -> int:
    """Return how many pieces are promised by the stock's own counters."""
    return sum(StockLevel.objects.values_list("allocated", flat=True))


def test_a_cancelled_order_gives_everything_back(work) -> None:
    cancel_order(order_id=work.order_id, actor=make_actor())
    end_cancelled([OrderCancelled(at=NOW, order_id=work.order_id)], make_actor())
    assert set(FulfillmentOrder.objects.values_list("state", flat=True)) == {"cancelled"}
    assert set(Allocation.objects.values_list("state", flat=True)) == {"released"}
    assert promised() == 0


def test_an_order_in_somebodys_hands_is_not_cancelled(work) -> None:
    start_picking(fulfillment_order_id=work.pk, actor=make_actor())
    with pytest.raises(Refused, match=f"LON has {work.number} being picked; to cancel the order, stop picking there"):
        cancel_order(order_id=work.order_id, actor=make_actor())
    assert Order.objects.get().state == "released"


def test_a_shipped_order_is_not_cancelled(work) -> None:
    shipped(work)
    (reason,) = objections("orders.cancel", [work.order_id])[work.order_id]
    assert reason.code == "shipped"


def test_F103_the_address_is_fixed_once_a_label_carries_it(work) -> None:
    assert objections("orders.edit_address", [work.order_id]) == {}
    labelled(work)
    (reason,) = objections("orders.edit_address", [work.order_id])[work.order_id]
    assert reason.code == "label_bought"


def test_cancelled_behind_the_floors_back_takes_the_label_back(work) -> None:
    row = labelled(work)
    order = Order.objects.get()
    order.cancel(at=NOW)
    order.save()
    end_cancelled([OrderCancelled(at=NOW, order_id=order.pk)], make_actor())
    assert label_of(row).state == "void_requested"
    assert Shipment.objects.get().state == "cancelled"
    assert promised() == 0


def test_a_reduced_order_gives_the_excess_back(work) -> None:
    cancel_line(order_id=work.order_id, line=1, quantity=2, actor=make_actor())
    shrink_reduced([OrderReduced(at=NOW, order_id=work.order_id)], make_actor())
    open_pieces = Allocation.objects.filter(state="allocated", order_line__sku="TEA")
    assert list(open_pieces.values_list("quantity", flat=True)) == [1]
    assert promised() == 2
    assert FulfillmentOrder.objects.get().state == "open"
    assert OrderLine.objects.get(sku="TEA").quantity_allocated == 1


def test_F18_a_reduced_order_may_be_sourced_before_matching_has_heard_of_it(work) -> None:
    cancel_line(order_id=work.order_id, line=1, quantity=2, actor=make_actor())
    source_again(order_id=work.order_id, actor=make_actor())
    assert OrderLine.objects.get(sku="TEA").quantity_allocated == 1

    shrink_reduced([OrderReduced(at=NOW, order_id=work.order_id)], make_actor())

    assert (OrderLine.objects.get(sku="TEA").quantity_allocated, promised()) == (1, 2)


def test_a_line_in_somebodys_hands_is_not_reduced(work) -> None:
    packed(work)
    with pytest.raises(Refused, match="packed"):
        cancel_line(order_id=work.order_id, line=1, quantity=2, actor=make_actor())
    assert OrderLine.objects.get(sku="TEA").quantity_open == 3


def test_a_new_address_moves_the_plan() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON", latitude=51.5, longitude=0.1), 5)
    make_stock(tea, make_location("EDI", latitude=55.9, longitude=-3.2), 5)
    (order,) = some_orders([[(tea, 1)]], postal_code="EC1A 1BB", paid=False)
    source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())
    assert FulfillmentOrder.objects.get().location.code == "LON"
    OrderAddress.objects.update(postal_code="EH1 1YZ")

    source_moved([AddressChanged(at=NOW, order_id=order.pk)], make_actor())

    assert FulfillmentOrder.objects.get(state="planned").location.code == "EDI"


def unpaid() -> Order:
    """Return an order that holds its pieces while it waits for its money."""
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 5)
    (order,) = some_orders([[(tea, 2)]], paid=False)
    source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())
    return order


def test_unpaid_pieces_are_given_back_in_time() -> None:
    order = unpaid()
    assert expire_unpaid(actor=make_actor(now=NOW + timedelta(hours=71))) == 0
    assert expire_unpaid(actor=make_actor(now=NOW + timedelta(hours=72))) == 1
    assert promised() == 0
    state, code, reason = stock_gate(order)
    assert (state, code) == ("closed", "allocation_expired")
    assert reason.startswith("The order was not paid within 72 hours")
    assert Order.objects.get().short_since is None


def test_paid_pieces_stay() -> None:
    order = unpaid()
    Gate.objects.filter(order=order, name="payment").update(state="open")
    assert expire_unpaid(actor=make_actor(now=NOW + timedelta(hours=100))) == 0
    assert promised() == 2


def test_a_late_payment_promises_the_pieces_again() -> None:
    order = unpaid()
    late = make_actor(now=NOW + timedelta(hours=80))
    expire_unpaid(actor=late)
    source_paid([PaymentAuthorized(at=NOW, order_id=order.pk, payment_id=1)], late)
    assert promised() == 2
    assert stock_gate(order)[0] == "open"
