"""Stock adjusted in bulk is taken back by the opposite quantity, which the form proposes."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from oms.foundation import work
from oms.foundation.models import BulkOperation
from tests.factories import make_location, make_product, make_stock

pytestmark = pytest.mark.django_db


def test_taking_back_an_adjustment_proposes_the_opposite_quantity() -> None:
    """Two pieces more are taken back as two pieces less."""
    desk = Client()
    desk.force_login(User.objects.create_superuser("boss", "boss@example.com", "a long password"))
    level = make_stock(make_product(), make_location(), on_hand=5)
    desk.post("/inventory/stocklevel/", {"action": "adjust", "_selected_action": [level.pk]})
    done = BulkOperation.objects.get()
    desk.post(f"/foundation/bulkoperation/{done.pk}/step/", {"step": "start", "quantity": "2", "reason": "adjustment"})
    while work.drain("bulk"):
        pass
    level.refresh_from_db()
    assert level.on_hand == 7

    desk.post(f"/foundation/bulkoperation/{done.pk}/step/", {"step": "undo"})
    back = BulkOperation.objects.exclude(pk=done.pk).get()
    page = desk.get(f"/foundation/bulkoperation/{back.pk}/change/")
    assert page.context["form"].initial["quantity"] == -2
