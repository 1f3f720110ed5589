"""Receiving parcels."""

import pytest

from inventory.models import StockLevel, StockMovement
from oms.foundation.refusals import Invalid
from orders.models import OrderLine, Refund
from returns.models import Return, ReturnLine, ReturnReceipt
from returns.services.inspecting import inspect_return
from returns.services.receiving import receive_return
from tests.factories import make_location, make_product
from tests.returns.world import CLERK, announced, approved_return, arrived, inspected, ref, shipped_order, tee

pytestmark = pytest.mark.django_db


def test_F55_parcel_received_twice():
    order, place = shipped_order((tee(), 2, 1990)), make_location()
    one = approved_return(order, announced("TEE", 2))

    receive_return(return_id=one.pk, location=place, lines=[arrived("TEE", 2)], scan="P1", actor=CLERK)
    receive_return(return_id=one.pk, location=place, lines=[arrived("TEE", 2)], scan="P1", actor=CLERK)
    inspect_return(return_id=one.pk, lines=[inspected("TEE")], actor=CLERK)
    again = receive_return(return_id=one.pk, location=place, lines=[arrived("TEE", 2)], scan="P1", actor=CLERK)

    assert again.state == "completed"
    assert ReturnReceipt.objects.count() == 1
    assert OrderLine.objects.get().quantity_returned == 2
    assert StockLevel.objects.get().on_hand == 2
    assert StockMovement.objects.get().reference == f"return:{ReturnLine.objects.get().pk}:restock"
    assert Refund.objects.get().amount == 3980


def test_a_second_parcel_of_the_same_return_adds_its_pieces():
    order, place = shipped_order((tee(), 3, 1990)), make_location()
    one = approved_return(order, announced("TEE", 3))

    receive_return(return_id=one.pk, location=place, lines=[arrived("TEE", 1)], scan="P1", actor=CLERK)
    assert ReturnLine.objects.get().reception == "short"
    receive_return(return_id=one.pk, location=place, lines=[arrived("TEE", 2)], scan="P2", actor=CLERK)

    line = ReturnLine.objects.get()
    assert (line.quantity_received, line.reception) == (3, "received")
    assert OrderLine.objects.get().quantity_returned == 3


def test_more_pieces_than_announced_are_refused():
    order = shipped_order((tee(), 3, 1990))
    one = approved_return(order, announced("TEE", 1))

    with pytest.raises(Invalid) as refused:
        receive_return(return_id=one.pk, location=make_location(), lines=[arrived("TEE", 2)], actor=CLERK)

    assert refused.value.sentence == "TEE: 2 found, but 1 more expected. Announce a return for the rest."
    assert (Return.objects.get().state, ReturnReceipt.objects.count()) == ("approved", 0)
    assert OrderLine.objects.get().quantity_returned == 0


def test_F57_foreign_item_in_parcel():
    order, cap, place = shipped_order((tee(), 1, 1990)), make_product("CAP"), make_location()
    one = approved_return(order, announced("TEE", 1))

    receive_return(
        return_id=one.pk, location=place, lines=[arrived("CAP", 1), arrived("TEE", 0, "wrong_item")], actor=CLERK
    )

    line = ReturnLine.objects.get()
    assert (line.reception, line.quantity_received) == ("wrong_item", 0)
    strange = ReturnReceipt.objects.get(return_line=None)
    assert (strange.sku, strange.quantity, strange.location) == ("CAP", 1, place)
    assert not StockLevel.objects.filter(product=cap).exists()
    assert OrderLine.objects.get().quantity_returned == 0
    with pytest.raises(Invalid) as refused:
        inspect_return(return_id=one.pk, lines=[inspected("CAP")], actor=CLERK)
    assert refused.value.code == "nothing_arrived"
    assert StockMovement.objects.count() == 0


def test_a_parcel_needs_a_place():
    order = shipped_order((tee(), 1, 1990))
    one = approved_return(order, announced("TEE", 1))

    with pytest.raises(Invalid) as refused:
        receive_return(return_id=one.pk, actor=CLERK)

    assert refused.value.reasons[0].field == "location"
    assert Return.objects.get().state == "approved"


def test_a_line_number_the_return_does_not_have_is_refused():
    order = shipped_order((tee(), 1, 1990))
    one = approved_return(order, announced("TEE", 1))
    entry = type(arrived("", 1))(ref(line=9), 1, "")

    with pytest.raises(Invalid) as refused:
        receive_return(return_id=one.pk, location=make_location(), lines=[entry], actor=CLERK)

    assert refused.value.code == "unknown_line"
    assert ReturnReceipt.objects.count() == 0


def test_more_cannot_be_restocked_than_arrived():
    order = shipped_order((tee(), 2, 1990))
    one = approved_return(order, announced("TEE", 2))
    receive_return(return_id=one.pk, location=make_location(), lines=[arrived("TEE", 1)], actor=CLERK)

    with pytest.raises(Invalid) as refused:
        inspect_return(return_id=one.pk, lines=[inspected("TEE", restocked=2)], actor=CLERK)

    assert refused.value.code == "restock_exceeds_received"
    assert (StockMovement.objects.count(), Return.objects.get().state) == (0, "received")
