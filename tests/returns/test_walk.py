"""A return, from its announcement to the money."""

import pytest

from inventory.models import StockLevel, StockMovement
from oms.foundation.models import AuditLine, OutboxEvent
from oms.foundation.refusals import Refused
from orders.models import OrderLine, PaymentEvent, Refund
from orders.services.holds import place_hold, release_hold
from returns.models import Return, ReturnLine
from returns.services.completing import PaymentUnderway, complete_return
from returns.services.inspecting import inspect_return
from returns.services.receiving import receive_return
from returns.services.requesting import (
    approve_return,
    cancel_return,
    decline_return,
    mark_sent,
    request_return,
)
from tests.factories import NOW, make_location, make_product, make_stock
from tests.returns.world import (
    CLERK,
    announced,
    approved_return,
    arrived,
    completed_return,
    inspected,
    received_return,
    shipped_order,
    tee,
)

pytestmark = pytest.mark.django_db


def test_two_of_three_pieces_come_back_are_restocked_and_refunded():
    order = shipped_order((tee(), 3, 1990))
    place = make_location("LON")
    make_stock(tee(), place, 5)

    one = request_return(
        order_id=order.pk, lines=[announced("TEE", 2)], reason="does_not_fit", note="too small", actor=CLERK
    )
    approve_return(return_id=one.pk, actor=CLERK)
    mark_sent(return_id=one.pk, actor=CLERK)
    receive_return(return_id=one.pk, location=place, scan="PARCEL1", actor=CLERK)
    one = inspect_return(return_id=one.pk, lines=[inspected("TEE")], actor=CLERK)

    assert (one.state, one.location, one.received_at, one.completed_at) == ("completed", place, NOW, NOW)
    assert OrderLine.objects.get(order=order).quantity_returned == 2
    assert StockLevel.objects.get(product=tee(), location=place).on_hand == 7
    [refund] = Refund.objects.filter(order=order)
    assert (refund.amount, refund.currency, refund.state, one.refund) == (3980, "EUR", "submitted", refund)
    moves = AuditLine.objects.filter(entity="returns.return", entity_id=one.pk).exclude(to_state="")
    assert [(line.from_state, line.to_state) for line in moves.order_by("id")] == [
        ("", "requested"),
        ("requested", "approved"),
        ("approved", "in_transit"),
        ("in_transit", "received"),
        ("received", "completed"),
    ]
    told = OutboxEvent.objects.filter(kind__startswith="Return").order_by("id")
    assert [event.kind for event in told] == ["ReturnRequested", "ReturnApproved", "ReturnReceived", "ReturnCompleted"]
    assert {event.stream for event in told} == {f"order:{order.pk}"}


def test_a_return_can_arrive_at_a_place_that_never_held_the_product():
    order, store = shipped_order((tee(), 1, 1990)), make_location("SHOP1", kind="store")

    one = completed_return(order, announced("TEE", 1), location=store)

    assert one.state == "completed"
    assert StockLevel.objects.get(product=tee(), location=store).on_hand == 1


def test_damaged_pieces_are_refunded_and_never_become_stock():
    order = shipped_order((tee(), 2, 1990))
    one = received_return(order, announced("TEE", 2), reason="damaged")

    inspect_return(return_id=one.pk, lines=[inspected("TEE", disposition="damaged")], actor=CLERK)

    assert StockMovement.objects.count() == 0
    assert Refund.objects.get(order=order).amount == 3980


def test_some_pieces_of_a_damaged_line_can_still_be_sold():
    order, place = shipped_order((tee(), 3, 1990)), make_location()
    one = received_return(order, announced("TEE", 3), location=place)

    inspect_return(return_id=one.pk, lines=[inspected("TEE", disposition="damaged", restocked=1)], actor=CLERK)

    assert StockLevel.objects.get(product=tee(), location=place).on_hand == 1
    assert Refund.objects.get(order=order).amount == 5970


def test_rejected_pieces_earn_no_refund():
    order = shipped_order((tee(), 1, 1990))
    one = received_return(order, announced("TEE", 1))

    one = inspect_return(return_id=one.pk, lines=[inspected("TEE", "rejected", "back_to_customer")], actor=CLERK)

    assert (one.state, one.refund) == ("completed", None)
    assert Refund.objects.count() == 0


def test_the_discount_is_taken_off_and_tax_on_top_is_given_back():
    order = shipped_order((tee(), 2, 1000), line_discount=100, line_tax=361, prices_include_tax=False)

    completed_return(order, announced("TEE", 1))
    completed_return(order, announced("TEE", 1))

    assert list(Refund.objects.order_by("pk").values_list("amount", flat=True)) == [1130, 1131]


def test_the_shipping_goes_back_once_when_promised():
    order = shipped_order((tee(), 2, 1000), shipping_total=490)

    completed_return(order, announced("TEE", 1), refund_shipping=True)
    completed_return(order, announced("TEE", 1), refund_shipping=True)

    assert list(Refund.objects.order_by("pk").values_list("amount", flat=True)) == [1490, 1000]


def test_no_more_is_refunded_than_was_collected():
    order = shipped_order((tee(), 2, 1000), captured=1500)

    completed_return(order, announced("TEE", 2))

    assert Refund.objects.get(order=order).amount == 1500
    line = AuditLine.objects.get(act="returns.complete_return")
    assert line.note == f"{order.returns.get().number}: refund of €15.00; €5.00 more was refunded before."


