"""A hold stops what it names, and names only what somebody refuses."""

import pytest
from django.contrib.auth.models import User

from fulfillment.models import FulfillmentOrder, Shipment
from oms.foundation.actions import actions_of, closed_reasons
from oms.foundation.actor import Actor
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Invalid, Refused
from orders.actions.forms import HoldForm
from orders.models import Hold, Order, Refund
from orders.pages import waits_for
from orders.screening import Verdict
from orders.services.cancel import cancel_line, cancel_order
from orders.services.gates import set_gates
from orders.services.held import ENFORCED, blockable
from orders.services.holds import place_hold, release_hold
from orders.services.refunds import approve_refund, request_refund
from orders.services.release import release_order
from orders.states import HeldAct
from returns.models import Return
from tests.factories import NOW, make_actor, take_order
from tests.orders.payments.desk import at

pytestmark = pytest.mark.django_db
SENTENCE = "{} is blocked by a hold: customer asked to wait (calls back). Let go of the hold on order {} first."


def held(*acts: str, **fields: object) -> Order:
    """Return a paid order held from some acts."""
    order = take_order(**fields)
    place_hold(order_id=order.pk, reason="customer_request", note="calls back", blocks=list(acts), actor=make_actor())
    return Order.objects.get(pk=order.pk)


def stock_found(order: Order) -> None:
    """Open the stock gate, as sourcing does."""
    set_gates(verdicts={order.pk: [Verdict("stock", "open")]}, actor=at(1))


@pytest.mark.parametrize("act", list(HeldAct))
def test_every_act_a_hold_can_name_closes_a_button(act):
    buttons = [one for model in (Order, Refund, FulfillmentOrder, Shipment, Return) for one in actions_of(model)]
    assert [one.key for one in buttons if ENFORCED[act] in one.conditions]


def test_the_form_offers_exactly_what_is_refused():
    assert HoldForm.base_fields["blocks"].choices == blockable()
    assert [word for word, _ in blockable()] == list(HeldAct.values)


@pytest.mark.parametrize("blocks", [["fulfill"], ["ship", "praise"], []])
def test_a_hold_cannot_name_what_nobody_refuses(blocks):
    order = take_order()
    with pytest.raises(Invalid, match="It can block: release, pick, pack, label, ship, cancel, refund"):
        place_hold(order_id=order.pk, blocks=blocks, actor=make_actor())
    assert Hold.objects.count() == 0


def test_release_waits():
    order = held("release")
    stock_found(order)
    with pytest.raises(Refused) as refused:
        release_order(order_id=order.pk, actor=make_actor())
    assert refused.value.sentence == SENTENCE.format("Releasing to the floor", order.number)
    assert refused.value.code == "order_held"
    assert Order.objects.get().state == "placed"


@pytest.mark.parametrize("act", ["pick", "pack", "label", "ship", "cancel", "refund"])
def test_an_order_that_is_held_from_later_acts_is_released(act):
    order = held(act)
    stock_found(order)
    assert Order.objects.get().state == "released"


def test_cancelling_waits():
    order = held("cancel")
    with pytest.raises(Refused) as refused:
        cancel_order(order_id=order.pk, actor=make_actor())
    assert refused.value.sentence == SENTENCE.format("Cancelling", order.number)
    with pytest.raises(Refused, match="Cancelling is blocked"):
        cancel_line(order_id=order.pk, line=1, quantity=1, actor=make_actor())
    assert (Order.objects.get().state, order.lines.get().quantity_open) == ("placed", 2)


def test_refunding_waits():
    order = held("refund")
    with pytest.raises(Refused) as refused:
        request_refund(order_id=order.pk, amount=100, actor=make_actor())
    assert refused.value.sentence == SENTENCE.format("Refunding", order.number)
    assert Refund.objects.count() == 0


def test_cancelling_waits_when_it_would_give_held_money_back():
    order = held("refund")
    with pytest.raises(Refused, match="Refunding is blocked"):
        cancel_order(order_id=order.pk, actor=make_actor())
    assert Order.objects.get().state == "placed"


def test_cancelling_goes_on_when_nothing_was_collected():
    order = held("refund", token="tok_ok")
    cancel_order(order_id=order.pk, actor=make_actor())
    assert Order.objects.get().state == "cancelled"


def test_a_refund_that_waits_for_a_second_person_waits_for_the_hold_too(settings):
    settings.REFUND_APPROVAL_ABOVE = 50
    order = take_order()
    [refund] = request_refund(order_id=order.pk, amount=100, actor=make_actor())
    place_hold(order_id=order.pk, blocks=["refund"], actor=make_actor())
    with pytest.raises(Refused, match="Refunding is blocked"):
        approve_refund(refund_id=refund.pk, actor=Actor("user", "2", "lead", NOW))
    assert Refund.objects.get().state == "requested"


def test_of_a_completed_order_only_refunds_can_be_held():
    order = take_order()
    Order.objects.filter(pk=order.pk).update(state="completed")

    with pytest.raises(Refused, match="only refunding can still wait"):
        place_hold(order_id=order.pk, blocks=["ship", "refund"], actor=make_actor())
    assert Hold.objects.count() == 0
    place_hold(order_id=order.pk, blocks=["refund"], actor=make_actor())

    with pytest.raises(Refused, match="Refunding is blocked"):
        request_refund(order_id=order.pk, amount=100, actor=make_actor())


def test_letting_go_opens_the_button_again():
    order = held("cancel")
    root = User.objects.create_superuser("root")
    [cancel] = [one for one in actions_of(Order) if one.name == "cancel"]
    assert [one.code for one in closed_reasons(cancel, order, root)] == ["order_held"]

    release_hold(order_id=order.pk, actor=make_actor())

    assert closed_reasons(cancel, Order.objects.get(), root) == []


def test_the_timeline_says_why_and_what_must_wait():
    order = held("ship", "refund")
    line = AuditLine.objects.get(subject=order.stream, act="orders.hold")
    assert line.note == "Customer asked to wait (calls back). It blocks shipping, refunding."


def test_the_list_names_the_hold_that_is_in_the_way():
    order = held("ship")
    holds = list(order.holds.all())
    assert waits_for(order, [], holds) == ""

    stock_found(order)

    order = Order.objects.get()
    assert waits_for(order, [], holds) == "Held from shipping: customer asked to wait (calls back)"
