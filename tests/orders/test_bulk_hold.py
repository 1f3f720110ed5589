"""A bulk act in the console: selected on the list, previewed, done by the worker, taken back."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from oms.foundation import work
from oms.foundation.models import BulkOperation
from orders.models import Hold
from tests.factories import take_order

pytestmark = pytest.mark.django_db


def test_two_orders_are_held_in_bulk_and_let_go_again() -> None:
    """The preview shows both, the worker holds both, taking back releases both."""
    boss = User.objects.create_superuser("boss", "boss@example.com", "a long password")
    desk = Client()
    desk.force_login(boss)
    orders = [take_order(), take_order()]

    chosen = {"action": "hold", "_selected_action": [order.pk for order in orders]}
    preview = desk.post("/orders/order/", chosen)
    operation = BulkOperation.objects.get()
    assert preview.headers["Location"] == f"/foundation/bulkoperation/{operation.pk}/change/"

    values = {"step": "start", "reason": "manual", "note": "stock-taking", "blocks": ["release"]}
    desk.post(f"/foundation/bulkoperation/{operation.pk}/step/", values)
    _work()
    assert list(Hold.objects.values_list("state", "note")) == [("open", "stock-taking")] * 2

    desk.post(f"/foundation/bulkoperation/{operation.pk}/step/", {"step": "undo"})
    back = BulkOperation.objects.exclude(pk=operation.pk).get()
    desk.post(f"/foundation/bulkoperation/{back.pk}/step/", {"step": "start"})
    _work()
    assert set(Hold.objects.values_list("state", flat=True)) == {"released"}
    operation.refresh_from_db()
    assert operation.state == "undone"


def _work() -> None:
    """Do the bulk acts that wait."""
    while work.drain("bulk"):
        pass
