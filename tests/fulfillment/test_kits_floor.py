"""On the floor a kit is fetched part by part and packed as one piece; without one part all of it is sourced again."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from fulfillment.models import Allocation, FulfillmentOrder, Package, PickTask
from fulfillment.parcels import parcels_of
from fulfillment.printing import packing_slip, pick_list
from fulfillment.services.packing import pack
from fulfillment.services.picking import confirm_picked, start_picking, stop_picking
from fulfillment.services.reallocating import reallocate
from fulfillment.services.walking import report_short, scan, walk_of
from inventory.models import StockMovement
from oms.foundation.refusals import Invalid
from orders.models import OrderLine
from tests.factories import make_actor
from tests.fulfillment.lamps import LampShop, held, on_hand, parts_held, promised
from tests.fulfillment.packers import begin, make_boxes, send
from tests.fulfillment.shop import labelled, shipped, sourced
from tests.fulfillment.walks import at_stop, broken, claim, states

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> LampShop:
    """The shop with parts of four lamps in London."""
    shop = LampShop()
    shop.stock(shop.london, bulbs=8, shades=4)
    return shop


@pytest.fixture
def work(shop) -> FulfillmentOrder:
    """Open work of two lamps and a bulb in London."""
    return sourced(shop.order(2, (shop.bulb, 1)))[0]


def text_of(pdf: bytes) -> str:
    """Return what a paper says."""
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_its_parts_are_stops_of_their_own_that_say_what_they_are_for(shop, work, ann):
    walk = claim(shop.london, ann)
    stops = walk_of(walk).stops
    assert [(one.task.bin, one.sku, one.task.quantity, one.note) for one in stops] == [
        ("B-1", "BULB", 4, "For kit LAMP: assemble"),
        ("B-1", "BULB", 1, ""),
        ("S-2", "SHADE", 2, "For kit LAMP: assemble"),
    ]
    assert at_stop(scan, walk, ann, "5002").sentence.startswith("That is SHADE")
    for code, quantity in (("5001", 4), ("5001", 1), ("5002", 2)):
        answer = at_stop(scan, walk, ann, code, quantity)
    assert answer.tone == "done"
    assert states(walk) == ["picked"] * 3
    assert {state for _, _, state, _ in promised()} == {"picked"}
    assert broken() == []


def test_it_is_packed_as_one_piece_and_its_parts_leave_the_stock(shop, work):
    row = shipped(work)
    assert list(Package.objects.values_list("weight_g", flat=True)) == [2 * (2 * 100 + 700) + 100]
    assert [(on_hand(one, shop.london), held(one, shop.london)) for one in (shop.bulb, shop.shade)] == [(3, 0), (2, 0)]
    assert sorted(StockMovement.objects.filter(reason="shipment").values_list("quantity", flat=True)) == [-4, -2, -1]
    assert list(OrderLine.objects.order_by("pk").values_list("quantity_shipped", flat=True)) == [2, 1]
    goods = parcels_of([row])[row.pk][Package.objects.get().pk].goods
    assert [(one.sku, one.quantity) for one in goods] == [("LAMP", 2), ("BULB", 1)]
    assert broken() == []


def test_papers_name_the_bins_of_the_parts_and_what_is_in_the_kit(shop, work):
    told = text_of(pick_list([work]))
    assert "For kit LAMP: assemble." in told
    assert "S-2" in told
    assert "Each with 2 × BULB, 1 × SHADE" in text_of(packing_slip(labelled(work)))


def test_a_part_that_is_not_there_sends_the_whole_kit_back(shop, work):
    shop.stock(shop.leeds, bulbs=2, shades=1)
    start_picking(fulfillment_order_id=work.pk, actor=make_actor())
    confirm_picked(fulfillment_order_id=work.pk, short={"SHADE": 1}, actor=make_actor())

    states_now = [(units, state, assembled) for _, units, state, assembled in promised()]
    assert states_now == [(1, "picked", True), (1, "picked", False), (1, "short", True)]
    assert parts_held() == {"BULB": 2, "SHADE": 1}
    # the shade is gone from the books, the two bulbs of that lamp lie free again
    assert [(on_hand(one, shop.london), held(one, shop.london)) for one in (shop.bulb, shop.shade)] == [(8, 3), (3, 1)]
    assert OrderLine.objects.get(sku="LAMP").quantity_allocated == 1
    assert broken() == []

    more = sourced(work.order)
    assert [one.location.code for one in more] == ["LON", "LEE"]
    assert OrderLine.objects.get(sku="LAMP").quantity_allocated == 2
    assert broken() == []


def test_a_handheld_that_finds_no_part_sends_the_whole_kit_back(shop, work, ann):
    walk = claim(shop.london, ann)
    at_stop(scan, walk, ann, "5001", 3)
    answer = at_stop(report_short, walk, ann)
    assert answer.sentence == (
        "1 of 4 × BULB not found in B-1. It is to be counted; the order is sourced again for LAMP as a whole."
    )
    at_stop(scan, walk, ann, "5001", 1)
    at_stop(scan, walk, ann, "5002", 2)

    assert states(walk) == ["short", "picked", "picked"]
    assert sorted((units, state, assembled) for _, units, state, assembled in promised()) == [
        (1, "picked", False), (1, "picked", True), (1, "short", True),
    ]  # fmt: skip
    assert [(on_hand(one, shop.london), held(one, shop.london)) for one in (shop.bulb, shop.shade)] == [(7, 3), (4, 1)]
    assert broken() == []


def test_the_same_part_may_be_missing_again(shop, work):
    for left in (7, 6):
        start_picking(fulfillment_order_id=work.pk, actor=make_actor())
        confirm_picked(fulfillment_order_id=work.pk, short={"BULB": 1}, actor=make_actor())
        assert on_hand(shop.bulb, shop.london) == left
        stop_picking(fulfillment_order_id=work.pk, actor=make_actor())
    assert broken() == []


def test_missing_pieces_of_the_kit_itself_are_asked_for_by_part(shop, work):
    start_picking(fulfillment_order_id=work.pk, actor=make_actor())
    with pytest.raises(Invalid, match="LAMP is assembled here; name the part of it that is missing"):
        confirm_picked(fulfillment_order_id=work.pk, short={"LAMP": 1}, actor=make_actor())
    assert {state for _, _, state, _ in promised()} == {"allocated"}


def test_what_a_person_moves_while_it_is_picked_gets_new_stops(shop, work, ann):
    shop.stock(shop.leeds, bulbs=2, shades=1)
    walk = claim(shop.london, ann)
    reallocate(
        fulfillment_order_id=work.pk, location=shop.leeds, sku="LAMP", quantity=1, reason="flood", actor=make_actor()
    )
    for _ in range(10):
        now = walk_of(walk).now
        if now is None:
            break
        at_stop(scan, walk, ann, now.sku, now.task.missing)
    picked = PickTask.objects.filter(pick_list=walk, state="picked").order_by("pk")
    assert [(one.level.product.sku, one.quantity) for one in picked] == [("BULB", 1), ("BULB", 2), ("SHADE", 1)]
    assert Allocation.objects.filter(fulfillment_order=work, state="picked").count() == 2
    assert broken() == []


def test_ready_and_assembled_ones_go_into_one_parcel(shop):
    shop.stock(shop.london, lamps=1)
    (work,) = sourced(shop.order(2))
    start_picking(fulfillment_order_id=work.pk, actor=make_actor())
    confirm_picked(fulfillment_order_id=work.pk, actor=make_actor())
    pack(fulfillment_order_id=work.pk, actor=make_actor())
    assert sum(Package.objects.get().items.values_list("quantity", flat=True)) == 2
    assert broken() == []


def test_a_packer_who_scans_a_part_is_told_to_assemble_the_kit(shop, work, ann):
    make_boxes()
    start_picking(fulfillment_order_id=work.pk, actor=make_actor())
    confirm_picked(fulfillment_order_id=work.pk, actor=make_actor())
    session = begin(work, ann)
    assert send(session, ann, "SHADE").sentence == "SHADE goes into LAMP: assemble it, then scan LAMP."
    assert send(session, ann, "LAMP", 2).sentence == "2 of 2 LAMP packed, in box 1."
    assert send(session, ann, "BULB").tone == "done"
