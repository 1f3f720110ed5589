"""Incoming stock: announced, changed, received through movements, by button, API and file."""

from datetime import date

import pytest

from inventory.models import IncomingStock, StockLevel, StockMovement
from inventory.services.incoming import announce_stock, close_incoming, receive_stock, reopen_incoming, reschedule_stock
from oms.foundation.invariants import check
from oms.foundation.models import AuditLine, ImportRow, ImportSession, OutboxEvent
from oms.foundation.refusals import Invalid, NotFound, Refused
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.imports.desk import applied, previewed, take_back
from tests.inventory.test_api import Caller
from tests.inventory.test_console import client_of, page

pytestmark = pytest.mark.django_db
HEAD = "reference,sku,location,quantity,expected_on\n"
FRIDAY = date(2026, 11, 27)


@pytest.fixture
def coming() -> IncomingStock:
    """Forty pieces of TEA for London on Friday."""
    make_product("TEA")
    make_location("LON")
    told = {"sku": "TEA", "location": "LON", "quantity": 40, "expected_on": FRIDAY, "reference": "PO-7"}
    return announce_stock(**told, actor=make_actor())


def fresh(row: IncomingStock) -> IncomingStock:
    """Read it again."""
    return IncomingStock.objects.get(pk=row.pk)


def test_what_comes_is_on_the_shelf_through_a_movement_and_told_to_those_who_wait(coming) -> None:
    receive_stock(incoming_id=coming.pk, quantity=15, note="pallet 1", actor=make_actor())

    row = fresh(coming)
    assert (row.received, row.missing, row.closed_at) == (15, 25, None)
    assert StockLevel.objects.get().on_hand == 15
    movement = StockMovement.objects.get()
    assert (movement.quantity, movement.reason, movement.note) == (15, "receipt", "PO-7 pallet 1")
    assert OutboxEvent.objects.filter(kind="StockGrew").count() == 1
    assert AuditLine.objects.filter(act="inventory.receive_stock").get().note.startswith("15 pieces came, 15 of 40")


def test_it_is_closed_when_all_have_come_or_more(coming) -> None:
    receive_stock(incoming_id=coming.pk, quantity=15, actor=make_actor())
    receive_stock(incoming_id=coming.pk, quantity=30, actor=make_actor())

    row = fresh(coming)
    assert (row.received, row.missing, row.closed_at) == (45, 0, NOW)
    assert StockLevel.objects.get().on_hand == 45
    with pytest.raises(Refused, match="Nothing of it is expected any more"):
        receive_stock(incoming_id=coming.pk, quantity=1, actor=make_actor())
    with pytest.raises(Refused, match="All of it has come"):
        reopen_incoming(incoming_id=coming.pk, actor=make_actor())
    assert StockLevel.objects.get().on_hand == 45
    assert {one.invariant.id: one.count for one in check(NOW, only=["I1", "I38"])} == {"I1": 0, "I38": 0}


def test_what_will_not_come_is_expected_no_more_until_it_is_again(coming) -> None:
    close_incoming(incoming_id=coming.pk, actor=make_actor())
    assert fresh(coming).missing == 0

    reopen_incoming(incoming_id=coming.pk, actor=make_actor())
    assert fresh(coming).missing == 40
    with pytest.raises(Refused, match="expected already"):
        reopen_incoming(incoming_id=coming.pk, actor=make_actor())


def test_other_pieces_and_another_day_are_expected_never_fewer_than_have_come(coming) -> None:
    receive_stock(incoming_id=coming.pk, quantity=15, actor=make_actor())
    reschedule_stock(incoming_id=coming.pk, quantity=20, expected_on=date(2026, 12, 1), actor=make_actor())
    assert (fresh(coming).quantity, fresh(coming).expected_on) == (20, date(2026, 12, 1))

    with pytest.raises(Invalid, match="Write 16 to"):
        reschedule_stock(incoming_id=coming.pk, quantity=15, expected_on=FRIDAY, actor=make_actor())
    assert fresh(coming).quantity == 20


