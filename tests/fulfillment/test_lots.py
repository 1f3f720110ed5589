"""Lots and serial numbers on their way to the customer: first expired first out, and each in its parcel."""

from uuid import uuid4

import pytest

from fulfillment.api.tasks import walk_answer
from fulfillment.models import Allocation, FulfillmentOrder, Shipment, TracedPieces
from fulfillment.services import scan_packing, walking
from fulfillment.services.label_buying import work_labels
from fulfillment.services.labels import buy_labels
from fulfillment.services.packing import pack, unpack
from fulfillment.services.picking import confirm_picked, start_picking, stop_picking
from fulfillment.services.shipping import ship
from inventory.models import Product, StockLevel
from inventory.services.lots import block_lot, date_lot, release_lot
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Refused
from tests.books import rest
from tests.factories import NOW, make_actor
from tests.fulfillment.lots import a_followed_hall, lot, lots, traces, walked, wanted
from tests.fulfillment.packers import begin, send
from tests.fulfillment.walks import again, at_stop, broken, claim
from tests.inventory.scans import Hall

pytestmark = pytest.mark.django_db
CLERK = make_actor()


@pytest.fixture
def hall() -> Hall:
    """Two lots of honey and three phones."""
    return a_followed_hall()


def left(work: FulfillmentOrder) -> None:
    """Label packed work and hand it to the carrier."""
    shipment = Shipment.objects.exclude(state="cancelled").get(fulfillment_order=work)
    buy_labels(shipment_id=shipment.pk, actor=CLERK)
    work_labels(CLERK, 20)
    ship(shipment_id=shipment.pk, actor=CLERK)


def test_the_walk_goes_to_what_expires_first_and_asks_for_its_lot(hall) -> None:
    wanted(HONEY=3)
    told = walked(hall, "OLD", "9501101530003", "4003", ("NONE", 1), ("OLD", 2), ("(01)09501101530003(10)OLD", 1))

    assert told == [
        "Scan HONEY first, then its lot.",
        "Right product. Now scan its lot.",
        "That is PHONE Phone. This stop wants HONEY Honey.",
        "HONEY has no lot “NONE”. It comes in under Receive.",
        "2 of 3 HONEY OLD in tote A.",
        "3 × HONEY OLD in tote A.",
    ]
    assert lots("HONEY") == {("A-01", "NEW"): 4, ("A-02", "OLD"): 1, ("no bin", "OLD"): 3}
    assert traces() == {"OLD": 3}
    assert broken() == []


def test_a_label_of_nobody_counts_for_a_product_without_bar_code_and_small_letters_for_capitals(hall) -> None:
    unknown = "(01)09506000134352(10)"
    wanted(HONEY=3)
    assert walked(hall, "HONEY", f"{unknown}OLD")[-1].startswith("That label is of another product.")
    Product.objects.filter(sku="HONEY").update(barcode="")
    assert walked(hall, f"{unknown}OLD", "old", ("old", 1))[-1] == "3 × HONEY OLD in tote A."
    hall.scan("put-away", "A-01")
    hall.scan("put-away", "HONEY")
    assert "HONEY has no lot “NONE”" in hall.scan("put-away", f"{unknown}NONE").sentence
    assert traces() == {"OLD": 3}


def test_another_lot_is_taken_and_noted_unless_it_is_blocked_or_expired(hall) -> None:
    wanted(HONEY=2)
    claim(hall.place, hall.ann)
    block_lot(lot_id=lot("OLD").pk, note="glass in a jar", actor=CLERK)
    assert walked(hall, "HONEY", "OLD")[-1] == "HONEY OLD is blocked: glass in a jar. Put it aside."

    date_lot(lot_id=lot("NEW").pk, expires_on=NOW.date().replace(day=1), actor=CLERK)
    assert walked(hall, "NEW")[-1].startswith("HONEY NEW was best before")
    date_lot(lot_id=lot("NEW").pk, expires_on=None, actor=CLERK)
    assert walked(hall, ("NEW", 2)) == ["2 × HONEY NEW in tote A."]
    assert not AuditLine.objects.filter(act="floor.other_lot").exists()  # the other one was blocked: nothing better

    wanted(HONEY=1)
    assert traces() == {"NEW": 2}


