"""Lots and serial numbers on the way back: compared with what was sent, and put to stock under their own number."""

import pytest

from fulfillment.models import Shipment
from fulfillment.services.label_buying import work_labels
from fulfillment.services.labels import buy_labels
from fulfillment.services.packing import pack
from fulfillment.services.shipping import ship
from inventory.models import Lot
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Invalid
from returns.entries import read_arrived, read_inspected
from returns.models import Return, ReturnedLot
from returns.services.inspecting import inspect_return
from returns.services.receiving import receive_return
from tests.factories import make_actor
from tests.fulfillment.lots import a_followed_hall, lots, walked, wanted
from tests.fulfillment.walks import broken
from tests.returns.world import announced, approved_return

pytestmark = pytest.mark.django_db
CLERK = make_actor()


@pytest.fixture
def one() -> Return:
    """An announced return of two phones: P1 and P2 were sent, P3 is in stock."""
    hall = a_followed_hall()
    work = wanted(PHONE=2)
    walked(hall, "PHONE", "P1", "P2")
    pack(fulfillment_order_id=work.pk, actor=CLERK)
    shipment = Shipment.objects.get()
    buy_labels(shipment_id=shipment.pk, actor=CLERK)
    work_labels(CLERK, 20)
    ship(shipment_id=shipment.pk, actor=CLERK)
    found = approved_return(work.order, announced("PHONE", 2))
    found.location = hall.place
    found.save(update_fields=["location"])
    return found


def received(one: Return, numbers: str) -> str:
    """Receive both pieces with their numbers; return what the timeline says."""
    arrived = read_arrived([{"sku": "PHONE", "quantity": 2, "lots": numbers}])
    receive_return(return_id=one.pk, lines=arrived, actor=CLERK)
    return AuditLine.objects.get(act="returns.receive_return").note


def inspected(one: Return, **told: str | int) -> None:
    """Put both pieces to stock."""
    verdict = {"sku": "PHONE", "acceptance": "accepted", "disposition": "restock"}
    inspect_return(return_id=one.pk, lines=read_inspected([verdict | told]), refund_later=True, actor=CLERK)


def test_what_was_sent_comes_back_to_stock_under_its_number(one) -> None:
    note = received(one, "P1; P2")
    inspected(one)

    assert "not sent" not in note
    assert lots("PHONE") == {("R-01", "P3"): 1, ("no bin", "P1"): 1, ("no bin", "P2"): 1}
    assert broken() == []


def test_another_one_is_said_and_what_was_never_here_is_not_put_to_stock(one) -> None:
    Lot.objects.create(product=Lot.objects.all()[0].product, number="P7")
    note = received(one, "P1; P9")

    assert note.endswith("P9 of PHONE was not sent with this order (it got P1, P2)")
    assert list(ReturnedLot.objects.values_list("number", "was_sent")) == [("P1", True), ("P9", False)]
    with pytest.raises(Invalid, match="PHONE P9 was never here, so it cannot go back"):
        inspected(one)
    assert lots("PHONE") == {("R-01", "P3"): 1}


def test_the_inspector_says_what_nobody_said_before(one) -> None:
    receive_return(return_id=one.pk, actor=CLERK)
    inspected(one, lots="P2; P1")

    assert lots("PHONE") == {("R-01", "P3"): 1, ("no bin", "P1"): 1, ("no bin", "P2"): 1}
    assert broken() == []


def test_as_many_numbers_as_pieces(one) -> None:
    with pytest.raises(Invalid, match="PHONE: 2 pieces, but lots or serial numbers of 1"):
        received(one, "P1")
    assert not ReturnedLot.objects.exists()


@pytest.mark.parametrize(
    ("came", "told", "booked", "noted"),
    [
        ("P1; P9", {"lots": "P1; P2"}, {"P1", "P2"}, {("P1", True), ("P2", True)}),
        ("P1; P2", {"lots": "P2", "restocked": 1}, {"P2"}, {("P1", True), ("P2", True)}),
        ("P1; P9", {"lots": "P2", "restocked": 1}, {"P2"}, {("P1", True), ("P2", True)}),
        ("P1; P2", {"lots": "P9; P2", "disposition": "scrap"}, set(), {("P9", False), ("P2", True)}),
    ],
)
def test_what_the_inspector_reads_stands_instead_of_what_was_noted(one, came, told, booked, noted) -> None:
    received(one, came)
    inspected(one, **told)

    assert lots("PHONE") == {("R-01", "P3"): 1} | {("no bin", number): 1 for number in booked}
    assert set(ReturnedLot.objects.values_list("number", "was_sent")) == noted
    note = AuditLine.objects.get(act="returns.inspect_return").note
    assert ("PHONE P1, P2 instead of P1, P9" in note) == (came == "P1; P9")
    assert broken() == []


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"restocked": 1}, "PHONE is followed by serial number: say which of 2 pieces goes to stock"),
        ({"restocked": 1, "lots": "P1; P2"}, "PHONE: 1 piece, but lots or serial numbers of 2"),
        ({"lots": "P1; P2; 500 x P3"}, "PHONE: 2 pieces, but lots or serial numbers of 502"),
        ({"lots": "P1; P1"}, "PHONE: serial number P1 is one piece, not 2"),
    ],
)
def test_as_many_numbers_as_go_to_stock(one, told, sentence) -> None:
    received(one, "P1; P2")
    with pytest.raises(Invalid, match=sentence):
        inspected(one, **told)
    assert set(ReturnedLot.objects.values_list("number", flat=True)) == {"P1", "P2"}
    assert lots("PHONE") == {("R-01", "P3"): 1}


def test_a_serial_number_comes_back_once(one) -> None:
    with pytest.raises(Invalid, match="serial number P1 is one piece, not 2"):
        received(one, "P1; P1")
    arrived = read_arrived([{"sku": "PHONE", "quantity": 1, "lots": "P1"}])
    receive_return(return_id=one.pk, lines=arrived, scan="first", actor=CLERK)
    with pytest.raises(Invalid, match="PHONE P1 came with another parcel of this return already"):
        receive_return(return_id=one.pk, lines=arrived, scan="second", actor=CLERK)
    assert ReturnedLot.objects.count() == 1
