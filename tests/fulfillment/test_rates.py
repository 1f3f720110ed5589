"""The rate card: which rows hold for an address, and orders that are sourced for the least freight."""

import json
import zlib
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from fulfillment.models import FulfillmentOrder, ShippingRate, SourcingDecision
from fulfillment.services.sourcing import source_orders
from fulfillment.services.sourcing.rates import RateCard
from fulfillment.services.sourcing.rule_sets import rules_of
from fulfillment.sourcing.decision import decision_hash
from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.snapshot import Snapshot
from inventory.models import Location
from tests.factories import make_actor, make_location, make_product, make_stock
from tests.fulfillment.rules import a_draft, in_force
from tests.fulfillment.shop import an_order, some_orders, stock_gate

pytestmark = pytest.mark.django_db


def a_rate(code: str, **fields: Any) -> ShippingRate:
    """Add a row to the rate card."""
    return ShippingRate.objects.create(code=code, **{"carrier": "post", "service": "saver", "price": 400} | fields)


def prices(country: str = "GB", postal_code: str = "LS1 4AP", level: str = "standard") -> list[int]:
    """Return the prices of the services for an address."""
    card = RateCard({country})
    return sorted(one.price for one in card.for_address(country=country, postal_code=postal_code, level=level))


def test_the_longest_postcode_beginning_holds_then_the_country_then_everywhere():
    a_rate("world", price=2500)
    a_rate("gb", country="GB", price=400)
    a_rate("gb-ls", country="GB", postal_prefix="LS", price=300)
    a_rate("gb-ls1", country="GB", postal_prefix="LS1", price=350)

    assert prices() == [350]
    assert prices(postal_code="LS2 1AA") == [300]
    assert prices(postal_code="SW1A 1AA") == [400]
    assert prices("FR", "75001") == [2500]
    assert prices("", "") == [2500]


def test_weight_steps_of_one_destination_stay_together():
    a_rate("small", country="GB", up_to_g=2000, price=300)
    a_rate("large", country="GB", up_to_g=20_000, price=700)
    a_rate("world", up_to_g=2000, price=2500)

    assert prices() == [300, 700]


def test_each_service_and_place_has_rows_of_its_own():
    london = make_location("LON")
    a_rate("all", country="GB", price=400)
    a_rate("lon", country="GB", price=350, location=london)
    a_rate("fast", country="GB", price=900, service="express", level="express")

    assert prices() == [350, 400, 900]
    assert prices(level="express") == [900]
    assert prices(level="same_day") == []


def test_who_collects_an_order_pays_no_carrier():
    assert prices(level="pickup") == [0]


def test_a_rate_out_of_use_is_not_asked():
    a_rate("gb", country="GB", is_active=False)

    assert prices() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"price": -1},
        {"per_started_kg": -1},
        {"postal_prefix": "LS"},
        {"usual_days": 3, "transit_days": 2},
        {"code": ""},
    ],
)
def test_the_database_refuses_what_makes_no_sense(fields: dict[str, Any]):
    with pytest.raises(IntegrityError), transaction.atomic():
        a_rate(**{"code": "gb", **fields})


def the_least_freight(**settings: Any) -> None:
    """Put rules into force that look for the least freight."""
    in_force(a_draft(name="Least freight", prefer="cheapest", split_penalty=0, distance_weight=0, **settings))


def test_an_order_leaves_from_where_freight_is_least():
    tea = make_product("TEA", weight_g=1200)
    for code in ("LON", "MAN"):
        make_stock(tea, make_location(code), 5)
    a_rate("lon", country="GB", price=500, per_started_kg=50)
    a_rate("man", country="GB", price=320, per_started_kg=50, location=Location.objects.get(code="MAN"))
    the_least_freight()
    order = an_order([(tea, 2)])

    (decision,) = source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())

    assert FulfillmentOrder.objects.get().location.code == "MAN"
    assert decision.outcome["freights"][0]["cost"] == 320 + 3 * 50
    assert decision.sentence.endswith("Freight 4.70 EUR by post saver.")
    assert "asks 6.50 EUR" in decision.outcome["rejections"][0]["sentence"]


def test_its_record_decides_the_same_again_and_holds_no_whole_postcode():
    tea = make_product("TEA", weight_g=1200)
    make_stock(tea, make_location("LON"), 5)
    a_rate("gb", country="GB")
    the_least_freight()
    order = an_order([(tea, 2)])
    source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())
    ShippingRate.objects.update(price=9999)

    row = SourcingDecision.objects.get()
    seen = json.loads(zlib.decompress(bytes(row.snapshot)))
    (again,) = decide(Snapshot.from_json(seen), rules_of(row.rules_version))

    assert decision_hash(again) == row.outcome_hash
    assert seen["orders"][0]["postal_code"] == "LS14"


def test_without_a_service_to_its_address_an_order_waits_and_says_so():
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 5)
    a_rate("fr", country="FR")
    the_least_freight()
    order = an_order([(tea, 2)])

    source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())

    state, code, reason = stock_gate(order)[:3]
    assert (state, code) == ("closed", "no_service")
    assert reason == (
        "No carrier service goes to this address, so none of the 2 units can be shipped."
        " It waits until all of it is there, as its channel wants."
        " Add a rate for it, or change the address or the shipping method."
    )


def test_the_rate_card_is_read_once_for_all_orders_and_never_under_other_rules():
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 500)
    a_rate("gb", country="GB")

    def asked(orders: int) -> int:
        ids = [one.pk for one in some_orders([[(tea, 1)]] * orders)]
        with CaptureQueriesContext(connection) as told:
            source_orders(order_ids=ids, trigger="placed", actor=make_actor())
        return sum('FROM "fulfillment_shippingrate"' in one["sql"] for one in told)

    assert asked(20) == 0
    the_least_freight()
    assert asked(20) == 1
