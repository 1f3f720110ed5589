"""When stock is short: channel or customer say what happens, the order says until when, and turns are by priority."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db.models import F
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from fulfillment.handlers import source_placed
from fulfillment.models import SourcingDecision
from fulfillment.services.shortages import shortness_of
from fulfillment.services.sourcing import source_orders
from fulfillment.services.sourcing.backorders import serve_backorders
from fulfillment.services.sourcing.outlook import priority_step, with_turns
from fulfillment.services.sourcing.reading import replay, snapshot_of
from fulfillment.sourcing.turns import turn_of
from inventory.models import Product
from inventory.services.incoming import announce_stock
from inventory.services.stock import adjust_stock
from oms.foundation.models import AuditLine
from oms.foundation.relay import relay
from oms.outlets.notifications.sending import send_notifications
from orders.events import OrderPlaced
from orders.models import Customer, Hold, Order, OrderLine
from orders.services.holds import release_hold
from orders.services.priority import set_priority
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.api import Api
from tests.fulfillment.shop import a_channel, an_order, some_orders, sourced, stock_gate

pytestmark = pytest.mark.django_db
CLERK = make_actor()


def short(policy: str = "wait", own: str = "", **fields) -> Order:
    """Return a sourced order of five teas, of which two are there, and a cup; by its channel's or customer's word."""
    tea, cup = make_product("TEA"), make_product("CUP")
    place = make_location("LON")
    make_stock(tea, place, 2)
    make_stock(cup, place, 9)
    customer = Customer.objects.create(email="ada@example.com", shortage_policy=own)
    order = an_order(
        [(tea, 5), (cup, 1)], account=a_channel(policy, shortage_policy=policy), customer=customer, **fields
    )
    sourced(order)
    return Order.objects.get(pk=order.pk)


def announce(pieces: int, day: date, sku: str = "TEA") -> None:
    """Announce pieces of a product."""
    announce_stock(sku=sku, location="LON", quantity=pieces, expected_on=day, reference=f"PO {day}", actor=CLERK)


def the_tea() -> Product:
    """Return the tea."""
    return Product.objects.get(sku="TEA")


def grow(pieces: int, *, days: int = 1) -> None:
    """Bring teas in after some days, and serve those who wait."""
    actor = make_actor(now=NOW + timedelta(days=days))
    adjust_stock(sku="TEA", location="LON", quantity=pieces, reason="receipt", actor=actor)
    serve_backorders(product_ids=[the_tea().pk], actor=actor)


@pytest.mark.parametrize(
    ("policy", "own", "sentence", "state"),
    [
        ("wait", "", "It waits until all of it is there, as its channel wants.", "placed"),
        ("wait", "split", "What is there ships now, the rest later, as its customer wants.", "released"),
        ("split", "hold", "It is held for a person, as its customer wants.", "placed"),
        ("backorder", "", "It is back-ordered without a day, as its channel wants.", "placed"),
    ],
)
def test_the_decision_follows_the_policy_and_says_whose_it_is(policy, own, sentence, state):
    order = short(policy, own)

    decision = SourcingDecision.objects.get(order=order)
    assert decision.sentence.endswith(f"Missing: 3 of SKU TEA. {sentence}")
    assert (order.state, decision.outcome["when_short"]) == (state, own or policy)
    seen = snapshot_of(bytes(decision.snapshot)).orders[0]
    assert (seen.when_short, seen.when_short_of) == (own or policy, "customer" if own else "channel")
    assert replay(decision).same


def test_nothing_of_it_is_said_of_an_order_that_lacks_nothing():
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 2)
    order = an_order([(tea, 2)], account=a_channel("hold", shortage_policy="hold"))
    sourced(order)
    assert "when_short" not in SourcingDecision.objects.get().outcome
    assert not Hold.objects.exists()


def test_an_order_that_is_held_lets_go_by_itself_when_all_is_there():
    order = short("hold")
    hold = Hold.objects.get(order=order)
    assert (hold.reason, hold.state, hold.note) == ("stock_question", "open", "missing: 3 of SKU TEA")
    assert stock_gate(order)[2].endswith("The order is held for a person until then.")

    grow(3)

    hold.refresh_from_db()
    assert (hold.state, Order.objects.get().state) == ("released", "released")


def test_a_hold_that_a_person_let_go_of_is_not_put_again_by_every_look():
    order = short("hold")
    release_hold(order_id=order.pk, actor=CLERK)
    source_orders(order_ids=[order.pk], trigger="asked_by_staff", actor=CLERK)
    assert not Hold.objects.filter(state="open").exists()


def test_a_back_order_says_the_day_on_which_the_last_piece_is_expected():
    tea_day = date(2026, 12, 3)
    first = short("backorder")
    announce(4, tea_day)
    source_orders(order_ids=[first.pk], trigger="asked_by_staff", actor=CLERK)

    decision = SourcingDecision.objects.latest("pk")
    assert "It is back-ordered for 03 Dec 2026, as its channel wants." in decision.sentence
    assert decision.outcome["expected_on"] == "2026-12-03"
    assert replay(decision).same
    known = shortness_of([first.pk], now=NOW)[first.pk]
    assert [(one.line.sku, one.pieces, one.expected_on) for one in known.missing] == [("TEA", 3, tea_day)]


def test_who_waits_behind_is_told_a_later_day_or_none():
    first = short("backorder")
    announce(4, date(2026, 12, 3))
    announce(1, date(2026, 12, 9))
    tea = the_tea()
    second = an_order([(tea, 2)], account=a_channel("backorder"))
    third = an_order([(tea, 1)], account=a_channel("backorder"))
    for order in (second, third):
        sourced(order, now=NOW + timedelta(hours=order.pk - first.pk))

    found = shortness_of([first.pk, second.pk, third.pk], now=NOW)
    days = [found[pk].expected_on for pk in (first.pk, second.pk, third.pk)]
    assert days == [date(2026, 12, 3), date(2026, 12, 9), None]
    assert SourcingDecision.objects.get(order=second).outcome["expected_on"] == "2026-12-09"
    assert "expected_on" not in SourcingDecision.objects.get(order=third).outcome


def test_the_customer_is_told_the_day():
    short()
    announce(3, date(2026, 12, 3))
    Order.objects.update(email="ada@example.com")
    while relay(CLERK, 50):
        pass
    send_notifications(CLERK, 20)
    text = next(one.body for one in mail.outbox if "takes a little longer" in one.subject)
    assert "  3 × TEA, expected on 3 December 2026\n" in text


def browser() -> Client:
    """Return the browser of somebody who may everything."""
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


def test_page_and_api_say_the_policy_with_its_source_and_what_is_expected():
    order, soon = short("wait", "backorder"), timezone.now().date() + timedelta(days=7)
    announce(3, soon)

    page = " ".join(browser().get(f"/orders/order/{order.pk}/change/").content.decode().split())
    assert "Back-order it with the day that incoming stock tells <span" in page
    assert "(customer's own)" in page.replace("&#x27;", "'")
    assert f"all of it is expected by {date_format(soon, 'j M Y')}" in page

    told = Api(order.channel_account).get(f"orders/{order.number}/").json()["shortage"]
    assert (told["policy"], told["policy_of"], told["priority"]) == ("backorder", "customer", 0)
    assert told["missing"] == [{"line": 1, "sku": "TEA", "missing": 3, "expected_on": soon.isoformat()}]


def test_a_customers_policy_and_priority_are_set_on_their_page_and_recorded():
    customer = Customer.objects.create(name="Ada", email="ada@example.com")
    client = browser()
    form = {"name": "Ada", "phone": "", "language": "", "note": "", "shortage_policy": "split", "priority": 4}

    answer = client.post(
        f"/orders/customer/{customer.pk}/change/", form | {"orders-TOTAL_FORMS": 0, "orders-INITIAL_FORMS": 0}
    )

    assert answer.status_code == 302, answer.context["errors"]
    customer.refresh_from_db()
    assert (customer.shortage_policy, customer.priority) == ("split", 4)
    assert AuditLine.objects.get(act="orders.change_customer").data == {
        "shortage_policy": ["", "split"], "priority": ["0", "4"],
    }  # fmt: skip
    assert client.post(f"/orders/customer/{customer.pk}/change/", form | {"priority": 10}).status_code == 200


def test_the_start_page_names_sku_shortage_orders_and_the_next_arrival():
    soon = timezone.now().date() + timedelta(days=7)
    short()
    announce(3, soon)
    (row,) = browser().get("/").context["shortages"]
    assert (row["sku"], row["missing"], row["orders"], row["next"].expected_on) == ("TEA", 3, 1, soon)


# ---------------------------------------------------------------- turns


def waiting(*priorities: tuple[int | None, int]) -> list[Order]:
    """Return orders of one tea each that wait since an hour after each other, with own and customer's priorities."""
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 0)
    orders = some_orders([[(tea, 1)]] * len(priorities))
    for hour, (order, (own, customers)) in enumerate(zip(orders, priorities, strict=True)):
        customer = Customer.objects.create(email=f"c{hour}@example.com", priority=customers)
        Order.objects.filter(pk=order.pk).update(priority=own, customer=customer)
        source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor(now=NOW + timedelta(hours=hour)))
    return orders


