"""What a walk did not find of lots: only what its stop should have had leaves the books, and only once."""

import pytest

from fulfillment.models import Allocation, PickList
from fulfillment.services import walking
from fulfillment.services.counted import post_count
from fulfillment.services.picking import stop_picking
from inventory.models import CountSession, StockLevel, StockMovement
from inventory.services.bins import take_out
from inventory.services.lots import block_lot
from tests.books import rest
from tests.factories import make_actor
from tests.fulfillment.lots import a_followed_hall, lot, lots, walked, wanted
from tests.fulfillment.walks import again, at_stop, broken, claim
from tests.inventory.scans import Hall

pytestmark = pytest.mark.django_db
CLERK = make_actor()


@pytest.fixture
def hall() -> Hall:
    """Two lots of honey and three phones."""
    return a_followed_hall()


def missed(hall: Hall) -> str:
    """Say at the stop of the walk in hand, or of a new one, that the bin has no more; return what was answered."""
    walk = PickList.objects.filter(state="in_progress").first() or claim(hall.place, hall.ann)
    return at_stop(walking.report_short, walk, hall.ann).sentence


def written_off() -> list[int]:
    """Return the pieces that left the stock as lost."""
    return list(StockMovement.objects.filter(reason="damage").order_by("pk").values_list("quantity", flat=True))


def test_a_stop_whose_lot_was_blocked_meanwhile_writes_off_no_good_lot_of_another_bin(hall) -> None:
    wanted(HONEY=3)
    claim(hall.place, hall.ann)
    block_lot(lot_id=lot("OLD").pk, note="recalled", actor=CLERK)
    missed(hall)

    assert lots("HONEY") == {("A-01", "NEW"): 4, ("A-02", "OLD"): 4}
    assert written_off() == []
    assert broken() == []


def test_a_count_that_finds_one_lot_in_the_place_of_another_takes_no_promise_back(hall) -> None:
    wanted(HONEY=8)
    hall.scan("count", "A-01")
    for code, pieces in (("HONEY", 3), ("NEW", 1), ("HONEY", 1), ("OLD", 1)):
        hall.scan("count", code, pieces)

    assert hall.scan("done").sentence == "A-01: 4 pieces counted. It is in the books. Next bin."
    rest()
    assert list(Allocation.objects.values_list("state", "quantity")) == [("allocated", 8)]
    assert lots("HONEY") == {("A-01", "NEW"): 3, ("A-01", "OLD"): 1, ("A-02", "OLD"): 4}
    assert broken() == []


def test_what_was_missed_once_is_not_written_off_again_with_what_is_missed_later(hall) -> None:
    work = wanted(HONEY=3)
    walked(hall, "HONEY", "OLD")
    missed(hall)
    stop_picking(fulfillment_order_id=again(work).pk, actor=CLERK)
    missed(hall)

    assert written_off() == [-2, -1]
    assert lots("HONEY") == {("A-01", "NEW"): 4, ("no bin", "OLD"): 1}
    assert StockLevel.objects.get(product__sku="HONEY").on_hand == 5
    assert broken() == []


def test_pieces_that_lie_in_no_bin_and_are_not_there_are_doubted_and_counted_by_lot(hall) -> None:
    level = StockLevel.objects.get(product__sku="HONEY")
    wanted(HONEY=1)
    walked(hall, "HONEY", "OLD")  # in its tote until it leaves: no count looks for it
    for bin_, pieces, number in (("A-01", 4, "NEW"), ("A-02", 3, "OLD")):
        take_out(stock_level_id=level.pk, bin=bin_, quantity=pieces, lot=number, actor=CLERK)
    work = wanted(HONEY=5)
    told = missed(hall)
    rest()
    count = CountSession.objects.get()

    assert told.endswith("It is to be counted; the order is sourced again. What of it lies about is put away first.")
    assert (count.what, count.trace != "") == ("HONEY in no bin", True)
    assert not Allocation.objects.filter(order_line__order=work.order, state="allocated").exists()

    for code, pieces in ((count.number, 1), ("HONEY", 3), ("OLD", 1)):
        hall.scan("count", code, pieces)
    hall.scan("done")
    post_count(count_session_id=count.pk, actor=CLERK)
    rest()
    assert lots("HONEY") == {("no bin", "OLD"): 4}
    assert Allocation.objects.filter(order_line__order=work.order, state="allocated").get().quantity == 3
    assert broken() == []
