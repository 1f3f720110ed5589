"""What waits for its release is decided again, and moves where that saves what the rules ask for."""

from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from fulfillment.handlers import end_cancelled, move_to_save, serve_waiting
from fulfillment.models import FulfillmentOrder, ShippingRate, SourcingDecision
from fulfillment.services.sourcing import redeciding, source_orders
from fulfillment.services.sourcing.reading import replay
from inventory.events import StockGrew
from inventory.models import Product, StockLevel, StockMovement
from inventory.services.stock import adjust_stock
from oms.foundation.facts import fact_of
from oms.foundation.models import OutboxEvent
from oms.foundation.refusals import Refused
from orders.events import OrderCancelled
from orders.models import Order
from orders.services.cancel import cancel_order
from tests.concurrency.rival import no_row_locks, rival_after, rival_before
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


@pytest.mark.parametrize(("a_week", "stays"), [(50, True), (10, False)])
def test_a_move_is_weighed_with_the_age_of_stock_like_the_first_decision(tea, a_week, stays) -> None:
    places_of = {level.location.code: level.location for level in StockLevel.objects.select_related("location")}
    jam = make_product("JAM")
    make_stock(jam, places_of["LON"], 0)
    old = StockLevel.objects.create(product=jam, location=places_of["LDS"], on_hand=50)
    came = {"reason": "receipt", "reference": "old", "at": NOW - timedelta(days=100)}
    StockMovement.objects.create(stock_level=old, quantity=50, **came)
    told = {"prefer": "cheapest", "split_penalty": 0, "distance_weight": 0, "move_saving": 100}
    in_force(a_draft(young_stock_fee=a_week, **told))
    orders = waiting(jam)
    arrive(jam, 9)

    assert places(orders) == (["LDS"] if stays else ["LON"]), "5.00 less freight, fourteen weeks younger"
    moved = SourcingDecision.objects.filter(trigger="moved_to_save")
    assert ["saves 3.60 EUR" in row.sentence and replay(row).same for row in moved] == ([] if stays else [True])


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


def test_the_clock_gets_round_to_every_waiting_order_also_past_one_that_fails(tea, monkeypatch) -> None:
    monkeypatch.setattr(redeciding, "AT_ONCE", 2)
    monkeypatch.setattr(redeciding, "BATCH", 1)
    ids, seen = [one.pk for one in waiting(tea, 5)], []

    def look(*, order_ids, actor) -> int:
        """Note who is looked at; the third order always fails."""
        seen.extend(order_ids)
        if ids[2] in order_ids:
            raise RuntimeError
        return 0

    monkeypatch.setattr(redeciding, "redecide", look)
    for run in range(5):
        at = make_actor(now=NOW + run * timedelta(minutes=15))
        with suppress(RuntimeError):
            redeciding.sweep_savings(actor=at)
    assert seen == [*ids[:3], *ids[3:], *ids[:3]]
    in_force(a_draft(prefer="cheapest", split_penalty=0, distance_weight=0, move_saving=0))
    with CaptureQueriesContext(connection) as queries:
        assert redeciding.sweep_savings(actor=LATER) == 0
    assert not any("fulfillment_fulfillmentorder" in one["sql"] for one in queries), "asks first whether anything moves"


MATCHING_ALONE = pytest.mark.lacks("I13", "I30", "I33")  # neither sums nor money stand behind the orders
SUPPLY = "fulfillment.services.sourcing.redeciding.lock_supply"


def two_for_one_piece(tea: Product) -> tuple[Order, Order]:
    """Return an order that could move to the one piece in London, and a new one that would take it."""
    (stays,) = waiting(tea)
    (comes,) = some_orders([[(tea, 1)]], paid=False)
    adjust_stock(sku="TEA", location="LON", quantity=1, reason="receipt", actor=LATER)
    return stays, comes


def source_it(order: Order) -> None:
    """Source a new order."""
    source_orders(order_ids=[order.pk], trigger="placed", actor=LATER)


@pytest.mark.pg
@pytest.mark.race
@MATCHING_ALONE
@pytest.mark.django_db(transaction=True)
def test_a_new_order_waits_while_one_moves_to_the_last_piece(tea) -> None:
    stays, comes = two_for_one_piece(tea)
    with rival_after(SUPPLY, partial(source_it, comes)) as rival:
        assert redeciding.redecide(order_ids=[stays.pk], actor=LATER) == 1
    assert rival.outcome is None
    assert (places([stays]), places([comes])) == (["LON"], ["LDS"])


@pytest.mark.pg
@pytest.mark.race
@pytest.mark.twin
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_only_the_check_keeps_the_last_piece_from_both(tea) -> None:
    stays, comes = two_for_one_piece(tea)
    with (
        no_row_locks(),
        rival_after(SUPPLY, partial(source_it, comes)),
        pytest.raises((IntegrityError, Refused)),
    ):
        redeciding.redecide(order_ids=[stays.pk], actor=LATER)


@pytest.mark.pg
@pytest.mark.race
@MATCHING_ALONE
@pytest.mark.django_db(transaction=True)
def test_an_order_cancelled_meanwhile_is_not_moved(tea) -> None:
    stays, _ = two_for_one_piece(tea)

    def cancel() -> None:
        """Cancel the order, and let matching hear of it."""
        cancel_order(order_id=stays.pk, actor=LATER)
        end_cancelled([OrderCancelled(at=LATER.now, order_id=stays.pk)], LATER)

    with rival_before("fulfillment.services.sourcing.redeciding.gather", cancel):
        assert redeciding.redecide(order_ids=[stays.pk], actor=LATER) == 0
    assert not StockLevel.objects.filter(allocated__gt=0).exists()
