"""Two handhelds at one moment: the work goes to one of them, a scan counts once."""

from functools import partial
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError

from fulfillment.models import FulfillmentOrder, PickList, PickTask
from fulfillment.services import walking
from fulfillment.services.walking import Read
from oms.foundation.refusals import Refused, StaleVersion
from tests.concurrency.rival import no_row_locks, rival_after
from tests.concurrency.together import errors, together
from tests.factories import make_actor, make_location, make_product, make_stock, take_order
from tests.fulfillment.shop import sourced

pytestmark = [pytest.mark.pg, pytest.mark.race, pytest.mark.django_db(transaction=True)]


def some_work() -> FulfillmentOrder:
    """Return open work for two pieces."""
    tea = make_product()
    make_stock(tea, make_location(), 10)
    return sourced(take_order([(tea, 2, 1000)]))[0]


def claim(work: FulfillmentOrder, name: str) -> partial[PickList]:
    """Return the act of beginning a walk with it."""
    return claim_of(User.objects.create_user(name), work)


def claim_of(person: User, work: FulfillmentOrder) -> partial[PickList]:
    """Return the act of a person's beginning a walk at the place of some work."""
    rows = FulfillmentOrder.objects.all()
    told = {"location_id": work.location_id, "orders": 1, "picker_id": person.pk, "actor": make_actor()}
    return partial(walking.claim_work, work=rows, **told)


def one_piece(walk: PickList) -> partial[walking.Answer]:
    """Return the scan of one piece, the same each time it is sent."""
    task = walk.tasks.get()
    read = Read(uuid4(), task.pk, task.allocation.stock_level.product.sku)
    return partial(walking.scan, pick_list_id=walk.pk, picker_id=walk.picker_id, read=read, actor=make_actor())


def test_F44_two_pickers_claim_at_once():
    work = some_work()

    found = together(claim(work, "ann"), claim(work, "bob"))

    assert [type(one) for one in errors(found)] == [Refused]
    assert PickTask.objects.count() == 1


def test_F44_who_is_beaten_to_an_order_takes_the_next():
    tea = make_product()
    place = make_location()
    make_stock(tea, place, 10)
    work = [sourced(take_order([(tea, 2, 1000)]))[0] for _ in range(2)]

    found = together(claim(work[0], "ann"), claim(work[0], "bob"))

    assert errors(found) == []
    assert PickTask.objects.values("pick_list").distinct().count() == 2


def test_F44_one_person_with_two_handhelds_begins_one_walk():
    ann = User.objects.create_user("ann")
    work = [some_work() for _ in range(2)]

    found = together(*(claim_of(ann, one) for one in work))

    assert [type(one) for one in errors(found)] == [Refused]
    assert PickList.objects.count() == 1


@pytest.mark.twin
def test_F44_without_the_persons_lock_only_the_constraint_stops_the_second_walk():
    ann = User.objects.create_user("ann")
    first, second = some_work(), some_work()

    with (
        no_row_locks(),
        rival_after("fulfillment.services.walking.claiming.start_together", claim_of(ann, second)),
        pytest.raises(IntegrityError),
    ):
        claim_of(ann, first)()


def test_F45_one_scan_sent_twice_at_once():
    walk = claim(some_work(), "ann")()
    scan = one_piece(walk)

    found = together(scan, scan)

    assert errors(found) == []
    assert PickTask.objects.get().picked == 1


@pytest.mark.twin
def test_F45_without_the_lock_the_second_scan_is_stopped_only_by_its_key():
    scan = one_piece(claim(some_work(), "ann")())

    with (
        no_row_locks(),
        rival_after("fulfillment.services.walking.scanning.lock_pick_task", scan),
        pytest.raises((IntegrityError, StaleVersion)),
    ):
        scan()
