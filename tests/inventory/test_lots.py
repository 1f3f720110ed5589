"""Pieces by lot and serial number: named when they come, one in each place, and always as many as the books say."""

from datetime import date

import pytest
from django.db import IntegrityError

from inventory.api.lots import LotFilters
from inventory.models import BinMovement, BinStock, Lot, Product, StockLevel
from inventory.queries import availability
from inventory.services.bins import move_in_bins
from inventory.services.lot_stock import LotMissing, SerialTwice
from inventory.services.lots import block_lot, release_lot
from inventory.services.stock import Change, adjust_stock, move_stock, open_levels
from oms.foundation.invariants import check
from oms.foundation.refusals import Refused
from tests.factories import NOW, make_actor, make_location, make_product
from tests.inventory.scans import Hall, a_hall

pytestmark = pytest.mark.django_db
ON_LABEL = "]C101095011015300031727033110LOT-7"
BOOKS = ["I1", "I3", "I38", "I39", "I40", "I41", "I80", "I81", "I84"]


@pytest.fixture
def hall() -> Hall:
    """A hall with nothing in it of a honey that has lots and dates, and of a phone that has serial numbers."""
    hall = a_hall(0)
    make_product("HONEY", barcode="9501101530003", followed_by="lot", expires=True)
    make_product("PHONE", barcode="4003", followed_by="serial")
    return hall


def lots(hall: Hall, sku: str) -> dict[tuple[str, str], int]:
    """Return the pieces of a product by bin and lot."""
    rows = BinStock.objects.filter(stock_level__product__sku=sku, quantity__gt=0).select_related("bin", "lot")
    return {(row.where, row.lot.number if row.lot else ""): row.quantity for row in rows}


def books_hold() -> bool:
    """Say whether the books of levels, bins, lots and counts agree."""
    return [one.invariant.id for one in check(NOW, only=BOOKS) if not one.holds] == []


def test_product_lot_and_date_are_asked_for_one_after_the_other(hall) -> None:
    hall.scan("loose")
    told = [hall.scan("receive", code, 6).sentence for code in ("9501101530003", "L1", "31/03/2027")]

    assert told[0] == "6 × HONEY. Now scan its lot."
    assert told[1] == "HONEY L1 is new here. When is it best before?"
    assert told[2] == "6 × HONEY L1 received in DOCK. It was not announced."
    assert Lot.objects.get().expires_on == date(2027, 3, 31)
    assert lots(hall, "HONEY") == {("DOCK", "L1"): 6}
    assert books_hold()


def test_a_date_that_has_passed_is_asked_for_again_and_taken_the_second_time(hall) -> None:
    hall.scan("loose")
    told = [hall.scan("receive", code).sentence for code in ("HONEY", "L1", "250331", "260331", "260331")]

    assert told[2] == "31 Mar 2025 has passed. Give it once more if that is so, else the right date, as 2027-03-31."
    assert told[3].startswith("31 Mar 2026 has passed.")
    assert told[4].startswith("1 × HONEY L1 received in DOCK.")
    assert Lot.objects.get().expires_on == date(2026, 3, 31)


def test_one_label_tells_product_lot_and_date_against_what_was_announced(hall) -> None:
    hall.announced(4, product=Product.objects.get(sku="HONEY"))

    assert hall.scan("receive", ON_LABEL, 3).sentence.startswith("3 × HONEY LOT-7 received in DOCK. 1 piece of PO-1")
    assert hall.scan("receive", ON_LABEL, 2).tone == "wrong"
    assert Lot.objects.get().expires_on == date(2027, 3, 31)
    assert lots(hall, "HONEY") == {("DOCK", "LOT-7"): 3}


def test_each_phone_is_asked_for_its_number_and_none_comes_twice(hall) -> None:
    hall.scan("loose")
    told = [hall.scan("receive", code, pieces).sentence for code, pieces in (("4003", 2), ("A1", 1), ("A2", 1))]
    hall.scan("loose")
    hall.scan("receive", "PHONE")
    again = hall.scan("receive", "A1")

    assert told[0] == "2 × PHONE. Now scan serial number 1 of 2."
    assert told[1] == "1 × PHONE A1 received in DOCK. Now the next serial number, 1 to go."
    assert told[2] == "1 × PHONE A2 received in DOCK. It was not announced."
    assert again.sentence == "Serial number PHONE A1 is in stock already, in DOCK at London. Nothing was booked."
    assert lots(hall, "PHONE") == {("DOCK", "A1"): 1, ("DOCK", "A2"): 1}
    assert books_hold()


