"""A lot that expires or is blocked while pieces of it come in elsewhere: all of them are withheld."""

from datetime import UTC, datetime
from unittest.mock import patch

import pytest

from inventory.handlers import expire_old_lots
from inventory.models import Bin, Lot, Product, StockLevel
from inventory.services.lots import block_lot
from oms.foundation.invariants import check
from tests.concurrency.rival import no_row_locks, rival_after
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.inventory.scans import Hall, a_hall

pytestmark = [pytest.mark.pg, pytest.mark.race, pytest.mark.django_db(transaction=True)]
NEXT_DAY = make_actor(now=datetime(2027, 1, 1, 0, 10, tzinfo=UTC))
LABEL = "(01)09501101530003(17)261231(10)OLD"
BOOKED = "inventory.services.scanning.receiving.put_away"
ENDS = {
    "expires": lambda: expire_old_lots(NEXT_DAY),
    "blocked": lambda: block_lot(lot_id=Lot.objects.get().pk, note="glass", actor=NEXT_DAY),
}


@pytest.fixture
def other() -> Hall:
    """A second hall; five pieces of a lot of honey lie in the first."""
    hall = a_hall(0)
    make_product("HONEY", barcode="9501101530003", followed_by="lot", expires=True)
    hall.scan("loose")
    hall.scan("receive", LABEL, 5)
    place = make_location("MAN", name="Manchester")
    Bin.objects.create(location=place, code="DOCK2", kind="receiving", sequence=0)
    return Hall(place, hall.tea, make_stock(hall.tea, place, 0), hall.ann)


def withheld(other: Hall, how: str) -> list[int]:
    """Receive four more pieces in the other hall, let the lot end meanwhile, and return what is withheld where."""
    other.scan("loose")
    with rival_after(BOOKED, ENDS[how]) as rival:
        assert other.scan("receive", LABEL, 4).tone == "done"
    assert not isinstance(rival.outcome, Exception), rival.outcome
    honey = StockLevel.objects.filter(product__sku="HONEY").order_by("location__code")
    return list(honey.values_list("blocked", flat=True))


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("is_new", [True, False])
def test_pieces_that_come_in_while_their_lot_ends_are_withheld_too(other, how, is_new) -> None:
    if not is_new:
        make_stock(Product.objects.get(sku="HONEY"), other.place, 0)
    assert withheld(other, how) == [5, 4]


@pytest.mark.twin
@pytest.mark.parametrize("how", ENDS)
def test_without_the_locks_they_would_be_promised(other, how) -> None:
    with no_row_locks(), patch("inventory.services.bin_rows.share_lot"):
        assert withheld(other, how) == [5, 0]
    (found,) = check(NOW, only={"I84"})
    assert not found.holds
