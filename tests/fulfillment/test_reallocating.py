"""A person moves promised pieces to another location: promise, pick and label go along, and sourcing leaves it so."""

import pytest

from fulfillment.models import Allocation, FulfillmentOrder, Label, Shipment, SourcingDecision
from fulfillment.services.following import shrink_promises
from fulfillment.services.label_buying import work_labels
from fulfillment.services.labels import buy_labels
from fulfillment.services.picking import confirm_picked, start_picking
from fulfillment.services.reallocating import move_back, reallocate, reallocate_line
from fulfillment.services.rerouting import source_again
from fulfillment.services.shipping import ship
from fulfillment.services.sourcing import source_orders
from fulfillment.services.sourcing.reading import replay, snapshot_of, what_would_change
from inventory.models import Location, StockLevel
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Refused
from orders.models import Order, OrderLine
from orders.services.cancel import cancel_line
from tests.factories import NOW, make_actor, make_location, make_stock
from tests.fulfillment.moving import Shop, broken, live, promised, undecided
from tests.fulfillment.shop import an_order, labelled, packed, sourced, stock_gate

pytestmark = pytest.mark.django_db
CLERK = make_actor("kim")
ALL = {"TEA": 3, "CUP": 1}


@pytest.fixture
def shop() -> Shop:
    """Return the shop."""
    return Shop()


@pytest.fixture
def work(shop) -> FulfillmentOrder:
    """Open work of three TEA and one CUP in London."""
    return shop.work()


def move(row: FulfillmentOrder, to: Location, **how: object) -> FulfillmentOrder:
    """Move some work."""
    return reallocate(fulfillment_order_id=row.pk, location=to, **{"reason": "strike", "actor": CLERK} | how)


def fresh(row):
    """Read a row again."""
    return type(row).objects.get(pk=row.pk)


def test_all_of_it_goes_to_the_chosen_location(shop, work) -> None:
    there = move(work, shop.leeds)

    assert promised(work.order_id) == {"MAN": ALL}
    assert (fresh(work).state, there.state, there.location.code, there.is_fixed) == ("cancelled", "open", "MAN", True)
    assert list(StockLevel.objects.order_by("pk").values_list("allocated", flat=True)) == [0, 3, 0, 1]
    assert (Order.objects.get().state, stock_gate(work.order)[0]) == ("released", "open")
    assert (broken(), undecided()) == ([], [])


def test_the_decision_names_the_person_the_reason_and_what_the_rules_would_have_done(shop, work) -> None:
    move(work, shop.leeds)

    row = SourcingDecision.objects.order_by("-pk")[0]
    told = "kim moved 3 × TEA and 1 × CUP from London to Leeds. By the rules London would ship."
    assert (row.trigger, row.sentence) == ("moved_by_hand", f"{told} Reason: strike")
    assert (row.outcome["method"], row.outcome["sentence"]) == ("by_hand", told)
    assert [one["sentence"] for one in row.outcome["rejections"]] == ["London lost: kim chose Leeds."]
    assert snapshot_of(row.snapshot).orders[0].chosen.reason == "strike"
    line = AuditLine.objects.get(act="fulfillment.reallocate")
    assert (line.subject, line.note, line.actor_label) == (work.order.stream, row.sentence, "kim")
    points = [one.sentence for one in what_would_change(replay(row))]
    assert points[0].startswith("With 2 of SKU TEA free at Leeds instead of 3 or more: kim moved")
    assert "Only 3 of 4 units can be given. Missing: 1 of SKU TEA." in points[0]


def test_a_part_of_it_makes_a_second_parcel_and_joins_what_is_there(shop, work) -> None:
    first = move(work, shop.leeds, sku="TEA", quantity=1)
    second = move(work, shop.leeds, sku="TEA", quantity=1)

    assert promised(work.order_id) == {"LON": {"TEA": 1, "CUP": 1}, "MAN": {"TEA": 2}}
    assert (first.pk, fresh(work).state, len(live(work.order_id))) == (second.pk, "open", 2)
    assert (broken(), undecided()) == ([], [])


