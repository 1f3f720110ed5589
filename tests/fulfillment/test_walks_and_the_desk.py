"""What the desk holds, stops, moves and frees while somebody walks; bins, totes and lines."""

from datetime import timedelta

import pytest

from fulfillment.models import Allocation, FulfillmentOrder
from fulfillment.services import walking
from fulfillment.services.picking import confirm_picked, start_picking, stop_picking
from fulfillment.services.reallocating import reallocate
from fulfillment.services.walking import walk_of
from inventory.models import Bin, BinStock, Product, StockLevel
from inventory.services.bins import put_away
from oms.foundation.refusals import Refused
from orders.models import Order
from orders.services.cancel import cancel_order
from orders.services.holds import place_hold
from tests.factories import NOW, make_actor, make_location, make_stock
from tests.fulfillment.shop import an_order, sourced
from tests.fulfillment.walks import again, at_stop, broken, claim, states

pytestmark = pytest.mark.django_db


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

    done = walk_of(again(walk))

    assert [tote for tote, _ in done.to_packing] == ["B"]
    assert [tote for tote, _ in done.to_put_back] == ["A"]


@pytest.mark.parametrize("short", [False, True])
def test_what_the_handheld_took_out_of_a_bin_the_desk_does_not_take_out_again(place, ann, short) -> None:
    level = StockLevel.objects.get(product__sku="TEA")
    Bin.objects.create(location=place, code="A-2")
    put_away(stock_level_id=level.pk, bin="A-2", quantity=10, actor=make_actor())
    walk = claim(place, ann)
    task = walk.tasks.get(quantity=3)
    at_stop(walking.scan, walk, ann, "4001", task=task.pk)
    if short:
        at_stop(walking.report_short, walk, ann, task=task.pk)

    confirm_picked(fulfillment_order_id=task.fulfillment_order_id, actor=make_actor())

    assert BinStock.objects.get(stock_level=level).quantity == 7
    assert broken() == []


def test_what_was_reported_missing_is_confirmed_before_the_picking_is_stopped(place, ann) -> None:
    level = StockLevel.objects.get(product__sku="TEA")
    walk = claim(place, ann)
    task = walk.tasks.get(quantity=3)
    at_stop(walking.scan, walk, ann, "4001", task=task.pk)
    at_stop(walking.report_short, walk, ann, task=task.pk)
    work, actor, before = task.fulfillment_order_id, make_actor(), again(level).on_hand

    with pytest.raises(Refused, match="2 of 3 were not found"):
        stop_picking(fulfillment_order_id=work, actor=actor)
    assert again(task.fulfillment_order).state == "in_progress"
    confirm_picked(fulfillment_order_id=work, short={"TEA": 2}, actor=actor)
    stop_picking(fulfillment_order_id=work, actor=actor)

    assert (again(level).on_hand, again(task.fulfillment_order).state) == (before - 2, "open")
    assert broken() == []


@pytest.mark.parametrize("pieces", [2, 3])
def test_what_was_put_back_leaves_its_bin_again_when_the_desk_confirms_it_anew(place, ann, pieces) -> None:
    level = StockLevel.objects.get(product__sku="TEA")
    Bin.objects.create(location=place, code="A-2")
    put_away(stock_level_id=level.pk, bin="A-2", quantity=10, actor=make_actor())
    walk = claim(place, ann)
    task = walk.tasks.get(quantity=3)
    at_stop(walking.scan, walk, ann, "4001", pieces, task=task.pk)
    work = task.fulfillment_order_id
    stop_picking(fulfillment_order_id=work, actor=make_actor())
    put_away(stock_level_id=level.pk, bin="A-2", quantity=pieces, actor=make_actor())

    start_picking(fulfillment_order_id=work, actor=make_actor())
    confirm_picked(fulfillment_order_id=work, actor=make_actor())

    assert BinStock.objects.get(stock_level=level).quantity == 7
    assert "was stopped or changed at the desk" in at_stop(walking.scan, walk, ann, "4001", task=task.pk).sentence
    assert [tote for tote, _ in walk_of(again(walk)).to_put_back] == [task.tote]
    assert broken() == []


def test_what_was_reported_missing_is_confirmed_before_its_pieces_are_moved(place, ann) -> None:
    other = make_location("MAN")
    make_stock(Product.objects.get(sku="TEA"), other, 10)
    walk = claim(place, ann)
    task = walk.tasks.get(quantity=3)
    at_stop(walking.report_short, walk, ann, task=task.pk)

    told = {"location": other, "reason": "nearer", "sku": "TEA", "quantity": 3}
    with pytest.raises(Refused, match="3 of 3 were not found"):
        reallocate(fulfillment_order_id=task.fulfillment_order_id, **told, actor=make_actor())


def test_what_was_stopped_and_begun_anew_elsewhere_is_no_work_of_the_old_walk(place, ann, bob) -> None:
    walk = claim(place, ann)
    task = walk_of(walk).now.task
    stop_picking(fulfillment_order_id=task.fulfillment_order_id, actor=make_actor())
    other = claim(place, bob)

    answer = at_stop(walking.scan, walk, ann, "4001", task=task.pk)

    assert answer.tone == "gone"
    live = task.fulfillment_order.pick_tasks.filter(state="open")
    assert [one.pick_list for one in live] == [other] * other.tasks.count()


def test_a_short_pick_that_was_confirmed_is_not_booked_again_after_the_picking_was_stopped(place, ann) -> None:
    level = StockLevel.objects.get(product__sku="TEA")
    walk = claim(place, ann)
    task = walk.tasks.get(quantity=3)
    work = task.fulfillment_order_id
    at_stop(walking.scan, walk, ann, "4001", 2, task=task.pk)
    at_stop(walking.report_short, walk, ann, task=task.pk)
    for one in walk.tasks.filter(fulfillment_order=work, state="open"):
        at_stop(walking.scan, walk, ann, "4002", task=one.pk)
    short = again(level).on_hand
    stop_picking(fulfillment_order_id=work, actor=make_actor())
    start_picking(fulfillment_order_id=work, actor=make_actor())

    at_stop(walking.scan, walk, ann, "4001", task=task.pk)
    while (now := walk_of(again(walk)).now) is not None:
        at_stop(walking.scan, walk, ann, now.sku, now.task.quantity)

    assert (again(level).on_hand, again(task.fulfillment_order).picked_at) == (short, None)
    assert task.allocation.order_line.allocations.filter(state="short").count() == 1
    assert broken() == []
