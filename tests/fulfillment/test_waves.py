"""Waves: chosen, planned, released as walks, followed to their end, and freed where nobody has begun."""

import pytest

from fulfillment.models import CarrierAccount, FulfillmentOrder, PickList, PickTask, Shipment, Wave
from fulfillment.picking.plan import Strategy
from fulfillment.services import scan_packing, walking
from fulfillment.services.packing import pack
from fulfillment.services.picking import start_picking
from fulfillment.services.waves import Size, Wanted, cancel_wave, propose, release_wave
from fulfillment.services.waves.planning import wants_of
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Invalid, Refused
from orders.services.holds import place_hold
from tests.factories import NOW, make_actor
from tests.fulfillment.walks import again, at_stop, broken
from tests.fulfillment.waving import a_floor, a_wave, released, some_work, stops

pytestmark = pytest.mark.django_db


def sizes(place, **wanted) -> int:
    """Return how many orders a wave would take."""
    told = Wanted(location_id=place.pk, strategy=Strategy.CLUSTER, **wanted)
    return len(propose(work=FulfillmentOrder.objects.all(), wanted=told).orders)


def take(walk: PickList, person) -> PickList:
    """Claim a released walk."""
    return walking.take_over(pick_list_id=walk.pk, picker_id=person.pk, actor=make_actor())


def pick_all(walk: PickList, person) -> None:
    """Claim a walk and scan everything on it."""
    take(walk, person)
    while (now := walking.walk_of(again(walk)).now) is not None:
        at_stop(walking.scan, walk, person, now.sku, now.task.quantity)


def test_a_proposal_makes_nothing_and_counts_metres() -> None:
    place, (a1, a2, _, a4, *_) = a_floor()
    some_work([(a4, 1), (a1, 1)], [(a2, 2)])
    told = Wanted(location_id=place.pk, strategy=Strategy.CLUSTER)

    found = propose(work=FulfillmentOrder.objects.all(), wanted=told)

    assert [sorted(found.codes(walk)) for walk in found.plan.walks] == [["A-1", "A-2", "A-4"]]
    # three metres across and four deep, there and back; alone the second order takes three across and two deep
    assert (found.plan.length, found.plan.by_code) == (14_000, 14_000 + 10_000)
    assert Wave.objects.count() == PickList.objects.count() == 0


def test_a_draft_takes_nothing_and_its_release_begins_the_work_in_tour_order() -> None:
    place, products = a_floor()
    some_work([(products[3], 1), (products[0], 2)], [(products[4], 1)])
    wave = a_wave(place)
    assert set(FulfillmentOrder.objects.values_list("state", flat=True)) == {"open"}

    (walk,) = released(wave)

    assert (wave.state, again(wave).state, walk.state, walk.picker) == ("draft", "released", "released", None)
    assert sorted(stops(walk)) == [("A-1", 2, "A"), ("A-4", 1, "A"), ("B-1", 1, "B")]
    assert walk.length_mm == again(wave).length_mm
    assert set(FulfillmentOrder.objects.values_list("state", flat=True)) == {"in_progress"}
    assert broken() == []


def test_a_wave_follows_its_walks_to_the_end(ann) -> None:
    place, products = a_floor()
    some_work([(products[0], 1)], [(products[5], 2)])
    wave = a_wave(place, Strategy.SINGLE)
    first, second = released(wave)

    take(first, ann)
    assert again(wave).state == "in_progress"
    at_stop(walking.scan, first, ann, walking.walk_of(first).now.sku, first.tasks.get().quantity)
    assert (again(first).state, again(wave).state) == ("completed", "in_progress")
    pick_all(second, ann)

    assert (again(second).state, again(wave).state, again(wave).ended_at) == ("completed", "completed", NOW)
    assert broken() == []


def test_what_was_held_or_begun_meanwhile_is_passed_over_and_named() -> None:
    place, products = a_floor()
    held, begun, free = some_work([(products[0], 1)], [(products[1], 1)], [(products[2], 1)])
    wave = a_wave(place)
    place_hold(order_id=held.order_id, reason="manual", blocks=["pick"], note="Ask first.", actor=make_actor())
    start_picking(fulfillment_order_id=begun.pk, actor=make_actor())

    (walk,) = released(wave)

    over = dict(wave.orders.values_list("fulfillment_order", "passed_over"))
    assert over == {held.pk: "order_held", begun.pk: "wrong_state", free.pk: ""}
    assert [one.fulfillment_order_id for one in walk.tasks.all()] == [free.pk]
    note = AuditLine.objects.filter(act="fulfillment.release_wave").get().note
    assert f"Passed over: {held.number}, {begun.number}." in note