def test_a_line_is_moved_from_the_order(shop, work) -> None:
    reallocate_line(order_id=work.order_id, line=1, location=shop.leeds, quantity=2, reason="strike", actor=CLERK)
    assert promised(work.order_id) == {"LON": {"TEA": 1, "CUP": 1}, "MAN": {"TEA": 2}}
    paris = make_location("PAR", name="Paris")
    make_stock(shop.tea, paris, 9)
    with pytest.raises(Refused, match=r"Line 1 has pieces at LON \(F\w+\) and MAN \(F\w+\): say from where") as refused:
        reallocate_line(order_id=work.order_id, line=1, location=paris, reason="strike", actor=CLERK)
    assert refused.value.reasons[0].field == "source"

    source = shop.leeds
    reallocate_line(order_id=work.order_id, line=1, location=paris, source=source, reason="strike", actor=CLERK)

    assert promised(work.order_id) == {"LON": {"TEA": 1, "CUP": 1}, "PAR": {"TEA": 2}}
    assert broken() == []


def test_picked_pieces_of_a_line_are_put_back_on_the_page_of_the_work(shop, work) -> None:
    start_picking(fulfillment_order_id=work.pk, actor=CLERK)
    confirm_picked(fulfillment_order_id=work.pk, actor=CLERK)
    with pytest.raises(Refused, match="at London is picked: put the pieces back on the shelf and stop picking first"):
        reallocate_line(order_id=work.order_id, line=1, location=shop.leeds, reason="strike", actor=CLERK)
    assert promised(work.order_id) == {"LON": ALL}


def refused_in(row: FulfillmentOrder, to: Location, **how: object) -> str:
    """Return why a move is refused; nothing has changed then."""
    before = (promised(row.order_id), SourcingDecision.objects.count(), AuditLine.objects.count(), fresh(row).version)
    with pytest.raises(Refused) as refused:
        move(row, to, **how)
    after = (promised(row.order_id), SourcingDecision.objects.count(), AuditLine.objects.count(), fresh(row).version)
    assert after == before
    return refused.value.sentence


def test_what_is_not_free_there_cannot_be_insisted_on(shop, work) -> None:
    shop.free(shop.tea, shop.leeds, 2)
    assert refused_in(work, shop.leeds, insist=True) == "Leeds has 2 × TEA free, 3 are to go there."
    assert refused_in(work, shop.london) == f"{work.number} is at London already; choose another location."
    assert refused_in(work, shop.leeds, sku="POT").endswith("has no open piece of “POT”. It has: CUP, TEA.")
    assert refused_in(work, shop.leeds, sku="TEA", quantity=4) == "3 × TEA at London can be moved, not 4."
    assert refused_in(work, shop.leeds, quantity=1) == "Name the SKU of which pieces are moved."
    Location.objects.filter(pk=shop.leeds.pk).update(is_active=False)
    assert refused_in(work, shop.leeds, insist=True) == "Leeds ships nothing now: it is switched off."


def test_a_skill_that_is_missing_cannot_be_insisted_on(shop) -> None:
    type(shop.tea).objects.filter(pk=shop.tea.pk).update(capability="gift_wrap")
    Location.objects.filter(pk=shop.london.pk).update(capabilities=["gift_wrap"])
    row = shop.work((shop.tea, 1))
    assert refused_in(row, shop.leeds, insist=True) == "Leeds cannot gift wrap."


def test_a_full_day_can_be_insisted_on(shop, work) -> None:
    Location.objects.filter(pk=shop.leeds.pk).update(daily_capacity=0)
    sentence = refused_in(work, shop.leeds)
    assert sentence == "Leeds is full: it sends no parcels today. Tick “Send it all the same” to do it nevertheless."

    move(work, shop.leeds, insist=True)

    assert (promised(work.order_id), broken(), undecided()) == ({"MAN": ALL}, [], [])


def test_what_nobody_has_picked_is_taken_off_the_pick_list(shop, work) -> None:
    start_picking(fulfillment_order_id=work.pk, actor=CLERK)
    move(work, shop.leeds, sku="TEA")
    assert (fresh(work).state, promised(work.order_id)) == ("in_progress", {"LON": {"CUP": 1}, "MAN": {"TEA": 3}})
    move(work, shop.leeds)
    assert (fresh(work).state, promised(work.order_id), broken()) == ("cancelled", {"MAN": ALL}, [])


