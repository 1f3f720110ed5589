"""A day's edges as customers and clerks see them: the minute of the cut-off, the last parcel of a full day."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from fulfillment.models import SourcingDecision
from inventory.models import Location
from orders.models import Order
from tests.factories import make_actor, make_location, make_product, make_stock
from tests.fulfillment.api import Api
from tests.fulfillment.moving import promised
from tests.fulfillment.shop import an_order, sourced

pytestmark = pytest.mark.django_db
CUTOFF = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def page_of(order: Order) -> str:
    """Return the page of an order, with single blanks."""
    client = Client()
    client.force_login(User.objects.filter(username="root").first() or User.objects.create_superuser("root"))
    return " ".join(client.get(f"/orders/order/{order.pk}/change/").content.decode().split())


def test_an_order_of_a_minute_after_the_cut_off_leaves_and_arrives_a_day_later() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 10)
    early, late = an_order([(tea, 1)]), an_order([(tea, 1)])
    sourced(early, now=CUTOFF - MINUTE)
    sourced(late, now=CUTOFF + MINUTE)

    api = Api(early.channel_account)
    told = [api.get(f"orders/{one.number}/").json()["fulfillment_orders"][0] for one in (early, late)]
    names = ("ship_by", "delivery_p50", "delivery_p90")
    assert [tuple(one[name] for name in names) for one in told] == [
        ("2026-11-23T16:00:00Z", "2026-11-24", "2026-11-25"),
        ("2026-11-24T16:00:00Z", "2026-11-25", "2026-11-26"),
    ]
    alone = api.get(f"fulfillment-orders/{told[1]['number']}/").json()
    assert alone["delivery_p90"] == "2026-11-26"
    pages = [page_of(early), page_of(late)]
    assert "23 Nov 2026, 16:00" in pages[0]
    assert "arrives 24 Nov to 25 Nov" in pages[0]
    assert "24 Nov 2026, 16:00" in pages[1]
    assert "arrives 25 Nov to 26 Nov" in pages[1]


def test_the_order_after_the_last_parcel_of_the_day_goes_to_the_second_location() -> None:
    tea = make_product("TEA")
    near, far = make_location("AAA", name="Near", daily_capacity=2), make_location("BBB", name="Far", latitude=50.0)
    make_stock(tea, near, 10)
    make_stock(tea, far, 10)
    orders = [an_order([(tea, 1)], postal_code="SW1A 1AA") for _ in range(3)]
    for order in orders:
        sourced(order, now=CUTOFF)

    assert [list(promised(one.pk)) for one in orders] == [["AAA"], ["AAA"], ["BBB"]]
    decision = SourcingDecision.objects.get(order=orders[2])
    assert [one["sentence"] for one in decision.outcome["rejections"]] == [
        "Near lost: its 2 parcels for today are taken."
    ]
    assert "Near lost: its 2 parcels for today are taken." in page_of(orders[2])

    tomorrow = an_order([(tea, 1)], postal_code="SW1A 1AA")
    sourced(tomorrow, now=CUTOFF + timedelta(days=1))
    assert list(promised(tomorrow.pk)) == ["AAA"]


def test_who_says_a_location_can_send_more_is_believed_at_once() -> None:
    tea = make_product("TEA")
    near, far = make_location("AAA", daily_capacity=1), make_location("BBB", latitude=50.0)
    make_stock(tea, near, 10)
    make_stock(tea, far, 10)
    first, second, third = (an_order([(tea, 1)], postal_code="SW1A 1AA") for _ in range(3))
    sourced(first, now=CUTOFF)
    sourced(second, now=CUTOFF)
    Location.objects.filter(pk=near.pk).update(daily_capacity=2)
    sourced(third, now=make_actor(now=CUTOFF).now)
    assert [list(promised(one.pk)) for one in (first, second, third)] == [["AAA"], ["BBB"], ["AAA"]]
