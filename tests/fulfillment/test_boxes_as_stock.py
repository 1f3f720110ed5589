"""Boxes leave the stock with the parcels packed in them, come back when these are opened, and refuse nobody."""

import pytest

from fulfillment.models import Box, Package
from fulfillment.services.following import end_work
from fulfillment.services.packing import unpack
from inventory.models import StockMovement
from oms.foundation.models import AuditLine
from orders.models import Order
from orders.states import OrderState
from tests.factories import make_actor, make_product, make_stock
from tests.fulfillment.packers import begin, send
from tests.fulfillment.walks import again, broken

pytestmark = pytest.mark.django_db


@pytest.fixture
def cartons(place):
    """Two small cartons on the shelf."""
    return make_stock(make_product("CARTON-S"), place, 2)


@pytest.fixture
def packed(work, ann, cartons):
    """The work in two small boxes, which are stocked."""
    Box.objects.filter(code="BOX-S").update(product=cartons.product)
    session = begin(work, ann)
    send(session, ann, "4001", 3)
    send(session, ann, act="close")
    send(session, ann, "4002")
    send(session, ann, "box-s")
    send(session, ann, act="close")
    return work


def moved() -> list[tuple[str, int]]:
    """Return the movements of packaging as which box they are of, and pieces."""
    names = {f"{word}:{one.pk}": f"{word} {one.position}" for one in Package.objects.all() for word in ("box", "unbox")}
    rows = StockMovement.objects.filter(reason="packaging").order_by("pk")
    return [(names[row.reference], row.quantity) for row in rows]


def test_each_box_leaves_the_stock_once(packed, cartons):
    assert (again(cartons).on_hand, moved()) == (0, [("box 1", -1), ("box 2", -1)])
    assert broken() == []


def test_opened_parcels_bring_their_boxes_back(packed, cartons):
    unpack(fulfillment_order_id=packed.pk, actor=make_actor())

    assert (again(cartons).on_hand, moved()[2:]) == (2, [("unbox 1", 1), ("unbox 2", 1)])
    assert broken() == []


def test_a_cancelled_order_brings_its_boxes_back(packed, cartons):
    order = Order.objects.get(pk=packed.order_id)
    order.cancel(at=make_actor().now)
    order.save()
    end_work(order_ids=[order.pk], actor=make_actor())

    assert (again(order).state, again(cartons).on_hand) == (OrderState.CANCELLED, 2)


def test_what_the_books_lack_refuses_nobody_and_is_said(work, ann, cartons):
    cartons.allocated = 1
    cartons.save()
    Box.objects.filter(code="BOX-S").update(product=cartons.product)
    session = begin(work, ann)
    for code, pieces in (("4001", 2), ("4001", 1), ("4002", 1)):
        send(session, ann, code, pieces)
        send(session, ann, "box-s")
        send(session, ann, act="close")

    assert (again(work).state, again(cartons).on_hand, moved()) == ("ready", 1, [("box 1", -1)])
    line = AuditLine.objects.get(act="fulfillment.lack_boxes")
    assert line.note == "The books of LON warehouse had 2 × BOX-S too few; count them, and order more."
    unpack(fulfillment_order_id=work.pk, actor=make_actor())
    assert again(cartons).on_hand == 2


def test_a_box_that_is_not_stocked_moves_nothing(work, ann):
    session = begin(work, ann)
    send(session, ann, "4001", 3)
    send(session, ann, "4002")
    send(session, ann, act="close")

    assert (Package.objects.get().box.code, moved()) == ("BOX-S", [])