@pytest.mark.parametrize(
    ("change", "refusal", "code"),
    [
        ({"sku": "CUP"}, NotFound, "unknown_sku"),
        ({"location": "PAR"}, NotFound, "unknown_location"),
        ({"quantity": 0}, Invalid, "absurd_quantity"),
        ({"reference": ""}, Invalid, "bad_reference"),
        ({}, Invalid, "reference_used"),
    ],
)
def test_what_cannot_be_announced_is_refused(coming, change, refusal, code) -> None:
    told = {"sku": "TEA", "location": "LON", "quantity": 40, "expected_on": FRIDAY, "reference": "PO-7"}
    with pytest.raises(refusal) as raised:
        announce_stock(**told | change, actor=make_actor())
    assert raised.value.reasons[0].code == code
    assert IncomingStock.objects.count() == 1


def test_the_api_announces_changes_and_receives() -> None:
    caller = Caller()
    make_product("TEA")
    make_location("LON")
    told = {"sku": "TEA", "location": "LON", "quantity": 40, "expected_on": "2026-11-27", "reference": "PO-7"}

    made = caller.post("/incoming-stock/", told)
    assert (made.status_code, {name: made.json()[name] for name in told}) == (201, told)
    address = f"/incoming-stock/{made.json()['id']}/"
    moved = caller.post(f"{address}reschedule/", {"quantity": 30, "expected_on": "2026-12-01"}).json()
    assert (moved["quantity"], moved["expected_on"]) == (30, "2026-12-01")
    assert caller.post(f"{address}receive/", {"quantity": 30}).json()["missing"] == 0
    again = caller.post(f"{address}receive/", {"quantity": 30})
    assert (again.status_code, again.json()["code"]) == (409, "is_expected")
    assert caller.get("/incoming-stock/", sku="TEA", is_open="false").json()["results"][0]["received"] == 30
    assert caller.get("/incoming-stock/", is_open="true").json()["results"] == []
    assert caller.post("/incoming-stock/", told | {"expected_on": "Friday"}).json()["errors"][0]["code"] == "bad_day"


def test_a_file_announces_changes_and_is_taken_back() -> None:
    make_product("TEA")
    make_location("LON")
    session = applied("incoming", HEAD + "PO-7,TEA,LON,40,2026-11-27\n")
    assert (session.state, IncomingStock.objects.get().quantity) == ("applied", 40)
    again = previewed("incoming", HEAD + "PO-7,TEA,LON,40,2026-11-27\n")
    assert ImportRow.objects.get(session=again).verb == "same"
    applied("incoming", HEAD + "PO-7,TEA,LON,25,2026-11-30\n")
    row = IncomingStock.objects.get()
    assert (row.quantity, row.expected_on) == (25, date(2026, 11, 30))

    assert take_back(ImportSession.objects.latest("pk")).state == "undone"
    assert (fresh(row).quantity, fresh(row).expected_on) == (40, FRIDAY)
    assert take_back(session).state == "undone"
    assert fresh(row).missing == 0


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("PO-7,CUP,LON,40,2026-11-27", "sku"),
        ("PO-7,TEA,PAR,40,2026-11-27", "location"),
        (",TEA,LON,40,2026-11-27", "reference"),
        ("PO-7,TEA,LON,0,2026-11-27", "quantity"),
        ("PO-7,TEA,LON,40,Friday", "expected_on"),
        ("PO-7,TEA,LON,40,", "expected_on"),
        ("PO-7,TEA,LON,9,2026-11-27", "quantity"),
    ],
)
def test_a_row_that_cannot_be_taken_is_named(coming, row, column) -> None:
    receive_stock(incoming_id=coming.pk, quantity=10, actor=make_actor())
    session = previewed("incoming", HEAD + row + "\n")
    [told] = ImportRow.objects.filter(session=session)
    assert (told.verb, told.faults[0][1]) == ("refuse", column)


def test_the_console_announces_and_shows_it_on_the_products_page() -> None:
    tea, place = make_product("TEA"), make_location("LON")
    make_stock(tea, place, 3)
    client = client_of("view_incomingstock", "add_incomingstock", "view_product", "view_stocklevel")
    form = {"product": tea.pk, "location": place.pk, "reference": "PO-7", "quantity": 40, "expected_on": "2026-11-27"}

    answer = client.post("/inventory/incomingstock/add/", form)

    assert answer.status_code == 302, answer.context["errors"]
    row = IncomingStock.objects.get()
    assert AuditLine.objects.filter(act="inventory.announce_stock", entity_id=row.pk).exists()
    assert "PO-7" in client.get("/inventory/incomingstock/?comes=open").text
    assert "PO-7" not in client.get("/inventory/incomingstock/?comes=closed").text
    assert "PO-7" in client.get(page("product", tea)).text