def served() -> list[int]:
    """Return who has a tea."""
    return list(OrderLine.objects.filter(quantity_allocated=1).order_by("pk").values_list("order_id", flat=True))


def test_the_higher_priority_is_served_first_its_own_before_that_of_the_customer(monkeypatch):
    monkeypatch.setattr("fulfillment.services.sourcing.backorders.FEWEST", 1)
    old, customers, own, lowered = waiting((None, 0), (None, 2), (3, 0), (0, 9))

    for turn, who in enumerate([own, customers, old, lowered], start=1):
        before = set(served())
        grow(1, days=turn)
        assert set(served()) - before == {who.pk}


def test_a_low_priority_is_not_passed_for_ever(settings, monkeypatch):
    monkeypatch.setattr("fulfillment.services.sourcing.backorders.FEWEST", 1)
    settings.PRIORITY_STEP_DAYS = 1
    (old,) = waiting((0, 0))
    tea = the_tea()
    for day in range(1, 13):
        (fresh,) = some_orders([[(tea, 1)]], priority=9)
        source_orders(order_ids=[fresh.pk], trigger="placed", actor=make_actor(now=NOW + timedelta(days=day)))
        grow(1, days=day)
        if old.pk in served():
            break
    assert day == 9


def test_the_database_and_the_rule_agree_on_every_turn():
    orders = waiting((None, 0), (None, 2), (3, 0), (0, 9), (9, 1))
    rows = with_turns(Order.objects.filter(pk__in=[one.pk for one in orders])).annotate(
        of_customer=F("customer__priority")
    )
    for row in rows:
        priority = row.of_customer if row.priority is None else row.priority
        assert row.turn == turn_of(row.short_since, priority, row.pk, priority_step()).since


