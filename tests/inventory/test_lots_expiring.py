"""Lots whose best-before date passes: from then on their pieces are available to nobody, and the books say so."""

from datetime import UTC, date, datetime

import pytest

from inventory.handlers import expire_old_lots
from inventory.models import Location, Lot, StockLevel
from inventory.queries import availability
from inventory.services.bins import put_away
from inventory.services.lots import block_lot, date_lot, lot_that_came, release_lot
from inventory.services.stock import Change, move_stock
from oms.foundation.invariants import check
from oms.foundation.models import OutboxEvent
from tests.factories import NOW, make_actor, make_product
from tests.inventory.scans import Hall, a_hall

pytestmark = pytest.mark.django_db
LAST_DAY = make_actor(now=datetime(2026, 12, 31, 23, 0, tzinfo=UTC))
NEXT_DAY = make_actor(now=datetime(2027, 1, 1, 0, 10, tzinfo=UTC))


@pytest.fixture
def hall() -> Hall:
    """A hall in London with five pieces each of a lot that is good for another month, and of a later one."""
    hall = a_hall(0)
    make_product("HONEY", barcode="9501101530003", followed_by="lot", expires=True)
    for number, day in (("OLD", "261231"), ("NEW", "271231")):
        hall.scan("loose")
        hall.scan("receive", f"(01)09501101530003(17){day}(10){number}", 5)
    return hall


def old() -> Lot:
    """Return the lot that expires."""
    return Lot.objects.get(number="OLD")


def available() -> int:
    """Return what channels are told that there is of the honey, and see that the books hold."""
    (found,) = check(NOW, only={"I84"})
    assert found.holds, found.ids
    level = StockLevel.objects.get(product__sku="HONEY")
    told = next(iter(availability(["HONEY"], now=NOW))).available
    assert level.available == told
    return told


def test_expired_pieces_are_available_to_nobody_from_midnight_on(hall) -> None:
    assert expire_old_lots(LAST_DAY) == "0 lots"
    assert available() == 10
    assert expire_old_lots(NEXT_DAY) == "1 lots"
    assert expire_old_lots(NEXT_DAY) == "0 lots"

    assert available() == 5
    assert old().expired_at == NEXT_DAY.now
    assert OutboxEvent.objects.filter(kind="LotBlocked").count() == 1


def test_midnight_is_that_of_the_location(hall) -> None:
    Location.objects.update(timezone="America/New_York")
    assert expire_old_lots(NEXT_DAY) == "0 lots"
    Location.objects.update(timezone="Pacific/Kiritimati")
    assert expire_old_lots(make_actor(now=datetime(2026, 12, 31, 11, 0, tzinfo=UTC))) == "1 lots"


def test_what_is_blocked_and_expires_counts_once_until_it_is_both_let_go_and_good_again(hall) -> None:
    block_lot(lot_id=old().pk, note="glass in a jar", actor=LAST_DAY)
    expire_old_lots(NEXT_DAY)
    assert available() == 5
    release_lot(lot_id=old().pk, actor=NEXT_DAY)
    assert available() == 5
    block_lot(lot_id=old().pk, note="glass after all", actor=NEXT_DAY)
    assert available() == 5
    date_lot(lot_id=old().pk, expires_on=date(2027, 6, 30), actor=NEXT_DAY)
    assert available() == 5
    release_lot(lot_id=old().pk, actor=NEXT_DAY)
    assert available() == 10


def test_another_date_withholds_a_lot_at_once_and_lets_it_go_again(hall) -> None:
    date_lot(lot_id=old().pk, expires_on=date(2026, 11, 1), actor=make_actor())
    assert available() == 5
    date_lot(lot_id=old().pk, expires_on=None, actor=make_actor())
    assert available() == 10


def test_expired_pieces_that_are_carried_or_come_in_late_are_withheld_too(hall) -> None:
    expire_old_lots(NEXT_DAY)
    for code, pieces in (("A-01", 1), ("HONEY", 2), ("OLD", 1)):
        hall.scan("put-away", code, pieces)
    assert available() == 5
    hall.scan("loose")
    hall.scan("receive", "(01)09501101530003(10)OLD", 3)
    assert StockLevel.objects.get(product__sku="HONEY").on_hand == 13
    assert available() == 5
    level = StockLevel.objects.get(product__sku="HONEY")
    past = lot_that_came(product_id=level.product_id, number="PAST", expires_on=date(2026, 11, 1), actor=make_actor())
    move_stock(changes=[Change(level.pk, 4, "receipt", "PO-9", "", past.pk)], actor=make_actor())
    put_away(stock_level_id=level.pk, bin="A-01", quantity=4, lot="PAST", actor=make_actor())
    assert available() == 5
