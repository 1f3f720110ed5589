"""Sending mails."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail

from fulfillment.events import PackageDelivered, ShipmentShipped
from oms.foundation.actions import action_named, run_action
from oms.foundation.facts import publish
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Denied, Refused
from oms.foundation.relay import relay
from oms.outlets.handlers import tell_customers
from oms.outlets.models import Notification
from oms.outlets.notifications import sending
from oms.outlets.notifications.kinds import KINDS
from oms.outlets.notifications.rendering import Mail, candidates, write_mail
from oms.outlets.notifications.sending import send_notifications
from oms.outlets.notifications.subjects import subjects_of
from oms.outlets.services.mails import resend_mail
from orders.events import OrderPlaced
from orders.models import Customer, Order, Refund
from returns.services.requesting import request_return
from tests.factories import NOW, make_actor, make_location
from tests.outlets.world import make_package
from tests.returns.world import CLERK, announced, approved_return, shipped_order, tee

pytestmark = pytest.mark.django_db
WORKER = make_actor("worker")


@pytest.fixture
def order():
    """An order of two tees for Ada."""
    return shipped_order((tee(), 2, 1990), state="released", customer_name="Ada", fulfillment_status="delivered")


@pytest.fixture
def waiting(order):
    """The confirmation of the order, waiting to be sent."""
    tell_customers([OrderPlaced(at=NOW, order_id=order.pk)], WORKER)
    return Notification.objects.get()


def row() -> Notification:
    """Return the one mail as the database has it."""
    return Notification.objects.get()


def written_of(note: Notification, order: Order) -> Mail:
    """Return the mail as it would be written now."""
    return write_mail(note, order, subjects_of([note], NOW)[note.pk])


def test_a_placed_order_is_confirmed_by_mail(order):
    publish(OrderPlaced(at=NOW, order_id=order.pk))

    relay(WORKER, 10)
    sent = send_notifications(WORKER, 10)

    assert sent == 1
    [message] = mail.outbox
    assert message.to == ["ada@example.com"]
    assert message.subject == f"Your order {order.number} at Web"
    assert message.from_email == "orders@example.com"
    assert "Hello Ada,\n\nthank you for your order." in message.body
    assert "  2 × Title of TEE\n" in message.body
    assert "Total €39.80" in message.body
    assert (row().state, row().sent_at, row().subject) == ("sent", NOW, message.subject)
    assert AuditLine.objects.get(act="outlets.send_mail").subject == f"order:{order.pk}"


def test_a_sent_mail_is_not_sent_again(waiting):
    send_notifications(WORKER, 10)

    assert send_notifications(make_actor(now=NOW + timedelta(days=2)), 10) == 0
    assert len(mail.outbox) == 1


def test_a_shop_writes_under_its_own_address(waiting, order):
    order.channel.sender_email = "hello@shop.example"
    order.channel.save()

    send_notifications(WORKER, 10)

    assert mail.outbox[0].from_email == "hello@shop.example"


def test_a_closed_mail_server_is_tried_again_later(waiting, broken):
    broken.at_open = ConnectionRefusedError("closed")
    send_notifications(WORKER, 10)
    assert (row().state, row().attempts, row().last_error) == ("waiting", 1, "ConnectionRefusedError: closed")
    assert NOW + timedelta(seconds=40) < row().next_try_at < NOW + timedelta(seconds=80)

    broken.at_open = None
    send_notifications(make_actor(now=NOW + timedelta(minutes=2)), 10)

    assert (row().state, len(mail.outbox)) == ("sent", 1)


def test_F77_a_mail_server_closed_for_a_day_ends_the_mail(waiting, broken):
    broken.at_open = ConnectionRefusedError("closed")
    now = NOW
    while row().state == "waiting":
        send_notifications(make_actor(now=now), 10)
        now = row().next_try_at

    assert (row().state, row().note) == ("failed", "the mail server could not be reached for a day")
    assert timedelta(hours=20) < now - NOW < timedelta(hours=40)


def test_a_passing_refusal_is_tried_again(waiting, broken):
    broken.at_send = smtplib.SMTPDataError(451, b"try later")

    send_notifications(WORKER, 10)

    assert (row().state, row().attempts) == ("waiting", 1)


def test_a_final_refusal_ends_the_mail(waiting, broken):
    broken.at_send = smtplib.SMTPRecipientsRefused({"ada@example.com": (550, b"unknown")})

    send_notifications(WORKER, 10)

    assert (row().state, row().note) == ("failed", "the mail server refused it (550)")


def test_a_connection_lost_while_sending_is_never_sent_twice(waiting, broken):
    broken.at_send = smtplib.SMTPServerDisconnected("lost")
    send_notifications(WORKER, 10)
    broken.at_send = None

    assert send_notifications(make_actor(now=NOW + timedelta(days=1)), 10) == 0
    assert row().state == "failed"
    assert row().note.startswith("the worker stopped while sending")


def test_a_worker_that_dies_while_sending_leaves_a_word_and_no_second_mail(waiting, broken):
    class Killed(BaseException):
        """The process ends."""

    broken.at_send = Killed()
    with pytest.raises(Killed):
        send_notifications(WORKER, 10)
    broken.at_send = None

    assert send_notifications(make_actor(now=NOW + timedelta(days=1)), 10) == 0
    assert (row().state, row().note) == ("failed", sending.UNKNOWN)


def test_two_workers_send_a_mail_once(waiting):
    first = sending.claim(Notification.objects.all(), now=NOW, limit=1)

    assert send_notifications(WORKER, 10) == 0
    assert len(first) == 1
    assert mail.outbox == []


def test_a_mail_is_sent_again_when_a_person_wants_it(waiting, order):
    send_notifications(WORKER, 10)
    Order.objects.update(email="grace@example.com")

    resend_mail(notification_id=waiting.pk, actor=make_actor("Kim"))
    assert (row().state, row().note) == ("waiting", "sent again by Kim")
    send_notifications(WORKER, 10)

    assert [message.to for message in mail.outbox] == [["ada@example.com"], ["grace@example.com"]]
    assert AuditLine.objects.filter(act="outlets.resend_mail", actor_label="Kim").count() == 1


def test_a_waiting_mail_cannot_be_sent_again(waiting):
    with pytest.raises(Refused) as refused:
        resend_mail(notification_id=waiting.pk, actor=CLERK)

    assert refused.value.code == "already_waiting"


def test_sending_again_needs_an_address(waiting):
    send_notifications(WORKER, 10)
    Order.objects.update(email="")

    with pytest.raises(Refused) as refused:
        resend_mail(notification_id=waiting.pk, actor=CLERK)

    assert refused.value.code == "no_address"
    assert row().state == "sent"


def test_sending_again_needs_the_permission(waiting, django_user_model):
    user = django_user_model.objects.create_user("ann", is_staff=True)

    with pytest.raises(Denied):
        run_action(action_named(Notification, "resend"), principal=user, lookup={"pk": waiting.pk}, data={}, now=NOW)

    assert row().state == "waiting"


def test_the_shipped_mail_names_parcel_number_and_day(order):
    package = make_package(order, tracking_number="SB123", expected_on="2026-11-26")
    tell_customers([ShipmentShipped(at=NOW, order_id=order.pk, shipment_id=package.shipment_id)], WORKER)

    send_notifications(WORKER, 10)

    [message] = mail.outbox
    assert message.subject == f"Your order {order.number} is on its way"
    assert "sandbox tracking number SB123, expected on 26 November 2026" in message.body
    assert "    2 × Title of TEE\n" in message.body


def test_the_delivered_mail_asks_for_feedback_when_everything_is_there(order):
    package = make_package(order)
    tell_customers([PackageDelivered(at=NOW, order_id=order.pk, package_id=package.pk)], WORKER)
    written = written_of(row(), order)
    order.fulfillment_status = "partially_shipped"

    assert "How did we do?" in written.body
    assert "How did we do?" not in written_of(row(), order).body


@pytest.mark.parametrize(("day", "named"), [("2026-11-21", False), ("2026-11-22", True)])
def test_a_delay_names_the_new_day_but_none_that_has_passed(order, day, named):
    package = make_package(order, expected_on=day)
    note = Notification(order=order, kind="delayed", key=f"delayed:{package.pk}:{day}", created_at=NOW)

    assert ("expected on" in written_of(note, order).body) == named


def test_every_kind_of_mail_can_be_written(order):
    package = make_package(order, expected_on="2026-11-26")
    one = approved_return(order, announced("TEE", 1), location=make_location("LON"))
    request_return(order_id=order.pk, lines=[announced("TEE", 1)], actor=CLERK)
    payment = order.payments.get()
    refund = Refund.objects.create(order=order, payment=payment, key="r", currency="EUR", amount=500)
    ids = {"shipped": package.shipment_id, "delayed": package.pk, "delivered": package.pk, "refunded": refund.pk}
    ids |= {name: one.pk for name in KINDS if name.startswith("return_")} | {"payment_failed": payment.pk}
    ids["pieces_swapped"] = order.lines.get().pk

    for name in KINDS:
        note = Notification(order=order, kind=name, key=f"{name}:{ids.get(name, order.pk)}", created_at=NOW)
        written = written_of(note, order)

        assert order.number in written.subject or one.number in written.subject
        assert ("Dear colleagues," if KINDS[name].recipients else "Hello Ada,") in written.body
        assert "{" not in written.body
        assert "\n\n\n" not in written.body
        assert written.body.rstrip().endswith("Web")


def test_a_name_with_markup_stays_as_it_is_and_cannot_forge_a_subject(waiting, order):
    Order.objects.update(customer_name="<b>Ann & Bob</b>\nBcc: all@example.com")
    order.channel.name = "Shop\nBcc: all@example.com"
    order.channel.save()

    send_notifications(WORKER, 10)

    [message] = mail.outbox
    assert "<b>Ann & Bob</b>" in message.body
    assert message.recipients() == ["ada@example.com"]


def test_a_customer_is_written_to_in_their_language_where_there_is_a_text():
    assert candidates("shipped.txt", "de-at") == [
        "mails/de-at/shipped.txt",
        "mails/de/shipped.txt",
        "mails/shipped.txt",
    ]
    assert candidates("shipped.txt", "") == ["mails/shipped.txt"]


def test_a_language_without_texts_falls_back_to_english(waiting, order):
    order.customer = Customer.objects.create(name="Ada", email="ada@example.com", language="../../e")
    order.save()

    send_notifications(WORKER, 10)

    assert mail.outbox[0].subject.startswith("Your order")
