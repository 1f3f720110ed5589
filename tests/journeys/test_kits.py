"""A kit on its way: ordered, decided to where it can be assembled, fetched part by part, sent; or short of a part."""

import pytest

from fulfillment.models import Allocation, FulfillmentOrder, Package, SourcingDecision
from fulfillment.services.picking import confirm_picked, start_picking
from inventory.models import StockLevel
from inventory.services.stock import adjust_stock
from orders.models import Order, OrderLine
from returns.services.inspecting import inspect_return
from returns.services.receiving import receive_return
from tests.factories import take_order
from tests.fulfillment.lamps import LampShop, held, on_hand
from tests.fulfillment.test_journey import clerk, floor, rest, unbroken
from tests.returns.world import announced, approved_return, inspected

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(settings) -> LampShop:
    """The shop, whose parcels fly: London lacks a bulb, Leeds has all, Paris assembles nothing."""
    settings.SANDBOX_TRACKING_SECONDS = 0
    shop = LampShop()
    shop.stock(shop.london, bulbs=1, shades=9)
    shop.stock(shop.leeds, bulbs=4, shades=2)
    shop.stock(shop.paris, bulbs=9, shades=9)
    return shop


def test_a_kit_goes_from_the_order_to_the_door(shop) -> None:
    order = take_order([(shop.lamp, 1, 4900)])
    rest()
    work = FulfillmentOrder.objects.get()
    assert (work.location.code, work.state) == ("LEE", "open")
    lost = {one["code"]: one["sentence"] for one in SourcingDecision.objects.get().outcome["rejections"]}
    assert lost == {
        "LON": "London lost: it cannot assemble LAMP: 1 of SKU BULB available, 2 needed.",
        "PAR": "Paris lost: it cannot assemble kits, and 0 of SKU LAMP lie ready, 1 needed.",
    }

    floor(work)

    assert Package.objects.get().tracking_status == "delivered"
    assert Order.objects.get(pk=order.pk).state == "completed"
    assert (on_hand(shop.bulb, shop.leeds), on_hand(shop.shade, shop.leeds)) == (2, 1)
    unbroken()


def test_a_part_that_is_not_there_lets_another_workshop_assemble_the_kit(shop) -> None:
    shop.paris.capabilities = ["kitting"]
    shop.paris.save()
    take_order([(shop.lamp, 1, 4900)])
    rest()
    work = FulfillmentOrder.objects.get()
    places = {"LEE": shop.leeds, "PAR": shop.paris}
    here, there = work.location.code, next(code for code in places if code != work.location.code)
    lost = StockLevel.objects.get(product=shop.bulb, location=places[here]).on_hand - 1

    start_picking(fulfillment_order_id=work.pk, actor=clerk())
    confirm_picked(fulfillment_order_id=work.pk, short={"BULB": 2}, actor=clerk())
    adjust_stock(sku="BULB", location=here, quantity=1 - lost, reason="damage", actor=clerk())
    rest()

    assert OrderLine.objects.get().quantity_allocated == 1
    newest = FulfillmentOrder.objects.order_by("-pk")[0]
    assert newest.location.code == there
    floor(newest)
    assert Order.objects.get().state == "completed"
    assert (held(shop.bulb, places[here]), held(shop.bulb, places[there])) == (0, 0)
    unbroken()


def test_a_kit_that_comes_back_lies_ready(shop) -> None:
    order = take_order([(shop.lamp, 1, 4900)])
    rest()
    floor(FulfillmentOrder.objects.get())
    order = Order.objects.get(pk=order.pk)

    one = approved_return(order, announced("LAMP", 1), actor=clerk())
    receive_return(return_id=one.pk, location=shop.leeds, actor=clerk())
    inspect_return(return_id=one.pk, lines=[inspected("LAMP")], actor=clerk())
    rest()

    assert (on_hand(shop.lamp, shop.leeds), on_hand(shop.bulb, shop.leeds)) == (1, 2)
    again = take_order([(shop.lamp, 1, 4900)])
    rest()
    assert [one.is_assembled for one in Allocation.objects.filter(order_line__order=again)] == [False]
    unbroken()
