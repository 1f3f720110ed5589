"""The circuit of a webhook endpoint."""

from datetime import timedelta

import pytest

from oms.foundation.http import Unreachable
from oms.foundation.work import next_due
from oms.outlets.handlers import tell_systems
from oms.outlets.models import WebhookDelivery, WebhookEndpoint
from oms.outlets.webhooks.sending import send_webhooks
from tests.factories import NOW, make_actor
from tests.outlets.world import at, listen, placed
from tests.outlets.world import states_of_deliveries as states

pytestmark = pytest.mark.django_db
WORKER = make_actor("worker")


def test_a_dead_target_is_called_once_a_pause_and_delays_nobody(order, receivers):
    dead, good = listen("https://dead.example/"), listen("https://good.example/")
    receivers.answers[dead.url] = Unreachable("timeout")
    tell_systems([placed(order, minute) for minute in range(5)], WORKER)

    send_webhooks(WORKER, 100)
    send_webhooks(WORKER, 100)

    assert receivers.urls().count(dead.url) == 1
    assert receivers.urls().count(good.url) == 5
    assert states().count("delivered") == 5
    dead = WebhookEndpoint.objects.get(pk=dead.pk)
    assert dead.failures == 1
    assert NOW + timedelta(seconds=3) < dead.paused_until < NOW + timedelta(seconds=7)
    waiting = WebhookDelivery.objects.filter(endpoint=dead)
    assert {row.next_try_at for row in waiting} == {dead.paused_until}
    assert sorted(row.attempts for row in waiting) == [0, 0, 0, 0, 1]
    assert next_due() == dead.paused_until


def test_facts_for_a_paused_endpoint_wait_with_it(order, receivers):
    dead = listen()
    receivers.answers[dead.url] = 503
    tell_systems([placed(order)], WORKER)
    send_webhooks(WORKER, 10)

    tell_systems([placed(order, 1)], at(seconds=1))
    send_webhooks(at(seconds=1), 10)

    assert receivers.urls() == [dead.url]
    paused = WebhookEndpoint.objects.get().paused_until
    assert {row.next_try_at for row in WebhookDelivery.objects.all()} == {paused}


def test_F77_target_down_for_a_day(order, receivers):
    dead, good = listen("https://dead.example/"), listen("https://good.example/")
    receivers.answers[dead.url] = 500
    tell_systems([placed(order)], WORKER)
    now = NOW
    while "waiting" in states():
        send_webhooks(make_actor(now=now), 10)
        now = next_due() or now

    assert timedelta(hours=24) <= now - NOW < timedelta(hours=26)
    assert sorted(states()) == ["dead", "delivered"]
    assert receivers.urls().count(good.url) == 1
    assert 25 < receivers.urls().count(dead.url) < 50
    assert WebhookDelivery.objects.get(state="dead").last_error == "answered 500"


def test_a_recovered_target_gets_everything_that_waited(order, receivers):
    dead = listen()
    receivers.answers[dead.url] = 502
    tell_systems([placed(order, minute) for minute in range(3)], WORKER)
    send_webhooks(WORKER, 10)
    receivers.answers[dead.url] = 204

    send_webhooks(at(seconds=30), 10)

    assert states() == ["delivered"] * 3
    dead = WebhookEndpoint.objects.get()
    assert (dead.failures, dead.paused_until) == (0, None)


def test_a_message_that_is_refused_does_not_hold_up_the_others(order, receivers):
    picky = listen()
    tell_systems([placed(order), placed(order, 1)], WORKER)
    answers = iter([422, 200])
    receivers.answers = type("Answers", (), {"get": lambda self, url, default: next(answers)})()

    send_webhooks(WORKER, 10)

    assert states() == ["waiting", "delivered"]
    assert WebhookEndpoint.objects.get(pk=picky.pk).failures == 0
