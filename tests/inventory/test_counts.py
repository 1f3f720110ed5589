"""Counting: planned or flagged, blind, posted within what is let pass, looked at beyond it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from inventory.models import Bin, BinMovement, CountLine, CountSession, StockLevel, StockMovement
from inventory.services.bin_counts import LEASE, cancel_count, count_again, plan_count, plan_level_count, post_count
from inventory.services.bin_leaving import pick_from_bins
from inventory.services.bins import move_in_bins, put_away, take_out
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Refused
from tests.factories import NOW, make_actor, make_product
from tests.inventory.scans import Hall, a_hall, books_hold
from tests.inventory.test_console import client_of, page

pytestmark = pytest.mark.django_db
CLERK = make_actor()


@pytest.fixture
def hall() -> Hall:
    """Eight of twenty pieces of TEA in A-01."""
    hall = a_hall()
    put_away(stock_level_id=hall.level.pk, bin="A-01", quantity=8, actor=CLERK)
    return hall


def counted(hall: Hall, pieces: int, code: str = "A-01") -> CountSession:
    """Count a bin on the handheld."""
    hall.scan("count", code)
    if pieces:
        hall.scan("count", "4001", pieces)
    hall.scan("done")
    return CountSession.objects.latest("pk")


def plan(code: str = "A-01") -> CountSession:
    """Plan a bin's count at the desk."""
    return plan_count(bin_id=Bin.objects.get(code=code).pk, actor=CLERK)


def test_a_bin_is_counted_blind_and_what_agrees_goes_into_the_books(hall) -> None:
    told = [hall.scan("count", "A-01"), hall.scan("count", "4001", 5), hall.scan("count", "TEA", 3), hall.scan("done")]

    assert [one.sentence for one in told] == [
        "A-01: scan each piece, or one and its number. Then tap “Nothing more here”.",
        "5 pieces of TEA counted in A-01.",
        "8 pieces of TEA counted in A-01.",
        "A-01: 8 pieces counted. It is in the books. Next bin.",
    ]
    row = CountSession.objects.get()
    assert (row.state, row.origin, row.counted_at, row.posted_at) == ("posted", "floor", NOW, NOW)
    assert CountLine.objects.values_list("expected", "counted", "difference").get() == (8, 8, 0)
    assert StockMovement.objects.count() == 1


def test_a_small_difference_goes_into_the_books_by_itself_and_once(hall, settings) -> None:
    settings.COUNT_TOLERANCE = 2
    counted(hall, 6)

    assert CountSession.objects.get().state == "posted"
    assert hall.bins() == {"": 12, "A-01": 6}
    moved = StockMovement.objects.exclude(reason="opening").get()
    line = CountLine.objects.get()
    assert (moved.quantity, moved.reference) == (-2, f"counted:{line.pk}")
    assert moved.note == f"{CountSession.objects.get().number}: 6 counted in A-01, 8 in the book"
    assert books_hold()


@pytest.mark.parametrize(("found", "left"), [(3, {"": 12, "A-01": 3}), (0, {"": 12}), (11, {"": 12, "A-01": 11})])
def test_a_large_difference_waits_for_the_desk_and_moves_stock_and_bin(hall, found, left) -> None:
    row = counted(hall, found)
    assert (row.state, hall.bins()) == ("review", {"": 12, "A-01": 8})

    post_count(count_session_id=row.pk, actor=CLERK)

    assert hall.bins() == left
    assert StockLevel.objects.get().on_hand == 12 + found
    assert BinMovement.objects.latest("pk").reason == "counted"
    assert books_hold()
    with pytest.raises(Refused, match="in the books"):
        post_count(count_session_id=row.pk, actor=CLERK)


def test_what_came_and_went_between_the_count_and_its_posting_stays_counted_in(hall) -> None:
    row = counted(hall, 5)
    put_away(stock_level_id=hall.level.pk, bin="A-01", quantity=4, actor=CLERK)
    move_in_bins(stock_level_id=hall.level.pk, source="A-01", target="R-01", quantity=1, actor=CLERK)

    post_count(count_session_id=row.pk, actor=CLERK)

    assert hall.bins() == {"": 8, "A-01": 8, "R-01": 1}
    assert StockLevel.objects.get().on_hand == 17
    assert books_hold()


def test_what_moves_while_one_counts_makes_the_desk_look(hall) -> None:
    hall.scan("count", "A-01")
    take_out(stock_level_id=hall.level.pk, bin="A-01", quantity=1, actor=CLERK)
    hall.scan("count", "4001", 7)
    hall.scan("done")

    row = CountSession.objects.get()
    assert (row.state, row.stirred) == ("review", True)
    assert CountLine.objects.values_list("expected", "difference").get() == (7, 0)


def test_another_product_that_lies_there_is_found_and_a_missing_one_counts_as_none(hall) -> None:
    cup = make_product("CUP")
    hall.scan("count", "A-01")
    hall.scan("count", "CUP", 3)
    hall.scan("done")

    row = CountSession.objects.get()
    found = dict(row.lines.values_list("stock_level__product__sku", "difference"))
    assert found == {"TEA": -8, "CUP": 3}
    post_count(count_session_id=row.pk, actor=CLERK)
    assert (hall.bins(), hall.bins(cup)) == ({"": 12}, {"": 0, "A-01": 3})
    assert books_hold()