def test_a_lot_that_expires_later_than_the_suggested_one_is_noted(hall) -> None:
    wanted(HONEY=1)
    walked(hall, "HONEY", "NEW")

    note = AuditLine.objects.get(act="floor.other_lot").note
    assert note.startswith("lot NEW, best before") and "lot OLD" in note


def test_what_is_blocked_is_promised_to_nobody_and_no_short_pick_writes_it_off(hall) -> None:
    work = wanted(HONEY=6)
    block_lot(lot_id=lot("OLD").pk, note="recalled", actor=CLERK)
    walked(hall, "HONEY", ("NEW", 4))
    at_stop(walking.report_short, again(work).pick_tasks.get().pick_list, hall.ann)
    rest()

    assert lots("HONEY") == {("A-02", "OLD"): 4, ("no bin", "NEW"): 4}
    assert StockLevel.objects.get(product__sku="HONEY").on_hand == 8
    assert list(Allocation.objects.values_list("state", "quantity").order_by("pk")) == [("picked", 4), ("short", 2)]
    assert broken() == []


def test_what_a_bin_lacks_leaves_the_books_with_its_lot(hall) -> None:
    work = wanted(HONEY=3)
    walked(hall, "HONEY", "OLD")
    at_stop(walking.report_short, again(work).pick_tasks.get().pick_list, hall.ann)

    assert lots("HONEY") == {("A-01", "NEW"): 4, ("A-02", "OLD"): 1, ("no bin", "OLD"): 1}
    assert traces() == {"OLD": 1}
    assert broken() == []


def test_each_serial_is_one_piece_of_its_own_and_is_told_apart_at_the_bench(hall) -> None:
    work = wanted(PHONE=2)
    told = walked(hall, "PHONE", ("P1", 2), "P1", "P1", "P2")
    session = begin(again(work), hall.ann)
    packed = [send(session, hall.ann, code).sentence for code in ("PHONE", "P3", "P2", "P2", "P1")]
    done = send(session, hall.ann, act="close")
    left(work)

    assert told[1:4] == [
        "Serial number P1 is one piece, not 2. Nothing was counted.",
        "1 of 2 PHONE P1 in tote A.",
        "0 pieces of PHONE P1 in the bins here by the books, not 1. What lies in no bin is put away first.",
    ]
    assert packed == [
        "PHONE: scan its serial number, P1 or P2.",
        "PHONE: serial number P3 was not picked for this order; picked was P1 and P2.",
        "1 of 2 PHONE (P2) packed, in box 1.",
        "PHONE: serial number P2 is packed already; picked was P1.",
        "2 of 2 PHONE (P1) packed, in box 1. That was the last piece: close the box.",
    ]
    assert done.tone == "done"
    assert set(TracedPieces.objects.values_list("lot__number", "package__shipment__state")) == {
        ("P1", "shipped"),
        ("P2", "shipped"),
    }
    assert lots("PHONE") == {("R-01", "P3"): 1}
    assert broken() == []


def test_the_desk_cannot_confirm_what_nobody_scanned_but_packs_what_was(hall) -> None:
    work = wanted(HONEY=3)
    start_picking(fulfillment_order_id=work.pk, actor=CLERK)
    with pytest.raises(Refused, match="HONEY is followed by lot: pick it on a walk, where each is scanned"):
        confirm_picked(fulfillment_order_id=work.pk, actor=CLERK)
    stop_picking(fulfillment_order_id=work.pk, actor=CLERK)

    walked(hall, "HONEY", ("OLD", 2), ("NEW", 1))
    pack(fulfillment_order_id=work.pk, parcels=2, actor=CLERK)
    in_parcels = set(TracedPieces.objects.values_list("package__position", "lot__number", "quantity"))
    assert in_parcels == {(1, "OLD", 2), (2, "NEW", 1)}

    unpack(fulfillment_order_id=work.pk, actor=CLERK)
    assert set(TracedPieces.objects.values_list("package", flat=True)) == {None}
    stop_picking(fulfillment_order_id=work.pk, actor=CLERK)
    assert traces() == {}
    told = hall.scan("put-away", "A-01"), hall.scan("put-away", "HONEY", 2), hall.scan("put-away", "OLD")
    assert told[-1].sentence == "2 × HONEY OLD in A-01. 1 piece of it still to put away."
    assert broken() == []


