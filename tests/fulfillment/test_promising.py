"""What is promised of a basket: from where, leaving when, arriving when, with what comes, and nothing to carts."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from fulfillment.models import ShippingRate
from fulfillment.services.promising import Answer, Asked, promise_basket
from fulfillment.sourcing.arrival import Transit, arrival, transit_of
from fulfillment.sourcing.snapshot import Node, Point, Rate
from inventory.models import IncomingStock, StockLevel
from inventory.services.incoming import announce_stock
from inventory.services.reservations import reserve_pieces
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.shop import an_order, sourced
from tests.inventory.test_api import Caller

# NOW is Sunday, 22 November 2026, 10:00 UTC; LS1 is Leeds
pytestmark = pytest.mark.django_db
LEEDS = {"latitude": 53.8, "longitude": -1.55}
STATEMENTS = 10


def ask(level: str = "standard", **pieces: int) -> Answer:
    """Ask for pieces by SKU, to Leeds."""
    asked = Asked(pieces, "GB", "LS1 4AP", level)
    return promise_basket(asked, levels=StockLevel.objects.all(), incoming=IncomingStock.objects.all(), now=NOW)


def expect(sku: str, location: str, quantity: int, day: date) -> None:
    """Announce pieces."""
    told = {"sku": sku, "location": location, "quantity": quantity, "expected_on": day}
    announce_stock(**told, reference=f"PO-{day}", actor=make_actor())


def test_a_basket_that_lies_at_one_place_leaves_from_there_at_its_cutoff() -> None:
    tea, cup = make_product("TEA"), make_product("CUP")
    leeds, london = make_location("LEE", **LEEDS), make_location("LON")
    for place in (leeds, london):
        make_stock(tea, place, 5)
        make_stock(cup, place, 5)

    answer = ask(TEA=2, CUP=1)

    assert (answer.basket.complete, answer.basket.places) == (True, {"LEE": 3})
    assert answer.basket.ship_by.isoformat() == "2026-11-22T16:00:00+00:00"
    assert (answer.basket.delivery_p50, answer.basket.delivery_p90) == (date(2026, 11, 23), date(2026, 11, 24))
    assert answer.same_day


def test_a_calendar_moves_the_promise() -> None:
    make_stock(make_product("TEA"), make_location("LEE", **LEEDS, working_days="12345", handling_days=1), 5)

    answer = ask(TEA=2)

    assert answer.basket.ship_by.isoformat() == "2026-11-24T16:00:00+00:00"
    assert answer.basket.delivery_p90 == date(2026, 11, 26)
    assert not answer.same_day


def test_same_day_only_before_the_cutoff_and_near() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 5)
    assert not ask(TEA=1).same_day, "London is far from Leeds"
    assert not ask("same_day", TEA=1).basket.complete
    level = make_stock(tea, make_location("LEE", **LEEDS, cutoff="09:00"), 5)
    assert not ask("same_day", TEA=1).basket.complete, "the cut-off has passed"
    level.location.cutoff = "11:00"
    level.location.save()

    told = ask("same_day", TEA=1).basket
    assert (told.complete, told.places, told.delivery_p90) == (True, {"LEE": 1}, date(2026, 11, 22))


def test_a_location_that_is_full_today_sends_tomorrow() -> None:
    make_stock(make_product("TEA"), make_location("LEE", **LEEDS, daily_capacity=0), 5)
    assert ask(TEA=1).basket.ship_by.isoformat() == "2026-11-23T16:00:00+00:00"


def test_what_carts_have_and_safety_stock_are_promised_to_nobody() -> None:
    make_stock(make_product("TEA"), make_location("LEE", **LEEDS), 10, safety_stock=3, allocated=1)
    reserve_pieces(key="cart", pieces={"TEA": 4}, expires_at=NOW + timedelta(minutes=5), actor=make_actor())

    (told,) = ask(TEA=3).skus
    assert (told.locations, told.reserved, told.available) == ({"LEE": 6}, 4, 2)
    assert (told.promise.complete, told.promise.missing, told.promise.places) == (False, 1, {"LEE": 2})


def test_missing_pieces_leave_after_they_have_come_and_those_who_wait_are_first() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LEE", **LEEDS), 2)
    expect("TEA", "LEE", 5, date(2026, 11, 25))
    expect("TEA", "LEE", 5, date(2026, 12, 1))

    told = ask(TEA=6).basket
    assert (told.complete, told.missing, told.places) == (True, 4, {"LEE": 2})
    assert told.ship_by.isoformat() == "2026-11-26T16:00:00+00:00"

    sourced(an_order([(tea, 6)]))
    (sku,) = ask(TEA=4).skus
    assert (sku.available, sku.waiting) == (0, 4)
    assert sku.promise.ship_by.isoformat() == "2026-12-02T16:00:00+00:00"
    assert not ask(TEA=7).basket.complete


def test_an_unknown_product_makes_the_basket_impossible() -> None:
    make_stock(make_product("TEA"), make_location("LEE", **LEEDS), 5)
    answer = ask(TEA=1, NOPE=1)
    assert [one.known for one in answer.skus] == [True, False]
    assert (answer.basket.complete, answer.basket.ship_by, answer.same_day) == (False, None, False)


def test_asking_takes_a_fixed_number_of_statements_and_writes_nothing() -> None:
    products = [make_product(f"P{at}") for at in range(6)]
    for _ in range(3):
        place = make_location(daily_capacity=10)
        for product in products:
            make_stock(product, place, 5)
    for product in products:
        expect(product.sku, place.code, 5, date(2026, 12, 1))
    for count in (1, 6):
        with CaptureQueriesContext(
            connection,
        ) as told:
            ask(**{product.sku: 2 for product in products[:count]})
        assert len(told) == STATEMENTS
        assert all(one["sql"].startswith("SELECT") for one in told)


def test_the_api_answers_and_refuses_by_field() -> None:
    caller = Caller()
    make_stock(make_product("TEA"), make_location("LEE", **LEEDS), 5)
    query = {"sku": ["TEA", "NOPE", "TEA"], "quantity": ["2", "1", "1"], "country": "gb", "postal_code": "LS1 4AP"}

    told = caller.get("/availability/", **query).json()

    tea, nope = told["results"]
    assert (tea["sku"], tea["quantity"], tea["available"]) == ("TEA", 3, 5)
    assert tea["promise"]["ships_from"] == [{"location": "LEE", "quantity": 3}]
    assert tea["promise"]["one_place"] and tea["promise"]["delivery_p90"]
    assert (nope["known"], nope["promise"], told["basket"]["complete"]) == (False, None, False)
    for change, field in (
        ({"quantity": ["2"]}, "quantity"),
        ({"quantity": ["0", "1", "1"]}, "quantity"),
        ({"country": "Britain"}, "country"),
        ({"service_level": "owl"}, "service_level"),
        ({"sku": []}, "sku"),
    ):
        answer = caller.get("/availability/", **query | change)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_without_a_country_the_days_of_arrival_are_not_known() -> None:
    make_stock(make_product("TEA"), make_location("LEE", **LEEDS), 5)
    told = Caller().get("/availability/", sku="TEA").json()["basket"]
    assert (told["complete"], told["delivery_p50"], bool(told["ship_by"])) == (True, None, True)


@given(st.dates(date(2026, 1, 1), date(2027, 1, 1)), st.integers(0, 20))
def test_nothing_arrives_on_a_sunday_but_on_the_day_itself(leaves, days) -> None:
    day = arrival(leaves, days)
    assert day >= leaves + timedelta(days=days)
    assert days == 0 or day.isoweekday() != 7
    assert arrival(leaves, days + 1) > day


def test_the_cheapest_rate_says_better_than_the_distance_how_long_it_takes() -> None:
    node = Node(1, "LON", "London", "warehouse", Point(51.5, 0.1))
    far = Point(40.4, -3.7)
    assert transit_of(node, far, "standard").p90 == 5
    road, fast = Rate(None, "a", "road", 500, 100, transit_days=4), Rate(None, "a", "air", 900, transit_days=1)
    elsewhere = Rate(2, "b", "bike", 1, transit_days=9)
    usual = {road: 3, fast: 1, elsewhere: 9}
    assert transit_of(node, far, "standard", usual) == Transit(3, 4)
    assert transit_of(node, far, "standard", usual, weight_g=5500) == Transit(1, 1)
    assert transit_of(node, far, "pickup", usual) is None


def test_a_rate_card_tells_the_days_of_arrival() -> None:
    make_stock(make_product("TEA"), make_location("LEE", **LEEDS), 5)
    row = {"carrier": "slow", "service": "boat", "country": "GB", "price": 100, "usual_days": 4, "transit_days": 8}
    ShippingRate.objects.create(code="slow-gb", **row)

    told = ask(TEA=1).basket
    assert (told.delivery_p50, told.delivery_p90) == (date(2026, 11, 26), date(2026, 12, 1))
