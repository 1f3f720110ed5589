"""Two people at one truck, and a desk that voids a label while the list is closed."""

from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django_fsm import ConcurrentTransition

from fulfillment.models import Manifest, ManifestParcel, Package, Shipment
from fulfillment.services import handover
from fulfillment.services.handover import Scan
from fulfillment.services.labels import void_labels
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Refused
from tests.concurrency.rival import no_row_locks, rival_after
from tests.concurrency.together import errors, together
from tests.factories import make_actor
from tests.fulfillment.trucks import a_list, closed, do, dock, loader, numbers_of, scan, state_of, tell_carriers
from tests.fulfillment.walks import broken

pytestmark = [
    pytest.mark.pg,
    pytest.mark.race,
    pytest.mark.lacks("I13", "I30"),
    pytest.mark.django_db(transaction=True),
]
LOOKED = "fulfillment.services.handover.loading._told_before"


def loading(manifest: Manifest, number: str) -> partial:
    """Return the act of loading a parcel."""
    told = {"manifest_id": manifest.pk, "person_id": loader().pk, "parcels": Package.objects.all()}
    return partial(handover.load, **told, scan=Scan(uuid4(), number), actor=make_actor())


def test_two_people_load_one_parcel_once() -> None:
    (one,) = dock(1)
    manifest, (number,) = a_list(one), numbers_of(one)

    answers = together(loading(manifest, number), loading(manifest, number))

    assert sorted(one.tone for one in answers) == ["done", "gone"]
    assert ManifestParcel.objects.count() == 1


@pytest.mark.twin
def test_without_the_lock_only_the_database_stops_the_second() -> None:
    (one,) = dock(1)
    manifest, (number,) = a_list(one), numbers_of(one)

    with no_row_locks(), rival_after(LOOKED, loading(manifest, number)) as rival, pytest.raises(IntegrityError):
        loading(manifest, number)()

    assert rival.outcome.tone == "done"
    assert ManifestParcel.objects.count() == 1


def test_two_people_who_begin_a_list_load_the_same_one() -> None:
    (one,) = dock(1)
    begin = partial(handover.open_list, location_id=one.location_id, carrier="sandbox", actor=make_actor())
    found = together(begin, begin)
    assert errors(found) == []
    assert len({row.pk for row in found}) == Manifest.objects.count() == 1


def closing(manifest: Manifest) -> partial:
    """Return the act of closing a list."""
    return partial(handover.close_list, manifest_id=manifest.pk, within=Shipment.objects.all(), actor=make_actor())


def voiding(shipment: Shipment) -> partial:
    """Return the act of voiding a shipment's labels."""
    return partial(void_labels, shipment_id=shipment.pk, actor=make_actor())


def test_a_label_that_is_voided_while_the_list_is_closed_leaves_it() -> None:
    one, other = dock(2)
    manifest = a_list(one)
    for shipment in (one, other):
        scan(manifest, *numbers_of(shipment))

    with rival_after("fulfillment.services.handover.going.lock_shipments", voiding(other)) as rival:
        closing(manifest)()

    assert not isinstance(rival.outcome, Exception), "the desk waits, and voids what is on the list then"
    assert [state_of(one), state_of(other)] == ["manifested", "packed"]
    tell_carriers()
    do(handover.hand_over_list, manifest)
    assert [state_of(one), state_of(other)] == ["shipped", "packed"]
    assert broken() == []


@pytest.mark.twin
def test_without_the_lock_the_version_refuses_the_whole_closing() -> None:
    (one,) = dock(1)
    manifest = a_list(one)
    scan(manifest, *numbers_of(one))

    with (
        no_row_locks(),
        rival_after("fulfillment.services.handover.going.lock_shipments", voiding(one)),
        pytest.raises(ConcurrentTransition),
    ):
        closing(manifest)()

    assert [state_of(manifest), state_of(one)] == ["open", "packed"]


def test_a_driver_gets_a_list_once() -> None:
    (one,) = dock(1)
    manifest = a_list(one)
    scan(manifest, *numbers_of(one))
    manifest = closed(manifest)
    leave = partial(handover.hand_over_list, manifest_id=manifest.pk, within=Shipment.objects.all(), actor=make_actor())
    found = together(leave, leave)
    assert [type(error) for error in errors(found)] == [Refused]
    assert AuditLine.objects.filter(act="fulfillment.hand_over_list").count() == 1
    assert state_of(one) == "shipped"
