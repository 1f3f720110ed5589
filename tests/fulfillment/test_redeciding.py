"""What waits for its release is decided again, and moves where that saves what the rules ask for."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fulfillment.handlers import move_to_save, serve_waiting
from fulfillment.models import FulfillmentOrder, ShippingRate, SourcingDecision
from fulfillment.services.sourcing import redeciding, source_orders
from fulfillment.services.sourcing.reading import replay
from inventory.events import StockGrew
from inventory.models import Product, StockLevel
from inventory.services.stock import adjust_stock
from oms.foundation.facts import fact_of
from oms.foundation.models import OutboxEvent
from orders.models import Order
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.rules import a_draft, in_force
from tests.fulfillment.shop import some_orders

pytestmark = pytest.mark.django_db
LATER = make_actor(now=NOW + timedelta(hours=1))


@pytest.fixture
def tea() -> Product:
    """Return a product that lies far away alone, in a shop that moves what saves 1.00."""
    tea, london, leeds = make_product("TEA"), make_location("LON"), make_location("LDS", latitude=53.8, longitude=-1.5)
    make_stock(tea, london, 0)
    make_stock(tea, leeds, 50)
    ShippingRate.objects.create(code="lon", carrier="post", service="saver", location=london, price=400)
    ShippingRate.objects.create(code="lds", carrier="post", service="saver", location=leeds, price=900)
    told = {"prefer": "cheapest", "split_penalty": 0, "distance_weight": 0, "move_saving": 100}
    in_force(a_draft(**told))
    return tea


def waiting(tea: Product, orders: int = 1) -> list[Order]:
    """Source orders that are not paid yet."""
    rows = some_orders([[(tea, 1)]] * orders, paid=False)
    source_orders(order_ids=[one.pk for one in rows], trigger="placed", actor=make_actor())
    return rows


def arrive(tea: Product, pieces: int) -> None:
    """Bring pieces to London and let matching hear of them."""
    adjust_stock(sku=tea.sku, location="LON", quantity=pieces, reason="receipt", actor=LATER)
    serve_waiting([StockGrew(at=LATER.now, location_id=1, product_ids=[tea.pk])], LATER)
    facts = [fact_of(event) for event in OutboxEvent.objects.filter(kind="SavingPossible")]
    OutboxEvent.objects.filter(kind="SavingPossible").delete()
    if facts:
        move_to_save(facts, LATER)


def places(orders: list[Order]) -> list[str]:
    """Return from where each order is planned to leave."""
    rows = FulfillmentOrder.objects.filter(order__in=orders, state__in=["planned", "open"]).order_by("order_id")
    return list(rows.values_list("location__code", flat=True))


def test_an_arrival_moves_what_saves_enough_and_the_record_says_so(tea) -> None:
    orders = waiting(tea, 3)
    arrive(tea, 2)

    assert sorted(places(orders)) == ["LDS", "LON", "LON"]
    row = SourcingDecision.objects.filter(trigger="moved_to_save")[0]
    assert row.sentence == (
        "Moved from LDS warehouse to LON warehouse, saves 5.00 EUR: LON warehouse has pieces now that it lacked."
        " LON warehouse ships the only unit from 280 km away. Freight 4.00 EUR by post saver."
    )
    assert replay(row).same
    levels = dict(StockLevel.objects.values_list("location__code", "allocated"))
    assert levels == {"LON": 2, "LDS": 1}
    assert redeciding.sweep_savings(actor=LATER) == 0


def test_nothing_moves_for_less_than_asked_or_without_a_threshold(tea) -> None:
    orders = waiting(tea)
    ShippingRate.objects.filter(code="lon").update(price=801)
    arrive(tea, 9)
    assert places(orders) == ["LDS"]
    ShippingRate.objects.filter(code="lon").update(price=800)
    assert redeciding.sweep_savings(actor=LATER) == 1
    ShippingRate.objects.filter(code="lds").update(price=1)
    told = {"prefer": "cheapest", "split_penalty": 0, "distance_weight": 0, "move_saving": 0}
    in_force(a_draft(**told))
    assert redeciding.sweep_savings(actor=LATER) == 0
    assert places(orders) == ["LON"]


def test_released_held_and_chosen_work_stays_and_so_does_what_has_moved_enough(tea) -> None:
    released = some_orders([[(tea, 1)]])
    source_orders(order_ids=[released[0].pk], trigger="placed", actor=make_actor())
    (held,) = waiting(tea)
    FulfillmentOrder.objects.filter(order=held).update(state="on_hold")
    (chosen,) = waiting(tea)
    FulfillmentOrder.objects.filter(order=chosen).update(fixed_at=NOW)
    (often,) = waiting(tea)
    SourcingDecision.objects.bulk_create(
        SourcingDecision(order=often, decided_at=NOW, trigger="moved_to_save", rules_version=1, snapshot=b"",
                         outcome={}, outcome_hash="0", sentence="Moved.", parcels=1)
        for _ in range(redeciding.MOST_MOVES)
    )  # fmt: skip
    adjust_stock(sku="TEA", location="LON", quantity=9, reason="receipt", actor=LATER)
    ids = [one.pk for one in (*released, held, chosen, often)]

    assert redeciding.redecide(order_ids=ids, actor=LATER) == 0
    assert not StockLevel.objects.get(location__code="LON").allocated


def test_a_full_location_takes_no_more_than_its_day(tea) -> None:
    from inventory.models import Location

    Location.objects.filter(code="LON").update(daily_capacity=1)
    orders = waiting(tea, 3)
    arrive(tea, 9)
    assert sorted(places(orders)) == ["LDS", "LDS", "LON"]


def test_ten_orders_take_as_many_statements_as_two(tea) -> None:
    def statements(orders: int) -> int:
        """Count the statements of moving so many orders."""
        ids = [one.pk for one in waiting(tea, orders)]
        adjust_stock(sku="TEA", location="LON", quantity=orders, reason="receipt", actor=LATER)
        with CaptureQueriesContext(connection) as queries:
            assert redeciding.redecide(order_ids=ids, actor=LATER) == orders
        return len(queries)

    assert statements(10) <= statements(2) + 6
