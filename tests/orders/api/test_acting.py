"""Running declared actions over the API."""

import pytest
from django import forms

from oms.foundation.actions import ACTIONS, Action, Condition, refuse_unless
from oms.foundation.audit import record
from oms.foundation.models import AuditLine
from orders.locks import lock_order
from orders.models import Order
from tests.factories import make_api_key, make_channel
from tests.orders.api.conftest import Caller, order_json

CALM = Condition("too_loud", lambda order: "Say it more quietly." if "loud" in order.tags else None)


class Words(forms.Form):
    """What is to be said."""

    words = forms.CharField(max_length=10)


def say(*, order_id, words, actor):
    """Write the words on the order's timeline."""
    order = lock_order(order_id)
    refuse_unless(order, CALM)
    order.instructions = words
    order.save(update_fields=["instructions"])
    record(actor, "orders.say", order, note=words)


@pytest.fixture(autouse=True)
def action(monkeypatch):
    """One more action of orders."""
    said = Action(
        model=Order, name="say_it", label="Say", permission="orders.note_order", service=say, subject="order_id",
        conditions=(CALM,), form=Words, irreversible="words stay said",
    )  # fmt: skip
    monkeypatch.setitem(ACTIONS.setdefault(Order, {}), "say_it", said)


@pytest.fixture
def number(caller):
    """The number of a captured order."""
    return caller.post("/orders/", order_json()).json()["number"]


def offered(order):
    """Return the action as the order's answer offers it."""
    [found] = [one for one in order["actions"] if one["name"] == "say_it"]
    return found


def code_of(answer):
    """Return status and code of a problem."""
    return answer.status_code, answer.json()["code"]


def said():
    """Return how often it was said."""
    return AuditLine.objects.filter(act="orders.say").count()


def test_an_action_answers_the_order_as_it_is_then(caller, number):
    answer = caller.post(f"/orders/{number}/say_it/", {"words": "hello"})
    assert answer.status_code == 200
    assert (answer.json()["instructions"], answer.json()["version"]) == ("hello", 1)
    assert answer.json() == caller.get(f"/orders/{number}/").json() and said() == 1


def test_a_repeated_act_with_its_key_has_one_effect(caller, number):
    first = caller.post(f"/orders/{number}/say_it/", {"words": "hello"}, key="k")
    again = caller.post(f"/orders/{number}/say_it/", {"words": "hello"}, key="k")
    assert again.content == first.content and again["Idempotent-Replayed"] == "true" and said() == 1


def test_a_condition_that_does_not_hold_is_told_before_and_after(caller):
    order = caller.post("/orders/", order_json(tags=["loud"])).json()
    told = {"code": "too_loud", "detail": "Say it more quietly."}
    assert offered(order) == {"name": "say_it", "allowed": False, "reasons": [told]}
    answer = caller.post(f"/orders/{order['number']}/say_it/", {"words": "hello"})
    assert code_of(answer) == (409, "too_loud") and said() == 0


def test_an_action_asks_for_its_own_permission(account, number):
    key = make_api_key(account, scopes=["orders.view_order", "orders.cancel_order"])
    reader = Caller(key)
    assert not offered(reader.get(f"/orders/{number}/").json())["allowed"]
    assert code_of(reader.post(f"/orders/{number}/say_it/", {"words": "x"})) == (403, "permission_denied")
    assert said() == 0


def test_an_order_of_another_channel_cannot_be_acted_on(caller, number):
    other = Caller(make_api_key(make_channel("app")))
    assert code_of(other.post(f"/orders/{number}/say_it/", {"words": "x"})) == (404, "not_found")
    assert said() == 0


@pytest.mark.parametrize(
    ("body", "field"), [({}, "words"), ({"words": "x" * 11}, "words"), ({"words": "x", "loud": True}, "loud")]
)
def test_a_bad_input_is_refused_with_its_field(caller, number, body, field):
    answer = caller.post(f"/orders/{number}/say_it/", body)
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == field and said() == 0


def test_a_stale_version_is_refused(caller, number):
    assert caller.post(f"/orders/{number}/say_it/", {"words": "a", "version": 0}).status_code == 200
    assert code_of(caller.post(f"/orders/{number}/say_it/", {"words": "b", "version": 0})) == (409, "stale_version")
    assert said() == 1