def test_a_draft_of_which_nothing_can_be_begun_stays_a_draft() -> None:
    place, products = a_floor()
    (work,) = some_work([(products[0], 1)])
    wave, other = a_wave(place), a_wave(place)
    released(other)

    with pytest.raises(Refused, match="Nothing of it can be begun"):
        release_wave(wave_id=wave.pk, within=FulfillmentOrder.objects.all(), actor=make_actor())

    assert again(wave).state == "draft"
    assert PickTask.objects.filter(fulfillment_order=work).count() == 1


def test_cancelling_frees_what_nobody_has_begun_and_the_rest_goes_on(ann) -> None:
    place, products = a_floor()
    one, two = some_work([(products[0], 1)], [(products[9], 1)])
    wave = a_wave(place, Strategy.SINGLE)
    first, second = released(wave)
    take(first, ann)

    cancel_wave(wave_id=wave.pk, within=FulfillmentOrder.objects.all(), actor=make_actor())

    assert (again(first).state, again(second).state, again(wave).state) == ("in_progress", "cancelled", "in_progress")
    assert (again(one).state, again(two).state) == ("in_progress", "open")
    pick_all(first, ann)
    assert again(wave).state == "completed"
    with pytest.raises(Refused, match="no walk of it waits"):
        cancel_wave(wave_id=wave.pk, within=FulfillmentOrder.objects.all(), actor=make_actor())
    assert broken() == []


def test_a_cancelled_draft_and_a_wave_nobody_began_are_over() -> None:
    place, products = a_floor()
    some_work([(products[0], 1)])
    draft, wave = a_wave(place), a_wave(place)
    (walk,) = released(wave)

    for one in (draft, wave):
        cancel_wave(wave_id=one.pk, within=FulfillmentOrder.objects.all(), actor=make_actor())

    assert (again(draft).state, again(wave).state, again(walk).state) == ("cancelled", "cancelled", "cancelled")
    assert FulfillmentOrder.objects.get().state == "open"
    assert broken() == []


def test_zones_are_walked_apart_and_an_order_is_picked_when_all_are_done(ann, bob) -> None:
    place, products = a_floor()
    (work,) = some_work([(products[0], 1), (products[8], 2)])
    wave = a_wave(place, Strategy.ZONE)
    first, second = released(wave)
    assert [(one.zone, stops(one)) for one in (first, second)] == [
        ("Z1", [("A-1", 1, "A")]), ("Z2", [("C-1", 2, "A")]),
    ]  # fmt: skip

    pick_all(first, ann)
    assert (again(first).state, again(work).picked_at) == ("completed", None)
    pick_all(second, bob)

    assert again(work).picked_at == NOW
    assert again(wave).state == "completed"
    assert broken() == []


def test_what_a_cancelled_zone_leaves_is_picked_by_who_has_begun_the_order(ann) -> None:
    place, products = a_floor()
    (work,) = some_work([(products[0], 1), (products[8], 2)])
    wave = a_wave(place, Strategy.ZONE)
    first, second = released(wave)
    take(first, ann)

    cancel_wave(wave_id=wave.pk, within=FulfillmentOrder.objects.all(), actor=make_actor())
    at_stop(walking.scan, first, ann, "A1")

    assert again(second).state == "cancelled"
    assert stops(first) == [("A-1", 1, "A"), ("C-1", 2, "A")]
    at_stop(walking.scan, first, ann, "C1", 2)
    assert (again(work).picked_at, again(wave).state) == (NOW, "completed")
    assert broken() == []


def test_what_a_cancelled_zone_leaves_of_a_half_picked_order_can_still_be_claimed(ann) -> None:
    place, products = a_floor()
    half, _ = some_work([(products[0], 1), (products[8], 2)], [(products[9], 1)])
    wave = a_wave(place, Strategy.ZONE)
    first, second = released(wave)
    take(first, ann)
    at_stop(walking.scan, first, ann, "A1")
    everything = FulfillmentOrder.objects.all()

    cancel_wave(wave_id=wave.pk, within=everything, actor=make_actor())

    assert [again(first).state, again(second).state, again(wave).state] == ["completed", "released", "in_progress"]
    assert list(second.tasks.filter(state="open").values_list("fulfillment_order", flat=True)) == [half.pk]
    with pytest.raises(Refused, match="half picked"):
        cancel_wave(wave_id=wave.pk, within=everything, actor=make_actor())
    take(second, ann)
    at_stop(walking.scan, second, ann, "C1", 2)
    assert (again(half).picked_at, again(wave).state) == (NOW, "completed")
    assert broken() == []