def test_picked_pieces_are_put_back_first(shop, work) -> None:
    start_picking(fulfillment_order_id=work.pk, actor=CLERK)
    confirm_picked(fulfillment_order_id=work.pk, actor=CLERK)
    told = "is picked: put the pieces back on the shelf, then tick “Picked pieces lie on the shelf again”."
    assert refused_in(work, shop.leeds) == f"{work.number} {told}"

    move(work, shop.leeds, sku="TEA", take_back=True)

    assert (fresh(work).state, promised(work.order_id)) == ("open", {"LON": {"CUP": 1}, "MAN": {"TEA": 3}})
    assert set(Allocation.objects.filter(fulfillment_order=work).values_list("state", flat=True)) == {
        "allocated",
        "released",
    }
    assert broken() == []


def test_a_label_is_voided_by_intent_and_the_carrier_told_later(shop, work) -> None:
    shipment = labelled(work)
    told = f"The labels of {shipment.number} are voided with it."
    assert refused_in(work, shop.leeds).endswith(told)

    move(work, shop.leeds, take_back=True)

    label = Label.objects.get()
    assert (label.state, label.next_try_at, fresh(shipment).state) == ("void_requested", NOW, "cancelled")
    assert (fresh(work).state, promised(work.order_id), broken()) == ("cancelled", {"MAN": ALL}, [])
    work_labels(make_actor(), 20)
    assert fresh(label).state == "voided"


def test_a_label_that_a_carrier_is_asked_for_is_waited_for(shop, work) -> None:
    buy_labels(shipment_id=packed(work).pk, actor=CLERK)
    sentence = refused_in(work, shop.leeds, take_back=True)
    assert sentence == "A carrier has not answered for a label yet; wait a moment, then try again."


def test_what_has_left_cannot_be_moved(shop, work) -> None:
    ship(shipment_id=labelled(work).pk, actor=CLERK)
    assert "is shipped; only what is" in refused_in(work, shop.leeds)
    assert Shipment.objects.get().state == "shipped"


def test_no_run_of_sourcing_undoes_it_until_a_person_lets_it_choose(shop) -> None:
    order = an_order([(shop.tea, 3)], paid=False)
    (row,) = sourced(order)
    there = move(row, shop.leeds)
    assert (there.state, there.is_fixed) == ("planned", True)

    for trigger in ("address_changed", "lines_changed", "sweep", "stock_grew"):
        source_orders(order_ids=[order.pk], trigger=trigger, actor=CLERK)
        assert promised(order.pk) == {"MAN": {"TEA": 3}}
    assert [one.pk for one in live(order)] == [there.pk]

    source_again(order_id=order.pk, actor=CLERK)

    assert promised(order.pk) == {"LON": {"TEA": 3}}
    assert ([one.is_fixed for one in live(order)], broken(), undecided()) == ([False], [], [])


def test_a_reduced_order_takes_pieces_out_of_chosen_work_too(shop) -> None:
    order = an_order([(shop.tea, 3)], paid=False)
    Order.objects.filter(pk=order.pk).update(total=3000, lines_total=3000)
    move(sourced(order)[0], shop.leeds)
    cancel_line(order_id=order.pk, line=1, quantity=2, actor=CLERK)
    shrink_promises(order_ids=[order.pk], actor=CLERK)

    assert (promised(order.pk), broken()) == ({"MAN": {"TEA": 1}}, [])


def test_it_comes_back_where_it_was(shop, work) -> None:
    there = move(work, shop.leeds, sku="TEA", quantity=2)

    back = move_back(fulfillment_order_id=work.pk, reason="over", actor=CLERK)

    assert (back.pk, promised(work.order_id), fresh(there).state) == (work.pk, {"LON": ALL}, "cancelled")
    assert (broken(), undecided()) == ([], [])
    with pytest.raises(Refused, match="Nothing that a person moved away from here is still to be picked elsewhere"):
        move_back(fulfillment_order_id=work.pk, reason="over", actor=CLERK)


def test_what_is_picked_over_there_does_not_come_back(shop, work) -> None:
    there = move(work, shop.leeds)
    start_picking(fulfillment_order_id=there.pk, actor=CLERK)
    confirm_picked(fulfillment_order_id=there.pk, actor=CLERK)
    with pytest.raises(Refused, match="is picked: put the pieces back on the shelf and stop picking first"):
        move_back(fulfillment_order_id=work.pk, reason="over", actor=CLERK)
    assert promised(work.order_id) == {"MAN": ALL}


def test_lines_count_what_they_have_from_everywhere(shop, work) -> None:
    move(work, shop.leeds, sku="TEA", quantity=1)
    assert dict(OrderLine.objects.values_list("sku", "quantity_allocated")) == ALL
