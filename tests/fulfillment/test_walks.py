"""Walks of the floor: claimed by one person, scanned bin by bin, each reading counted once."""

from datetime import timedelta
from uuid import uuid4

import pytest

from fulfillment.events import PiecesMissed
from fulfillment.models import Allocation, FulfillmentOrder, PickScan, PickTask
from fulfillment.services import walking
from fulfillment.services.walking import LEASE, walk_of
from inventory.models import StockLevel
from oms.foundation.models import OutboxEvent
from oms.foundation.refusals import Invalid, NotFound, Refused
from tests.factories import NOW, make_actor
from tests.fulfillment.walks import again, at_stop, broken, claim, states

pytestmark = pytest.mark.django_db


def test_a_walk_goes_by_the_bins_and_has_a_tote_for_each_order(place, ann) -> None:
    walk = claim(place, ann)

    stops = [(one.bin, one.quantity, one.tote) for one in walk.tasks.all()]
    assert stops == [("A-2", 3, "A"), ("A-2", 1, "B"), ("A-10", 1, "A")]
    assert set(FulfillmentOrder.objects.values_list("state", flat=True)) == {"in_progress"}


def test_everything_scanned_is_confirmed_order_by_order(place, ann) -> None:
    walk = claim(place, ann)

    assert at_stop(walking.scan, walk, ann, "a-2").sentence == "Right bin. Now scan TEA."
    assert at_stop(walking.scan, walk, ann, "4001").sentence == "1 of 3 TEA in tote A."
    assert at_stop(walking.scan, walk, ann, "4001", 2).tone == "done"
    assert at_stop(walking.scan, walk, ann, "tea").sentence == "1 × TEA in tote B."
    first, second = FulfillmentOrder.objects.order_by("pk")
    assert (first.picked_at, second.picked_at) == (None, NOW)
    at_stop(walking.scan, walk, ann, "4002")

    assert again(walk).state == "completed"
    assert set(Allocation.objects.values_list("state", flat=True)) == {"picked"}
    assert again(first).picked_at == NOW
    assert broken() == []


def test_the_wrong_product_is_named_and_counts_nothing(place, ann) -> None:
    walk = claim(place, ann)

    answer = at_stop(walking.scan, walk, ann, "4002")

    assert (answer.tone, answer.sentence) == ("wrong", "That is CUP Title of CUP. This stop wants TEA Green tea.")
    assert "no product that is known" in at_stop(walking.scan, walk, ann, "999").sentence
    assert "Only 3 more" in at_stop(walking.scan, walk, ann, "4001", 4).sentence
    assert walk_of(walk).now.task.picked == 0


def test_F45_a_scan_sent_five_times_counts_once(place, ann) -> None:
    walk, key = claim(place, ann), uuid4()
    task = walk_of(walk).now.task.pk

    answers = {at_stop(walking.scan, walk, ann, "4001", key=key, task=task).sentence for _ in range(5)}

    assert answers == {"1 of 3 TEA in tote A."}
    assert PickTask.objects.get(pk=task).picked == 1
    assert PickScan.objects.count() == 1


def test_F45_a_scan_that_comes_two_hours_late_counts_for_its_own_stop_only(place, ann) -> None:
    walk = claim(place, ann)
    task = walk_of(walk).now.task.pk
    at_stop(walking.scan, walk, ann, "4001", 3)

    late = at_stop(walking.scan, walk, ann, "4001", task=task, now=NOW + timedelta(hours=2))

    assert late.tone == "gone"
    assert [one.picked for one in walk.tasks.all()] == [3, 0, 0]


def test_what_the_bin_lacks_leaves_the_stock_and_is_sourced_again(place, ann) -> None:
    walk = claim(place, ann)
    at_stop(walking.scan, walk, ann, "4001", 2)

    answer = at_stop(walking.report_short, walk, ann)
    at_stop(walking.scan, walk, ann, "4001")
    at_stop(walking.scan, walk, ann, "4002")

    assert answer.sentence == "1 of 3 × TEA not found in A-2. It is to be counted; the order is sourced again."
    assert StockLevel.objects.get(product__sku="TEA").on_hand == 9
    assert sorted(Allocation.objects.values_list("state", "quantity")) == [
        ("picked", 1), ("picked", 1), ("picked", 2), ("short", 1),
    ]  # fmt: skip
    assert OutboxEvent.objects.filter(kind=PiecesMissed.__name__).count() == 1
    assert again(walk).state == "completed"
    assert broken() == []


def test_what_is_skipped_comes_at_the_end(place, ann) -> None:
    walk = claim(place, ann)

    at_stop(walking.skip, walk, ann)

    assert [one.bin for one in walk.tasks.all()] == ["A-2", "A-10", "A-2"]
    assert states(walk) == ["open", "open", "skipped"]


def test_F44_nobody_else_scans_on_a_walk_and_a_person_has_one(place, ann, bob) -> None:
    walk = claim(place, ann, orders=1)

    with pytest.raises(Refused, match="taken over by somebody else"):
        at_stop(walking.scan, walk, bob, "4001")
    with pytest.raises(Refused, match="finish it or give it back first"):
        claim(place, ann)
    with pytest.raises(Refused, match="somebody else's hands"):
        walking.take_over(pick_list_id=walk.pk, picker_id=bob.pk, actor=make_actor())


def test_F44_a_closed_browser_frees_the_walk_after_its_lease(place, ann, bob) -> None:
    walk = claim(place, ann)
    at_stop(walking.scan, walk, ann, "4001", 3)
    later = NOW + LEASE

    walking.take_over(pick_list_id=walk.pk, picker_id=bob.pk, actor=make_actor(now=later))

    assert at_stop(walking.scan, walk, bob, "4001", now=later).tone == "done"
    with pytest.raises(Refused, match="taken over"):
        at_stop(walking.scan, walk, ann, "4002", now=later)


def test_each_scan_renews_the_lease(place, ann, bob) -> None:
    walk = claim(place, ann)
    at_stop(walking.scan, walk, ann, "4001", now=NOW + LEASE / 2)

    with pytest.raises(Refused, match="somebody else's hands"):
        walking.take_over(pick_list_id=walk.pk, picker_id=bob.pk, actor=make_actor(now=NOW + LEASE))


def test_nothing_to_pick_too_many_and_foreign_stops_are_refused(place, ann, bob) -> None:
    with pytest.raises(Invalid, match="1 to 12"):
        claim(place, ann, orders=13)
    walk = claim(place, ann)
    with pytest.raises(Refused, match="Nothing waits"):
        claim(place, bob)
    with pytest.raises(NotFound):
        at_stop(walking.scan, walk, ann, task=10**6)
