"""Pick-up in store: sourced to the store alone, laid ready, collected with a code, or given back when nobody comes."""

import re
from datetime import timedelta

import pytest
from django.core import mail

from fulfillment.models import FulfillmentOrder, Package, Pickup, Shipment
from fulfillment.services.collecting import (
    MOST_TRIES,
    PAUSE,
    TooMany,
    collect,
    count_try,
    keep_longer,
    make_ready,
    send_code,
    withdraw_pickup,
)
from fulfillment.services.labels import buy_labels
from fulfillment.services.packing import unpack
from fulfillment.services.reallocating import reallocate
from fulfillment.services.uncollected import expire_late, remind_late
from inventory.models import StockLevel
from oms.foundation import invariants
from oms.foundation.refusals import Invalid, Refused
from oms.outlets.models import Notification
from oms.outlets.notifications.sending import send_notifications
from orders.intake import ShippingIn
from orders.models import Order, Refund
from orders.services.cancel import cancel_order
from orders.services.shipping_method import change_shipping
from tests.books import rest
from tests.factories import NOW, make_actor, make_location, make_product, make_stock, take_order
from tests.fulfillment.shop import packed, stock_gate

pytestmark = pytest.mark.django_db
STORE = {"kind": "store", "capabilities": ["pickup"], "latitude": 55.9, "longitude": -3.2}


@pytest.fixture(autouse=True)
def shop() -> None:
    """Five pieces in a warehouse beside the customer, three in a store far away, which hands orders out."""
    tea = make_product("TEA")
    make_stock(tea, make_location("BER", latitude=52.5, longitude=13.4), 5)
    make_stock(tea, make_location("EDI", **STORE), 3)


def taken(pieces: int = 2, store: str = "EDI") -> Order:
    """Take a paid order that is collected, and let the workers run."""
    tea = StockLevel.objects.all()[0].product
    shipping = ShippingIn("pickup", pickup_location=store)
    order = take_order([(tea, pieces, 1000)], shipping=shipping, shipping_address=None, token="tok_ok")
    rest()
    return Order.objects.get(pk=order.pk)


def laid_ready(order: Order) -> Pickup:
    """Pick, pack and lay an order ready."""
    shipment = packed(FulfillmentOrder.objects.get(order=order, state="open"))
    return make_ready(shipment_id=shipment.pk, shelf="shelf 3", actor=make_actor())


def at(days: float):
    """Return the clock's own actor some days later."""
    return make_actor("clock", now=NOW + timedelta(days=days))


def sent(now=NOW) -> list[str]:
    """Let the workers run, send the mails, and return their subjects, the newest last."""
    rest(now)
    before = len(mail.outbox)
    while send_notifications(make_actor("mail", now=now), 50):
        pass
    return [one.subject for one in mail.outbox[before:]]


def level(code: str) -> tuple[int, int]:
    """Return pieces on hand and promised at a location."""
    row = StockLevel.objects.get(location__code=code)
    return row.on_hand, row.allocated


def unbroken(now=NOW) -> None:
    """Assert that every invariant of every moment holds."""
    found = invariants.check(now, classes=["A"])
    assert [(one.invariant.id, one.ids) for one in found if one.count] == []


def test_the_customer_collects_it_with_the_code_of_the_mail() -> None:
    order = taken()
    work = FulfillmentOrder.objects.get()
    assert (work.location.code, work.state, level("BER")) == ("EDI", "open", (5, 0))
    assert (order.state, order.gates.get(name="address").state) == ("released", "open")
    with pytest.raises(Refused, match="the customer collects the order at EDI"):
        ber = StockLevel.objects.get(location__code="BER").location
        reallocate(fulfillment_order_id=work.pk, location=ber, reason="nearer", insist=True, actor=make_actor())
    shipment = packed(work)
    with pytest.raises(Refused, match="The customer collects it in the store"):
        buy_labels(shipment_id=shipment.pk, actor=make_actor())
    pickup = make_ready(shipment_id=shipment.pk, shelf="shelf 3", actor=make_actor())
    assert (pickup.expires_at - NOW).days == 7
    assert Package.objects.get().tracking_status == "available_for_pickup"
    with pytest.raises(Refused, match="take C"):
        unpack(fulfillment_order_id=work.pk, actor=make_actor())

    assert f"Your order {order.number} is ready to collect" in sent()
    told = mail.outbox[-1].body
    (code,) = re.findall(r"\b\d{6}\b", told)
    row = Notification.objects.get(kind="pickup_ready")
    assert code not in row.body and "••••••" in row.body and "EDI warehouse" in told
    unbroken()

    with pytest.raises(Invalid, match="This is not the code") as refusal:
        collect(pickup_id=pickup.pk, code="none", name="Ada", actor=make_actor())
    assert refusal.value.reasons[0].field == "code"
    done = collect(pickup_id=pickup.pk, code=f" {code[:3]} {code[3:]} ", name="Ada Lovelace", actor=make_actor())
    assert (done.state, done.collected_by, level("EDI")) == ("collected", "Ada Lovelace", (1, 0))
    rest()
    order.refresh_from_db()
    assert (order.state, order.fulfillment_status, order.payment_status) == ("completed", "delivered", "paid")
    assert (Shipment.objects.get().state, Package.objects.get().tracking_status) == ("shipped", "delivered")
    assert sent() == [], "neither “on its way” nor “the carrier tells us”"
    with pytest.raises(Refused, match="nothing waits any more"):
        collect(pickup_id=pickup.pk, code=code, name="Ada", actor=make_actor())
    unbroken()