def test_a_return_of_an_unpaid_order_ends_without_a_refund():
    order = shipped_order((tee(), 1, 1000), captured=0)

    one = completed_return(order, announced("TEE", 1))

    assert (one.state, one.refund) == ("completed", None)


def test_pieces_inspected_for_a_later_refund_wait_for_the_button():
    order = shipped_order((tee(), 1, 1990))
    one = received_return(order, announced("TEE", 1))
    one = inspect_return(return_id=one.pk, lines=[inspected("TEE")], refund_later=True, actor=CLERK)
    assert (one.state, Refund.objects.count()) == ("received", 0)

    one = complete_return(return_id=one.pk, actor=CLERK)

    assert one.state == "completed"
    assert Refund.objects.get().amount == 1990


def test_a_return_with_uninspected_pieces_cannot_be_completed():
    order = shipped_order((tee(), 1, 1990))
    one = received_return(order, announced("TEE", 1))

    with pytest.raises(Refused) as refused:
        complete_return(return_id=one.pk, actor=CLERK)

    assert refused.value.code == "not_inspected"
    assert (Return.objects.get().state, Refund.objects.count()) == ("received", 0)


def test_a_return_waits_while_the_payment_is_being_collected():
    order = shipped_order((tee(), 1, 1990))
    one = received_return(order, announced("TEE", 1))
    PaymentEvent.objects.filter(kind="capture").update(outcome="unknown")

    one = inspect_return(return_id=one.pk, lines=[inspected("TEE")], actor=CLERK)
    with pytest.raises(PaymentUnderway):
        complete_return(return_id=one.pk, actor=CLERK)

    assert (one.state, Refund.objects.count()) == ("received", 0)


def test_a_line_is_inspected_once():
    first, second = make_product("A"), make_product("B")
    order, place = shipped_order((first, 1, 1000), (second, 1, 1000)), make_location()
    one = received_return(order, announced("A", 1), announced("B", 1), location=place)
    inspect_return(return_id=one.pk, lines=[inspected("A")], actor=CLERK)

    with pytest.raises(Refused) as refused:
        inspect_return(return_id=one.pk, lines=[inspected("A", "rejected", "scrap")], actor=CLERK)

    assert refused.value.code == "already_inspected"
    assert StockLevel.objects.get(product=first, location=place).on_hand == 1
    assert ReturnLine.objects.get(order_line__sku="A").acceptance == "accepted"


def test_a_line_that_did_not_come_ends_short_and_can_be_announced_again():
    first, second = make_product("A"), make_product("B")
    order = shipped_order((first, 1, 1000), (second, 1, 700))
    one = approved_return(order, announced("A", 1), announced("B", 1))
    receive_return(return_id=one.pk, location=make_location(), lines=[arrived("A", 1)], actor=CLERK)

    one = inspect_return(return_id=one.pk, lines=[inspected("A")], actor=CLERK)
    again = request_return(order_id=order.pk, lines=[announced("B", 1)], actor=CLERK)

    assert one.state == "completed"
    assert Refund.objects.get().amount == 1000
    assert ReturnLine.objects.get(return_order=one, order_line__sku="B").reception == "short"
    assert again.state == "requested"


@pytest.mark.parametrize(
    ("act", "state"), [(decline_return, "declined"), (cancel_return, "cancelled"), (approve_return, "approved")]
)
def test_a_requested_return_is_decided(act, state):
    order = shipped_order((tee(), 1, 1990))
    one = request_return(order_id=order.pk, lines=[announced("TEE", 1)], actor=CLERK)

    assert act(return_id=one.pk, actor=CLERK).state == state


def test_a_declined_return_cannot_be_received():
    order = shipped_order((tee(), 1, 1990))
    one = request_return(order_id=order.pk, lines=[announced("TEE", 1)], actor=CLERK)
    decline_return(return_id=one.pk, actor=CLERK)

    with pytest.raises(Refused) as refused:
        receive_return(return_id=one.pk, location=make_location(), actor=CLERK)

    assert refused.value.code == "not_expected"
    assert Return.objects.get().state == "declined"
    assert OrderLine.objects.get().quantity_returned == 0


def test_a_received_return_cannot_be_cancelled():
    order = shipped_order((tee(), 1, 1990))
    one = received_return(order, announced("TEE", 1))

    with pytest.raises(Refused) as refused:
        cancel_return(return_id=one.pk, actor=CLERK)

    assert refused.value.code == "not_cancellable"
    assert Return.objects.get().state == "received"


def test_accepted_pieces_are_not_refunded_while_a_hold_keeps_the_money():
    order = shipped_order((tee(), 1, 1990))
    one = received_return(order, announced("TEE", 1))
    place_hold(order_id=order.pk, blocks=["refund"], actor=CLERK)

    inspect_return(return_id=one.pk, lines=[inspected("TEE")], actor=CLERK)

    assert (Return.objects.get().state, Refund.objects.count()) == ("received", 0)
    with pytest.raises(Refused, match="Refunding is blocked by a hold"):
        complete_return(return_id=one.pk, actor=CLERK)
    release_hold(order_id=order.pk, actor=CLERK)

    complete_return(return_id=one.pk, actor=CLERK)
    assert (Return.objects.get().state, Refund.objects.get().amount) == ("completed", 1990)
