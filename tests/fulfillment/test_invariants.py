"""Each invariant holds after a walk through the floor, and sees the one corruption it is there for."""

import pytest
from django.db import connection

from fulfillment.models import FulfillmentOrder
from fulfillment.services.tracking import deliver_by_hand
from inventory.models import Location
from oms.foundation.invariants import check
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.shop import an_order, label_of, parcel_of, shipped, sourced

pytestmark = pytest.mark.django_db
OURS = ("I2", "I6a", "I7", "I14", "I15", "I15b", "I19", "I22", "I22p", "I26l")
STATES = ("I16:fulfillmentorder", "I16:shipment", "I16:label")


@pytest.fixture
def walked() -> FulfillmentOrder:
    """A shipped and delivered order, and one whose work is open."""
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 10)
    make_stock(tea, make_location("MAN"), 0)
    (done,) = sourced(an_order([(tea, 2)]))
    deliver_by_hand(package_id=parcel_of(shipped(done)).pk, reason="seen", actor=make_actor())
    sourced(an_order([(tea, 3)]))
    return done


def broken() -> set[str]:
    """Return the ids of the broken invariants of this room."""
    return {one.invariant.id for one in check(NOW, only=[*OURS, *STATES, "I16"]) if one.count}


def test_all_hold_after_a_walk(walked) -> None:
    assert broken() == set()


CORRUPTIONS = [
    ("I2", "update inventory_stocklevel set allocated = allocated + 1 where on_hand > 0"),
    ("I6a", "update orders_orderline set quantity_allocated = quantity_allocated - 1 where quantity_allocated > 0"),
    ("I7", "update fulfillment_allocation set quantity = quantity + 1 where state = 'shipped'"),
    ("I14", "update orders_order set state = 'cancelled' where state = 'released'"),
    ("I15", "update fulfillment_package set tracking_number = ''"),
    ("I15b", "update fulfillment_packageitem set quantity = quantity + 1"),
    ("I19", "update fulfillment_allocation set stock_level_id = (select max(id) from inventory_stocklevel)"),
    ("I22", "update fulfillment_fulfillmentorder set packed_at = '2020-01-01 00:00:00Z' where state = 'fulfilled'"),
    ("I22p", "update fulfillment_package set delivered_at = null"),
    ("I16:fulfillmentorder", "update fulfillment_fulfillmentorder set state = 'ready' where state = 'open'"),
    ("I16:shipment", "update fulfillment_shipment set state = 'packed'"),
    ("I26l", "update fulfillment_label set state = 'unknown', created_at = '2020-01-01 00:00:00Z'"),
    ("I16:label", "update fulfillment_label set state = 'failed'"),
]


@pytest.mark.parametrize(("name", "sql"), CORRUPTIONS, ids=[name for name, _ in CORRUPTIONS])
def test_one_corruption_is_seen(walked, name, sql) -> None:
    assert label_of(walked.shipments.get()).state == "purchased"
    assert Location.objects.count() == 2
    with connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.rowcount >= 1
    assert name in broken()
