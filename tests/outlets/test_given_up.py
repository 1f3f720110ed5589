"""Webhooks that no worker has outlasted are given up; a person sends them again or leaves them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from oms.foundation.actor import Actor
from oms.foundation.claims import claim
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Refused
from oms.outlets.handlers import tell_systems
from oms.outlets.models import Notification, WebhookDelivery
from oms.outlets.queues import count_queues
from oms.outlets.services.endpoints import leave_delivery, replay_delivery
from oms.outlets.webhooks import sending
from oms.outlets.webhooks.sending import send_webhooks
from tests.factories import NOW, make_actor
from tests.outlets.world import listen, placed
from tests.outlets.world import states_of_deliveries as states

pytestmark = pytest.mark.django_db


def die(times: int) -> Actor:
    """Let workers take the delivery and die with it; return the worker that comes next."""
    for number in range(times):
        moment = NOW + timedelta(minutes=11 * number)
        rows = WebhookDelivery.objects.filter(sending.IS_WAITING)
        assert claim(rows, now=moment, limit=1, lease=sending.LEASE_SECONDS)
    return make_actor("worker", now=NOW + timedelta(minutes=11 * times))


@pytest.fixture
def delivery(order, receivers) -> WebhookDelivery:
    """A webhook on its way."""
    listen()
    tell_systems([placed(order)], make_actor("worker"))
    return WebhookDelivery.objects.get()


def test_two_workers_may_die(delivery, receivers):
    send_webhooks(die(2), 10)
    assert (states(), len(receivers.got)) == (["delivered"], 1)


def test_after_the_third_it_is_given_up_and_its_receiver_left_alone(delivery, receivers):
    send_webhooks(die(3), 10)
    row = WebhookDelivery.objects.get()
    assert (row.state, row.last_error, row.lease_until) == ("dead", sending.WORN_OUT, None)
    assert receivers.got == []


def test_a_person_sends_it_again(delivery, receivers):
    later = die(3)
    send_webhooks(later, 10)

    row = replay_delivery(delivery_id=delivery.pk, actor=later)
    assert (row.attempts, row.crashes) == (0, 0)
    send_webhooks(later, 10)

    assert (states(), len(receivers.got)) == (["delivered"], 1)


def test_a_person_leaves_it_unsent(delivery, receivers):
    later = die(3)
    send_webhooks(later, 10)

    leave_delivery(delivery_id=delivery.pk, reason="they know", actor=later)

    assert states() == ["left"]
    assert AuditLine.objects.get(act="outlets.leave_delivery").note == "they know"
    assert send_webhooks(later, 10) == 0


def test_what_is_still_tried_is_not_left(delivery):
    with pytest.raises(Refused, match="only what was given up can be left unsent"):
        leave_delivery(delivery_id=delivery.pk, actor=make_actor())
    assert states() == ["waiting"]


def test_the_start_page_counts_what_waits_for_a_person(delivery, order, django_user_model):
    boss = django_user_model.objects.create_superuser("boss")
    names = ("failed_mails", "dead_webhooks")
    assert [one.queue.name for one in count_queues(boss, timezone.now()) if one.queue.name in names] == []
    send_webhooks(die(3), 10)
    Notification.objects.create(order=order, kind="shipped", key="k", state="failed", created_at=NOW)

    counted = {one.queue.name: one.count for one in count_queues(boss, timezone.now()) if one.queue.name in names}

    assert counted == {"failed_mails": 1, "dead_webhooks": 1}
