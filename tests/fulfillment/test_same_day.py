"""Same-day orders: accepted inside cut-off and radius of who has the stock, else waiting with the numbers."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fulfillment.models import SourcingDecision
from fulfillment.services.sourcing import source_orders
from fulfillment.services.sourcing.ages import stock_ages
from fulfillment.services.sourcing.backorders import sweep_backorders
from fulfillment.services.sourcing.reading import replay
from inventory.models import StockLevel, StockMovement
from oms.foundation.refusals import Refused
from orders.models import Order
from orders.services.shipping_method import change_shipping
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.rules import a_draft, in_force
from tests.fulfillment.shop import an_order, packed, sourced, stock_gate
from tests.inventory.test_api import Caller

# NOW is Sunday, 22 November 2026, 10:00 UTC; the customer lives in Leeds
pytestmark = pytest.mark.django_db
LEEDS, LONDON = {"latitude": 53.8, "longitude": -1.55}, {"latitude": 51.5, "longitude": 0.1}


def test_too_late_for_today_waits_and_is_taken_by_the_next_morning() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LEE", cutoff="09:00", **LEEDS), 5)
    order = an_order([(tea, 2)], service_level="same_day")
    assert sourced(order) == []
    state, code, sentence = stock_gate(order)
    assert (state, code) == ("closed", "after_cutoff")
    assert sentence == (
        "None of the 2 units can be delivered today. LEE warehouse: its cut-off for today is over; what comes in now"
        " leaves on 23 November. It waits until all of it is there, as its channel wants. It is tried again tomorrow;"
        " or change the shipping method."
    )
    assert sweep_backorders(actor=make_actor(now=NOW + timedelta(hours=18))) == 1
    assert stock_gate(order)[0] == "open"


def test_too_far_waits_with_the_numbers_until_customer_service_sends_it_otherwise() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON", same_day_km=25, **LONDON), 5)
    make_stock(make_product("CUP"), make_location("LEE", **LEEDS), 5)
    order = an_order([(tea, 2)], service_level="same_day")
    assert sourced(order) == []
    assert stock_gate(order)[1:] == (
        "outside_radius",
        (
            "None of the 2 units can be delivered today. LON warehouse: 280 km away, its same-day radius is 25 km."
            " It waits until all of it is there, as its channel wants. Change the shipping method."
        ),
    )
    with pytest.raises(Refused, match="travels so already"):
        change_shipping(order_id=order.pk, service_level="same_day", actor=make_actor())
    change_shipping(order_id=order.pk, service_level="standard", actor=make_actor())
    source_orders(order_ids=[order.pk], trigger="method_changed", actor=make_actor())
    assert Order.objects.get().state == "released"
    packed(sourced(Order.objects.get())[0])
    with pytest.raises(Refused, match="to change the order, unpack and stop picking there first"):
        change_shipping(order_id=order.pk, service_level="express", actor=make_actor())


def test_the_availability_answer_says_why_not_today_and_which_store_has_it() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON", kind="store", capabilities=["pickup"], **LONDON), 5)
    make_stock(tea, make_location("YRK", same_day_km=0, latitude=53.9, longitude=-1.1), 5)
    caller = Caller()
    query = {"sku": "TEA", "country": "GB", "postal_code": "LS1 4AP"}
    told = caller.get("/availability/", **query).json()
    assert (told["same_day"], told["basket"]["complete"]) == (False, True)
    assert "YRK warehouse: it does not deliver on the same day" in told["same_day_why"]
    assert "LON warehouse: 280 km away, its same-day radius is 30 km" in told["same_day_why"]
    there = caller.get("/availability/", **query, service_level="pickup", pickup_location="LON").json()["basket"]
    assert (there["complete"], there["ships_from"][0]["location"]) == (True, "LON")
    gone = caller.get("/availability/", **query, service_level="pickup", pickup_location="YRK").json()["basket"]
    assert (gone["complete"], gone["why"]) == (
        False,
        "The customer collects the order at YRK, but it hands no orders out.",
    )
    refused = caller.get("/availability/", **query, pickup_location="LON")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "pickup_location")


def test_the_age_of_stock_is_that_of_the_oldest_piece_that_still_lies_there() -> None:
    tea = make_product("TEA")
    level = make_stock(tea, make_location("LEE", **LEEDS), 0)
    for days, pieces in ((90, 5), (40, -4), (30, 6), (2, 1)):
        StockMovement.objects.create(
            stock_level=level, quantity=pieces, reason="receipt", reference=f"m{days}", at=NOW - timedelta(days=days)
        )
    place = (tea.pk, level.location_id)
    for on_hand, days in ((8, 90), (7, 30), (2, 30), (1, 2)):
        level.on_hand = on_hand
        level.save()
        with CaptureQueriesContext(connection) as told:
            assert stock_ages([tea.pk], [level.location_id], now=NOW) == {place: days}
        assert len(told) == 2


def test_rules_that_weigh_age_send_the_oldest_first_and_the_record_comes_out_the_same() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LEE", **LEEDS), 5)
    old = StockLevel.objects.create(product=tea, location=make_location("LON", **LONDON), on_hand=5)
    came = {"reason": "receipt", "reference": "old", "at": NOW - timedelta(days=100)}
    StockMovement.objects.create(stock_level=old, quantity=5, **came)
    in_force(a_draft(young_stock_fee=50))

    (work,) = sourced(an_order([(tea, 2)]))

    assert work.location.code == "LON"
    decision = SourcingDecision.objects.get()
    assert decision.outcome["rejections"][0]["sentence"] == (
        "LEE warehouse lost: its stock is 0 days old, that of LON warehouse 100, which adds 7.00."
    )
    assert replay(decision).same