@pytest.mark.parametrize(
    ("scans", "sentence"),
    [
        (["HONEY", "4001"], "That is TEA Green tea. Scan the lot of HONEY, or tap “Start anew”."),
        (["HONEY", "A-01"], "That is bin A-01. Scan the lot of HONEY, or tap “Start anew”."),
        (["HONEY", "L1", "soon"], "“soon” is no date. Write it as 2027-03-31."),
        (["HONEY", "L1", "1227"], "“1227” is no date. Write it as 2027-03-31."),
        (
            ["HONEY", "01095011015300031727023110L1"],
            "This label cannot be read. Type the lot of HONEY as it is printed.",
        ),
        (["PHONE", "(01)09501101530003(21)X"], "This label is of another product. Scan the serial number of PHONE."),
    ],
)
def test_what_is_no_lot_or_date_is_named_and_the_question_stands(hall, scans, sentence) -> None:
    hall.scan("loose")
    answers = [hall.scan("receive", code) for code in scans]

    assert (answers[-1].tone, answers[-1].sentence) == ("wrong", sentence)
    assert answers[-1].hand.asks
    assert not BinMovement.objects.exists()


@pytest.fixture
def stocked(hall) -> Hall:
    """Two lots of honey at the dock, five of each, and one phone."""
    for number, day in (("OLD", "261231"), ("NEW", "271231")):
        hall.scan("loose")
        hall.scan("receive", f"(01)09501101530003(17){day}(10){number}", 5)
    hall.scan("loose")
    for code in ("PHONE", "A1"):
        hall.scan("receive", code)
    return hall


def test_the_lot_goes_with_its_pieces_into_a_bin_and_on_to_another(stocked) -> None:
    told = [stocked.scan("put-away", code, 3).sentence for code in ("A-01", "HONEY", "OLD")]
    moved = [stocked.scan("move", code, 2).sentence for code in ("A-01", "HONEY", "OLD", "R-01")]

    assert told[1:] == ["3 × HONEY. Now scan its lot.", "3 × HONEY OLD in A-01. 7 pieces of it still to put away."]
    assert moved[-1] == "2 × HONEY OLD: A-01 → R-01."
    assert lots(stocked, "HONEY") == {("DOCK", "OLD"): 2, ("A-01", "OLD"): 1, ("R-01", "OLD"): 2, ("DOCK", "NEW"): 5}
    assert books_hold()


def test_a_count_is_of_each_lot_and_books_what_each_has_more_or_less(stocked) -> None:
    stocked.scan("count", "DOCK")
    for code, pieces in (("HONEY", 4), ("OLD", 1), ("HONEY", 6), ("NEW", 1), ("PHONE", 1), ("A1", 1)):
        stocked.scan("count", code, pieces)
    twice = [stocked.scan("count", code).sentence for code in ("PHONE", "A1")][-1]
    done = stocked.scan("done")

    assert twice == "This serial number was counted already: it is one piece."
    assert done.sentence == "DOCK: 11 pieces counted. It is in the books. Next bin."
    assert lots(stocked, "HONEY") == {("DOCK", "OLD"): 4, ("DOCK", "NEW"): 6}
    assert books_hold()


def test_a_number_is_one_in_small_letters_and_in_capitals(stocked) -> None:
    stocked.scan("loose")
    for code in ("HONEY", "old"):
        stocked.scan("receive", code)
    put = [stocked.scan("put-away", code, 2).sentence for code in ("A-01", "HONEY", "olD")]

    assert put[-1].startswith("2 × HONEY OLD in A-01.")
    assert lots(stocked, "HONEY") == {("DOCK", "OLD"): 4, ("A-01", "OLD"): 2, ("DOCK", "NEW"): 5}
    assert [row.number for row in LotFilters({"number": "old"}, Lot.objects.all()).qs] == ["OLD"]
    with pytest.raises(IntegrityError):
        Lot.objects.create(product=Product.objects.get(sku="HONEY"), number="Old")


def test_a_serial_number_that_is_at_another_location_is_refused_without_its_bin(stocked) -> None:
    away = open_levels([(Product.objects.get(sku="PHONE").pk, make_location("NYC").pk)])
    change = Change(next(iter(away.values())).pk, 1, "receipt", "came:1", "", Lot.objects.get(number="A1").pk)
    with pytest.raises(SerialTwice, match="PHONE A1 is in stock already, at another location"):
        move_stock(changes=[change], actor=make_actor())


