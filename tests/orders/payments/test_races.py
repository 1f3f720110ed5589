"""Money at the same moment: one wins, the other is told; without the locks both would."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from unittest.mock import patch

import pytest
from django.db import connections

from oms.foundation.invariants import check
from oms.foundation.refusals import Refused
from orders.models import Order, Payment, PaymentEvent, Refund, SandboxCharge
from orders.services import payments, refunds
from orders.services.asking import ask_gateways
from orders.services.cancel import cancel_order
from orders.services.payments import capture_payment
from orders.services.refunds import request_refund
from tests.factories import NOW, make_actor, take_order
from tests.orders.payments.desk import ask, at

pytestmark = [pytest.mark.pg, pytest.mark.race, pytest.mark.django_db(transaction=True)]


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run the acts at the same moment, each on a connection of its own; return results and errors."""
    found: list[object] = []
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        """Wait for the others, act, and keep what came of it."""
        start.wait(timeout=10)
        try:
            found.append(act())
        except Exception as error:  # noqa: BLE001  every outcome is looked at
            found.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return found


def refusals(found: list[object]) -> int:
    """Return how many acts were refused."""
    return sum(isinstance(one, Refused) for one in found)


def refund_sixty_twice(order: Order) -> list[object]:
    """Let two people give sixty of a hundred back."""
    act = lambda: request_refund(order_id=order.pk, amount=1200, actor=make_actor())
    return at_once(act, act)


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


def test_without_the_locks_two_refunds_would_exceed_the_capture():
    order = take_order()

    with unlocked(threading.Barrier(2)):
        refund_sixty_twice(order)

    assert sum(Refund.objects.values_list("amount", flat=True)) == 2400
    assert [one.invariant.id for one in check(NOW, only=["I10"]) if one.count] == ["I10"]


@pytest.mark.parametrize("turn", range(3))
def test_F30_double_click_on_capture(turn):
    order = take_order(token="tok_ok")
    ask(1)

    found = at_once(*[lambda: capture_payment(order_id=order.pk, actor=make_actor())] * 2)

    assert refusals(found) == 1
    assert PaymentEvent.objects.filter(kind="capture").count() == 1


def test_without_the_locks_the_database_refuses_the_second_capture():
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
        found = at_once(*[lambda: capture_payment(order_id=order.pk, actor=make_actor())] * 2)

    assert [type(one).__name__ for one in found if isinstance(one, Exception)] == ["IntegrityError"]
    assert PaymentEvent.objects.filter(kind="capture").count() == 1


@pytest.mark.parametrize("turn", range(3))
def test_F34_void_against_capture(turn):
    order = take_order(token="tok_ok")
    ask(1)
    payment = Payment.objects.get()

    found = at_once(
        lambda: payments.void_payment(payment_id=payment.pk, actor=make_actor()),
        lambda: capture_payment(order_id=order.pk, actor=make_actor()),
    )

    assert refusals(found) == 1
    ask(2)
    assert Payment.objects.get().state in ("voided", "captured")


@pytest.mark.parametrize("turn", range(3))
def test_F41_approval_after_cancel_is_voided(turn):
    order = take_order(token="tok_ok")

    at_once(lambda: ask(1), lambda: cancel_order(order_id=order.pk, actor=make_actor()))
    ask(2)

    assert Order.objects.get().state == "cancelled"
    assert Payment.objects.get().state == "voided"
    kinds = sorted(SandboxCharge.objects.values_list("kind", flat=True))
    assert kinds in ([], ["authorize", "void"])


@pytest.mark.parametrize("turn", range(2))
def test_two_workers_share_the_intents(turn):
    for _ in range(20):
        take_order(token="tok_ok")

    found = at_once(*[lambda: ask_gateways(at(1), 15)] * 2)

    assert sum(one for one in found if isinstance(one, int)) == 20
    assert SandboxCharge.objects.count() == 20
    assert Payment.objects.filter(state="authorized").count() == 20