def test_pieces_in_no_bin_are_counted_by_the_number_of_their_count(hall) -> None:
    planned = plan_level_count(stock_level_id=hall.level.pk, actor=CLERK)
    make_product("CUP")

    assert hall.scan("count", planned.number).sentence.startswith("TEA in no bin: scan each piece")
    assert hall.scan("count", "CUP").sentence == "That is CUP Title of CUP. This count is of TEA Green tea."
    hall.scan("count", "TEA", 10)
    hall.scan("done")
    post_count(count_session_id=planned.pk, actor=CLERK)

    assert hall.bins() == {"": 10, "A-01": 8}


def test_a_product_scanned_before_its_bin_is_counted_there(hall) -> None:
    assert hall.scan("count", "4001", 8).sentence == "8 × TEA. Now scan the bin it lies in."
    assert hall.scan("count", "A-01").sentence == "8 pieces of TEA counted in A-01."
    assert hall.scan("count", "A-02").sentence == "You are counting A-01. Tap “Nothing more here” first."


def test_who_comes_second_to_a_bin_is_told_who_counts_it_until_its_lease_ends(hall) -> None:
    bob = User.objects.create_user("bob")
    plan()
    hall.scan("count", "A-01")
    hall.scan("count", "4001", 3)

    told = hall.scan("count", "A-01", person=bob)
    assert told.tone == "wrong"
    assert told.sentence.startswith("ann is counting A-01 and scanned last at 10:00")
    hall.now = NOW + LEASE
    assert hall.scan("count", "A-01", person=bob).tone == "ok"

    assert CountLine.objects.values_list("expected", "counted").get() == (8, 0)
    assert hall.scan("count", "4001").sentence == "1 × TEA. Now scan the bin it lies in."


def test_a_count_begun_anew_forgets_what_was_counted(hall) -> None:
    hall.scan("count", "A-01")
    hall.scan("count", "4001", 3)
    hall.scan("again")
    assert CountSession.objects.get().state == "planned"
    assert CountLine.objects.values_list("counted", "difference").get() == (0, None)

    row = counted(hall, 3)
    count_again(count_session_id=row.pk, note="look again", actor=CLERK)
    assert AuditLine.objects.latest("pk").note == "A-01 at London. TEA -5. look again"
    assert counted(hall, 8).state == "posted"


def test_one_bin_has_one_count_and_a_cancelled_one_makes_room(hall) -> None:
    row = plan()
    with pytest.raises(Refused, match=f"A-01 is counted already: {row.number} is to be counted"):
        plan()
    cancel_count(count_session_id=row.pk, actor=CLERK)

    assert plan().pk != row.pk
    with pytest.raises(Refused, match="there is nothing to call off"):
        cancel_count(count_session_id=row.pk, actor=CLERK)


def test_what_was_counted_is_not_counted_again_before_the_desk_has_looked(hall) -> None:
    row = counted(hall, 1)
    hall.now = NOW + timedelta(minutes=1)

    assert hall.scan("count", "A-01").sentence == f"A-01: count {row.number} is to be looked at."
    assert hall.scan("done").sentence == "You are not counting a bin. Scan one first."


def test_bins_are_found_by_how_much_is_picked_there(hall) -> None:
    put_away(stock_level_id=hall.level.pk, bin="A-02", quantity=2, actor=CLERK)
    put_away(stock_level_id=hall.level.pk, bin="R-01", quantity=2, actor=CLERK)
    picks = [("A-01", 1)] * 8 + [("A-02", 1)] * 2 + [("R-01", 1)]
    for code, pieces in picks:
        pick_from_bins(pieces={hall.level.pk: pieces}, codes=[code], actor=make_actor(now=timezone.now()))
    client = client_of("view_bin")

    found = {pace: client.get(f"/inventory/bin/?pace={pace}").context["cl"].result_list for pace in ("a", "b", "c")}

    assert {pace: sorted(one.code for one in rows) for pace, rows in found.items()} == {
        "a": ["A-01", "A-02"],
        "b": ["R-01"],
        "c": ["DOCK"],
    }


def test_the_desk_plans_looks_and_posts(hall) -> None:
    client = client_of("view_bin", "view_countsession", "plan_countsession", "post_countsession", "view_stocklevel")
    shelf = Bin.objects.get(code="A-01")
    client.post(f"/inventory/bin/{shelf.pk}/act/plan_count/", {"confirm": "1"})
    planned = CountSession.objects.get()
    assert "A-01" in client.get("/inventory/bin/?counted=wanted").text
    assert "A-02" not in client.get("/inventory/bin/?counted=wanted").text
    assert "A-01" not in client.get("/inventory/bin/?counted=flagged").text
    hall.scan("count", "A-01")
    hall.scan("count", "4001", 3)
    assert ">8<" not in client.get(page("countsession", planned)).text

    hall.scan("done")

    shown = client.get(page("countsession", planned)).text
    assert "-12.50 EUR" in shown
    listed = client.get("/inventory/countsession/").text
    assert ("-5" in listed, "to be looked at" in listed) == (True, True)
    told = client.get("/inventory/countsession/export/").getvalue().decode()
    assert "TEA -5" in told
    client.post(f"/inventory/countsession/{planned.pk}/act/post_count/", {"note": "seen"})
    assert CountSession.objects.get().state == "posted"
    assert AuditLine.objects.filter(act="inventory.post_count").get().note == "A-01 at London. TEA -5. seen"
