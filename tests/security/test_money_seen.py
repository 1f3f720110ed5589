"""Who may see orders does not thereby see how they were paid: each permission, against each field and surface."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from orders.models import Payment
from orders.services.api_keys import issue_api_key
from tests.factories import make_actor, make_channel, take_order
from tests.orders.api.conftest import Caller, order_json

pytestmark = pytest.mark.django_db
SEE, PAID, ADD, NOTE = "orders.view_order", "orders.view_payment", "orders.add_order", "orders.note_order"
FIELDS = {"id", "method", "gateway", "state", "amount", "authorized", "captured", "refunded", "reference", "failure"}
CANARIES = {"reference": "REFCANARY", "failure": "FAILCANARY", "authorized": 9111, "captured": 8222, "refunded": 7333}
WORDS = ["REFCANARY", "FAILCANARY", "91.11", "82.22", "73.33"]


@pytest.fixture
def account():
    """Return the account of a channel."""
    return make_channel("take")


@pytest.fixture
def order(account):
    """Return an order of the account whose payment is unmistakable."""
    taken = take_order()
    Payment.objects.filter(order=taken).update(**CANARIES)
    return taken


def caller(account, *scopes):
    """Return a system whose key has exactly the scopes."""
    return Caller(issue_api_key(account_id=account.pk, name="k", scopes=list(scopes), actor=make_actor()))


def person(*permissions):
    """Return the browser of somebody with exactly the permissions."""
    user = User.objects.create_user("somebody", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=[one.split(".")[1] for one in permissions]))
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.mark.parametrize(
    ("scopes", "sees"),
    [([SEE], False), ([SEE, "orders.view_refund", "orders.view_order*"], False), ([SEE, PAID], True), (["*"], True)],
    ids=["orders", "orders and more", "orders and payments", "everything"],
)
def test_a_key_reads_payments_with_their_own_permission(account, order, scopes, sees):
    system = caller(account, *scopes)
    answers = [
        system.get(f"/orders/{order.number}/").json(),
        system.get("/orders/").json()["results"][0],
    ]
    for answer in answers:
        assert (answer["number"], answer["total"]) == (order.number, "20.00")
        assert (answer["payments"] is None) == (not sees)
        if sees:
            assert [set(one) for one in answer["payments"]] == [FIELDS]
        assert [word for word in WORDS if word in str(answer)] == (WORDS if sees else [])


def test_payments_alone_are_no_permission_to_see_orders(account, order):
    assert caller(account, PAID).get(f"/orders/{order.number}/").status_code == 403


@pytest.mark.parametrize("more", [[], [PAID]])
def test_what_is_answered_to_a_capture_or_an_act_is_no_way_around(account, order, more):
    system = caller(account, ADD, NOTE, *more)
    new = system.post("/orders/", order_json())
    again = system.post("/orders/", order_json())
    many = system.post("/orders/bulk/", {"orders": [order_json(external_id="2")]})
    act = system.post(f"/orders/{order.number}/add_note/", {"note": "hello"})
    assert [one.status_code for one in (new, again, many, act)] == [201, 200, 200, 200]
    answers = [new.json(), again.json(), many.json()["results"][0]["order"], act.json()]
    assert [one["payments"] is None for one in answers] == [not more] * 4


@pytest.mark.parametrize("more", [[], [PAID]])
def test_a_page_and_its_exports_show_them_with_the_same_permission(order, more):
    browser = person(SEE, *more)
    page = browser.get(f"/orders/order/{order.pk}/change/").content.decode()
    assert order.number in page
    assert all(word in page for word in ("91.11", "82.22", "73.33")) is bool(more)
    assert not any(word in page for word in WORDS) or more
    for address in ("/orders/order/", f"/search/?q={order.number}", "/"):
        assert not any(word in browser.get(address).content.decode() for word in WORDS), address
    export = b"".join(browser.get("/orders/order/export/")).decode()
    assert order.number in export
    assert not any(word in export for word in WORDS)
    assert browser.get("/orders/payment/export/").status_code == (200 if more else 403)


def test_the_description_says_that_payments_can_be_missing():
    browser = Client()
    browser.force_login(User.objects.create_superuser("boss"))
    shape = browser.get("/api/v1/schema/?format=json").json()["components"]["schemas"]["OrderOut"]["properties"]
    assert shape["payments"]["nullable"] is True
    assert shape["payments"]["description"] == "Null without the permission orders.view_payment."
