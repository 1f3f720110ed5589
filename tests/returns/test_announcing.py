"""Announcing returns."""

from datetime import timedelta

import pytest

from oms.foundation.objections import objections
from oms.foundation.refusals import Invalid, Refused
from orders.models import Order, OrderLine
from returns.models import Return, ReturnLine
from returns.services.expiring import expire_returns
from returns.services.requesting import ReturnExceedsShipped, cancel_return, mark_sent, request_return
from tests.factories import NOW, make_product
from tests.returns.world import CLERK, announced, approved_return, completed_return, ref, shipped_order, tee

pytestmark = pytest.mark.django_db


def test_F54_more_pieces_than_were_shipped_are_refused():
    order = shipped_order((tee(), 2, 1990))

    with pytest.raises(ReturnExceedsShipped) as refused:
        request_return(order_id=order.pk, lines=[announced("TEE", 3)], actor=CLERK)

    [reason] = refused.value.reasons
    assert reason.sentence == "TEE: 3 announced, but only 2 shipped pieces can come back."
    assert reason.field == "lines.0.quantity"
    assert Return.objects.count() == 0


def test_the_same_line_named_twice_is_added_up():
    order = shipped_order((tee(), 2, 1990))

    with pytest.raises(ReturnExceedsShipped):
        request_return(order_id=order.pk, lines=[announced("TEE", 1), announced("TEE", 2)], actor=CLERK)

    assert Return.objects.count() == 0


def test_pieces_announced_in_an_open_return_cannot_be_announced_again():
    order = shipped_order((tee(), 2, 1990))
    approved_return(order, announced("TEE", 2))

    with pytest.raises(Refused) as refused:
        request_return(order_id=order.pk, lines=[announced("TEE", 1)], actor=CLERK)

    assert refused.value.code == "nothing_to_return"
    assert Return.objects.count() == 1


def test_pieces_of_a_cancelled_return_can_be_announced_again():
    order = shipped_order((tee(), 2, 1990))
    one = approved_return(order, announced("TEE", 2))
    cancel_return(return_id=one.pk, actor=CLERK)

    again = request_return(order_id=order.pk, lines=[announced("TEE", 2)], actor=CLERK)

    assert again.state == "requested"


def test_returned_pieces_cannot_come_back_again():
    order = shipped_order((tee(), 2, 1990))
    completed_return(order, announced("TEE", 1))

    with pytest.raises(ReturnExceedsShipped):
        request_return(order_id=order.pk, lines=[announced("TEE", 2)], actor=CLERK)

    assert OrderLine.objects.get().quantity_returned == 1


def test_pieces_not_shipped_yet_cannot_come_back():
    order = shipped_order((tee(), 2, 1990), state="released")
    OrderLine.objects.update(quantity_open=2, quantity_shipped=0, quantity_delivered=0)

    with pytest.raises(Refused) as refused:
        request_return(order_id=order.pk, lines=[announced("TEE", 1)], actor=CLERK)

    assert refused.value.code == "nothing_to_return"


def test_a_line_the_order_does_not_have_is_refused():
    order = shipped_order((tee(), 2, 1990))
    make_product("CAP")

    with pytest.raises(Invalid) as refused:
        request_return(order_id=order.pk, lines=[announced("CAP", 1)], actor=CLERK)

    assert refused.value.sentence == "The order has no CAP. Its lines are 1: TEE."


def test_a_product_on_two_lines_is_spread_over_them():
    order = shipped_order((tee(), 1, 1990), (tee(), 2, 1500))

    one = request_return(order_id=order.pk, lines=[announced("TEE", 2)], actor=CLERK)

    lines = one.lines.order_by("order_line__position").values_list("order_line__position", "quantity")
    assert list(lines) == [(1, 1), (2, 1)]


def test_a_line_is_named_by_its_number():
    order = shipped_order((tee(), 1, 1990), (tee(), 2, 1500))

    entry = type(announced("", 1))(ref(line=2), 2)
    one = request_return(order_id=order.pk, lines=[entry], actor=CLERK)

    assert ReturnLine.objects.get(return_order=one).order_line.position == 2


def test_an_order_with_an_open_return_cannot_be_cancelled():
    order = shipped_order((tee(), 1, 1990))
    one = approved_return(order, announced("TEE", 1))

    [reason] = objections("orders.cancel", [order.pk])[order.pk]

    assert reason.sentence == f"Return {one.number} is open: complete, decline or cancel it first."


def test_a_return_that_never_came_expires_after_thirty_days():
    order = shipped_order((tee(), 2, 1990))
    one = approved_return(order, announced("TEE", 1))
    sent = approved_return(order, announced("TEE", 1))
    mark_sent(return_id=sent.pk, actor=CLERK)

    assert expire_returns(actor=CLERK.at(NOW + timedelta(days=30))) == 0
    assert expire_returns(actor=CLERK.at(NOW + timedelta(days=31))) == 1
    assert expire_returns(actor=CLERK.at(NOW + timedelta(days=61))) == 1

    assert set(Return.objects.values_list("state", flat=True)) == {"expired"}
    assert request_return(order_id=Order.objects.get().pk, lines=[announced("TEE", 2)], actor=CLERK).pk > one.pk
