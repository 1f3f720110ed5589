"""What a person waits for does not grow with the books: every look-up has an index, memberships are read once."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fulfillment.models import Shipment
from fulfillment.queries import shipments_for_a_person
from inventory.models import StockLevel
from oms.foundation.scope import scoped
from oms.outlets import start
from oms.outlets.models import Notification, WebhookDelivery
from oms.outlets.search import find
from oms.outlets.start import short_products
from orders.models import ChannelMembership, Customer, Order, OrderLine
from orders.queries import named, newest_with_sku
from tests.factories import NOW, make_channel, make_order, make_product, take_order

pytestmark = pytest.mark.django_db
ORDERS = Order.objects.order_by("-placed_at", "-id")


def plan_of(rows) -> str:
    """Return PostgreSQL's plan for rows when only an index that knows the condition helps.

    Few rows are read faster along the list's order or from end to end: both are ruled out, so the plan
    does not hang on what the statistics hold of a nearly empty table.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    return str(rows.explain())


@pytest.mark.pg
@pytest.mark.parametrize("full", [0, 3])
@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (ORDERS.filter(named("7Q2MNAXC")), "order_purchase"),
        (ORDERS.filter(named("ann@example.com")), "order_email"),
        (ORDERS.filter(named("+4917012345678")), "order_phone"),
        (ORDERS.filter(customer_name__icontains="ahmed"), "order_name_parts"),
        (ORDERS.filter(tags__icontains='"vip"'), "order_tag_parts"),
        (OrderLine.objects.filter(sku="TEA").order_by("-id")[:20], "line_sku"),
        (Customer.objects.filter(name__startswith="Ann"), "customer_name_beginning"),
        (Order.objects.filter(received_at__gte=NOW), "order_received"),
        (Order.objects.filter(released_at__gte=NOW), "order_released"),
        (Shipment.objects.filter(shipped_at__gte=NOW), "shipment_left"),
        (shipments_for_a_person(Shipment.objects.all()), "label_troubled"),
        (Notification.objects.filter(state="failed"), "notification_failed"),
        (WebhookDelivery.objects.filter(state="dead"), "webhook_dead"),
    ],
)
def test_it_is_read_from_its_index(rows, index, full):
    for _ in range(full):
        make_order()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    plan = plan_of(rows)

    assert index in plan and "Seq Scan on orders_order " not in plan, plan


def test_memberships_are_read_once_for_a_person():
    person = User.objects.create_user("ann")
    ChannelMembership.objects.create(user=person, channel=make_channel("web").channel)

    with CaptureQueriesContext(connection) as told:
        for model in (Order, OrderLine, Customer, Order, StockLevel, Shipment, StockLevel):
            list(scoped(person, model))

    memberships = [one["sql"] for one in told if "membership" in one["sql"]]
    assert len(memberships) == 2, "one of channels, one of locations"


def test_who_is_limited_to_nothing_sees_every_row():
    person, order = User.objects.create_user("ann"), make_order()

    assert set(scoped(person, Order)) == {order}
    assert set(scoped(person, Customer)) == {order.customer}


def test_a_sku_is_found_in_small_letters_and_only_among_its_newest_lines():
    mug = make_product("MUG-1")
    orders = [make_order([(mug, 1, 500)]) for _ in range(3)]

    assert set(newest_with_sku(Order.objects.all(), "mug-1", 2)) == set(orders[1:])
    assert not newest_with_sku(Order.objects.all(), "MUG-2", 2).exists()


def test_customers_are_found_by_the_beginning_of_their_name_as_typed_or_with_capitals():
    boss = User.objects.create_superuser("boss")
    ann, dan = (Customer.objects.create(name=name) for name in ("Ann Lee", "Dan Ann"))

    assert [hit.title for hit in find(boss, "ann lee")] == [ann.name]
    assert [hit.title for hit in find(boss, "Dan")] == [dan.name]


def test_the_shortages_are_those_of_the_orders_that_wait_longest(monkeypatch):
    boss, rare, scarce = User.objects.create_superuser("boss"), make_product("RARE"), make_product("SCARCE")
    for days, product in ((2, rare), (1, scarce)):
        order = take_order([(product, 3, 100)])
        Order.objects.filter(pk=order.pk).update(short_since=NOW - timedelta(days=days))

    assert [one["sku"] for one in short_products(boss, NOW)] == ["RARE", "SCARCE"]
    monkeypatch.setattr(start, "MOST_COUNTED", 1)
    assert [(one["sku"], one["missing"], one["orders"]) for one in short_products(boss, NOW)] == [("RARE", 3, 1)]
