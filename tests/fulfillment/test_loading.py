"""Loading by scans: each parcel once, what does not belong on the truck is named, and what is missing too."""

from uuid import uuid4

import pytest

from fulfillment.models import LoadScan, Manifest, ManifestParcel, Package, Shipment
from fulfillment.services import handover
from fulfillment.services.label_buying import work_labels
from fulfillment.services.labels import buy_labels, void_labels
from fulfillment.services.shipping import ship
from fulfillment.services.walking import Answer
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Refused
from orders.services.holds import place_hold, release_hold
from tests.factories import NOW, make_actor, make_location
from tests.fulfillment.trucks import a_list, closed, do, dock, numbers_of, scan, state_of, tell_carriers
from tests.fulfillment.walks import broken

pytestmark = pytest.mark.django_db


def test_parcels_are_loaded_one_by_one_and_the_list_is_closed_and_handed_over() -> None:
    one, other = dock()
    manifest = a_list(one)
    (first,), (second,) = numbers_of(one), numbers_of(other)

    assert scan(manifest, first) == Answer("ok", f"{first} loaded. 1 of 2.")
    assert [row.tracking_number for row in truck(manifest).missing] == [second]
    assert scan(manifest, second) == Answer("done", f"{second} loaded. 2 of 2.")
    manifest = closed(manifest)
    assert (manifest.state, bool(manifest.carrier_number), state_of(one)) == ("closed", True, "manifested")
    manifest = do(handover.hand_over_list, manifest, driver="Joe")

    assert (manifest.state, manifest.driver, manifest.way) == ("handed_over", "Joe", "driver")
    assert [state_of(one), state_of(other)] == ["shipped", "shipped"]
    assert broken() == []
    (line,) = AuditLine.objects.filter(act="fulfillment.hand_over_list")
    assert line.note == "2 parcels of 2 shipments, 1.00 kg to Joe."


def truck(manifest: Manifest):
    """Read the truck."""
    return handover.truck_of(Manifest.objects.get(pk=manifest.pk), Package.objects.all())


def test_a_scan_counts_once_however_often_it_is_sent_and_a_parcel_once_however_often_it_is_scanned() -> None:
    (one, _), key = dock(), uuid4()
    manifest, (number,) = a_list(one), numbers_of(one)
    first = scan(manifest, number, key=key)
    assert scan(manifest, number, key=key) == first
    assert LoadScan.objects.count() == 1
    again = scan(manifest, number)
    assert (again.tone, again.sentence) == ("gone", f"{number} is loaded already. 1 of 2.")
    assert ManifestParcel.objects.count() == 1


@pytest.mark.parametrize("code", ["{0}", "]C1{0}", "9632001960000000400{0}", "{0}\t", "420100101{0}99"])
def test_a_number_is_found_inside_of_what_a_scanner_adds(code: str) -> None:
    (one,) = dock(1)
    Package.objects.update(tracking_number="400152152158")
    assert scan(a_list(one), code.format("400152152158")).tone == "done"


def test_numbers_of_other_carriers_are_not_looked_for_inside_of_a_code() -> None:
    one, other = dock()
    Package.objects.filter(shipment=other).update(carrier="ups-leeds", tracking_number="400152152158")
    answer = scan(a_list(one), "9632001960000000400400152152158")
    assert (answer.tone, "is no parcel that is known here" in answer.sentence) == ("wrong", True)


def test_what_does_not_belong_on_the_truck_is_refused_in_words() -> None:
    one, other = dock()
    manifest, (number,) = a_list(one), numbers_of(one)
    assert "is no parcel that is known here. Put it aside." in scan(manifest, "NOTHING-1").sentence
    assert "is no parcel that is known here" in scan(manifest, "\x00").sentence
    place_hold(order_id=one.order_id, reason="customer_request", blocks=["ship"], actor=make_actor())
    held = scan(manifest, number)
    assert (held.tone, "hold" in held.sentence.lower()) == ("wrong", True)
    release_hold(order_id=one.order_id, actor=make_actor())
    Package.objects.filter(shipment=other).update(carrier="ups-leeds")
    assert scan(manifest, *numbers_of(other)).sentence == (
        "This parcel goes with ups-leeds, not with sandbox. Put it aside."
    )
    away = make_location("MAN")
    Shipment.objects.filter(pk=other.pk).update(location=away)
    assert scan(manifest, *numbers_of(other)).sentence == "This parcel leaves from MAN, not from here. Put it aside."
    assert not ManifestParcel.objects.exists()


def test_voided_shipped_and_closed_are_told_apart() -> None:
    one, other = dock()
    manifest, (number,) = a_list(one), numbers_of(one)
    void_labels(shipment_id=one.pk, actor=make_actor())
    assert f"{one.number} still waits for a label." in scan(manifest, number).sentence
    work_labels(make_actor(), 20)
    assert scan(manifest, number).sentence == (
        f"This label was voided. Order {one.order.number} needs its new one: put it aside."
    )
    ship(shipment_id=other.pk, actor=make_actor())
    assert f"{other.number} has left already on 22 Nov." in scan(manifest, *numbers_of(other)).sentence
    do(handover.drop_list, manifest)
    assert f"{manifest.number} is dropped" in scan(manifest, number).sentence
    assert not ManifestParcel.objects.exists()


