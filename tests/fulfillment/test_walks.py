"""Walks of the floor: claimed by one person, scanned bin by bin, each reading counted once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from fulfillment.events import PiecesMissed
from fulfillment.models import Allocation, FulfillmentOrder, PickList, PickScan, PickTask
from fulfillment.services import walking
from fulfillment.services.picking import stop_picking
from fulfillment.services.reallocating import reallocate
from fulfillment.services.walking import LEASE, Read, walk_of
from inventory.models import Bin, Product, StockLevel
from inventory.services.bins import put_away
from oms.foundation.invariants import check
from oms.foundation.models import OutboxEvent
from oms.foundation.refusals import Invalid, NotFound, Refused
from orders.models import Order
from orders.services.cancel import cancel_order
from orders.services.holds import place_hold
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.shop import an_order, sourced

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    """A picker."""
    return User.objects.create_user("ann")


@pytest.fixture
def bob() -> User:
    """Another one."""
    return User.objects.create_user("bob")


@pytest.fixture
def place():
    """A location with tea in A-2 and cups in A-10, and two released orders."""
    place = make_location("LON")
    tea, cup = make_product("TEA", barcode="4001", title="Green tea"), make_product("CUP", barcode="4002")
    make_stock(tea, place, 10, bin="A-2")
    make_stock(cup, place, 10, bin="A-10")
    sourced(an_order([(cup, 1), (tea, 3)]))
    sourced(an_order([(tea, 1)]))
    return place


def claim(place, person, orders=2, now=NOW) -> PickList:
    """Begin a walk."""
    work = FulfillmentOrder.objects.all()
    actor = make_actor(now=now)
    return walking.claim_work(work=work, location_id=place.pk, orders=orders, picker_id=person.pk, actor=actor)


def at_stop(act, walk, person, code="", quantity=1, *, now=NOW, key=None, task=None) -> walking.Answer:
    """Do something at the stop that the page shows."""
    task_id = task or walk_of(walk).now.task.pk
    read = Read(key or uuid4(), task_id, code, quantity)
    return act(pick_list_id=walk.pk, picker_id=person.pk, read=read, actor=make_actor(now=now))


def again(row):
    """Read a row again."""
    return type(row).objects.get(pk=row.pk)


def states(walk) -> list[str]:
    """Return the states of its stops along the walk."""
    return list(walk.tasks.order_by("position").values_list("state", flat=True))


def broken() -> list[str]:
    """Return the invariants that do not hold; the orders of this shop have no money."""
    return [
        one.invariant.id
        for one in check(NOW, classes=["A"])
        if not one.holds and one.invariant.id not in ("I13", "I30")
    ]


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

    assert answer.sentence.startswith("1 of 3 × TEA not found.")
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


def test_a_walk_that_was_given_back_goes_on_where_it_stands(place, ann, bob) -> None:
    walk = claim(place, ann)
    at_stop(walking.scan, walk, ann, "4001", 3)
    walking.give_back(pick_list_id=walk.pk, picker_id=ann.pk, actor=make_actor())

    walking.take_over(pick_list_id=walk.pk, picker_id=bob.pk, actor=make_actor())

    assert walk_of(again(walk)).done == 1


def test_who_leads_the_floor_frees_a_walk_at_once(place, ann, bob) -> None:
    walk = claim(place, ann)

    walking.free_walk(pick_list_id=walk.pk, actor=make_actor())

    with pytest.raises(Refused, match="is waiting; take it over"):
        at_stop(walking.scan, walk, ann, "4001")
    walking.take_over(pick_list_id=walk.pk, picker_id=bob.pk, actor=make_actor())
    assert at_stop(walking.scan, walk, bob, "4001", 3).tone == "done"


def test_an_order_stopped_at_the_desk_is_not_picked_any_more(place, ann) -> None:
    walk = claim(place, ann)
    seen = walk_of(walk).now.task
    stop_picking(fulfillment_order_id=seen.fulfillment_order_id, actor=make_actor())

    answer = at_stop(walking.scan, walk, ann, "4001", task=seen.pk)
    assert answer.tone == "gone"
    assert "was stopped or changed at the desk" in answer.sentence
    at_stop(walking.scan, walk, ann, "4001")
    assert again(walk).state == "completed"
    assert claim(place, ann).tasks.count() == 2
    assert broken() == []


def test_a_walk_of_which_everything_was_stopped_ends_with_a_button(place, ann) -> None:
    walk = claim(place, ann)
    for work in FulfillmentOrder.objects.all():
        stop_picking(fulfillment_order_id=work.pk, actor=make_actor())
    assert walk_of(walk).now is None

    walking.end_walk(pick_list_id=walk.pk, picker_id=ann.pk, actor=make_actor())

    assert again(walk).state == "completed"
    assert states(walk) == ["cancelled"] * 3


def test_pieces_moved_away_meanwhile_are_not_confirmed_and_the_rest_gets_a_stop(place, ann) -> None:
    walk = claim(place, ann)
    other = make_location("MAN")
    make_stock(Product.objects.get(sku="TEA"), other, 10)
    first = FulfillmentOrder.objects.order_by("pk")[0]
    told = {"location": other, "reason": "nearer", "sku": "TEA", "quantity": 1}
    reallocate(fulfillment_order_id=first.pk, **told, actor=make_actor())

    while (stop := walk_of(walk).now) is not None:
        at_stop(walking.scan, walk, ann, stop.sku, stop.task.quantity)

    picked = Allocation.objects.filter(fulfillment_order=first, state="picked")
    assert sorted(picked.values_list("stock_level__product__sku", "quantity")) == [("CUP", 1), ("TEA", 2)]
    assert Allocation.objects.get(stock_level__location=other).state == "allocated"
    assert again(walk).state == "completed"
    assert broken() == []


def test_a_walk_with_something_to_pick_is_not_ended(place, ann) -> None:
    walk = claim(place, ann)

    with pytest.raises(Refused, match="still something to pick"):
        walking.end_walk(pick_list_id=walk.pk, picker_id=ann.pk, actor=make_actor())


def test_work_begun_anew_leaves_no_stop_of_the_walk_before(place, ann, bob) -> None:
    old = claim(place, ann)
    for work in FulfillmentOrder.objects.all():
        stop_picking(fulfillment_order_id=work.pk, actor=make_actor())

    claim(place, bob)

    assert states(old) == ["cancelled"] * 3


def test_what_is_held_is_passed_over(place, ann) -> None:
    first, second = FulfillmentOrder.objects.order_by("ship_by", "pk")
    place_hold(order_id=first.order_id, blocks=["pick"], actor=make_actor())

    walk = claim(place, ann, orders=1)

    assert {one.fulfillment_order_id for one in walk.tasks.all()} == {second.pk}
    walking.give_back(pick_list_id=walk.pk, picker_id=ann.pk, actor=make_actor())
    with pytest.raises(Refused, match="is held"):
        claim(place, ann)


def test_each_line_misses_its_own_pieces(place, ann) -> None:
    tea = Product.objects.get(sku="TEA")
    for old in Order.objects.all():
        cancel_order(order_id=old.pk, reason="twice", actor=make_actor())
    FulfillmentOrder.objects.update(ship_by=NOW + timedelta(days=9))
    (work,) = sourced(an_order([(tea, 1), (tea, 2)]))
    walk = claim(place, ann, orders=1)
    assert walk.tasks.count() == 2

    at_stop(walking.report_short, walk, ann)
    at_stop(walking.scan, walk, ann, "4001", 2)

    found = work.allocations.values_list("order_line__position", "state").order_by("order_line__position")
    assert list(found) == [(1, "short"), (2, "picked")]


def test_stops_lead_to_the_bins_that_have_the_pieces(place, ann) -> None:
    level = StockLevel.objects.get(product__sku="TEA")
    for code, pieces in (("B-01", 2), ("B-02", 8)):
        Bin.objects.create(location=place, code=code, sequence=int(code[-1]))
        put_away(stock_level_id=level.pk, bin=code, quantity=pieces, actor=make_actor())

    walk = claim(place, ann)

    assert [one.bin for one in walk.tasks.all()] == ["A-10", "B-01", "B-01 + B-02"]
    task = walk.tasks.get(quantity=3)
    assert at_stop(walking.scan, walk, ann, "b-02", task=task.pk).sentence == "Right bin. Now scan TEA."


def test_totes_go_to_packing_or_back(place, ann) -> None:
    walk = claim(place, ann)
    at_stop(walking.scan, walk, ann, "4001", 2)
    first = FulfillmentOrder.objects.order_by("pk")[0]
    stop_picking(fulfillment_order_id=first.pk, actor=make_actor())
    at_stop(walking.scan, walk, ann, "4001")
    walking.end_walk(pick_list_id=walk.pk, picker_id=ann.pk, actor=make_actor())

    done = walk_of(again(walk))

    assert [tote for tote, _ in done.to_packing] == ["B"]
    assert [tote for tote, _ in done.to_put_back] == ["A"]


def test_nothing_to_pick_too_many_and_foreign_stops_are_refused(place, ann, bob) -> None:
    with pytest.raises(Invalid, match="1 to 12"):
        claim(place, ann, orders=13)
    walk = claim(place, ann)
    with pytest.raises(Refused, match="Nothing waits"):
        claim(place, bob)
    with pytest.raises(NotFound):
        at_stop(walking.scan, walk, ann, task=10**6)
