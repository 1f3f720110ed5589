"""A batch of payments costs a constant number of statements beside the calls to the gateway."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oms.foundation.aggregate import save_many
from orders.models import Payment, PaymentEvent
from tests.factories import make_channel, make_order
from tests.orders.payments.desk import ask, moment, payment_of

pytestmark = pytest.mark.django_db


def statements(number: int, account) -> int:
    """Authorize so many orders in one batch and return the statements, without the sandbox's own book."""
    for _ in range(number):
        make_order(account=account)
    with CaptureQueriesContext(
        connection,
    ) as told:
        ask()
    return len([one for one in told.captured_queries if "orders_sandboxcharge" not in one["sql"]])


def test_twenty_payments_cost_as_many_statements_as_five():
    account = make_channel()

    few, many = statements(5, account), statements(20, account)

    assert many == few
    assert few <= 30
    assert Payment.objects.filter(state="authorized").count() == 25
    assert PaymentEvent.objects.filter(outcome="ok", lease_until=None, next_try_at=None).count() == 25


def test_one_answer_that_cannot_be_settled_stops_no_other():
    account = make_channel()
    good, bad = make_order(account=account), make_order(account=account)
    PaymentEvent.objects.filter(payment__order=bad).update(kind="void", key="void of nothing")
    Payment.objects.filter(order=bad).update(captured=0)
    save_many([expired(bad)], ["state", "authorized"])

    assert ask() == 2

    assert payment_of(good).state == "authorized"
    intent = PaymentEvent.objects.get(payment__order=bad)
    assert (intent.outcome, intent.last_error.split(":")[0]) == ("pending", "TransitionNotAllowed")
    assert intent.next_try_at == moment(601)


def expired(order) -> Payment:
    """Return the order's payment with a promise that ran out."""
    payment = payment_of(order)
    payment.authorize(amount=2000, expires_at=None)
    payment.expire()
    return payment


def test_a_gateway_nobody_speaks_with_any_more_leaves_the_outcome_unknown():
    order = make_order()
    PaymentEvent.objects.update(gateway="closed-down")

    ask()

    assert (payment_of(order).state, PaymentEvent.objects.get().outcome) == ("unknown", "unknown")
