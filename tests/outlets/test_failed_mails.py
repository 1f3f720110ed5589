"""Mails that no worker has outlasted: they fail with a word, and a person decides."""

from datetime import timedelta

import pytest
from django.core import mail

from oms.foundation.actor import Actor
from oms.foundation.claims import claim
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Refused
from oms.outlets.handlers import tell_customers
from oms.outlets.models import Notification
from oms.outlets.notifications import sending
from oms.outlets.notifications.sending import send_notifications
from oms.outlets.services.mails import leave_mail, resend_mail
from orders.events import OrderPlaced
from tests.factories import NOW, make_actor
from tests.returns.world import CLERK

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(order):
    """The confirmation of the order, waiting to be sent."""
    tell_customers([OrderPlaced(at=NOW, order_id=order.pk)], CLERK)
    return Notification.objects.get()


def row() -> Notification:
    """Return the one mail as the database has it."""
    return Notification.objects.get()


def die(times: int) -> Actor:
    """Let workers take the mail and die with it before it is sent; return the worker that comes next."""
    for number in range(times):
        moment = NOW + timedelta(minutes=6 * number)
        assert claim(Notification.objects.filter(sending.IS_WAITING), now=moment, limit=1, lease=300)
    return make_actor(now=NOW + timedelta(minutes=6 * times))


def test_a_mail_that_kills_two_workers_is_sent_by_the_third(waiting):
    send_notifications(die(2), 10)
    assert (row().state, len(mail.outbox)) == ("sent", 1)


def test_a_mail_that_kills_three_workers_fails_with_a_word_even_while_the_server_is_closed(waiting, broken):
    broken.at_open = ConnectionRefusedError("closed")

    send_notifications(die(3), 10)

    assert (row().state, row().note, mail.outbox) == ("failed", sending.WORN_OUT, [])


def test_such_a_mail_is_sent_when_a_person_wants_it(waiting):
    later = die(3)
    send_notifications(later, 10)

    resend_mail(notification_id=waiting.pk, actor=later)
    assert (row().attempts, row().crashes) == (0, 0)
    send_notifications(later, 10)

    assert (row().state, len(mail.outbox)) == ("sent", 1)


def test_a_person_leaves_a_failed_mail_unsent(waiting):
    send_notifications(die(3), 10)

    leave_mail(notification_id=waiting.pk, reason="told by phone", actor=make_actor("Kim"))

    assert (row().state, row().note) == ("suppressed", "left unsent by Kim: told by phone")
    line = AuditLine.objects.get(act="outlets.leave_mail")
    assert line.note == "mail to the customer left unsent: Order confirmed"


def test_a_mail_that_did_not_fail_is_not_left(waiting):
    with pytest.raises(Refused, match="It is waiting; only a mail that failed"):
        leave_mail(notification_id=waiting.pk, actor=CLERK)
    assert row().state == "waiting"
