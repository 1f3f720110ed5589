"""The doors of the way back: API, buttons and panels."""

import json
import uuid

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from inventory.models import StockLevel
from oms.foundation.actions import offers
from oms.foundation.panels import parts
from orders.models import OrderLine, Refund
from returns.forms import InspectForm, ReceiveForm, RequestForm
from returns.models import Return, ReturnReceipt
from tests.factories import make_api_key, make_channel, make_location
from tests.returns.world import announced, approved_return, received_return, shipped_order, tee

pytestmark = pytest.mark.django_db
ACTS = ["approve_return", "receive_return", "inspect_return", "complete_return", "cancel_return", "view_return"]


class Caller:
    """A channel's system with its key."""

    def __init__(self, account, **fields):
        self.client, self.key = Client(), make_api_key(account, **fields)

    def post(self, path, body):
        """Send a body, with an idempotency key of its own."""
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": str(uuid.uuid4())}
        return self.client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers)

    def get(self, path):
        """Read."""
        return self.client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {self.key}"})


@pytest.fixture
def account():
    """A channel's account."""
    return make_channel("web")


@pytest.fixture
def order(account):
    """An order of three shipped pieces."""
    return shipped_order((tee(), 3, 1990), account=account)


@pytest.fixture
def caller(account):
    """A caller that may do everything in its channel."""
    return Caller(account)


@pytest.fixture
def clerk(client):
    """A signed-in warehouse clerk."""
    user = get_user_model().objects.create_user("wendy", password="long enough", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=[*ACTS, "view_order", "request_return"]))
    client.force_login(user)
    return client


def test_a_return_walks_through_the_api(caller, order):
    make_location("LON")

    made = caller.post("/returns/", {"order": order.number, "reason": "late", "lines": [{"sku": "TEE", "quantity": 2}]})
    number = made.json()["number"]
    caller.post(f"/returns/{number}/approve/", {})
    caller.post(f"/returns/{number}/receive/", {"location": "LON", "scan": "P1", "lines": [{"line": 1, "quantity": 2}]})
    verdict = {"lines": [{"sku": "TEE", "acceptance": "accepted", "disposition": "restock"}]}
    done = caller.post(f"/returns/{number}/inspect/", verdict)

    assert made.status_code == 201
    assert made.json()["state"] == "requested"
    assert done.status_code == 200
    answer = done.json()
    assert (answer["state"], answer["location"], answer["order"]) == ("completed", "LON", order.number)
    assert answer["refund"] == {"state": "submitted", "amount": "39.80", "currency": "EUR"}
    assert answer["lines"] == [
        {"line": 1, "sku": "TEE", "quantity": 2, "received": 2, "restocked": 2, "reception": "received",
         "acceptance": "accepted", "disposition": "restock", "note": "", "lots": []}
    ]  # fmt: skip
    assert StockLevel.objects.get().on_hand == 2


def test_the_order_has_the_action_and_shows_its_returns(caller, order):
    answer = caller.post(f"/orders/{order.number}/request_return/", {"lines": [{"sku": "TEE", "quantity": 1}]})

    assert answer.status_code == 200
    one = Return.objects.get()
    assert parts("orders.order", [order.pk])[order.pk]["returns"] == [
        {"number": one.number, "state": "requested", "reason": "other", "refund": None,
         "lines": [{"sku": "TEE", "line": 1, "quantity": 1, "received": 0, "restocked": 0}]}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ([], "lines"),
        ("no list", "lines"),
        ([{"sku": "TEE", "quantity": 4}], "lines.0.quantity"),
        ([{"sku": "TEE", "quantity": 0}], "lines"),
        ([{"sku": "TEE", "quantity": "1"}], "lines"),
        ([{"sku": "TEE", "quantity": True}], "lines"),
        ([{"sku": "NOPE", "quantity": 1}], "lines.0"),
        ([{"sku": "TEE", "quantity": 1, "colour": "red"}], "lines"),
        ([{"quantity": 1}], "lines"),
        ([3], "lines"),
    ],
)
def test_absurd_lines_are_refused_with_their_field(caller, order, lines, field):
    answer = caller.post("/returns/", {"order": order.number, "lines": lines})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert Return.objects.count() == 0


