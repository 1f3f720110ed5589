"""Packing by scans: each piece counted once into its box, the wrong ones refused, the shipment as scanned."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulfillment.models import Package, PackageItem, PackScan, PackSession, Shipment
from fulfillment.services import scan_packing
from fulfillment.services.packing import pack, unpack
from fulfillment.services.picking import confirm_picked, start_picking, stop_picking
from fulfillment.services.scan_packing.beginning import LEASE
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Refused
from tests.factories import NOW, make_actor
from tests.fulfillment.packers import begin, picked, send
from tests.fulfillment.walks import again, broken

pytestmark = pytest.mark.django_db
CODES = st.sampled_from(["TEA", "4001", "4002", "cup", "4003", "BOX-L", "nothing"])
STEPS = st.lists(
    st.one_of(st.tuples(st.just("scan"), CODES, st.integers(1, 3)), st.tuples(st.sampled_from(["close", "empty"]))),
    max_size=14,
)


def test_everything_scanned_becomes_the_shipment_box_by_box(work, ann):
    session = begin(work, ann)

    assert send(session, ann, "4001", 2).sentence == "2 of 3 TEA packed, in box 1."
    assert send(session, ann, act="close").sentence.startswith("Box 1 is closed with 2 pieces. 2 pieces left")
    assert send(session, ann, "tea").tone == "ok"
    assert send(session, ann, "4002").sentence.endswith("That was the last piece: close the box.")
    done = send(session, ann, act="close", weight_g=1234)

    shipment = Shipment.objects.get()
    assert (done.tone, shipment.number in done.sentence, shipment.state) == ("done", True, "packed")
    assert (again(work).state, again(session).state, again(session).shipment_id) == ("ready", "done", shipment.pk)
    packages = Package.objects.order_by("position")
    assert [one.weight_g for one in packages] == [1120, 1234]
    items = PackageItem.objects.order_by("package__position", "allocation__order_line__sku")
    told = items.values_list("package__position", "allocation__order_line__sku", "quantity")
    assert list(told) == [(1, "TEA", 2), (2, "CUP", 1), (2, "TEA", 1)]
    assert broken() == []


def test_the_box_and_its_outer_sizes_stand_on_the_parcel(work, ann):
    session = begin(work, ann)
    send(session, ann, "4001", 3)
    send(session, ann, "4002")
    send(session, ann, "box-l")
    send(session, ann, act="close")

    package = Package.objects.get()
    assert (package.box.code, package.advised.code, package.material) == ("BOX-L", "BOX-S", "BOX-L Large")
    assert (package.length_mm, package.width_mm, package.height_mm) == (408, 308, 308)
    assert package.weight_g == 4 * 500 + 400


def test_F45_a_scan_sent_five_times_counts_once(work, ann):
    session, key = begin(work, ann), uuid4()

    answers = {send(session, ann, "4001", key=key).sentence for _ in range(5)}

    assert answers == {"1 of 3 TEA packed, in box 1."}
    assert (scan_packing.look_at(session).left, PackScan.objects.count()) == (3, 1)


def test_what_does_not_belong_is_named_noted_and_counts_nothing(work, ann):
    session = begin(work, ann)

    wrong = send(session, ann, "4003")
    unknown = send(session, ann, "999")
    many = send(session, ann, "4001", 4)
    send(session, ann, "4002")
    over = send(session, ann, "4002")

    number = work.order.number
    assert wrong.sentence == f"That is JAM Plum jam. It does not belong to order {number}."
    assert unknown.sentence == f"“999” is nothing that is known here. It does not belong to order {number}."
    assert many.sentence == "Only 3 more TEA belong to this order, not 4. Nothing was counted."
    assert over.sentence == "All 1 × CUP are packed already; this one is too many."
    assert {one.tone for one in (wrong, unknown, many, over)} == {"wrong"}
    caught = PackScan.objects.exclude(mispack="").order_by("pk").values_list("mispack", "product__sku")
    assert list(caught) == [("wrong", "JAM"), ("unknown", None), ("too_many", "TEA"), ("too_many", "CUP")]
    assert scan_packing.look_at(session).left == 3


def test_what_ships_alone_shares_no_box(work, ann):
    cup = work.allocations.get(order_line__sku="CUP").stock_level.product
    cup.ships_alone = True
    cup.save()
    session = begin(work, ann)
    send(session, ann, "4001")

    assert send(session, ann, "4002").sentence == "CUP ships alone: close this box first."
    send(session, ann, act="close")
    send(session, ann, "4002")
    assert send(session, ann, "4001").sentence == "CUP ships alone: close its box first."
    assert not PackScan.objects.exclude(mispack="").exists()


def test_a_box_is_emptied_and_an_empty_one_not_closed(work, ann):
    session = begin(work, ann)

    assert send(session, ann, act="close").sentence == "This box is empty: scan what goes into it."
    send(session, ann, "4001", 2)
    assert send(session, ann, act="empty").sentence == "Take 2 pieces out of box 1; it counts as empty."
    assert send(session, ann, act="empty").tone == "wrong"
    assert scan_packing.look_at(session).left == 4


def test_products_without_weight_must_be_weighed(work, ann):
    for one in work.allocations.select_related("stock_level__product"):
        one.stock_level.product.weight_g = 0
        one.stock_level.product.save()
    session = begin(work, ann)
    send(session, ann, "4001", 3)
    send(session, ann, "4002")

    assert "weigh the box" in send(session, ann, act="close").sentence
    assert send(session, ann, act="close", weight_g=900).tone == "done"
    assert Package.objects.get().weight_g == 900


def test_F44_nobody_else_packs_it_until_the_lease_is_over(work, ann, bob):
    session = begin(work, ann)
    send(session, ann, "4001")

    with pytest.raises(Refused, match="ann is packing"):
        begin(work, bob)
    with pytest.raises(Refused, match="ann has taken"):
        send(session, bob, "4001")
    later = NOW + LEASE
    assert begin(work, bob, now=later).pk == session.pk
    assert send(session, bob, "4001", now=later).sentence.startswith("2 of 3 TEA")
    with pytest.raises(Refused, match="bob has taken"):
        send(session, ann, "4001", now=later)


def test_leaving_in_the_middle_loses_nothing(work, ann, bob):
    session = begin(work, ann)
    send(session, ann, "4001")
    scan_packing.put_aside(session_id=session.pk, packer_id=ann.pk, actor=make_actor())

    assert begin(work, bob).pk == session.pk
    assert scan_packing.look_at(again(session)).left == 3


def test_what_the_desk_changed_ends_the_session(work, ann):
    session = begin(work, ann)
    send(session, ann, "4001")
    stop_picking(fulfillment_order_id=work.pk, actor=make_actor())

    assert send(session, ann, "4001").tone == "gone"
    assert again(session).state == "dropped"
    start_picking(fulfillment_order_id=work.pk, actor=make_actor())
    later = make_actor(now=NOW + timedelta(minutes=1))
    confirm_picked(fulfillment_order_id=work.pk, actor=later)
    assert scan_packing.look_at(begin(work, ann, now=later.now)).left == 4


def test_what_was_picked_anew_is_scanned_anew(work, ann):
    session = begin(work, ann)
    send(session, ann, "4001")
    stop_picking(fulfillment_order_id=work.pk, actor=make_actor())
    start_picking(fulfillment_order_id=work.pk, actor=make_actor())
    later = NOW + timedelta(minutes=1)
    confirm_picked(fulfillment_order_id=work.pk, actor=make_actor(now=later))

    fresh = begin(work, ann, now=later)

    assert (fresh.pk != session.pk, again(session).state) == (True, "dropped")


def test_starting_over_begins_with_empty_boxes(work, ann):
    session = begin(work, ann)
    send(session, ann, "4001", 2)

    fresh = scan_packing.start_over(session_id=session.pk, packer_id=ann.pk, actor=make_actor())

    assert (again(session).state, scan_packing.look_at(fresh).left) == ("dropped", 4)


def test_work_that_is_not_picked_cannot_be_packed(place, ann):
    work = picked(place, confirm=False)
    with pytest.raises(Refused, match="not picked yet"):
        begin(work, ann)
    assert not PackSession.objects.exists()


def test_every_step_stands_on_the_orders_timeline(work, ann):
    session = begin(work, ann)
    send(session, ann, "4001", 3)
    send(session, ann, "4002")
    send(session, ann, act="close")

    acts = AuditLine.objects.filter(subject=work.order.stream, act__startswith="floor.pack").order_by("pk")
    assert [(one.act, one.to_state) for one in acts] == [("floor.pack_begin", "open"), ("floor.pack_done", "done")]
    assert acts[0].note == f"{work.number}: advised BOX-S."


@pytest.mark.once
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.booleans())
def test_scans_in_any_order_and_sent_again_pack_exactly_what_was_picked(work, ann, steps, twice):
    with transaction.atomic():
        session = begin(work, ann)
        for act, *told in steps:
            key = uuid4()
            for _ in range(2 if twice else 1):
                if not Shipment.objects.exists():
                    send(session, ann, *told, act=act, key=key)
        for code in ("TEA", "CUP"):
            while not Shipment.objects.exists() and send(session, ann, code).tone in ("ok", "done"):
                pass
        if not Shipment.objects.exists():
            send(session, ann, act="close")

        packed = PackageItem.objects.values_list("allocation__order_line__sku", "quantity")
        pieces = {sku: sum(count for other, count in packed if other == sku) for sku, _ in packed}
        assert pieces == {"TEA": 3, "CUP": 1}
        transaction.set_rollback(True)


def test_a_box_that_the_desk_has_packed_and_opened_counts_no_more(work, ann, bob):
    session = begin(work, ann)
    send(session, ann, "4001", 3)
    pack(fulfillment_order_id=work.pk, actor=make_actor())
    unpack(fulfillment_order_id=work.pk, actor=make_actor())

    anew = begin(work, bob, now=NOW + LEASE)

    assert (again(session).state, again(anew).state, anew.pk != session.pk) == ("dropped", "open", True)
    assert not anew.parcels.exists()
