"""Promises of pieces that may not go any more are taken back, and walks do not lead to what has expired there."""

from datetime import timedelta

import pytest

from fulfillment.handlers import take_back_expired
from inventory.models import Location, StockLevel
from inventory.services.bins import take_out
from inventory.services.lots import block_lot, date_lot
from oms.foundation.models import AuditLine
from tests.books import rest
from tests.factories import NOW, make_actor
from tests.fulfillment.lots import a_followed_hall, lot, wanted
from tests.fulfillment.walks import broken, claim
from tests.inventory.scans import Hall

pytestmark = pytest.mark.django_db
CLERK = make_actor()


@pytest.fixture
def hall() -> Hall:
    """Two lots of honey and three phones."""
    return a_followed_hall()


def taken_back() -> list[str]:
    """Return what was told of promises that were taken back."""
    lines = AuditLine.objects.filter(act="fulfillment.recall_lot").order_by("pk")
    return [note.split(" Short pick")[0] for note in lines.values_list("note", flat=True)]


def test_a_best_before_date_that_is_set_into_the_past_takes_promises_back(hall) -> None:
    wanted(HONEY=3), wanted(HONEY=4)
    date_lot(lot_id=lot("OLD").pk, expires_on=NOW.date().replace(day=1), actor=CLERK)
    rest()

    assert taken_back() == ["3 pieces of HONEY OLD may not go: it was best before 01 Nov 2026."]
    assert broken() == []


def test_what_expires_at_midnight_is_promised_no_more_the_next_day(hall) -> None:
    wanted(HONEY=7)
    row = lot("OLD")
    take_back_expired(make_actor(now=NOW + timedelta(days=30)))
    assert taken_back() == []

    tomorrow = make_actor(now=NOW + timedelta(days=31))
    take_back_expired(tomorrow)
    assert taken_back() == [f"3 pieces of HONEY OLD may not go: it was best before {row.expires_on:%d %b %Y}."]
    assert take_back_expired(tomorrow) == "0 stock levels"


def test_blocked_pieces_in_no_bin_keep_no_promise_either(hall) -> None:
    level = StockLevel.objects.get(product__sku="HONEY")
    take_out(stock_level_id=level.pk, bin="A-02", quantity=4, lot="OLD", actor=CLERK)
    wanted(HONEY=8)
    block_lot(lot_id=lot("OLD").pk, note="recalled", actor=CLERK)
    rest()

    assert taken_back() == ["4 pieces of HONEY OLD may not go: it is blocked: recalled."]
    assert broken() == []


def test_a_walk_does_not_lead_to_what_has_expired_by_the_day_at_its_location(hall) -> None:
    Location.objects.filter(pk=hall.place.pk).update(timezone="Pacific/Kiritimati")  # a day ahead, midnight has passed
    date_lot(lot_id=lot("OLD").pk, expires_on=NOW.date(), actor=CLERK)
    wanted(HONEY=3)

    assert claim(hall.place, hall.ann).tasks.get().bin == "A-01"