def test_a_caller_sees_and_touches_only_its_own_channel(order):
    one = approved_return(order, announced("TEE", 1))
    stranger = Caller(make_channel("other"))

    assert stranger.get("/returns/").json()["results"] == []
    assert stranger.get(f"/returns/{one.number}/").status_code == 404
    assert stranger.post(f"/returns/{one.number}/cancel/", {}).status_code == 404
    made = stranger.post("/returns/", {"order": order.number, "lines": [{"sku": "TEE", "quantity": 1}]})
    assert made.status_code == 404
    assert list(Return.objects.values_list("state", flat=True)) == ["approved"]


def test_a_caller_without_the_permission_is_refused(account, order):
    one = approved_return(order, announced("TEE", 1))
    reader = Caller(account, scopes=["returns.view_return"])

    answer = reader.post(f"/returns/{one.number}/cancel/", {})

    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert Return.objects.get().state == "approved"


def test_closed_buttons_say_why(order):
    one = approved_return(order, announced("TEE", 1))
    user = get_user_model().objects.create_superuser("root", password="long enough")

    closed = {offer.action.name: [why.sentence for why in offer.reasons] for offer in offers(one, user)}

    assert closed == {"mark_sent": [], "receive": [], "cancel": []}
    assert {offer.action.name for offer in offers(order, user)} >= {"request_return"}


def test_the_forms_open_with_a_row_for_each_line(order):
    place = make_location("LON")

    assert RequestForm.initial_for(order)["lines"] == [
        {"line": 1, "label": "TEE Title of TEE (up to 3)", "quantity": 0}
    ]
    one = received_return(order, announced("TEE", 2), location=place)
    assert ReceiveForm.initial_for(one) == {"lines": [], "location": "LON"}
    assert InspectForm.initial_for(one)["lines"] == [
        {"line": 1, "label": "2 × TEE Title of TEE", "acceptance": "accepted", "disposition": "restock"}
    ]


def test_a_clerk_receives_and_inspects_with_tables(clerk, order):
    make_location("LON")
    one = approved_return(order, announced("TEE", 2))
    base = f"/returns/return/{one.pk}/act"

    page = clerk.get(f"{base}/receive/")
    rows = {"location": "LON", "scan": "P1", "lines": ["1", "TEE", "2", "", ""]}
    received = clerk.post(f"{base}/receive/", rows)
    inspecting = clerk.get(f"{base}/inspect/")
    inspected = clerk.post(f"{base}/inspect/", {"lines": ["1", "2 × TEE", "accepted", "damaged", "1", "", "torn"]})
    shown = clerk.get(f"/returns/return/{one.pk}/change/")

    assert [answer.status_code for answer in (page, inspecting, shown)] == [200, 200, 200]
    assert 'name="lines" value="2"' in " ".join(page.content.decode().split())
    assert [answer.status_code for answer in (received, inspected)] == [302, 302]
    line = Return.objects.get().lines.get()
    assert (line.quantity_received, line.quantity_restocked, line.disposition) == (2, 1, "damaged")
    assert line.inspection_note == "torn"
    assert Refund.objects.get().amount == 3980
    assert b"torn" in shown.content


def test_a_parcel_of_which_nothing_was_counted_is_not_received(clerk, order):
    make_location("LON")
    one = approved_return(order, announced("TEE", 2))

    answer = clerk.post(
        f"/returns/return/{one.pk}/act/receive/", {"location": "LON", "lines": ["1", "TEE", "0", "", ""]}
    )

    assert answer.status_code == 422
    assert (Return.objects.get().state, ReturnReceipt.objects.count()) == ("approved", 0)
    assert OrderLine.objects.get().quantity_returned == 0


def test_the_list_of_returns_opens(clerk, order):
    approved_return(order, announced("TEE", 1))

    answer = clerk.get("/returns/return/")

    assert answer.status_code == 200
    assert Return.objects.get().number.encode() in answer.content