def test_a_priority_is_set_with_a_reason_to_be_seen_and_refused_beyond_nine():
    (order,) = waiting((None, 0))
    api = Api(order.channel_account)
    answer = api.post(f"orders/{order.number}/set_priority/", priority=7)
    assert (answer.status_code, answer.json()["shortage"]["priority"]) == (200, 7)
    assert AuditLine.objects.get(act="orders.set_priority").data == {"before": None, "after": 7}
    assert api.post(f"orders/{order.number}/set_priority/", priority=10).status_code == 422
    set_priority(order_id=order.pk, priority=None, actor=CLERK)
    assert Order.objects.get().priority is None


def arrives_beside_a_new_order() -> tuple[Order, Order]:
    """Return one who waits for a tea and one who has just ordered it; a tea has come in, and nobody was told yet."""
    (old,) = waiting((None, 0))
    (new,) = some_orders([[(the_tea(), 1)]])
    adjust_stock(sku="TEA", location="LON", quantity=1, reason="receipt", actor=CLERK)
    return old, new


def test_a_new_order_does_not_take_what_one_who_waits_is_due():
    old, new = arrives_beside_a_new_order()
    source_placed([OrderPlaced(at=NOW, order_id=new.pk)], CLERK)
    assert served() == [old.pk]
    triggers = dict(SourcingDecision.objects.order_by("pk").values_list("order_id", "trigger"))
    assert triggers == {old.pk: "stock_grew", new.pk: "placed"}


@pytest.mark.twin
def test_without_asking_them_first_a_new_order_is_quicker():
    _, new = arrives_beside_a_new_order()
    source_orders(order_ids=[new.pk], trigger="placed", actor=CLERK)
    assert served() == [new.pk]
