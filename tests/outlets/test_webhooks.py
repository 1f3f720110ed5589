"""Webhooks to other systems."""

import json
from datetime import timedelta

import pytest

from fulfillment.events import ShipmentShipped
from oms.foundation.facts import publish
from oms.foundation.refusals import Refused
from oms.foundation.relay import relay
from oms.foundation.signing import Signed, verify
from oms.outlets.handlers import tell_systems
from oms.outlets.models import WebhookDelivery, WebhookEndpoint
from oms.outlets.services.endpoints import replay_delivery
from oms.outlets.webhooks import sending
from oms.outlets.webhooks.sending import send_webhooks
from orders.events import OrderReleased, RefundSettled
from orders.models import Refund
from tests.factories import NOW, make_actor
from tests.outlets.world import at, listen, make_package, placed
from tests.outlets.world import states_of_deliveries as states
from tests.returns.world import CLERK, shipped_order, tee

pytestmark = pytest.mark.django_db
WORKER = make_actor("worker")


def test_a_fact_is_told_signed_to_its_accounts_endpoint(order, receivers):
    endpoint = listen()
    publish(placed(order))

    relay(WORKER, 10)
    sent = send_webhooks(WORKER, 10)

    assert sent == 1
    [(url, headers, body)] = receivers.got
    assert url == endpoint.url
    assert json.loads(body) == {
        "type": "OrderPlaced",
        "timestamp": NOW.isoformat(),
        "data": {"order": {"number": order.number, "external_id": "1001"}},
    }
    lower = {name.lower(): value for name, value in headers.items()}
    assert verify("api", Signed(lower, body, [endpoint.secret], NOW)) == WebhookDelivery.objects.get().message_id
    assert WebhookDelivery.objects.get().state == "delivered"


def test_a_fact_handled_twice_is_told_once_under_one_id(order, receivers):
    listen()
    listen("https://b.example/hook")

    tell_systems([placed(order)], WORKER)
    tell_systems([placed(order), placed(order)], WORKER)

    assert WebhookDelivery.objects.count() == 2
    assert WebhookDelivery.objects.values("message_id").distinct().count() == 1


def test_the_same_fact_at_another_moment_is_another_message(order, receivers):
    listen()
    first, second = (OrderReleased(at=NOW + timedelta(hours=hour), order_id=order.pk) for hour in (0, 1))

    tell_systems([first, second], WORKER)

    assert WebhookDelivery.objects.values("message_id").distinct().count() == 2


def test_only_the_kinds_asked_for_are_told(order):
    listen(kinds=["ShipmentShipped"])

    tell_systems([placed(order)], WORKER)

    assert WebhookDelivery.objects.count() == 0


def test_another_account_hears_nothing(order):
    listen(code="other")

    tell_systems([placed(order)], WORKER)

    assert WebhookDelivery.objects.count() == 0


def test_an_endpoint_switched_off_hears_nothing(order):
    listen(is_active=False)

    tell_systems([placed(order)], WORKER)

    assert WebhookDelivery.objects.count() == 0


def test_a_shipment_is_told_with_its_parcels(order, receivers):
    listen()
    package = make_package(order, tracking_number="SB1", expected_on="2026-11-26")
    tell_systems([ShipmentShipped(at=NOW, order_id=order.pk, shipment_id=package.shipment_id)], WORKER)

    send_webhooks(WORKER, 10)

    told = json.loads(receivers.got[0][2])["data"]["shipment"]
    assert told["packages"] == [{"tracking_number": "SB1", "status": "pre_transit", "expected_on": "2026-11-26"}]
    assert told["number"] == package.shipment.number


def test_a_refund_is_told_with_its_amount(order, receivers):
    listen()
    refund = Refund.objects.create(order=order, payment=order.payments.get(), key="r", currency="EUR", amount=1990)
    tell_systems([RefundSettled(at=NOW, order_id=order.pk, refund_id=refund.pk, amount=1990)], WORKER)

    send_webhooks(WORKER, 10)

    assert json.loads(receivers.got[0][2])["data"]["refund"] == {"amount": "19.90", "currency": "EUR"}


def test_where_nobody_listens_one_look_is_enough(order, django_assert_num_queries):
    with django_assert_num_queries(1):
        tell_systems([placed(order)], WORKER)


def test_many_facts_are_noted_in_a_constant_number_of_statements(django_assert_max_num_queries):
    listen()
    orders = [shipped_order((tee(), 1, 1990)) for _ in range(20)]

    with django_assert_max_num_queries(5):  # two of them are the savepoint of the insert
        tell_systems([placed(order) for order in orders], WORKER)

    assert WebhookDelivery.objects.count() == 20


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_is_no_success(order, receivers, status):
    receivers.answers[listen().url] = status
    tell_systems([placed(order)], WORKER)

    send_webhooks(WORKER, 10)

    assert states() == ["waiting"]
    assert WebhookDelivery.objects.get().last_error == f"answered {status}"


def test_an_endpoint_that_is_gone_is_switched_off(order, receivers):
    receivers.answers[listen().url] = 410
    tell_systems([placed(order), placed(order, 1)], WORKER)

    send_webhooks(WORKER, 10)

    assert states() == ["dead", "dead"]
    assert not WebhookEndpoint.objects.get().is_active
    assert len(receivers.got) == 1


def test_a_target_that_moved_inside_is_not_called(order, settings):
    settings.ALLOW_INSIDE_TARGETS = False
    listen("https://127.0.0.1/hook")
    tell_systems([placed(order)], WORKER)

    send_webhooks(WORKER, 10)

    row = WebhookDelivery.objects.get()
    assert (row.state, row.last_error) == ("waiting", "The address points inside a private network.")


def test_a_message_given_up_can_be_sent_again_under_its_id(order, receivers):
    url = listen().url
    receivers.answers[url] = 410
    tell_systems([placed(order)], WORKER)
    send_webhooks(WORKER, 10)
    row = WebhookDelivery.objects.get()
    with pytest.raises(Refused) as refused:
        replay_delivery(delivery_id=row.pk, actor=CLERK)
    assert refused.value.code == "endpoint_off"
    WebhookEndpoint.objects.update(is_active=True)
    receivers.answers[url] = 200

    replay_delivery(delivery_id=row.pk, actor=at(days=2))
    send_webhooks(at(days=2), 10)

    assert states() == ["delivered"]
    assert WebhookDelivery.objects.get().message_id == row.message_id


def test_a_waiting_message_needs_no_replay(order):
    listen()
    tell_systems([placed(order)], WORKER)

    with pytest.raises(Refused) as refused:
        replay_delivery(delivery_id=WebhookDelivery.objects.get().pk, actor=CLERK)

    assert refused.value.code == "already_waiting"


def test_two_workers_do_not_send_a_message_at_the_same_time(order, receivers):
    listen()
    tell_systems([placed(order)], WORKER)
    sending.claim(WebhookDelivery.objects.all(), now=NOW, limit=10)

    assert send_webhooks(WORKER, 10) == 0
    assert receivers.got == []
