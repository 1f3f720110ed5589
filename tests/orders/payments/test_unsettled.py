"""Money that no worker has outlasted asking for: never asked for blindly, left to a person, settled by a word."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from oms.foundation.actions import action_named, run_action
from oms.foundation.claims import claim
from oms.foundation.invariants import check
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Denied, Invalid, Refused
from orders.models import Order, Payment, PaymentEvent, Refund, SandboxCharge
from orders.payments.sandbox import SandboxGateway
from orders.queries import payments_for_a_person
from orders.services.clearing import ask_gateway_again, settle_by_hand
from orders.services.payments import capture_payment
from orders.services.refunds import request_refund
from orders.states import OPEN_OUTCOMES
from tests.factories import NOW, make_actor, take_order
from tests.orders.payments.desk import ask, gate_of, intent_of, moment, payment_of

pytestmark = pytest.mark.django_db
LEASE = 30
WORDS = "The worker stopped three times while it asked the gateway to authorize €20.00."


def die(times: int = 3) -> float:
    """Let workers take the due intents and die with them; return the moment at which the next one comes."""
    for number in range(times):
        open_ones = PaymentEvent.objects.filter(outcome__in=OPEN_OUTCOMES)
        assert claim(open_ones, now=moment(number * (LEASE + 1)), limit=1)
    return times * (LEASE + 1)


@pytest.fixture
def order(settings) -> Order:
    """An order whose authorization killed three workers, so that a person has to look."""
    settings.LEASE_SECONDS = LEASE
    one = take_order(token="tok_ok")
    ask(die())
    return one


def waiting() -> list[Payment]:
    """Return the payments that wait for a person."""
    return list(payments_for_a_person(Payment.objects.all()))


def test_two_workers_may_die(settings):
    settings.LEASE_SECONDS = LEASE
    order = take_order(token="tok_ok")
    ask(die(2))
    assert (payment_of(order).state, SandboxCharge.objects.count(), waiting()) == ("authorized", 1, [])


def test_after_the_third_the_gateway_is_left_alone_and_a_person_called(order):
    event, payment = intent_of(order), payment_of(order)
    assert (event.outcome, event.code, event.next_try_at, event.lease_until) == (
        "unknown",
        "worker_stopped",
        None,
        None,
    )
    assert event.message.startswith(WORDS)
    assert (payment.state, waiting()) == ("unknown", [payment])
    assert gate_of(order) == ("closed", "payment_unknown")
    assert order.gates.get(name="payment").reason.startswith(WORDS)
    assert AuditLine.objects.get(subject=order.stream, act="orders.needs_person").note.startswith(WORDS)
    assert ask(10_000) == 0
    assert SandboxCharge.objects.count() == 0


def test_it_is_asked_by_its_key_when_a_person_says_so(order, monkeypatch):
    asked = []
    real = SandboxGateway.find_by_key
    monkeypatch.setattr(SandboxGateway, "find_by_key", lambda self, one: asked.append(one.key) or real(self, one))

    ask_gateway_again(payment_id=payment_of(order).pk, actor=make_actor(now=moment(500)))
    assert gate_of(order) == ("pending", "payment_unknown")
    assert waiting() == []
    ask(501)

    assert asked == [intent_of(order).key]
    assert (payment_of(order).state, payment_of(order).failure) == ("authorized", "")
    assert gate_of(order) == ("open", "")
    assert SandboxCharge.objects.count() == 1


def test_what_happened_before_the_workers_died_does_not_happen_again(settings):
    settings.LEASE_SECONDS = LEASE
    order = take_order(token="tok_timeout")
    ask(0)
    assert (intent_of(order).outcome, SandboxCharge.objects.count()) == ("unknown", 1)
    PaymentEvent.objects.update(next_try_at=NOW)
    ask(die())
    assert waiting() == [payment_of(order)]

    ask_gateway_again(payment_id=payment_of(order).pk, actor=make_actor(now=moment(500)))
    ask(501)

    assert (payment_of(order).state, SandboxCharge.objects.count()) == ("authorized", 1)


def test_a_payment_that_waits_for_nobody_is_not_asked_about(settings):
    order = take_order(token="tok_ok")
    with pytest.raises(Refused, match="asked about by itself"):
        ask_gateway_again(payment_id=payment_of(order).pk, actor=make_actor())
    assert intent_of(order).next_try_at == NOW


def test_an_answer_that_stays_lost_for_days_calls_a_person_and_is_still_asked_for(settings):
    order = take_order(token="tok_ok")
    PaymentEvent.objects.update(outcome="unknown", attempts=len(settings.UNKNOWN_ASK_SECONDS) + 1, next_try_at=NOW)
    Payment.objects.update(state="unknown")
    assert waiting() == [payment_of(order)]
    ask(1)
    assert (payment_of(order).state, waiting()) == ("authorized", [])


def test_a_person_settles_what_happened(order):
    payment = payment_of(order)
    settle_by_hand(
        payment_id=payment.pk,
        kind="authorize",
        happened=True,
        reference="gw-77",
        reason="seen in the dashboard",
        actor=make_actor("fiona", now=moment(500)),
    )
    event, payment = intent_of(order), payment_of(order)
    assert (event.outcome, event.transaction_id, event.code) == ("ok", "gw-77", "by_hand")
    assert event.message == "seen in the dashboard (fiona)"
    assert (payment.state, payment.authorized, payment.reference) == ("authorized", 2000, "gw-77")
    assert gate_of(order) == ("open", "")
    line = AuditLine.objects.get(act="orders.settle_by_hand")
    assert (line.actor_label, line.note) == ("fiona", "Authorize €20.00: it happened. seen in the dashboard")
    assert not [one.invariant.id for one in check(moment(500), only=["I8", "I9", "I20", "I30", "I32"]) if one.count]


def test_a_person_settles_what_did_not_happen(order):
    settle_by_hand(
        payment_id=payment_of(order).pk, kind="authorize", happened=False, reason="not there", actor=make_actor()
    )
    assert (intent_of(order).outcome, payment_of(order).state) == ("failed", "failed")
    assert order.holds.get().reason == "payment_failed"
    assert waiting() == []


def test_a_capture_and_a_refund_are_settled_each_by_itself(settings):
    settings.LEASE_SECONDS = LEASE
    order = take_order(token="tok_ok")
    ask(0)
    capture_payment(order_id=order.pk, actor=make_actor())
    ask(die())
    assert (intent_of(order, "capture").outcome, payment_of(order).state) == ("unknown", "authorized")
    settle = {"payment_id": payment_of(order).pk, "reason": "seen", "actor": make_actor(now=moment(500))}
    settle_by_hand(kind="capture", happened=True, reference="gw-1", **settle)
    assert (payment_of(order).state, payment_of(order).captured) == ("captured", 2000)

    request_refund(order_id=order.pk, amount=500, actor=make_actor())
    ask(die())
    settle_by_hand(kind="refund", happened=False, **settle)

    assert (payment_of(order).refunded, Refund.objects.get().state) == (0, "failed")


@pytest.mark.parametrize(
    ("reference", "why"), [("", "Write the gateway's number"), ("taken", "recorded for another payment")]
)
def test_a_transaction_needs_a_number_of_its_own(order, reference, why):
    other = take_order(token="tok_ok")
    ask(600)
    PaymentEvent.objects.filter(payment__order=other).update(transaction_id="taken")
    with pytest.raises(Invalid, match=why):
        settle_by_hand(
            payment_id=payment_of(order).pk,
            kind="authorize",
            happened=True,
            reference=reference,
            reason="seen",
            actor=make_actor(now=moment(601)),
        )
    assert intent_of(order).outcome == "unknown"


def test_what_is_being_asked_at_this_moment_is_not_settled(order):
    PaymentEvent.objects.update(lease_until=moment(700))
    with pytest.raises(Refused, match="being asked at this moment"):
        settle_by_hand(
            payment_id=payment_of(order).pk,
            kind="authorize",
            happened=False,
            reason="not there",
            actor=make_actor(now=moment(690)),
        )
    assert intent_of(order).outcome == "unknown"


def test_another_kind_of_intent_is_not_settled(order):
    with pytest.raises(Refused, match="Nothing of this kind"):
        settle_by_hand(payment_id=payment_of(order).pk, kind="refund", happened=False, reason="?", actor=make_actor())
    assert intent_of(order).outcome == "unknown"


def test_settling_by_hand_wants_its_own_permission(order):
    action = action_named(Payment, "settle_by_hand")
    data = {"kind": "authorize", "happened": "no", "reason": "?"}
    with pytest.raises(Denied):
        run_action(action, principal=User.objects.create_user("kim"), lookup={"pk": 1}, data=data, now=NOW)
    assert intent_of(order).outcome == "unknown"


def test_the_console_shows_it_with_its_buttons(order):
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    payment = payment_of(order)
    found = client.get("/orders/payment/?person=yes").context["cl"].result_list
    assert list(found) == [payment]
    page = client.get(f"/orders/payment/{payment.pk}/change/").content.decode()
    assert "Ask the gateway again" in page
    assert "Settle by hand" in page
    form = client.get(f"/orders/payment/{payment.pk}/act/settle_by_hand/")
    assert form.context["form"].initial["kind"] == "authorize"
    assert "a wrong one is mended by a refund or another payment.</p>" in form.content.decode()
    assert f"/orders/payment/{payment.pk}/change/" in client.get(f"/orders/order/{order.pk}/change/").content.decode()
    done = client.post(
        f"/orders/payment/{payment.pk}/act/settle_by_hand/",
        {"kind": "authorize", "happened": "no", "reference": "", "reason": "not there"},
    )
    assert done.status_code == 302
    assert payment_of(order).state == "failed"
