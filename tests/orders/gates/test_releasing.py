"""An order is released by itself as soon as nothing keeps it, and not before."""

import pytest

from oms.foundation.models import OutboxEvent
from oms.foundation.objections import OBJECTORS
from oms.foundation.refusals import Reason, Refused
from orders.models import Order
from orders.screening import Verdict
from orders.services.gates import set_gates
from orders.services.holds import override_hold, place_hold, release_hold
from orders.services.rechecks import recheck_order
from orders.services.release import reinstate_gate, release_order, waive_gate
from tests.factories import make_actor, take_order
from tests.orders.payments.desk import ask, at, gate_of

pytestmark = pytest.mark.django_db


def state(order: Order) -> str:
    """Return the order's state, read anew."""
    return str(Order.objects.get(pk=order.pk).state)


def stock_found(order: Order) -> None:
    """Open the stock gate, as sourcing does."""
    set_gates(verdicts={order.pk: [Verdict("stock", "open")]}, actor=at(1))


def test_the_last_gate_releases_the_order():
    order = take_order()
    assert state(order) == "placed"

    stock_found(order)

    assert state(order) == "released"
    assert OutboxEvent.objects.filter(kind="OrderReleased", stream=f"order:{order.pk}").count() == 1


def test_a_hold_keeps_the_order_until_it_is_released():
    order = take_order()
    place_hold(order_id=order.pk, note="customer calls back", actor=make_actor())
    stock_found(order)
    assert state(order) == "placed"

    with pytest.raises(Refused, match="customer calls back"):
        release_order(order_id=order.pk, actor=make_actor())
    release_hold(order_id=order.pk, actor=make_actor())

    assert state(order) == "released"


def test_every_missing_gate_is_named():
    order = take_order(risk_stated="high", token="tok_ok")

    with pytest.raises(Refused) as refused:
        release_order(order_id=order.pk, actor=make_actor())

    assert "Fraud: The channel states a high risk." in refused.value.sentence
    assert "Payment: The gateway has not decided yet." in refused.value.sentence
    assert "Stock: still being checked." in refused.value.sentence


def test_a_waived_gate_stays_waived_when_it_is_checked_again():
    order = take_order(risk_stated="high")
    stock_found(order)
    waive_gate(order_id=order.pk, gate="fraud", reason="spoke with the customer", actor=make_actor())
    assert state(order) == "released"

    recheck_order(order_id=order.pk, actor=make_actor())

    assert gate_of(order, "fraud")[0] == "waived"


def test_a_waiver_can_be_taken_back():
    order = take_order(risk_stated="high")
    waive_gate(order_id=order.pk, gate="fraud", reason="spoke with the customer", actor=make_actor())

    reinstate_gate(order_id=order.pk, gate="fraud", actor=make_actor())

    assert gate_of(order, "fraud") == ("closed", "risk_stated")


def test_an_open_gate_cannot_be_waived():
    order = take_order()

    with pytest.raises(Refused, match="lets the order pass already"):
        waive_gate(order_id=order.pk, gate="fraud", reason="why not", actor=make_actor())

    assert gate_of(order, "fraud")[0] == "open"


def test_a_released_order_is_taken_back_when_it_is_held():
    order = take_order()
    stock_found(order)

    place_hold(order_id=order.pk, actor=make_actor())

    assert state(order) == "placed"
    assert OutboxEvent.objects.filter(kind="OrderRecalled").count() == 1


def test_a_held_order_stays_on_the_floor_when_a_room_objects(monkeypatch):
    order = take_order()
    stock_found(order)
    objector = lambda ids: {pk: [Reason("picked", "It is being picked.")] for pk in ids}
    monkeypatch.setitem(OBJECTORS, "orders.recall", [objector])

    place_hold(order_id=order.pk, actor=make_actor())

    assert state(order) == "released"
    assert order.holds.get().state == "open"


def test_an_overridden_hold_is_not_placed_again():
    order = take_order(token="tok_declined")
    ask(1)
    override_hold(order_id=order.pk, note="pays in the shop", actor=make_actor())

    recheck_order(order_id=order.pk, actor=make_actor())

    assert list(order.holds.values_list("state", flat=True)) == ["overridden"]
