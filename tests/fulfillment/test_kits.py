"""Kits are promised where they can be assembled, as a whole and of parts that nobody else has."""

import pytest

from fulfillment.models import Allocation
from fulfillment.services.following import end_work, shrink_promises
from fulfillment.services.promising import Asked, promise_basket
from fulfillment.services.reallocating import reallocate
from fulfillment.services.rerouting import reroute, source_again
from fulfillment.services.sourcing import source_orders
from fulfillment.services.sourcing.backorders import serve_backorders
from fulfillment.services.sourcing.choices import choices_of
from fulfillment.services.sourcing.reading import replay, what_would_change
from fulfillment.services.trading import trade
from inventory.models import IncomingStock, KitComponent, Reservation, StockLevel
from inventory.services.stock import adjust_stock
from oms.foundation.refusals import Refused
from orders.models import Order, OrderLine
from orders.services.cancel import cancel_line, cancel_order
from tests.factories import NOW, make_actor
from tests.fulfillment.lamps import LampShop, held, parts_held, promised
from tests.fulfillment.shop import some_orders, sourced, stock_gate
from tests.fulfillment.walks import broken

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> LampShop:
    """The shop, nothing on its shelves."""
    return LampShop()


def test_a_kit_goes_to_the_location_that_assembles_it_and_the_others_are_told_why_not(shop):
    shop.stock(shop.leeds, bulbs=1, shades=5)
    shop.stock(shop.london, bulbs=9, shades=3)
    shop.stock(shop.paris, bulbs=9, shades=9)
    order = shop.order()

    (decision,) = source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())

    assert promised() == [("LON", 1, "allocated", True)]
    assert parts_held() == {"BULB": 2, "SHADE": 1}
    assert [held(one, shop.london) for one in (shop.lamp, shop.bulb, shop.shade)] == [0, 2, 1]
    assert {one["code"]: one["sentence"] for one in decision.outcome["rejections"]} == {
        "LEE": "Leeds lost: it cannot assemble LAMP: 1 of SKU BULB available, 2 needed.",
        "PAR": "Paris lost: it cannot assemble kits, and 0 of SKU LAMP lie ready, 1 needed.",
    }
    assert OrderLine.objects.get().quantity_allocated == 1
    assert stock_gate(order)[0] == "open"
    assert replay(decision).same
    assert any("Leeds would ship with 2 of SKU BULB" in one.sentence for one in what_would_change(replay(decision)))
    assert broken() == []


def test_ready_ones_go_first_and_the_rest_is_assembled(shop):
    shop.stock(shop.london, bulbs=4, shades=4, lamps=1)
    sourced(shop.order(3))
    assert promised() == [("LON", 1, "allocated", False), ("LON", 2, "allocated", True)]
    assert [held(one, shop.london) for one in (shop.lamp, shop.bulb, shop.shade)] == [1, 4, 2]
    assert broken() == []


def test_lines_and_orders_of_a_batch_never_share_a_part(shop):
    shop.stock(shop.london, bulbs=5, shades=9)
    wants = [[(shop.lamp, 1), (shop.bulb, 1)], [(shop.lamp, 1)], [(shop.bulb, 1)]]
    orders = some_orders(wants)

    source_orders(order_ids=[one.pk for one in orders], trigger="placed", actor=make_actor())

    assert list(OrderLine.objects.order_by("pk").values_list("quantity_allocated", flat=True)) == [1, 1, 1, 0]
    assert held(shop.bulb, shop.london) == 5
    assert broken() == []


def test_a_short_kit_waits_with_a_sentence_and_is_served_when_a_part_comes(shop):
    shop.stock(shop.london, bulbs=1, shades=1)
    order = shop.order()
    sourced(order)
    state, code, reason = stock_gate(order)
    assert (state, code) == ("closed", "cannot_assemble")
    assert "London lost: it cannot assemble LAMP: 1 of SKU BULB available, 2 needed." in reason

    adjust_stock(sku="BULB", location="LON", quantity=1, reason="receipt", actor=make_actor())
    assert serve_backorders(product_ids=[shop.bulb.pk], actor=make_actor()) == 1

    assert promised() == [("LON", 1, "allocated", True)]
    assert stock_gate(order)[0] == "open"


def test_what_carts_have_in_hand_of_a_kit_or_of_its_parts_is_not_assembled(shop):
    shop.stock(shop.london, bulbs=4, shades=4)
    soon = NOW.replace(hour=23)
    for product, key in ((shop.lamp, "a"), (shop.bulb, "b")):
        Reservation.objects.create(product=product, key=key, quantity=1, expires_at=soon, created_at=NOW)
    sourced(shop.order())
    assert promised() == []
    Reservation.objects.filter(key="b").delete()
    sourced(Order.objects.get())
    assert promised() == [("LON", 1, "allocated", True)]


