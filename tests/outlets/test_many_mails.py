"""Many mails over one connection: what each costs, and what is left when something breaks in the middle."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from fulfillment.events import PackageDelivered
from oms.foundation.models import AuditLine
from oms.outlets.handlers import tell_customers
from oms.outlets.models import Notification
from oms.outlets.notifications import sending
from oms.outlets.notifications.sending import send_notifications
from oms.outlets.notifications.subjects import subjects_of
from tests.factories import NOW, make_actor
from tests.outlets.world import make_package
from tests.returns.world import shipped_order, tee

pytestmark = pytest.mark.django_db
WORKER = make_actor("worker")
OWN = 6  # BEGIN and COMMIT of its mark, its lock, two updates, a line of the history


def delivered(count: int) -> list[Notification]:
    """Return waiting mails about so many parcels, each of an order of its own."""
    product = tee()
    for _ in range(count):
        mark = f"E{Notification.objects.count()}"
        order = shipped_order((product, 2, 1990), external_id=mark)
        package = make_package(order, tracking_number=mark)
        tell_customers([PackageDelivered(at=NOW, order_id=order.pk, package_id=package.pk)], WORKER)
    return list(Notification.objects.filter(state="waiting").order_by("pk"))


def statements(count: int) -> int:
    """Return how many statements it costs to send so many mails."""
    delivered(count)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert send_notifications(WORKER, 20) == count
    return len(asked)


def test_another_mail_costs_its_own_marks_and_nothing_else():
    assert statements(9) - statements(2) <= 7 * OWN


def test_a_mail_that_cannot_be_written_leaves_those_before_it_sent(monkeypatch):
    first, second, third = delivered(3)
    write = sending.write_mail

    def stumble(row, *told):
        """Fail for the second mail."""
        if row.pk == second.pk:
            raise RuntimeError("a template is broken")
        return write(row, *told)

    monkeypatch.setattr(sending, "write_mail", stumble)
    with pytest.raises(RuntimeError):
        send_notifications(WORKER, 20)

    states = dict(Notification.objects.values_list("pk", "state"))
    assert states == {first.pk: "sent", second.pk: "waiting", third.pk: "waiting"}
    assert AuditLine.objects.filter(act="outlets.send_mail").count() == len(mail.outbox) == 1


def test_a_worker_that_dies_while_sending_leaves_no_doubt_about_the_mails_before(broken, monkeypatch):
    class Killed(BaseException):
        """The process ends, and notes nothing more."""

    first, second, third = delivered(3)
    taken: list[int] = []

    def take(connection, messages):
        """Take a mail; with the second one the worker dies."""
        taken.append(len(messages))
        if len(taken) == 2:
            monkeypatch.setattr(sending._Round, "_note_taken", lambda self, row: None)
            raise Killed

    monkeypatch.setattr(broken, "send_messages", take)
    with pytest.raises(Killed):
        send_notifications(WORKER, 20)

    states = dict(Notification.objects.values_list("pk", "state"))
    assert states == {first.pk: "sent", second.pk: "failed", third.pk: "waiting"}
    assert Notification.objects.get(pk=second.pk).note == sending.UNKNOWN


def test_what_goes_wrong_with_a_mail_takes_no_word_of_the_one_before_back(monkeypatch):
    first, second = delivered(2)
    still_ours = sending.still_ours

    def busy(row):
        """Find the database busy at the second mail."""
        if row.pk == second.pk:
            raise OperationalError("lock timeout")
        return still_ours(row)

    monkeypatch.setattr(sending, "still_ours", busy)
    with pytest.raises(OperationalError):
        send_notifications(WORKER, 20)

    assert dict(Notification.objects.values_list("pk", "state")) == {first.pk: "sent", second.pk: "waiting"}
    assert AuditLine.objects.filter(act="outlets.send_mail").count() == 1


def test_a_mail_whose_lease_was_lost_is_left_to_whoever_has_it(monkeypatch):
    first, second = delivered(2)
    write = sending.write_mail

    def slowly(row, *told):
        """Take so long over the second that another worker claims it."""
        if row.pk == second.pk:
            later = NOW + timedelta(hours=1)
            sending.claim(Notification.objects.filter(pk=second.pk), now=later, limit=1)
        return write(row, *told)

    monkeypatch.setattr(sending, "write_mail", slowly)
    send_notifications(WORKER, 20)

    assert dict(Notification.objects.values_list("pk", "state")) == {first.pk: "sent", second.pk: "waiting"}
    assert len(mail.outbox) == 1


def test_a_mail_says_nothing_of_another_order_than_its_own():
    first, second = delivered(2)
    first.key, second.key = second.key, first.key
    assert subjects_of([first, second], NOW) == {first.pk: {}, second.pk: {}}