def tried(pickup: Pickup, code: str, after: timedelta = timedelta(0)) -> Pickup:
    """Count a try some time later and hand out, as the doors do."""
    count_try(pickup.pk, NOW + after)
    return collect(pickup_id=pickup.pk, code=code, name="Ada", actor=make_actor("kim", now=NOW + after))


def test_guessing_ends_after_five_codes_and_a_new_code_opens_alone() -> None:
    pickup = laid_ready(taken())
    for minute in range(MOST_TRIES):
        with pytest.raises(Invalid):
            tried(pickup, "none", timedelta(minutes=minute))
    with pytest.raises(TooMany):
        tried(pickup, pickup.code, PAUSE - timedelta(seconds=1))
    with pytest.raises(Invalid):
        tried(pickup, "none", PAUSE)
    assert (Pickup.objects.get().tries, Pickup.objects.get().version) == (1, pickup.version)
    fresh = send_code(pickup_id=pickup.pk, actor=make_actor())
    assert (fresh.code != pickup.code, fresh.tries) == (True, 0)
    with pytest.raises(Invalid):
        tried(pickup, pickup.code)
    assert tried(pickup, fresh.code).state == "collected"


def test_nobody_comes_so_the_customer_is_reminded_and_then_stock_and_money_go_back() -> None:
    order = taken(3)
    laid_ready(order)
    sent()
    assert (remind_late(actor=at(4.9)), expire_late(actor=at(4.9))) == (0, 0)
    assert (remind_late(actor=at(5.1)), remind_late(actor=at(5.2))) == (1, 0)
    assert sent(NOW + timedelta(days=5.2)) == [f"Your order {order.number} still waits for you"]
    waiting = taken(1)
    assert stock_gate(waiting)[:2] == ("closed", "store_lacks_pieces")

    assert (expire_late(actor=at(6.9)), expire_late(actor=at(7.1)), expire_late(actor=at(7.2))) == (0, 1, 0)
    rest(NOW + timedelta(days=7.1))
    order.refresh_from_db()
    assert (order.state, order.cancelled_total, Pickup.objects.get().state) == ("cancelled", 3000, "expired")
    assert (FulfillmentOrder.objects.get(order=order).state, Shipment.objects.get().state) == ("cancelled", "cancelled")
    assert order.payments.get().state == "voided" or Refund.objects.filter(order=order).exists()
    assert level("EDI") == (3, 1), "what came back is promised to the order that waited"
    told = sent(NOW + timedelta(days=7.2))
    assert f"Your order {order.number} was not collected" in told
    assert f"Your order {order.number} was cancelled" not in told
    unbroken(NOW + timedelta(days=7.2))


def test_it_is_kept_longer_or_taken_from_the_shelf_and_then_cancelled() -> None:
    order = taken()
    pickup = laid_ready(order)
    keep_longer(pickup_id=pickup.pk, days=3, actor=make_actor())
    assert expire_late(actor=at(9.9)) == 0
    with pytest.raises(Refused, match="unpack and stop picking there first"):
        cancel_order(order_id=order.pk, actor=make_actor())
    withdraw_pickup(pickup_id=pickup.pk, reason="asked to cancel", actor=make_actor())
    assert expire_late(actor=at(11)) == 0
    unpack(fulfillment_order_id=FulfillmentOrder.objects.get().pk, actor=make_actor())
    assert Pickup.objects.get().state == "withdrawn"
    unbroken()


def test_a_store_that_has_none_lets_the_order_wait_until_another_store_or_delivery_is_chosen() -> None:
    order = taken(4)
    state, code, sentence = stock_gate(order)
    assert (state, code) == ("closed", "store_lacks_pieces")
    assert sentence.startswith("Missing: 1 of SKU TEA. Send stock to the store")
    with pytest.raises(Invalid, match="Locations that do: EDI"):
        change_shipping(order_id=order.pk, service_level="pickup", pickup_location="BER", actor=make_actor())
    change_shipping(order_id=order.pk, service_level="standard", reason="asked on the phone", actor=make_actor())
    rest()
    order.refresh_from_db()
    assert (order.service_level, order.pickup_location) == ("standard", "")
    assert order.gates.get(name="address").state == "closed", "now it needs an address"
    assert stock_gate(order)[0] == "open"


@pytest.mark.parametrize(
    ("store", "code", "sentence"),
    [
        ("", "no_store", "No store is named where the customer collects the order."),
        ("NOPE", "no_store", "The customer collects the order at “NOPE”, which is no location that ships now."),
        ("BER", "store_lacks_pieces", "The customer collects the order at BER, but it hands no orders out."),
    ],
)
def test_an_order_without_a_store_that_hands_out_says_so(store: str, code: str, sentence: str) -> None:
    gate = stock_gate(taken(1, store))
    assert gate[:2] == ("closed", code)
    assert gate[2].startswith(sentence)
