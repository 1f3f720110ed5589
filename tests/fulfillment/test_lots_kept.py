"""What was picked of a lot that is blocked later does not leave: bench, packing, label and truck say what to do."""

import pytest
from django.contrib.auth.models import User

from fulfillment.models import FulfillmentOrder, Shipment
from fulfillment.services import scan_packing
from fulfillment.services.handover.reading import day_of
from fulfillment.services.label_buying import work_labels
from fulfillment.services.labels import buy_labels
from fulfillment.services.packing import pack
from fulfillment.services.shipping import ship
from inventory.services.lots import block_lot, date_lot, release_lot
from oms.foundation.actions import action_named, closed_reasons
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Refused
from tests.books import rest
from tests.factories import NOW, make_actor
from tests.fulfillment.lots import a_followed_hall, lot, walked, wanted
from tests.fulfillment.packers import begin, send
from tests.fulfillment.walks import again, broken
from tests.inventory.scans import Hall

pytestmark = pytest.mark.django_db
CLERK = make_actor()
OTHERS = "stop the picking, then others are picked."
IN_TOTE = "2 × HONEY OLD was picked for {}; it is blocked: glass. Take it out and " + OTHERS


@pytest.fixture
def hall() -> Hall:
    """Two lots of honey and three phones."""
    return a_followed_hall()


@pytest.fixture
def picked(hall) -> FulfillmentOrder:
    """Work with two of the old lot in its tote."""
    work = wanted(HONEY=2)
    walked(hall, "HONEY", ("OLD", 2))
    return again(work)


def blocked() -> None:
    """Block the old lot."""
    block_lot(lot_id=lot("OLD").pk, note="glass", actor=CLERK)


def told(act) -> str:
    """Return the sentence with which an act is refused."""
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.sentence


def test_a_blocked_lot_in_a_tote_is_not_packed_and_the_bench_says_what_to_do(hall, picked) -> None:
    session = begin(picked, hall.ann)
    blocked()
    rest()
    sentence = IN_TOTE.format(picked.number)

    assert send(session, hall.ann, "HONEY").sentence == sentence
    assert told(lambda: pack(fulfillment_order_id=picked.pk, actor=CLERK)) == sentence
    start = scan_packing.begin
    assert told(lambda: start(fulfillment_order_id=picked.pk, packer_id=hall.ann.pk, actor=CLERK)) == sentence
    notes = AuditLine.objects.filter(act="fulfillment.lot_in_hands").order_by("pk").values_list("note", flat=True)
    number = picked.order.number
    assert notes[0] == f"Picked and not sent: 2 for order {number} ({picked.number})."
    assert notes[1].startswith(f"2 × HONEY OLD for order {number} ({picked.number}); it is blocked: glass. Take it out")

    release_lot(lot_id=lot("OLD").pk, actor=CLERK)
    assert send(session, hall.ann, "HONEY").tone == "ok"
    date_lot(lot_id=lot("OLD").pk, expires_on=NOW.date().replace(day=1), actor=CLERK)
    assert "it was best before 01 Nov 2026" in send(session, hall.ann, "HONEY").sentence
    assert broken() == []


def test_the_desk_s_buttons_are_closed_with_the_reason_before_anybody_presses_them(picked) -> None:
    boss = User(is_superuser=True)
    assert closed("pack", picked, boss) == ""
    date_lot(lot_id=lot("OLD").pk, expires_on=NOW.date().replace(day=1), actor=CLERK)
    assert "it was best before 01 Nov 2026. Take it out" in closed("pack", picked, boss)
    date_lot(lot_id=lot("OLD").pk, expires_on=None, actor=CLERK)
    blocked()
    assert closed("pack", picked, boss) == IN_TOTE.format(picked.number)
    release_lot(lot_id=lot("OLD").pk, actor=CLERK)

    shipment = pack(fulfillment_order_id=picked.pk, actor=CLERK)
    date_lot(lot_id=lot("OLD").pk, expires_on=NOW.date().replace(day=1), actor=CLERK)
    assert closed("buy_labels", again(shipment), boss) == ""
    blocked()
    for act in ("buy_labels", "ship"):
        assert "it is blocked: glass. Take it out: void the label if there is one" in closed(act, again(shipment), boss)


def closed(act, row, person) -> str:
    """Return why a button is closed; blank for an open one."""
    reasons = closed_reasons(action_named(type(row), act), row, person)
    return " ".join(one.sentence for one in reasons if one.code != "wrong_state")


def test_a_parcel_with_a_blocked_lot_gets_no_label_and_no_truck_takes_it(hall, picked) -> None:
    pack(fulfillment_order_id=picked.pk, actor=CLERK)
    shipment = Shipment.objects.get()
    date_lot(lot_id=lot("OLD").pk, expires_on=NOW.date().replace(day=1), actor=CLERK)
    buy_labels(shipment_id=shipment.pk, actor=CLERK)
    work_labels(CLERK, 20)
    blocked()
    rest()
    why = told(lambda: ship(shipment_id=shipment.pk, actor=CLERK))
    day = day_of(hall.place, again(shipment).carrier, Shipment.objects.all())

    assert why.endswith("Take it out: void the label if there is one, unpack the parcels and " + OTHERS)
    assert (day.going, day.staying) == ([], [f"{shipment.number}: {why}"])
    note = AuditLine.objects.filter(act="fulfillment.lot_in_hands").earliest("pk").note
    assert note.endswith(f"({picked.number}), in parcel 1 of {shipment.number}.")

    release_lot(lot_id=lot("OLD").pk, actor=CLERK)
    assert ship(shipment_id=shipment.pk, actor=CLERK).state == "shipped"