def test_a_parcel_with_a_new_label_is_loaded_again_and_its_old_place_is_given_up() -> None:
    (one,) = dock(1)
    manifest = a_list(one)
    scan(manifest, *numbers_of(one))
    void_labels(shipment_id=one.pk, actor=make_actor())
    work_labels(make_actor(), 20)
    buy_labels(shipment_id=one.pk, actor=make_actor())
    work_labels(make_actor(), 20)
    assert list(truck(manifest).staying) == [f"{one.number} has other labels now than it was loaded with."]
    assert scan(manifest, *numbers_of(one)).tone == "done"
    assert ManifestParcel.objects.filter(left_at=None).count() == 1
    assert closed(manifest).state == "closed"
    assert broken() == []


def test_a_shipment_of_several_parcels_leaves_when_all_are_loaded() -> None:
    one, other = dock(2, parcels=2)
    manifest = a_list(one)
    for number in [*numbers_of(one), numbers_of(other)[0]]:
        scan(manifest, number)
    assert list(truck(manifest).staying) == [f"{other.number}: 1 of 2 parcels are loaded."]

    manifest = closed(manifest)

    assert [state_of(one), state_of(other)] == ["manifested", "labelled"]
    (line,) = AuditLine.objects.filter(act="fulfillment.close_list")
    assert line.note == (f"2 parcels of 1 shipment, 1.00 kg. Left behind: {other.number}: 1 of 2 parcels are loaded.")
    assert broken() == []


def test_nothing_to_close_is_refused_and_changes_nothing() -> None:
    (one,) = dock(1)
    manifest = a_list(one)
    with pytest.raises(Refused, match="Load a parcel first"):
        do(handover.close_list, manifest)
    assert state_of(manifest) == "open"


def test_taken_off_is_not_on_the_truck() -> None:
    (one,) = dock(1)
    manifest, (number,) = a_list(one), numbers_of(one)
    scan(manifest, number)
    assert scan(manifest, number, act=handover.take_off).sentence == f"{number} taken off. 0 of 1."
    assert scan(manifest, number, act=handover.take_off).tone == "wrong"
    assert scan(manifest, number).tone == "done"


def test_what_is_closed_is_opened_again_before_the_driver_comes_and_told_to_the_carrier_once() -> None:
    one, other = dock()
    manifest = a_list(one)
    scan(manifest, *numbers_of(one))
    manifest = closed(manifest)
    told = ManifestParcel.objects.get().told_at
    do(handover.reopen_list, manifest)
    assert (state_of(one), state_of(manifest)) == ("labelled", "open")
    scan(manifest, *numbers_of(other))
    manifest = closed(manifest)
    assert (manifest.state, ManifestParcel.objects.order_by("pk")[0].told_at) == ("closed", told)
    assert tell_carriers() == 0
    assert broken() == []


def test_another_list_that_is_being_loaded_keeps_a_closed_one_closed() -> None:
    one, other = dock()
    manifest = a_list(one)
    scan(manifest, *numbers_of(one))
    manifest = closed(manifest)
    second = a_list(other)
    with pytest.raises(Refused, match=f"{second.number} is being loaded here"):
        do(handover.reopen_list, manifest)
    assert f"{one.number} is on {manifest.number} already." in scan(second, *numbers_of(one)).sentence


def test_what_cannot_leave_is_left_behind_and_named() -> None:
    one, other = dock()
    manifest = a_list(one)
    for shipment in (one, other):
        scan(manifest, *numbers_of(shipment))
    manifest = closed(manifest)
    place_hold(order_id=other.order_id, reason="customer_request", blocks=["ship"], actor=make_actor())
    do(handover.hand_over_list, manifest, way="drop_off")
    assert [state_of(one), state_of(other)] == ["shipped", "labelled"]
    row = ManifestParcel.objects.get(package__shipment=other)
    assert row.left_at is not None and row.left_why.startswith(f"{other.number}: ")
    assert broken() == []


def test_a_list_of_which_nothing_can_leave_stays_closed() -> None:
    (one,) = dock(1)
    manifest = a_list(one)
    scan(manifest, *numbers_of(one))
    manifest = closed(manifest)
    place_hold(order_id=one.order_id, reason="customer_request", blocks=["ship"], actor=make_actor())
    with pytest.raises(Refused, match="can leave"):
        do(handover.hand_over_list, manifest)
    assert (state_of(manifest), state_of(one)) == ("closed", "manifested")


def test_a_day_is_closed_without_scans_and_what_stays_is_named() -> None:
    one, held = dock(2, parcels=2)
    place_hold(order_id=held.order_id, reason="customer_request", blocks=["ship"], actor=make_actor())
    day = handover.day_of(one.location, "sandbox", Shipment.objects.all())
    assert (day.parcels, [row.pk for row in day.going], len(day.staying)) == (2, [one.pk], 1)

    manifest = handover.close_day(
        location_id=one.location_id, carrier="sandbox", within=Shipment.objects.all(), actor=make_actor()
    )

    assert (manifest.state, state_of(one), state_of(held)) == ("closing", "manifested", "labelled")
    assert ManifestParcel.objects.filter(left_at=None).count() == 2
    assert broken() == []


def test_a_list_bears_the_day_of_its_place() -> None:
    (one,) = dock(1, timezone="Pacific/Auckland")
    manifest = a_list(one)
    assert f"{manifest.day:%Y-%m-%d}" == "2026-11-22"
    scan(manifest, *numbers_of(one))
    late = do(handover.close_list, manifest, now=NOW.replace(hour=13))
    assert f"{late.day:%Y-%m-%d}" == "2026-11-23"


def test_a_carrier_that_takes_nothing_here_begins_no_list() -> None:
    (one,) = dock(1)
    with pytest.raises(Refused, match="No parcel leaves LON with “pigeon”"):
        a_list(one, "pigeon")
    assert not Manifest.objects.exists()
