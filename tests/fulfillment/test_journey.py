"""From capture to the door: the relay, the workers and the floor together."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fulfillment.models import FulfillmentOrder, Package, Shipment
from fulfillment.services.labels import buy_labels
from fulfillment.services.packing import pack
from fulfillment.services.picking import confirm_picked, start_picking
from fulfillment.services.shipping import ship
from inventory.services.stock import adjust_stock
from oms.foundation import invariants
from oms.foundation.actor import Actor
from oms.foundation.work import QUEUES, drain
from orders.models import Order, OrderLine
from tests.factories import make_channel, make_location, make_order, make_product, make_stock, take_order
from tests.fulfillment.shop import stock_gate

pytestmark = pytest.mark.django_db


def rest() -> None:
    """Let every worker run until nothing is due."""
    for _ in range(60):
        if not sum(drain(queue) for queue in QUEUES):
            return
    raise AssertionError("the workers do not come to rest")


def clerk() -> Actor:
    """Return a person who acts now."""
    return Actor("user", "", "clerk", timezone.now())


def floor(work: FulfillmentOrder) -> None:
    """Bring open work to the truck, the workers running in between."""
    start_picking(fulfillment_order_id=work.pk, actor=clerk())
    confirm_picked(fulfillment_order_id=work.pk, actor=clerk())
    row = pack(fulfillment_order_id=work.pk, actor=clerk())
    buy_labels(shipment_id=row.pk, actor=clerk())
    rest()
    assert Shipment.objects.get(pk=row.pk).state == "labelled"
    ship(shipment_id=row.pk, actor=clerk())
    rest()


def unbroken() -> None:
    """Assert that every invariant that can be broken at rest holds."""
    found = invariants.check(timezone.now(), classes=["A"])
    assert [(one.invariant.id, one.ids) for one in found if one.count] == []


@pytest.fixture(autouse=True)
def quick(settings) -> None:
    """Let the sandbox's parcels fly."""
    settings.SANDBOX_TRACKING_SECONDS = 0


def test_an_order_goes_from_capture_to_the_door() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 5)
    order = take_order([(tea, 2, 1000)])
    rest()
    work = FulfillmentOrder.objects.get()
    assert (work.state, stock_gate(order)[0]) == ("open", "open")

    floor(work)

    assert Package.objects.get().tracking_status == "delivered"
    done = Order.objects.get()
    assert (done.state, done.fulfillment_status) == ("completed", "delivered")
    unbroken()


def test_an_order_waits_for_stock_and_goes_when_it_comes() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 1)
    order = take_order([(tea, 3, 1000)])
    rest()
    assert Order.objects.get().fulfillment_status == "backordered"

    adjust_stock(sku="TEA", location="LON", quantity=2, reason="receipt", actor=clerk())
    rest()

    assert Order.objects.get(pk=order.pk).state == "released"
    assert FulfillmentOrder.objects.get(state="open").allocations.get().quantity == 3
    unbroken()


def test_a_splitting_channel_ships_in_parts() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 1)
    account = make_channel("split", shortage_policy="split")
    order = paid_order(account, tea, 3)
    rest()
    floor(FulfillmentOrder.objects.get(state="open"))
    assert Order.objects.get(pk=order.pk).fulfillment_status == "partially_shipped"
    assert OrderLine.objects.get().quantity_open == 2

    adjust_stock(sku="TEA", location="LON", quantity=5, reason="receipt", actor=clerk())
    rest()
    floor(FulfillmentOrder.objects.get(state="open"))

    assert Order.objects.get(pk=order.pk).state == "completed"
    assert Shipment.objects.filter(state="shipped").count() == 2
    unbroken()


def paid_order(account, product, quantity: int) -> Order:
    """Capture an order of a channel that was paid there."""
    from orders.intake import PaymentIn
    from tests.factories import address_in

    paid = PaymentIn(1000 * quantity, gateway="external", status="paid")
    return make_order([(product, quantity, 1000)], account=account, payments=[paid], billing_address=address_in())


def test_missing_pieces_are_found_at_another_location() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 2)
    make_stock(tea, make_location("MAN"), 2)
    take_order([(tea, 2, 1000)])
    rest()
    work = FulfillmentOrder.objects.get()
    start_picking(fulfillment_order_id=work.pk, actor=clerk())
    confirm_picked(fulfillment_order_id=work.pk, short={"TEA": 1}, actor=clerk())
    rest()
    other = FulfillmentOrder.objects.exclude(pk=work.pk).get()
    assert (other.state, other.location_id != work.location_id) == ("open", True)
    unbroken()


def test_nothing_is_forgotten_over_night() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 1)
    take_order([(tea, 1, 1000)])
    rest()
    assert FulfillmentOrder.objects.get().ship_by > timezone.now() - timedelta(seconds=5)