def test_editing_the_kit_changes_nothing_underway(shop):
    shop.stock(shop.london, bulbs=9, shades=9)
    (work,) = sourced(shop.order(2))
    KitComponent.objects.filter(component=shop.bulb).update(quantity=4)
    KitComponent.objects.filter(component=shop.shade).delete()

    assert broken() == []
    reroute(fulfillment_order_id=work.pk, actor=make_actor())

    assert [held(one, shop.london) for one in (shop.bulb, shop.shade)] == [0, 0]
    assert broken() == []
    source_again(order_id=work.order_id, actor=make_actor())
    assert parts_held() == {"BULB": 4}
    assert held(shop.bulb, shop.london) == 8


def test_a_cancelled_order_gives_every_part_back(shop):
    shop.stock(shop.london, bulbs=9, shades=9)
    order = shop.order(2)
    sourced(order)
    cancel_order(order_id=order.pk, reason="changed", actor=make_actor())
    end_work(order_ids=[order.pk], actor=make_actor())
    assert [held(one, shop.london) for one in (shop.bulb, shop.shade)] == [0, 0]
    assert {one.state for one in Allocation.objects.all()} == {"released"}
    assert broken() == []


def test_a_reduced_line_keeps_whole_kits(shop):
    shop.stock(shop.london, bulbs=9, shades=9)
    order = shop.order(3)
    sourced(order)
    cancel_line(order_id=order.pk, line=1, quantity=1, reason="changed", actor=make_actor())
    shrink_promises(order_ids=[order.pk], actor=make_actor())
    assert [held(one, shop.london) for one in (shop.bulb, shop.shade)] == [4, 2]
    assert broken() == []


def test_a_person_moves_it_to_another_workshop_and_is_told_why_not_elsewhere(shop):
    shop.stock(shop.london, bulbs=9, shades=9)
    shop.stock(shop.leeds, bulbs=3, shades=3)
    shop.stock(shop.paris, bulbs=9, shades=9)
    shop.leeds.is_active = False
    shop.leeds.save()
    (work,) = sourced(shop.order(2))
    shop.leeds.is_active = True
    shop.leeds.save()
    told = {
        one.location.code: [bar.sentence for bar in one.bars]
        for one in choices_of(work.order, work.allocations.all(), now=NOW)
    }
    assert told["PAR"] == [
        "Paris has 0 × LAMP free, 2 are to go there: it cannot assemble kits, and 0 of SKU LAMP lie ready, 2 needed."
    ]
    with pytest.raises(Refused, match="it cannot assemble LAMP: 3 of SKU BULB available, 4 needed"):
        reallocate(fulfillment_order_id=work.pk, location=shop.leeds, reason="flood", actor=make_actor())

    there = reallocate(
        fulfillment_order_id=work.pk, location=shop.leeds, sku="LAMP", quantity=1, reason="flood", actor=make_actor()
    )

    assert there.location == shop.leeds
    assert [(held(shop.bulb, place), held(shop.shade, place)) for place in (shop.london, shop.leeds)] == [
        (2, 1),
        (2, 1),
    ]
    assert broken() == []


def test_kits_to_be_assembled_are_not_traded(shop):
    shop.stock(shop.london, bulbs=2, shades=1)
    (work,) = sourced(shop.order())
    other = shop.order()
    sourced(other)
    with pytest.raises(Refused, match="LAMP is assembled of parts there: move it to another location"):
        trade(fulfillment_order_id=work.pk, order=other, sku="LAMP", reason="vip", actor=make_actor())
    assert promised() == [("LON", 1, "allocated", True)]


def test_a_basket_is_promised_with_what_could_be_assembled(shop):
    shop.stock(shop.london, bulbs=4, shades=4, lamps=1)
    asked = Asked({"LAMP": 3}, "GB", "LS1 4AP")
    answer = promise_basket(asked, levels=StockLevel.objects.all(), incoming=IncomingStock.objects.all(), now=NOW)
    (told,) = answer.skus
    assert (dict(told.locations), told.available, told.promise.complete) == ({"LON": 3}, 3, True)
    more = promise_basket(
        Asked({"LAMP": 3, "BULB": 1}, "GB", "LS1 4AP"),
        levels=StockLevel.objects.all(), incoming=IncomingStock.objects.all(), now=NOW,
    )  # fmt: skip
    assert (more.basket.complete, more.basket.missing) == (False, 1)
