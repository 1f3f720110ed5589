"""An authorization ends as the gateway's book says, whatever happens to its answer."""

import pytest

from orders.models import Order, PaymentEvent, SandboxCharge
from orders.services import asking
from orders.services.payments import retry_payment
from tests.factories import make_actor, take_order
from tests.orders.payments.desk import ask, gate_of, hear, intent_of, moment, payment_of

pytestmark = pytest.mark.django_db


def test_a_good_token_is_authorized_and_opens_the_gate():
    order = take_order(token="tok_ok")
    assert gate_of(order) == ("pending", "payment_pending")

    assert ask() == 1

    payment = payment_of(order)
    assert (payment.state, payment.authorized, payment.reference[:3]) == ("authorized", 2000, "sb_")
    assert payment.expires_at is not None
    assert intent_of(order).outcome == "ok"
    assert gate_of(order) == ("open", "")
    assert Order.objects.get(pk=order.pk).payment_status == "authorized"
    assert ask(600) == 0


def test_a_declined_token_closes_the_gate_and_holds_the_order():
    order = take_order(token="tok_declined")

    ask()

    payment = payment_of(order)
    assert (payment.state, payment.failure) == ("failed", "The bank declined the card.")
    assert gate_of(order) == ("closed", "payment_failed")
    hold = order.holds.get()
    assert (hold.state, hold.reason, hold.released_when) == ("open", "payment_failed", "payment_open")
    assert Order.objects.get(pk=order.pk).payment_status == "failed"


def test_another_card_opens_the_gate_and_lets_the_hold_go():
    order = take_order(token="tok_declined")
    ask()

    retry_payment(order_id=order.pk, token="tok_ok", actor=make_actor())
    ask(2)

    assert gate_of(order) == ("open", "")
    assert order.holds.get().state == "released"
    assert sorted(order.payments.values_list("state", flat=True)) == ["authorized", "failed"]


def test_a_lost_answer_of_a_charge_that_went_through_is_found_by_its_key():
    order = take_order(token="tok_timeout")
    ask(1)
    assert (payment_of(order).state, intent_of(order).outcome) == ("unknown", "unknown")
    assert gate_of(order) == ("pending", "payment_unknown")
    assert intent_of(order).next_try_at == moment(6)
    assert ask(5) == 0

    assert ask(6) == 1

    assert (payment_of(order).state, intent_of(order).outcome) == ("authorized", "ok")
    assert gate_of(order) == ("open", "")
    assert SandboxCharge.objects.filter(status="ok").count() == 1


def test_F28_gateway_error_before_effect():
    order = take_order(token="tok_error")
    ask(1)
    assert intent_of(order).outcome == "unknown"

    ask(6)

    assert (payment_of(order).state, intent_of(order).outcome) == ("failed", "failed")
    assert gate_of(order) == ("closed", "payment_failed")
    assert SandboxCharge.objects.filter(status="ok").count() == 0


def test_F28_a_call_that_never_arrived_is_sent_again_with_the_same_key(monkeypatch):
    order = take_order(token="tok_ok")
    monkeypatch.setattr(asking, "ASKERS", {**asking.ASKERS, "authorize": _lose})
    ask(1)
    assert intent_of(order).outcome == "unknown"
    assert SandboxCharge.objects.count() == 0
    monkeypatch.undo()

    ask(6)

    assert payment_of(order).state == "authorized"
    assert list(SandboxCharge.objects.values_list("key", flat=True)) == [intent_of(order).key]


def _lose(gateway, ask):
    raise asking.AnswerLost("connection refused")


def test_a_pending_charge_is_authorized_by_its_event():
    order = take_order(token="tok_pending")
    ask(1)
    assert (payment_of(order).state, gate_of(order)) == ("pending", ("pending", "payment_pending"))

    assert hear(2) == 0
    assert hear(3) == 1

    assert payment_of(order).state == "authorized"
    assert gate_of(order) == ("open", "")


def test_a_pending_charge_whose_event_is_lost_is_asked_for():
    order = take_order(token="tok_pending")
    ask(1)
    SandboxCharge.objects.update(status="ok", event_due_at=None)

    ask(31)

    assert payment_of(order).state == "authorized"


def test_repeated_events_have_no_second_effect():
    order = take_order(token="tok_duplicate_events")
    ask(1)
    before = payment_of(order).version

    assert hear(2) == 1

    assert (payment_of(order).state, payment_of(order).version) == ("authorized", before)
    assert PaymentEvent.objects.filter(payment__order=order).count() == 1


def test_the_event_may_come_before_the_answer(monkeypatch):
    order = take_order(token="tok_duplicate_events")
    real = asking.ASKERS["authorize"]

    def hears_first(gateway, ask_of):
        answer = real(gateway, ask_of)
        hear(2)
        return answer

    monkeypatch.setattr(asking, "ASKERS", {**asking.ASKERS, "authorize": hears_first})
    ask(1)

    assert (payment_of(order).state, payment_of(order).authorized) == ("authorized", 2000)


def test_a_worker_that_dies_after_the_call_leaves_one_charge(monkeypatch):
    order = take_order(token="tok_ok")

    def dies(**_):
        raise RuntimeError("killed")

    monkeypatch.setattr(asking, "settle", dies)
    with pytest.raises(RuntimeError):
        ask(1)
    monkeypatch.undo()
    assert (payment_of(order).state, SandboxCharge.objects.count()) == ("created", 1)
    assert ask(10) == 0

    assert ask(32) == 1

    assert payment_of(order).state == "authorized"
    assert SandboxCharge.objects.count() == 1


def test_F38_foreign_amount_is_flagged():
    order = take_order(token="tok_pending")
    ask(1)
    SandboxCharge.objects.update(amount=1500)

    hear(3)

    assert (intent_of(order).outcome, intent_of(order).code) == ("unknown", "amount_differs")
    assert payment_of(order).authorized == 0
    assert "€15.00" in order.holds.get().note


@pytest.mark.parametrize(("currency", "theirs"), [("JPY", "¥2,000"), ("KWD", "KWD2.000"), ("XQZ", "2000 “XQZ”")])
def test_F36_currency_mismatch_refused(currency, theirs):
    order = take_order(token="tok_pending")
    ask(1)
    SandboxCharge.objects.update(currency=currency)

    hear(3)

    assert (intent_of(order).outcome, intent_of(order).code) == ("unknown", "amount_differs")
    assert payment_of(order).authorized == 0
    note = order.holds.get().note
    assert theirs in note.replace("\xa0", "") and "we asked €20.00" in note
    assert ask(10_000) == 0
