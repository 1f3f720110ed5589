"""Money at the same moment: one wins, the other is told; without the locks both would."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from unittest.mock import patch

import pytest
from django.db import IntegrityError
from django_fsm import ConcurrentTransition

from oms.foundation.invariants import check
from oms.foundation.refusals import Refused
from orders.models import Order, Payment, PaymentEvent, Refund, SandboxCharge
from orders.payments.gateway import Answer
from orders.services import payments, refunds
from orders.services.asking import ask_gateways
from orders.services.cancel import cancel_line, cancel_order
from orders.services.payments import capture_payment
from orders.services.refunds import request_refund
from orders.services.settlement import settle
from tests.concurrency.rival import no_row_locks, rival_after, rival_before
from tests.concurrency.together import together
from tests.factories import NOW, make_actor, take_order
from tests.orders.payments.desk import ask, at

pytestmark = [pytest.mark.pg, pytest.mark.race, pytest.mark.django_db(transaction=True)]


def refusals(found: list[object]) -> int:
    """Return how many acts were refused."""
    return sum(isinstance(one, Refused) for one in found)


def refund_sixty_twice(order: Order) -> list[object]:
    """Let two people give sixty of a hundred back."""
    act = lambda: request_refund(order_id=order.pk, amount=1200, actor=make_actor())
    return together(act, act)


def unlocked(meeting: threading.Barrier) -> ExitStack:
    """Take the locks of a refund away and let both callers meet where they would have stood."""

    def read(order_id: int) -> Order:
        """Return the order without waiting for anybody."""
        return Order.objects.get(pk=order_id)

    def read_payments(order_ids: list[int]) -> list[Payment]:
        """Return the payments without waiting for anybody."""
        return list(Payment.objects.filter(order__in=order_ids))

    real = refunds.refundable_by_payment

    def reads_together(rows: list[Payment]) -> dict[int, int]:
        """Return what is left, when both callers have looked."""
        left = real(rows)
        meeting.wait(timeout=10)
        return left

    stack = ExitStack()
    stack.enter_context(patch.object(refunds, "lock_order", read))
    stack.enter_context(patch.object(refunds, "lock_payments", read_payments))
    stack.enter_context(patch.object(refunds, "refundable_by_payment", reads_together))
    stack.enter_context(patch.object(refunds, "_next_key", lambda order: threading.current_thread().name))
    return stack


@pytest.mark.parametrize("turn", range(3))
def test_F31_two_refunds_exceed_capture(turn):
    order = take_order()

    found = refund_sixty_twice(order)

    assert refusals(found) == 1
    assert list(Refund.objects.values_list("amount", flat=True)) == [1200]


@pytest.mark.twin
def test_F31_without_the_locks_two_refunds_would_exceed_the_capture():
    order = take_order()

    with unlocked(threading.Barrier(2)):
        refund_sixty_twice(order)

    assert sum(Refund.objects.values_list("amount", flat=True)) == 2400
    assert [one.invariant.id for one in check(NOW, only=["I10"]) if one.count] == ["I10"]


def settled_twice() -> list[object]:
    """Let the event settle a capture in the middle of the settling of its answer; return what each counted."""
    order = take_order(token="tok_ok")
    ask(1)
    [intent] = capture_payment(order_id=order.pk, actor=make_actor())
    answer = Answer(outcome="ok", transaction_id="t1", amount=2000)
    act = partial(settle, answers={intent.pk: answer}, actor=at(2))
    with rival_after("orders.services.settlement.lock_open_events", act) as rival:
        ours = act()
    return [ours, rival.outcome]


def test_F29_answer_and_event_at_the_same_moment():
    assert settled_twice() == [1, 0]
    assert Payment.objects.get().captured == 2000


@pytest.mark.twin
def test_F29_without_the_locks_only_the_version_stops_the_second():
    with no_row_locks(), pytest.raises(ConcurrentTransition):
        settled_twice()


@pytest.mark.parametrize("turn", range(3))
def test_F30_double_click_on_capture(turn):
    order = take_order(token="tok_ok")
    ask(1)

    found = together(*[lambda: capture_payment(order_id=order.pk, actor=make_actor())] * 2)

    assert refusals(found) == 1
    assert PaymentEvent.objects.filter(kind="capture").count() == 1


@pytest.mark.twin
def test_F30_without_the_locks_the_database_refuses_the_second_capture():
    order = take_order(token="tok_ok")
    ask(1)
    meeting = threading.Barrier(2)
    real = payments.asked_of

    def looks_together(rows):
        """Return what was asked, when both callers have looked."""
        asked = real(rows)
        meeting.wait(timeout=10)
        return asked

    with ExitStack() as stack:
        stack.enter_context(patch.object(payments, "lock_order", lambda pk: Order.objects.get(pk=pk)))
        stack.enter_context(
            patch.object(payments, "lock_payments", lambda ids: list(Payment.objects.filter(order__in=ids)))
        )
        stack.enter_context(patch.object(payments, "asked_of", looks_together))
        found = together(*[lambda: capture_payment(order_id=order.pk, actor=make_actor())] * 2)

    assert [type(one).__name__ for one in found if isinstance(one, Exception)] == ["IntegrityError"]
    assert PaymentEvent.objects.filter(kind="capture").count() == 1


@pytest.mark.parametrize("turn", range(3))
def test_F34_void_against_capture(turn):
    order = take_order(token="tok_ok")
    ask(1)
    payment = Payment.objects.get()

    found = together(
        lambda: payments.void_payment(payment_id=payment.pk, actor=make_actor()),
        lambda: capture_payment(order_id=order.pk, actor=make_actor()),
    )

    assert refusals(found) == 1
    ask(2)
    assert Payment.objects.get().state in ("voided", "captured")


@pytest.mark.twin
def test_F34_without_the_locks_the_database_refuses_the_capture():
    order = take_order(token="tok_ok")
    ask(1)
    void = partial(payments.void_payment, payment_id=Payment.objects.get().pk, actor=make_actor())

    with (
        no_row_locks(),
        rival_after("orders.services.payments.asked_of", void),
        pytest.raises(IntegrityError, match="one_capture_or_void_in_flight"),
    ):
        capture_payment(order_id=order.pk, actor=make_actor())

    assert list(PaymentEvent.objects.exclude(kind="authorize").values_list("kind", flat=True)) == ["void"]


def half_of(order: Order) -> Callable[[], object]:
    """Return the act of cancelling one of the order's two pieces."""
    return partial(cancel_line, order_id=order.pk, line=1, quantity=1, actor=make_actor())


