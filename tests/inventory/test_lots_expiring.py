"""Lots whose best-before date passes: from then on their pieces are available to nobody, and the books say so."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.handlers import expire_old_lots
from inventory.models import Location, Lot, StockLevel
from inventory.queries import availability
from inventory.services import lots
from inventory.services.bins import put_away
from inventory.services.lots import block_lot, date_lot, lot_that_came, release_lot
from inventory.services.stock import Change, move_stock
from oms.foundation.invariants import check
from oms.foundation.models import AuditLine, OutboxEvent
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


def test_what_was_counted_wrong_is_mended_by_dating_a_lot_once_more(hall) -> None:
    StockLevel.objects.filter(product__sku="HONEY").update(blocked=7)
    date_lot(lot_id=old().pk, expires_on=old().expires_on, actor=make_actor())
    assert available() == 10


def test_one_product_that_fails_keeps_no_other_from_expiring(hall, monkeypatch) -> None:
    real, jam = lots._count_withheld, make_product("JAM", followed_by="lot", expires=True)
    Lot.objects.create(product=jam, number="J1", expires_on=date(2026, 1, 1))

    def broken(row):
        """Fail for the jam."""
        if row.product_id == jam.pk:
            raise ArithmeticError("no sum")
        real(row)

    monkeypatch.setattr(lots, "_count_withheld", broken)
    with pytest.raises(ArithmeticError):
        expire_old_lots(NEXT_DAY)
    assert available() == 5
    monkeypatch.setattr(lots, "_count_withheld", real)
    assert expire_old_lots(NEXT_DAY) == "1 lots"


def test_many_old_lots_are_a_few_statements_and_those_without_pieces_no_line_on_any_timeline(hall) -> None:
    made = [Lot(product=old().product, number=f"E{n}", expires_on=date(2024, 1, 1)) for n in range(300)]
    Lot.objects.bulk_create(made)
    with CaptureQueriesContext(connection) as statements:
        assert expire_old_lots(NEXT_DAY) == "301 lots"
    assert len(statements) <= 20
    assert AuditLine.objects.filter(act="inventory.expire_lot").count() == 1


def test_a_lot_that_comes_on_its_last_day_is_good_where_that_day_is_not_over(hall) -> None:
    product = old().product_id
    told = {"product_id": product, "expires_on": date(2026, 12, 31), "actor": NEXT_DAY}
    assert lot_that_came(number="TODAY", **told).expired_at is None
    assert lot_that_came(number="PAST", **told | {"expires_on": date(2026, 12, 30)}).expired_at == NEXT_DAY.now
