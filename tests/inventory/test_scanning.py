"""Stock work by scans: bin and product in any order, each reading once, the wrong thing named."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from inventory.models import Bin, BinMovement, BinScan, IncomingStock, StockLevel, StockMovement
from inventory.services.bins import put_away
from tests.factories import NOW, make_actor, make_product, make_stock
from tests.inventory.scans import Hall, a_hall, books_hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall() -> Hall:
    """Twenty pieces of TEA in no bin."""
    return a_hall()


def test_a_bin_then_its_pieces_are_put_away_scan_by_scan(hall) -> None:
    assert hall.scan("put-away", "a-01").sentence == "A-01 is empty. Now scan what goes in."
    assert hall.scan("put-away", "4001").sentence == "1 × TEA in A-01. 19 pieces of it still to put away."
    assert hall.scan("put-away", "tea", 4).tone == "done"

    assert hall.bins() == {"": 15, "A-01": 5}
    assert books_hold()


def test_a_product_first_is_told_a_bin_with_its_room(hall) -> None:
    Bin.objects.filter(code="A-02").update(capacity_g=500)
    put_away(stock_level_id=hall.level.pk, bin="A-02", quantity=2, actor=make_actor())

    told = hall.scan("put-away", "4001", 3)
    done = hall.scan("put-away", "A-02")

    assert told.sentence == "3 × TEA. Put away in A-02: it holds this product, 3 pieces more will go in."
    assert done.sentence == "3 × TEA in A-02, room for 0 more. 15 pieces of it still to put away."
    assert hall.bins() == {"": 15, "A-02": 5}
    assert done.hand.bin == ""


@pytest.mark.parametrize(
    ("scans", "sentence"),
    [
        ([("999", 1)], "“999” is no bin and no product that is known here."),
        ([("4001", 21)], "20 pieces of TEA Green tea to put away, not 21. Nothing was booked."),
        ([("CUP", 1)], "That is CUP Title of CUP. Nothing of it waits to be put away; between bins it is moved."),
        ([("A-01", 1), ("CUP", 1)], "That is CUP Title of CUP. Nothing of it waits to be put away"),
        ([("OLD", 1), ("4001", 1)], "OLD is out of use; choose another bin."),
        ([("4001", 6), ("LIGHT", 1)], "LIGHT has room for 5 more pieces of TEA; choose another bin."),
    ],
)
def test_what_cannot_be_put_away_is_named_and_nothing_lies_elsewhere(hall, scans, sentence) -> None:
    make_product("CUP")
    Bin.objects.create(location=hall.place, code="OLD", is_active=False)
    Bin.objects.create(location=hall.place, code="LIGHT", capacity_g=500)

    answers = [hall.scan("put-away", code, pieces) for code, pieces in scans]

    assert (answers[-1].tone, answers[-1].sentence[: len(sentence)]) == ("wrong", sentence)
    assert hall.bins() == {"": 20}
    assert not BinMovement.objects.exists()


def test_F45_a_reading_sent_five_times_is_booked_once(hall) -> None:
    key = uuid4()
    hall.scan("put-away", "A-01")

    answers = {hall.scan("put-away", "4001", 2, key=key).sentence for _ in range(5)}

    assert answers == {"2 × TEA in A-01. 18 pieces of it still to put away."}
    assert hall.bins() == {"": 18, "A-01": 2}
    assert BinScan.objects.count() == 2


def test_what_was_scanned_long_ago_or_by_somebody_else_is_in_nobodys_hand(hall) -> None:
    bob = User.objects.create_user("bob")
    hall.scan("put-away", "A-01")

    assert hall.scan("put-away", "4001", person=bob).tone == "ok"
    hall.now = NOW + timedelta(minutes=15)
    assert hall.scan("put-away", "4001").tone == "ok"

    assert hall.bins() == {"": 20}


def test_one_bar_code_of_two_products_asks_which_one_unless_the_bin_tells(hall) -> None:
    cup = make_product("CUP", barcode="4001")
    make_stock(cup, hall.place, 3)
    put_away(stock_level_id=hall.level.pk, bin="A-01", quantity=2, actor=make_actor())

    assert "is the bar code of TEA, CUP" in hall.scan("put-away", "4001").sentence
    hall.scan("move", "A-01")
    assert hall.scan("move", "4001").sentence == "1 × TEA. Now scan the bin it goes to."


@pytest.mark.parametrize("order", [["A-01", "4001", "R-01"], ["4001", "A-01", "R-01"]])
def test_pieces_are_moved_by_bin_product_bin_in_either_order(hall, order) -> None:
    put_away(stock_level_id=hall.level.pk, bin="A-01", quantity=9, actor=make_actor())

    answers = [hall.scan("move", code, 4) for code in order]

    assert [one.tone for one in answers] == ["ok", "ok", "done"]
    assert answers[-1].sentence == "4 × TEA: A-01 → R-01."
    assert hall.bins() == {"": 11, "A-01": 5, "R-01": 4}
    assert books_hold()


@pytest.mark.parametrize(
    ("work", "ends"),
    [("move", ["A-01", "4001", "4001", "4001", "R-01"]), ("put-away", ["4001", "4001", "4001", "R-01"])],
)
def test_each_piece_may_be_scanned_by_itself_before_its_bin(hall, work, ends) -> None:
    put_away(stock_level_id=hall.level.pk, bin="A-01", quantity=9, actor=make_actor())

    answers = [hall.scan(work, code) for code in ends]

    assert (answers[-2].sentence[:8], answers[-1].tone) == ("3 × TEA.", "done")
    assert hall.bins()["R-01"] == 3
    assert books_hold()


def test_another_product_waits_until_what_is_in_hand_has_its_bin(hall) -> None:
    make_stock(make_product("CUP"), hall.place, 5)
    hall.scan("put-away", "4001", 2)

    told = hall.scan("put-away", "CUP")

    assert told.sentence == "2 × TEA are in hand: first scan their bin, or tap “Start anew”."
    assert (told.tone, told.hand.sku, told.hand.quantity) == ("wrong", "TEA", 2)


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        (["A-02", "4001"], "That is TEA Green tea. None of it lies in A-02."),
        (["4001", "A-02"], "None of TEA lies in A-02."),
        (["A-01", "4001", "A-01"], "Choose two different bins."),
        (["A-01", "4001", "R-01"], "A-01: 3 pieces of TEA, fewer than the 4 that are to go."),
    ],
)
def test_what_cannot_be_moved_is_named(hall, order, sentence) -> None:
    put_away(stock_level_id=hall.level.pk, bin="A-01", quantity=3, actor=make_actor())

    answers = [hall.scan("move", code, 4) for code in order]

    assert (answers[-1].tone, answers[-1].sentence) == ("wrong", sentence)
    assert hall.bins() == {"": 17, "A-01": 3}


def test_what_was_announced_is_received_once_into_the_receiving_bin_and_put_away_from_there(hall) -> None:
    first, second, key = hall.announced(5), hall.announced(5, "PO-2", expected_on=date(2026, 12, 1)), uuid4()

    answers = [hall.scan("receive", "4001", 7, key=key) for _ in range(2)]

    assert {one.sentence for one in answers} == {"7 × TEA received in DOCK. 3 pieces of PO-2 still to come."}
    rows = IncomingStock.objects.order_by("pk").values_list("received", "closed_at")
    assert list(rows) == [(5, NOW), (2, None)]
    assert (first.pk, second.pk) == tuple(IncomingStock.objects.order_by("pk").values_list("pk", flat=True))
    assert StockLevel.objects.get().on_hand == 27
    assert list(StockMovement.objects.filter(reason="receipt").values_list("quantity", flat=True)) == [5, 2]
    assert hall.bins() == {"": 20, "DOCK": 7}

    assert hall.scan("put-away", "4001", 9).tone == "ok"
    hall.scan("put-away", "A-01")
    assert hall.bins() == {"": 18, "A-01": 9}
    assert books_hold()


@pytest.mark.parametrize(
    ("code", "pieces", "sentence"),
    [
        ("999", 1, "“999” is no bin and no product that is known here."),
        ("4001", 6, "Only 5 more of TEA Green tea are expected (PO-1), not 6. Nothing was booked."),
        ("CUP", 1, "That is CUP Title of CUP. Nothing of it is expected here."),
    ],
)
def test_too_many_unknown_and_not_expected_are_said_and_nothing_comes_in(hall, code, pieces, sentence) -> None:
    make_product("CUP")
    hall.announced(5)

    answer = hall.scan("receive", code, pieces)

    assert (answer.tone, answer.sentence[: len(sentence)]) == ("wrong", sentence)
    assert StockLevel.objects.get(product=hall.tea).on_hand == 20
    assert IncomingStock.objects.get().received == 0


def test_pieces_that_nobody_announced_come_in_when_somebody_says_so(hall) -> None:
    cup, key = make_product("CUP"), uuid4()
    hall.scan("loose")

    for _ in range(2):
        hall.scan("receive", "CUP", 2, key=key)

    assert hall.bins(cup) == {"": 0, "DOCK": 2}
    assert StockMovement.objects.get(reason="receipt").reference == f"scan:{key}"
    assert hall.scan("receive", "CUP").tone == "wrong"


def test_a_full_receiving_bin_leaves_the_pieces_in_none_and_a_scanned_bin_takes_them_instead(hall) -> None:
    Bin.objects.filter(code="DOCK").update(capacity_g=100)
    hall.announced(9)

    told = hall.scan("receive", "4001", 4)
    hall.scan("receive", "A-02")
    hall.scan("receive", "4001", 5)

    assert told.sentence.startswith("4 × TEA received, in no bin: DOCK has room for 1 more piece of TEA")
    assert hall.bins() == {"": 24, "A-02": 5}
