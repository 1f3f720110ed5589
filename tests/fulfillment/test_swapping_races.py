"""A swap against somebody else at the same moment: pieces are promised once, and never taken out of hands."""

import pytest

from fulfillment.services import swapping
from fulfillment.services.picking import confirm_picked, start_picking
from fulfillment.services.swapping import swap
from inventory.models import StockLevel, Substitute
from oms.foundation.invariants import check
from oms.foundation.refusals import Refused
from orders.models import OrderLine
from tests.concurrency.together import together
from tests.factories import NOW, make_actor, make_location, make_product, make_stock, take_order
from tests.fulfillment.shop import sourced

RACE = [pytest.mark.pg, pytest.mark.race, pytest.mark.django_db(transaction=True)]
SKUS = ("TEE-RED", "TEE-BLUE")


def a_shop(*, red: int, blue: int) -> tuple:
    """Return a shop's two tees, of which one may be sent instead of the other."""
    place = make_location("LON")
    tees = tuple(make_product(sku) for sku in SKUS)
    for tee, pieces in zip(tees, (red, blue), strict=True):
        make_stock(tee, place, pieces)
    Substitute.objects.create(product=tees[0], substitute=tees[1])
    return tees


@pytest.mark.parametrize("turn", range(3))
class TestRaces:
    """Two at once."""

    pytestmark = RACE

    def test_two_orders_want_the_last_substitute(self, turn) -> None:
        red, _ = a_shop(red=0, blue=2)
        orders = [take_order([(red, 2, 1000)]) for _ in range(2)]
        for order in orders:
            sourced(order)

        found = together(
            *(lambda pk=one.pk: swap(order_id=pk, line=1, sku="TEE-BLUE", actor=make_actor()) for one in orders)
        )

        assert sum(isinstance(one, Refused) for one in found) == 1
        assert StockLevel.objects.get(product__sku="TEE-BLUE").allocated == 2
        assert OrderLine.objects.filter(sku="TEE-BLUE").count() == 1

    def test_picking_begins_while_the_pieces_are_swapped(self, turn) -> None:
        red, _ = a_shop(red=2, blue=2)
        (work,) = sourced(take_order([(red, 2, 1000)]))

        swapped, picked = together(
            lambda: swap(order_id=work.order_id, line=1, sku="TEE-BLUE", quantity=2, actor=make_actor()),
            lambda: start_picking(fulfillment_order_id=work.pk, actor=make_actor()),
        )

        assert isinstance(swapped, Refused) != isinstance(picked, Refused)
        open_pieces = dict(OrderLine.objects.values_list("sku", "quantity_open"))
        assert open_pieces == ({"TEE-RED": 2} if isinstance(swapped, Refused) else {"TEE-RED": 0, "TEE-BLUE": 2})


@pytest.mark.django_db
@pytest.mark.twin
def test_without_the_guard_the_books_tell_that_more_is_promised_than_open(monkeypatch) -> None:
    red, _ = a_shop(red=2, blue=2)
    (work,) = sourced(take_order([(red, 2, 1000)]))
    start_picking(fulfillment_order_id=work.pk, actor=make_actor())
    confirm_picked(fulfillment_order_id=work.pk, actor=make_actor())
    monkeypatch.setattr(swapping, "_refuse_in_hand", lambda *args: None)

    swap(order_id=work.order_id, line=1, sku="TEE-BLUE", quantity=2, actor=make_actor())

    assert [one.invariant.id for one in check(NOW, classes=["A"]) if not one.holds] == ["I6a"]