def test_what_is_stopped_in_the_middle_is_nobodys_any_more(hall) -> None:
    work = wanted(HONEY=3)
    walked(hall, "HONEY", "OLD")
    stop_picking(fulfillment_order_id=work.pk, actor=CLERK)
    walk = again(work).pick_tasks.get().pick_list

    assert traces() == {}
    assert walking.end_walk(pick_list_id=walk.pk, picker_id=hall.ann.pk, actor=CLERK).state == "completed"
    assert lots("HONEY") == {("A-01", "NEW"): 4, ("A-02", "OLD"): 3, ("no bin", "OLD"): 1}
    assert broken() == []


def test_a_parcel_that_is_emptied_is_packed_anew_with_its_lots(hall) -> None:
    work = wanted(HONEY=2)
    walked(hall, "HONEY", "OLD", "NEW")
    session = begin(again(work), hall.ann)
    send(session, hall.ann, "HONEY")
    assert send(session, hall.ann, "NEW").tone == "ok"
    send(session, hall.ann, act="empty")
    assert set(TracedPieces.objects.values_list("parcel", flat=True)) == {None}
    session = scan_packing.start_over(session_id=session.pk, packer_id=hall.ann.pk, actor=CLERK)
    for code in ("OLD", "NEW"):
        send(session, hall.ann, code)
    send(session, hall.ann, act="close")
    left(work)

    assert {row.package.shipment.state for row in TracedPieces.objects.select_related("package__shipment")} == {
        "shipped"
    }
    assert lots("HONEY") == {("A-01", "NEW"): 3, ("A-02", "OLD"): 3}
    assert broken() == []


def test_promises_that_the_other_lots_cannot_keep_are_taken_back_and_given_again(hall) -> None:
    first, second = wanted(HONEY=3), wanted(HONEY=4)
    row = block_lot(lot_id=lot("OLD").pk, note="recalled", actor=CLERK)
    rest()
    told = AuditLine.objects.get(act="fulfillment.recall_lot").note
    pieces = Allocation.objects.values_list("fulfillment_order", "state", "quantity").order_by("pk")
    assert set(pieces) == {(first.pk, "allocated", 3), (second.pk, "allocated", 1), (second.pk, "short", 3)}
    assert told.startswith("3 pieces of HONEY OLD may not go: it is blocked: recalled. Short pick S")

    release_lot(lot_id=row.pk, actor=CLERK)
    rest()
    live = Allocation.objects.filter(state="allocated", fulfillment_order__order=second.order)
    assert sum(live.values_list("quantity", flat=True)) == 4
    assert broken() == []


def test_a_device_says_product_and_lot_at_once(hall) -> None:
    wanted(HONEY=2)
    walk = claim(hall.place, hall.ann)
    read = walking.Read(uuid4(), walk.tasks.get().pk, "HONEY", 2, lot="OLD")
    told = walking.scan(pick_list_id=walk.pk, picker_id=hall.ann.pk, read=read, actor=CLERK)

    assert (told.tone, traces()) == ("done", {"OLD": 2})


def test_a_device_is_told_what_a_stop_asks_for(hall) -> None:
    wanted(HONEY=2)
    (stop,) = walk_answer(claim(hall.place, hall.ann))["stops"]

    assert (stop["asks"], stop["lots"]) == ("lot", ["OLD", "NEW"])


def test_a_device_that_reads_another_product_counts_nothing_of_the_lot_it_names(hall) -> None:
    wanted(HONEY=2)
    walk = claim(hall.place, hall.ann)
    read = walking.Read(uuid4(), walk.tasks.get().pk, "4003", 2, lot="OLD")
    told = walking.scan(pick_list_id=walk.pk, picker_id=hall.ann.pk, read=read, actor=CLERK)

    assert (told.tone, traces()) == ("wrong", {})


def test_the_number_that_is_said_with_the_product_holds_for_its_lot(hall) -> None:
    wanted(HONEY=3)

    assert walked(hall, ("HONEY", 3), "OLD")[-1] == "3 × HONEY OLD in tote A."
    assert traces() == {"OLD": 3}
