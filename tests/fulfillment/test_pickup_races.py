"""A customer at the counter and the clock that gives parcels back, at the same moment: one of them is first."""

from datetime import timedelta
from functools import partial

import pytest

from fulfillment.models import Allocation, Pickup, Shipment
from fulfillment.services.collecting import collect, make_ready
from fulfillment.services.uncollected import expire_late
from inventory.models import StockLevel
from oms.foundation.refusals import Refused, StaleVersion
from orders.models import Order
from tests.concurrency.rival import no_row_locks, rival_after
from tests.concurrency.together import errors, together
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.shop import an_order, packed, sourced

pytestmark = [
    pytest.mark.pg,
    pytest.mark.race,
    pytest.mark.lacks("I13", "I30", "I33"),  # neither sums nor money stand behind the orders
    pytest.mark.django_db(transaction=True),
]
OVER = NOW + timedelta(days=8)


@pytest.fixture
def pickup() -> Pickup:
    """One piece that lies ready in a store, and whose time is over."""
    tea = make_product("TEA")
    make_stock(tea, make_location("STO", kind="store", capabilities=["pickup"]), 5)
    (work,) = sourced(an_order([(tea, 1)], service_level="pickup", pickup_location="STO"))
    return make_ready(shipment_id=packed(work).pk, actor=make_actor("store"))


def hand_out(pickup: Pickup) -> partial[Pickup]:
    """Return the act of the store."""
    return partial(collect, pickup_id=pickup.pk, code=pickup.code, name="Ada", actor=make_actor("store", now=OVER))


def give_back() -> int:
    """Do what the clock does."""
    return expire_late(actor=make_actor("clock", now=OVER))


def ends() -> tuple[str, str, str, str, int, int]:
    """Return the states of pick-up, shipment, pieces and order, and what lies in the store and is promised of it."""
    level = StockLevel.objects.get()
    rows = (Pickup, Shipment, Allocation, Order)
    pickup, shipment, pieces, order = (model.objects.get().state for model in rows)
    return pickup, shipment, pieces, order, level.on_hand, level.allocated


COLLECTED = ("collected", "shipped", "shipped", "completed", 4, 0)
EXPIRED = ("expired", "cancelled", "released", "cancelled", 5, 0)


def test_either_the_customer_has_it_or_the_shelf(pickup) -> None:
    outcomes = together(hand_out(pickup), give_back)
    assert ends() in (COLLECTED, EXPIRED)
    assert [type(one) for one in errors(outcomes)] == ([] if ends() == COLLECTED else [Refused])


def test_what_is_being_handed_out_is_not_given_back(pickup) -> None:
    with rival_after("fulfillment.services.collecting.lock_pickup", give_back) as clock:
        hand_out(pickup)()
    assert (clock.outcome, ends()) == (0, COLLECTED)


def test_what_is_being_given_back_is_not_handed_out(pickup) -> None:
    with rival_after("fulfillment.services.uncollected.lock_pickup", hand_out(pickup)) as store:
        assert give_back() == 1
    assert isinstance(store.outcome, Refused)
    assert ends() == EXPIRED


@pytest.mark.twin
def test_the_twin_without_the_locks_is_stopped_by_the_version_alone(pickup) -> None:
    with (
        no_row_locks(),
        rival_after("fulfillment.services.collecting.lock_pickup", give_back) as clock,
        pytest.raises(StaleVersion),
    ):
        hand_out(pickup)()
    assert (clock.outcome, ends()) == (1, EXPIRED)