def test_the_desk_books_no_piece_of_which_nobody_says_which_it_is(stocked) -> None:
    with pytest.raises(LotMissing, match="HONEY is followed by lot: take it in under Floor → Receive"):
        adjust_stock(sku="HONEY", location="LON", quantity=3, reason="adjustment", actor=make_actor())
    level = StockLevel.objects.get(product__sku="HONEY")
    with pytest.raises(LotMissing, match="say which"):
        move_in_bins(stock_level_id=level.pk, source="DOCK", target="A-01", quantity=1, actor=make_actor())

    make_location("3PL", kind="3pl")
    adjust_stock(sku="HONEY", location="3PL", quantity=3, reason="adjustment", actor=make_actor())
    assert lots(stocked, "HONEY") == {("DOCK", "OLD"): 5, ("DOCK", "NEW"): 5}
    assert books_hold()


def test_a_lot_is_blocked_for_a_reason_and_let_go_again(stocked) -> None:
    lot = Lot.objects.get(number="OLD")
    with pytest.raises(Refused, match="Say why"):
        block_lot(lot_id=lot.pk, note=" ", actor=make_actor())

    assert block_lot(lot_id=lot.pk, note="glass in a jar", actor=make_actor()).blocked_why == "glass in a jar"
    with pytest.raises(Refused, match="blocked already"):
        block_lot(lot_id=lot.pk, note="once more", actor=make_actor())
    level = StockLevel.objects.get(product__sku="HONEY")
    assert (level.on_hand, level.blocked, level.available) == (10, 5, 5)
    assert next(iter(availability(["HONEY"], now=NOW))).available == 5
    stocked.scan("put-away", "A-01")
    for code, pieces in (("HONEY", 2), ("OLD", 1)):
        stocked.scan("put-away", code, pieces)
    assert books_hold()
    assert release_lot(lot_id=lot.pk, actor=make_actor()).blocked_at is None
    assert StockLevel.objects.get(product__sku="HONEY").available == 10
    assert books_hold()


def test_of_a_named_lot_no_more_go_than_are_there_and_no_other_goes_in_its_place(stocked) -> None:
    level, lot = StockLevel.objects.get(product__sku="HONEY"), Lot.objects.get(number="OLD")
    with pytest.raises(LotMissing, match="5 pieces of HONEY OLD here by the books, not 6"):
        move_stock(changes=[Change(level.pk, -6, "damage", "broken:1", "", lot.pk)], actor=make_actor())

    assert lots(stocked, "HONEY") == {("DOCK", "OLD"): 5, ("DOCK", "NEW"): 5}
    assert books_hold()


def test_numbered_pieces_are_put_away_and_counted_one_after_the_other_and_moved_alone(hall) -> None:
    hall.scan("loose")
    for code in ("PHONE", "P1", "P2", "P3"):
        hall.scan("receive", code, 3)
    put = [hall.scan("put-away", code, 3).sentence for code in ("A-01", "PHONE", "P1", "P2")]
    moved = [hall.scan("move", code, 3).sentence for code in ("A-01", "PHONE", "P1")]
    hall.scan("count", "A-01")
    counted = [hall.scan("count", code, 2).sentence for code in ("PHONE", "P1", "P2")]

    assert put[-1].endswith("still to put away. Now the next serial number, 1 to go.")
    assert moved[-1] == "1 × PHONE P1. One serial number at a time. Now scan the bin it goes to."
    assert counted[1].endswith("Now the next serial number, 1 to go.")
    assert "Now the next" not in counted[2]
    assert lots(hall, "PHONE") == {("A-01", "P1"): 1, ("A-01", "P2"): 1, ("DOCK", "P3"): 1}


def test_what_a_count_asks_for_can_be_put_down_again_while_the_count_goes_on(hall) -> None:
    hall.scan("count", "A-01")
    hall.scan("count", "HONEY")
    told = hall.scan("clear count")

    assert (told.sentence, told.hand.asks, bool(told.hand.count)) == ("HONEY is put down again. Scan on.", "", True)


@pytest.mark.parametrize(("sku", "by", "number", "pieces"), [("PHONE", "lot", "A1", 5), ("HONEY", "serial", "OLD", 1)])
def test_a_number_of_before_is_followed_as_its_product_is_now(stocked, sku, by, number, pieces) -> None:
    for row in BinStock.objects.filter(quantity__gt=0):
        gone = Change(row.stock_level_id, -row.quantity, "damage", f"gone:{row.pk}", "", row.lot_id)
        move_stock(changes=[gone], actor=make_actor())
    Product.objects.filter(sku=sku).update(followed_by=by, expires=False)
    stocked.scan("loose")
    for code, many in ((sku, pieces), (number, 1)):
        stocked.scan("receive", code, many)

    assert lots(stocked, sku) == {("DOCK", number): pieces}
    assert BinStock.objects.get(lot__number=number, bin__code="DOCK").single is (by == "serial")
    assert books_hold()
