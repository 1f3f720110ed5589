"""What nobody collects is worked through in batches in which those that cannot go on now keep nobody else back."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from fulfillment.models import Pickup
from fulfillment.services import uncollected
from fulfillment.services.collecting import keep_longer, make_ready
from fulfillment.services.uncollected import AGAIN_AFTER, expire_late, remind_late
from inventory.models import Location, Product
from orders.services.holds import place_hold, release_hold
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.shop import an_order, packed, sourced

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OVER = NOW + 8 * DAY


@pytest.fixture(autouse=True)
def one_at_a_time(monkeypatch) -> None:
    """Let a batch be one pick-up, of a store with pieces for all."""
    monkeypatch.setattr(uncollected, "BATCH", 1)
    make_stock(make_product("TEA"), make_location("STO", kind="store", capabilities=["pickup"]), 5)


def ready(*, before: timedelta = timedelta(0)) -> Pickup:
    """Return an order of one piece that lies ready since a moment before now."""
    (work,) = sourced(an_order([(Product.objects.get(), 1)], service_level="pickup", pickup_location="STO"))
    return make_ready(shipment_id=packed(work).pk, actor=make_actor("store", now=NOW - before))


def clock(now) -> object:
    """Return the clock at a moment."""
    return make_actor("clock", now=now)


def test_one_that_may_not_end_is_put_off_and_says_why() -> None:
    held, free = ready(before=DAY), ready()
    place_hold(order_id=held.shipment.order_id, note="lawyer", blocks=["cancel"], actor=make_actor())

    assert [expire_late(actor=clock(OVER)) for _ in range(2)] == [0, 1]

    held.refresh_from_db()
    free.refresh_from_db()
    assert (held.state, free.state, held.next_try_at) == ("waiting", "expired", OVER + AGAIN_AFTER)
    assert "lawyer" in held.kept_why
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    assert held.kept_why in client.get(f"/fulfillment/pickup/{held.pk}/change/").content.decode()
    release_hold(order_id=held.shipment.order_id, actor=make_actor())
    assert expire_late(actor=clock(OVER + AGAIN_AFTER / 2)) == 0
    assert expire_late(actor=clock(OVER + AGAIN_AFTER)) == 1


def test_one_that_is_kept_longer_is_not_put_off_any_more() -> None:
    one = ready()
    Pickup.objects.update(next_try_at=OVER, kept_why="a hold")
    keep_longer(pickup_id=one.pk, days=3, actor=make_actor())
    one.refresh_from_db()
    assert (one.next_try_at, one.kept_why) == (None, "")


def test_those_that_are_not_due_to_be_reminded_of_keep_nobody_back() -> None:
    Location.objects.update(pickup_days=1)
    short = ready()
    Location.objects.update(pickup_days=7)
    long = ready(before=5.5 * DAY)
    assert short.expires_at < long.expires_at

    assert remind_late(actor=clock(NOW)) == 1

    assert [row.reminded_at for row in Pickup.objects.order_by("pk")] == [None, NOW]
    assert remind_late(actor=clock(NOW + DAY / 2)) == 1
