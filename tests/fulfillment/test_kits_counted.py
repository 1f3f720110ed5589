"""A count that finds too few parts takes whole kits from orders, and says what begun work holds."""

import pytest

from fulfillment.models import Allocation
from fulfillment.services.counted import post_count
from fulfillment.services.picking import start_picking
from inventory.models import CountSession, KitComponent, Location, StockLevel
from inventory.services.bins import put_away
from oms.foundation.refusals import Refused
from orders.models import OrderLine
from tests.books import rest
from tests.factories import make_actor, make_product, take_order
from tests.fulfillment.walks import broken
from tests.inventory.scans import Hall, a_hall

pytestmark = pytest.mark.django_db
CLERK = make_actor()


@pytest.fixture
def hall() -> Hall:
    """Ten pieces of TEA in A-01, six of them promised as three pairs that are assembled there."""
    hall = a_hall(10)
    Location.objects.filter(pk=hall.level.location_id).update(capabilities=["kitting"])
    pair = make_product("PAIR")
    KitComponent.objects.create(kit=pair, component=hall.tea, quantity=2)
    put_away(stock_level_id=hall.level.pk, bin="A-01", quantity=10, actor=CLERK)
    take_order([(pair, 3, 1000)])
    rest()
    assert StockLevel.objects.get(pk=hall.level.pk).allocated == 6
    return hall


def found(hall: Hall, pieces: int) -> CountSession:
    """Count the bin, and return what waits for the desk."""
    hall.scan("count", "A-01")
    hall.scan("count", "4001", pieces)
    hall.scan("done")
    return CountSession.objects.get()


def test_one_piece_too_few_costs_a_whole_kit(hall) -> None:
    post_count(count_session_id=found(hall, 5).pk, actor=CLERK)
    rest()

    assert sorted(Allocation.objects.values_list("quantity", "state")) == [(1, "short"), (2, "allocated")]
    level = StockLevel.objects.get(pk=hall.level.pk)
    assert (level.on_hand, level.allocated) == (5, 4)
    assert OrderLine.objects.get().quantity_allocated == 2
    assert broken() == []


def test_kits_that_are_being_picked_are_named(hall) -> None:
    start_picking(fulfillment_order_id=Allocation.objects.get().fulfillment_order_id, actor=CLERK)
    row = found(hall, 5)
    with pytest.raises(Refused, match="are promised to orders that are picked or packed"):
        post_count(count_session_id=row.pk, actor=CLERK)
    assert StockLevel.objects.get(pk=hall.level.pk).on_hand == 10