def collected() -> int:
    """Let the gateway answer, and return what was collected and not given back."""
    ask(2)
    ask(3)
    payment = Payment.objects.get()
    return payment.captured - payment.refunded


def test_F33_capture_against_partial_cancel():
    order = take_order(token="tok_ok")
    ask(1)

    collect = partial(capture_payment, order_id=order.pk, actor=make_actor())
    with rival_after("orders.services.cancel.lock_order", collect):
        half_of(order)()

    assert collected() == 1000
    assert PaymentEvent.objects.get(kind="capture").amount == 1000


def test_F33_partial_cancel_against_capture():
    order = take_order(token="tok_ok")
    ask(1)

    with rival_after("orders.services.payments.lock_order", half_of(order)) as rival:
        capture_payment(order_id=order.pk, actor=make_actor())

    assert isinstance(rival.outcome, Refused)
    assert collected() == 2000
    half_of(order)()
    assert collected() == 1000


@pytest.mark.twin
def test_F33_without_the_locks_money_of_a_cancelled_piece_is_collected():
    order = take_order(token="tok_ok")
    ask(1)

    with no_row_locks(), rival_before("orders.services.payments.write_intents", half_of(order)):
        capture_payment(order_id=order.pk, actor=make_actor())

    assert (collected(), Order.objects.get().owed) == (2000, 1000)


@pytest.mark.parametrize("turn", range(3))
def test_F41_approval_after_cancel_is_voided(turn):
    order = take_order(token="tok_ok")

    together(lambda: ask(1), lambda: cancel_order(order_id=order.pk, actor=make_actor()))
    ask(2)

    assert Order.objects.get().state == "cancelled"
    assert Payment.objects.get().state == "voided"
    kinds = sorted(SandboxCharge.objects.values_list("kind", flat=True))
    assert kinds in ([], ["authorize", "void"])


@pytest.mark.parametrize("turn", range(2))
def test_two_workers_share_the_intents(turn):
    for _ in range(20):
        take_order(token="tok_ok")

    found = together(*[lambda: ask_gateways(at(1), 15)] * 2)

    assert sum(one for one in found if isinstance(one, int)) == 20
    assert SandboxCharge.objects.count() == 20
    assert Payment.objects.filter(state="authorized").count() == 20
