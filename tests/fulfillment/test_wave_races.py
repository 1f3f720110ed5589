"""Two people and one wave, two waves and one order, two handhelds and one walk, at one moment."""

from functools import partial
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError
from django_fsm import ConcurrentTransition

from fulfillment.models import FulfillmentOrder, PickList, PickTask, Wave
from fulfillment.picking.plan import Strategy
from fulfillment.services import walking
from fulfillment.services.waves import cancel_wave, release_wave
from oms.foundation.refusals import Refused, StaleVersion
from tests.concurrency.rival import no_row_locks, rival_after
from tests.concurrency.together import errors, together
from tests.factories import make_actor
from tests.fulfillment.waving import a_floor, a_wave, released, some_work

# the orders of this shop have no money
pytestmark = [
    pytest.mark.pg,
    pytest.mark.race,
    pytest.mark.lacks("I13", "I30"),
    pytest.mark.django_db(transaction=True),
]
KEYS = {name: uuid4() for name in ("ann", "bob")}
STALE = (IntegrityError, StaleVersion, ConcurrentTransition)


def a_draft(orders: int = 1, strategy: Strategy = Strategy.CLUSTER) -> Wave:
    """Return a draft of some orders."""
    place, products = a_floor()
    some_work(*([(products[at], 1)] for at in range(orders)))
    return a_wave(place, strategy)


def release(wave: Wave) -> "partial[Wave]":
    """Return the act of releasing a wave."""
    return partial(release_wave, wave_id=wave.pk, within=FulfillmentOrder.objects.all(), actor=make_actor())


def take(walk: PickList, name: str) -> "partial[PickList]":
    """Return the act of claiming a walk."""
    person = User.objects.create_user(name)
    return partial(walking.take_over, pick_list_id=walk.pk, picker_id=person.pk, actor=make_actor())


def test_two_people_release_the_same_draft() -> None:
    wave = a_draft(2)

    found = together(release(wave), release(wave))

    assert [type(one) for one in errors(found)] == [Refused]
    assert (PickList.objects.count(), PickTask.objects.count()) == (1, 2)


@pytest.mark.twin
def test_without_the_locks_only_versions_stop_the_second_release() -> None:
    wave = a_draft()

    with (
        no_row_locks(),
        rival_after("fulfillment.services.waves.releasing.lock_wave", release(wave)),
        pytest.raises((*STALE, Refused)),
    ):
        release(wave)()


def test_two_waves_want_the_same_order() -> None:
    first = a_draft(2)
    second = a_wave(first.location)

    found = together(release(first), release(second))

    assert [type(one) for one in errors(found)] == [Refused]
    assert sorted(Wave.objects.values_list("state", flat=True)) == ["draft", "released"]
    assert PickTask.objects.count() == 2


@pytest.mark.twin
def test_without_the_locks_two_waves_begin_one_order() -> None:
    first = a_draft()
    second = a_wave(first.location)

    with (
        no_row_locks(),
        rival_after("fulfillment.services.waves.releasing.lock_wave", release(second)),
        pytest.raises((*STALE, Refused)),
    ):
        release(first)()


def test_two_handhelds_claim_the_same_walk() -> None:
    (walk,) = released(a_draft())

    found = together(take(walk, "ann"), take(walk, "bob"))

    assert [type(one) for one in errors(found)] == [Refused]
    assert Wave.objects.get().state == "in_progress"


@pytest.mark.twin
def test_without_the_lock_only_the_version_stops_the_second_handheld() -> None:
    (walk,) = released(a_draft())

    with (
        no_row_locks(),
        rival_after("fulfillment.services.walking.claiming.lock_pick_list", take(walk, "bob")),
        pytest.raises(STALE),
    ):
        take(walk, "ann")()


def test_a_walk_is_claimed_while_its_wave_is_cancelled() -> None:
    (walk,) = released(a_draft())
    wave = walk.wave
    assert wave is not None

    found = together(
        take(walk, "ann"),
        partial(cancel_wave, wave_id=wave.pk, within=FulfillmentOrder.objects.all(), actor=make_actor()),
    )

    assert [type(one) for one in errors(found)] == [Refused]
    told = (PickList.objects.get().state, Wave.objects.get().state, FulfillmentOrder.objects.get().state)
    assert told in (("in_progress", "in_progress", "in_progress"), ("cancelled", "cancelled", "open"))


def test_a_draft_is_released_while_it_is_cancelled() -> None:
    wave = a_draft()

    found = together(
        release(wave), partial(cancel_wave, wave_id=wave.pk, within=FulfillmentOrder.objects.all(), actor=make_actor())
    )

    assert [type(one) for one in errors(found)] == [Refused]
    told = (Wave.objects.get().state, FulfillmentOrder.objects.get().state)
    assert told in (("released", "in_progress"), ("cancelled", "open"))


def test_two_zones_of_one_order_are_finished_at_once() -> None:
    place, products = a_floor()
    (work,) = some_work([(products[0], 1), (products[8], 1)])
    walks = released(a_wave(place, Strategy.ZONE))
    scans = []
    for walk, name in zip(walks, ("ann", "bob"), strict=True):
        take(walk, name)()
        task = PickTask.objects.get(pick_list=walk)
        read = walking.Read(KEYS[name], task.pk, task.allocation.stock_level.product.sku)
        person = User.objects.get(username=name)
        scans.append(partial(walking.scan, pick_list_id=walk.pk, picker_id=person.pk, read=read, actor=make_actor()))

    found = together(*scans)

    assert errors(found) == []
    assert FulfillmentOrder.objects.get(pk=work.pk).picked_at is not None
    assert Wave.objects.get().state == "completed"
