"""Work that is moved while somebody walks for it: its stops are taken back, and nothing is moved out of a tote."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from fulfillment.models import FulfillmentOrder, PickList
from fulfillment.services import walking
from fulfillment.services.reallocating import reallocate
from fulfillment.services.walking import Read, walk_of
from oms.foundation.refusals import Refused
from tests.factories import make_actor
from tests.fulfillment.moving import Shop, broken, promised

pytestmark = pytest.mark.django_db
CLERK = make_actor("kim")


@pytest.fixture
def shop() -> Shop:
    """Return the shop."""
    return Shop()


@pytest.fixture
def work(shop) -> FulfillmentOrder:
    """Open work of three TEA and one CUP in London."""
    return shop.work()


@pytest.fixture
def walk(shop, work) -> PickList:
    """Ann's walk for it."""
    ann, every = User.objects.create_user("ann"), FulfillmentOrder.objects.all()
    return walking.claim_work(work=every, location_id=shop.london.pk, orders=1, picker_id=ann.pk, actor=CLERK)


def fresh(row):
    """Read a row again."""
    return type(row).objects.get(pk=row.pk)


def test_the_stops_of_all_of_it_are_taken_back_at_once(shop, work, walk) -> None:
    reallocate(fulfillment_order_id=work.pk, location=shop.leeds, reason="nearer", actor=CLERK)

    assert list(walk.tasks.values_list("state", flat=True)) == ["cancelled", "cancelled"]
    assert (walk_of(walk).now, fresh(work).state) == (None, "cancelled")
    walking.end_walk(pick_list_id=walk.pk, picker_id=walk.picker_id, actor=CLERK)
    assert (fresh(walk).state, broken()) == ("completed", [])


def test_what_lies_in_a_tote_is_put_back_first(shop, work, walk) -> None:
    stop = walk_of(walk).now
    read = Read(uuid4(), stop.task.pk, stop.sku, 1)
    walking.scan(pick_list_id=walk.pk, picker_id=walk.picker_id, read=read, actor=CLERK)
    told = {"fulfillment_order_id": work.pk, "location": shop.leeds, "reason": "nearer", "sku": stop.sku}
    with pytest.raises(Refused, match="is picked: put the pieces back on the shelf, then tick"):
        reallocate(**told, actor=CLERK)
    assert fresh(work).state == "in_progress"

    reallocate(**told, take_back=True, actor=CLERK)

    assert (fresh(work).state, walk_of(walk).now) == ("open", None)
    assert (stop.sku in promised(work.order_id)["MAN"], broken()) == (True, [])
