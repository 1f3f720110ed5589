"""A batch of payments costs a constant number of statements beside the calls to the gateway."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import Payment, PaymentEvent
from tests.factories import make_channel, make_order
from tests.orders.payments.desk import ask

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
