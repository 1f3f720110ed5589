"""Two packers at one moment: the order is packed by one of them, a scan counts once, no piece lies in two boxes."""

from functools import partial
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError
from django_fsm import ConcurrentTransition

from fulfillment.models import FulfillmentOrder, PackageItem, PackItem, PackScan, PackSession, Shipment
from fulfillment.services import scan_packing
from fulfillment.services.packing import pack
from fulfillment.services.picking import confirm_picked, start_picking
from fulfillment.services.scan_packing import Sent
from oms.foundation.refusals import Refused, StaleVersion
from tests.concurrency.rival import no_row_locks, rival_after
from tests.concurrency.together import errors, together
from tests.factories import make_actor, make_location, make_product, make_stock, take_order
from tests.fulfillment.packers import begin
from tests.fulfillment.shop import sourced

SCANNING = "fulfillment.services.scan_packing.scanning"
pytestmark = [pytest.mark.pg, pytest.mark.race, pytest.mark.django_db(transaction=True)]


def some_work() -> FulfillmentOrder:
    """Return picked work for two pieces of one product."""
    tea = make_product("TEA")
    make_stock(tea, make_location(), 10)
    (work,) = sourced(take_order([(tea, 2, 1000)]))
    start_picking(fulfillment_order_id=work.pk, actor=make_actor())
    confirm_picked(fulfillment_order_id=work.pk, actor=make_actor())
    return FulfillmentOrder.objects.select_related("order").get(pk=work.pk)


def one_piece(session: PackSession, quantity: int = 1) -> partial:
    """Return the scan of some pieces, the same each time it is sent."""
    sent = Sent(uuid4(), "TEA", quantity)
    return partial(scan_packing.scan, session_id=session.pk, packer_id=session.packer_id, sent=sent, actor=make_actor())


@pytest.fixture
def held() -> PackSession:
    """A session that ann holds."""
    return begin(some_work(), User.objects.create_user("ann"))


def test_F44_two_people_begin_to_pack_one_order():
    work = some_work()
    people = [User.objects.create_user(name) for name in ("ann", "bob")]

    found = together(*(partial(begin, work, one) for one in people))

    assert [type(one) for one in errors(found)] == [Refused]
    assert PackSession.objects.count() == 1


@pytest.mark.twin
def test_F44_without_the_lock_only_the_constraint_stops_the_second_packing():
    work = some_work()
    ann, bob = (User.objects.create_user(name) for name in ("ann", "bob"))
    looked = "fulfillment.services.scan_packing.beginning.open_session_of"

    with no_row_locks(), rival_after(looked, partial(begin, work, bob)), pytest.raises(IntegrityError):
        begin(work, ann)


def test_F45_one_scan_sent_twice_at_once(held):
    scan = one_piece(held)

    found = together(scan, scan)

    assert errors(found) == []
    assert (PackItem.objects.get().quantity, PackScan.objects.count()) == (1, 1)


def test_two_scans_of_the_last_pieces_at_once_pack_no_more_than_there_are(held):
    found = together(one_piece(held, 2), one_piece(held, 2))

    assert errors(found) == []
    assert sorted(PackScan.objects.values_list("tone", flat=True)) == ["done", "wrong"]
    assert PackItem.objects.get().quantity == 2


@pytest.mark.twin
def test_F45_without_the_lock_the_second_scan_is_stopped_only_by_its_key_and_the_version(held):
    scan = one_piece(held)

    with (
        no_row_locks(),
        rival_after(f"{SCANNING}.refuse_stranger", scan),
        pytest.raises((IntegrityError, StaleVersion, ConcurrentTransition)),
    ):
        scan()


def test_the_desk_packs_what_is_being_scanned(held):
    one_piece(held, 2)()
    told = {"session_id": held.pk, "packer_id": held.packer_id, "actor": make_actor()}
    close = partial(scan_packing.close_parcel, **told, sent=Sent(uuid4()))
    desk = partial(pack, fulfillment_order_id=held.fulfillment_order_id, actor=make_actor())

    together(close, desk)

    assert Shipment.objects.exclude(state="cancelled").count() == 1
    assert sum(PackageItem.objects.values_list("quantity", flat=True)) == 2
    assert PackSession.objects.get().state in ("done", "dropped")