def test_a_wave_with_orders_of_others_is_neither_released_nor_cancelled() -> None:
    place, products = a_floor()
    (work,) = some_work([(products[0], 1)])
    wave = a_wave(place)
    for act in (release_wave, cancel_wave):
        with pytest.raises(Refused, match="channels that are not yours"):
            act(wave_id=wave.pk, within=FulfillmentOrder.objects.none(), actor=make_actor())
    assert (again(wave).state, again(work).state) == ("draft", "open")


def test_orders_share_totes_in_a_batch_and_have_their_own_in_a_cluster() -> None:
    place, products = a_floor()
    some_work([(products[0], 1)], [(products[0], 1)], [(products[1], 1)])

    (batch,) = released(a_wave(place, Strategy.BATCH, totes=2, tote_pieces=2))

    assert sorted(tote for _, _, tote in stops(batch)) == ["A", "A", "B"]
    cancel_wave(wave_id=batch.wave_id, within=FulfillmentOrder.objects.all(), actor=make_actor())
    (cluster,) = released(a_wave(place))
    assert sorted(tote for _, _, tote in stops(cluster)) == ["A", "B", "C"]


def test_a_tote_that_orders_share_leads_the_packer_from_one_to_the_next(ann) -> None:
    place, products = a_floor()
    some_work([(products[0], 1)], [(products[0], 1)])
    (walk,) = released(a_wave(place, Strategy.BATCH, totes=1, tote_pieces=2))
    take(walk, ann)
    for _ in range(2):
        at_stop(walking.scan, walk, ann, "A1")

    everything, packed = FulfillmentOrder.objects.all(), []
    for _ in range(2):
        found = scan_packing.find_work(code=f"{walk.number}-A", work=everything)
        pack(fulfillment_order_id=found.pk, weight_g=500, actor=make_actor())
        packed.append(found.pk)

    assert sorted(packed) == sorted(everything.values_list("pk", flat=True))


def test_the_filters_narrow_by_size_service_zone_and_number() -> None:
    place, products = a_floor()
    some_work([(products[0], 1)], [(products[0], 2), (products[9], 1)], [(products[9], 6)], service_level="express")

    assert sizes(place) == sizes(place, service="express") == 3
    assert [sizes(place, size=one) for one in (Size.ONE, Size.SMALL, Size.LARGE)] == [1, 1, 1]
    assert [sizes(place, zone=one) for one in ("Z1", "Z2", "none")] == [1, 1, 0]
    assert sizes(place, orders=2) == 2
    assert sizes(place, service="standard") == sizes(place, leaves_by=NOW) == 0
    with pytest.raises(Invalid, match="1 to 300"):
        sizes(place, orders=301)


def test_pieces_that_moved_to_another_zone_get_a_walk_of_their_own() -> None:
    place, products = a_floor()
    (work,) = some_work([(products[0], 1)])
    wave = a_wave(place, Strategy.ZONE)
    place.bins.filter(code="A-1").update(zone="Z2")

    (walk,) = released(wave)

    assert (walk.zone, stops(walk)) == ("Z2", [("A-1", 1, "A")])
    assert len(wants_of([work.pk]).rows) == 1


def test_a_wave_of_a_carrier_takes_what_went_with_it_lately() -> None:
    place, products = a_floor()
    rows = some_work(*[[(products[0], 1)]] * 6)
    for row, country in zip(rows, ["GB", "GB", "GB", "FR", "GB", "ES"], strict=True):
        row.order.addresses.update(country=country)
    for row, code in zip(rows, ["ups", "ups", "dhl", "dhl"], strict=False):
        Shipment.objects.create(
            number=f"S{row.pk}", order=row.order, fulfillment_order=row, location=place, carrier=code, created_at=NOW
        )
    FulfillmentOrder.objects.filter(pk__in=[row.pk for row in rows[:4]]).update(state="cancelled")
    for code in ("dhl", "ups"):
        CarrierAccount.objects.create(code=code, adapter="ups", is_active=True)
    rows[4].order.addresses.create(kind="billing", country="FR", created_at=NOW)

    # to Spain nothing has gone: as many with dhl as with ups, and dhl comes first
    assert (sizes(place, carrier="ups"), sizes(place, carrier="dhl"), sizes(place, carrier="tnt")) == (1, 1, 0)
    assert sizes(place) == 2
    CarrierAccount.objects.filter(code="dhl").delete()
    assert sizes(place, carrier="ups") == 2
