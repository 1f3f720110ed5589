"""Noting mails."""

from datetime import timedelta

import pytest

from fulfillment.events import PackageDelayed
from fulfillment.models import Pickup
from oms.foundation.audit import Act, record_many
from oms.outlets.handlers import tell_customers
from oms.outlets.models import Notification, NotificationRule
from orders.events import OrderCancelled, OrderHeld, OrderPlaced, PaymentFailed
from orders.models import Channel, Hold, Order
from tests.factories import NOW, make_actor
from tests.outlets.world import make_package
from tests.returns.world import shipped_order, shop, tee

pytestmark = pytest.mark.django_db
SYSTEM = make_actor("relay")


@pytest.fixture
def order():
    """An order whose customer is told."""
    return shipped_order((tee(), 1, 1990), state="placed")


def placed(order: Order) -> OrderPlaced:
    """Return the fact that an order was taken."""
    return OrderPlaced(at=NOW, order_id=order.pk)


def states() -> list[tuple[str, str, str]]:
    """Return kind, state and note of every mail."""
    return list(Notification.objects.order_by("id").values_list("kind", "state", "note"))


def test_an_order_is_confirmed_once_however_often_it_is_told(order):
    tell_customers([placed(order)], SYSTEM)
    tell_customers([placed(order), placed(order)], SYSTEM)

    row = Notification.objects.get()
    assert (row.kind, row.key, row.state) == ("order_confirmed", f"order_confirmed:{order.pk}", "waiting")
    assert (row.recipient, row.next_try_at) == ("ada@example.com", NOW)


def test_a_hundred_facts_are_noted_in_a_constant_number_of_statements(django_assert_max_num_queries):
    orders = [shipped_order((tee(), 1, 1990), state="placed") for _ in range(20)]

    with django_assert_max_num_queries(4):
        tell_customers([placed(order) for order in orders], SYSTEM)

    assert Notification.objects.filter(state="waiting").count() == 20


def test_a_kind_switched_off_is_kept_back_with_a_word(order):
    NotificationRule.objects.create(kind="order_confirmed", is_active=False)

    tell_customers([placed(order)], SYSTEM)

    assert states() == [("order_confirmed", "suppressed", "this kind of mail is switched off")]
    assert Notification.objects.get().next_try_at is None


def test_the_rule_of_a_channel_goes_before_the_rule_of_all(order):
    NotificationRule.objects.create(kind="order_confirmed", is_active=False)
    NotificationRule.objects.create(kind="order_confirmed", channel=order.channel, is_active=True)

    tell_customers([placed(order)], SYSTEM)

    assert states() == [("order_confirmed", "waiting", "")]


def test_a_channel_that_sends_its_own_mails_is_left_to_it(order):
    Channel.objects.update(sends_mail=False)

    tell_customers([placed(order)], SYSTEM)

    assert states() == [("order_confirmed", "suppressed", "the channel sends its own mails")]


def test_an_order_without_mails_gets_none(order):
    Order.objects.update(notifies_customer=False)

    tell_customers([placed(order)], SYSTEM)

    assert states() == [("order_confirmed", "suppressed", "mails are switched off for this order")]


@pytest.mark.parametrize("address", ["", "no address", "a@b", "eve@example.com\nBcc: all@example.com"])
def test_an_order_without_a_usable_address_gets_none(order, address):
    Order.objects.update(email=address)

    tell_customers([placed(order)], SYSTEM)

    assert states() == [("order_confirmed", "suppressed", "the order has no usable e-mail address")]


def test_a_cancelled_order_is_told_though_a_part_of_it_was_not_collected_before(order):
    late = make_package(order).shipment.pickups
    late.create(number="C1", code="1", state="expired", ready_at=NOW - timedelta(days=9), expires_at=NOW)
    quiet = shipped_order((tee(), 1, 1990), state="cancelled")
    facts = [(order.pk, True), (quiet.pk, False)]

    tell_customers([OrderCancelled(at=NOW, order_id=pk, tells_customer=told) for pk, told in facts], SYSTEM)

    assert (Pickup.objects.get().state, [row.order_id for row in Notification.objects.all()]) == ("expired", [order.pk])


def test_an_order_cancelled_before_it_was_confirmed_is_not_confirmed(order):
    Order.objects.update(state="cancelled")

    tell_customers([placed(order)], SYSTEM)

    assert states() == [("order_confirmed", "suppressed", "the order was cancelled before")]


def old_order(**fields) -> Order:
    """Return an order that came a year after it was placed."""
    return shipped_order((tee(), 1, 1990), state="placed", placed_at=NOW - timedelta(days=365), **fields)


def test_an_order_that_came_out_of_a_file_long_after_it_was_placed_is_not_mailed():
    order = old_order()

    tell_customers([placed(order)], SYSTEM)
    tell_customers([PaymentFailed(at=NOW, order_id=order.pk, payment_id=1)], SYSTEM)

    assert states() == [
        ("order_confirmed", "suppressed", "order is older than 7 days"),
        ("payment_failed", "suppressed", "order is older than 7 days"),
    ]


def test_a_late_order_of_a_live_channel_is_mailed():
    order = old_order()
    caller = type(SYSTEM)("api", "1", "web", NOW)
    fresh = old_order(number="LIVE")
    record_many(caller, [Act("orders.capture", fresh)])

    tell_customers([placed(order), placed(fresh)], SYSTEM)

    assert [state for _, state, _ in states()] == ["suppressed", "waiting"]


def test_only_a_hold_about_the_address_asks_the_customer(order):
    asked = Hold.objects.create(order=order, reason="address_question")
    other = Hold.objects.create(order=order, reason="manual")

    tell_customers([OrderHeld(at=NOW, order_id=order.pk, hold_id=one.pk) for one in (asked, other)], SYSTEM)

    assert list(Notification.objects.values_list("key", flat=True)) == [f"address_question:{asked.pk}"]


def test_two_failed_payments_are_two_mails(order):
    tell_customers([PaymentFailed(at=NOW, order_id=order.pk, payment_id=one) for one in (1, 2, 2)], SYSTEM)

    assert Notification.objects.count() == 2


def test_a_delay_is_told_again_when_the_day_changes(order):
    package = make_package(order, expected_on="2026-11-25")
    fact = PackageDelayed(at=NOW, order_id=order.pk, package_id=package.pk)

    tell_customers([fact], SYSTEM)
    tell_customers([fact], SYSTEM)
    type(package).objects.update(expected_on="2026-11-27")
    tell_customers([fact], SYSTEM)

    assert list(Notification.objects.order_by("id").values_list("key", flat=True)) == [
        f"delayed:{package.pk}:2026-11-25",
        f"delayed:{package.pk}:2026-11-27",
    ]


def test_an_order_of_another_shop_is_told_by_its_own_rule(order):
    other = shipped_order((tee(), 1, 1990), state="placed", account=shop("other"))
    NotificationRule.objects.create(kind="order_confirmed", channel=other.channel, is_active=False)

    tell_customers([placed(order), placed(other)], SYSTEM)

    assert [state for _, state, _ in states()] == ["waiting", "suppressed"]
