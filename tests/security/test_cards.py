"""A card number that somebody pastes is neither stored nor logged."""

import logging

import pytest
from django.contrib.auth.models import User
from django.test import Client

from oms.foundation.cards import has_card, masked, without_cards
from oms.foundation.models import AuditLine
from orders.models import Customer, Order, OrderLine
from tests.factories import make_api_key, make_channel, make_order, make_product
from tests.orders.api.conftest import Caller, plain_order
from tests.security.canary import left_of

CARD = "4111111111111111"
WRITTEN = [CARD, "4111 1111 1111 1111", "4111-1111-1111-1111"]


@pytest.mark.parametrize(
    "number", [*WRITTEN, "5500005555555559", "2223003122003222", "378282246310005", "6011111111111117"]
)
def test_a_card_number_is_found_however_it_is_written(number):
    assert has_card(f"card {number}, valid 12/28")
    assert masked(f"card {number}.").endswith(f"{number[-4:]}.")


@pytest.mark.parametrize(
    "text",
    ["", "4111111111111112", "41111111111111110", "+4915799887766", "4006381333931", "00340434161094000001", "9" * 16,
     "1234567890123452", "order 1001, 2 x 19.90", "DE89370400440532013000"],
)  # fmt: skip
def test_other_numbers_stay_as_they_are(text):
    """Telephone numbers, EANs, tracking numbers, an IBAN; one whose last digit proves nothing."""
    assert masked(text) == text


def test_a_line_of_the_log_hides_it():
    line = without_cards(logging.getLogger(), "info", {"event": f"paid with {CARD}", "code": 5})
    assert line == {"event": "paid with ••••••••••••1111", "code": 5}


@pytest.mark.django_db
@pytest.mark.parametrize("number", WRITTEN)
def test_F42_card_number_never_stored(number):
    """By an act in the API, a form of the console, an order of a channel; the database is searched afterwards."""
    make_product("S0")
    caller = Caller(make_api_key(make_channel("shop")))
    order = make_order()
    words = [number, number.replace(" ", "").replace("-", "")]
    own = caller.post("/orders/", plain_order("1", 1, instructions=f"pay with {number}")).json()
    assert own["instructions"] == "pay with ••••••••••••1111"
    answer = caller.post(f"/orders/{own['number']}/add_note/", {"note": f"called, {number}"})
    assert (answer.status_code, answer.json()["code"]) == (422, "card_number")
    desk = Client()
    desk.force_login(User.objects.create_superuser("desk"))
    page = f"/orders/customer/{order.customer_id}/change/"
    answer = desk.post(page, {"name": "A", "phone": "", "language": "", "note": f"card {number}", "seen_version": "0"})
    assert "Leave the card number out" in answer.content.decode()
    assert desk.post(f"/orders/order/{order.pk}/act/add_note/", {"note": number}).status_code == 422
    assert left_of(words) == []
    assert not AuditLine.objects.filter(act="orders.note").exists()
    assert Customer.objects.get(pk=order.customer_id).note == ""
    assert Order.objects.count() == OrderLine.objects.count() == 2
