"""Two who put pieces into the last room of a bin at the same moment."""

from functools import partial
from threading import Barrier

import pytest

from inventory.models import Bin, BinStock
from inventory.services import bins
from inventory.services.bin_room import contents_of
from inventory.services.bins import BinRefuses, put_away
from tests.concurrency.together import kinds, together
from tests.factories import make_actor, make_location, make_product, make_stock

pytestmark = [pytest.mark.pg, pytest.mark.race, pytest.mark.django_db(transaction=True)]


def both(place_code: str) -> list:
    """Return two acts that put five pieces of different products into a bin for five."""
    place = make_location("LON")
    Bin.objects.create(location=place, code=place_code, capacity_g=500)
    levels = [make_stock(make_product(sku, weight_g=100), place, 5) for sku in ("TEA", "CUP")]
    return [partial(put_away, stock_level_id=one.pk, bin=place_code, quantity=5, actor=make_actor()) for one in levels]


def pieces() -> int:
    """Return the pieces in bins."""
    return sum(BinStock.objects.values_list("quantity", flat=True))


def test_a_bin_takes_no_more_than_goes_in():
    outcomes = together(*both("A-01"))

    assert BinRefuses.__name__ in kinds(outcomes)
    assert pieces() == 5


@pytest.mark.twin
def test_without_the_lock_both_go_in(monkeypatch):
    acts, both_have_read = both("A-01"), Barrier(2)

    def read_by_both(ids):
        """Read what lies there, and wait until the other has read too."""
        found = contents_of(ids)
        both_have_read.wait(10)
        return found

    monkeypatch.setattr(bins, "lock_bins", lambda ids: list(Bin.objects.filter(pk__in=list(ids))))
    monkeypatch.setattr(bins, "contents_of", read_by_both)
    together(*acts)

    assert pieces() == 10
