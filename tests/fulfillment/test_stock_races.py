"""Two handhelds at one moment: a reading counts once, and a bin is counted by one person."""

from functools import partial
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError

from fulfillment.services.counted import post_count
from fulfillment.services.walking.missing import pieces_in_hands
from inventory.models import BinScan, CountSession, Lot, StockLevel, StockMovement
from inventory.services import scanning
from inventory.services.bins import put_away
from inventory.services.scanning import Read
from oms.foundation.refusals import Refused, StaleVersion
from tests.concurrency.rival import no_row_locks, rival_after
from tests.concurrency.together import errors, together
from tests.factories import make_actor, make_product, make_stock
from tests.inventory.scans import SCANS, Hall, a_hall, books_hold

pytestmark = [pytest.mark.pg, pytest.mark.race, pytest.mark.django_db(transaction=True)]


def scan(hall: Hall, work: str, code: str, quantity: int = 1, *, key: UUID | None = None, person: User | None = None):
    """Return the act of sending one reading, the same each time it is sent."""
    told = {"location_id": hall.place.pk, "person_id": (person or hall.ann).pk, "in_hands": pieces_in_hands}
    return partial(
        scanning.once, **told, read=Read(key or uuid4(), work, code, quantity), act=SCANS[work], actor=make_actor()
    )


def test_F45_one_reading_sent_twice_at_once_is_booked_once():
    hall = a_hall()
    hall.scan("put-away", "A-01")
    one = scan(hall, "put-away", "4001", 3)

    found = together(one, one)

    assert errors(found) == []
    assert {answer.sentence for answer in found} == {"3 × TEA in A-01. 17 pieces of it still to put away."}
    assert hall.bins() == {"": 17, "A-01": 3}
    assert BinScan.objects.count() == 2


@pytest.mark.twin
def test_F45_without_the_persons_lock_the_second_is_stopped_only_by_its_key():
    hall = a_hall()
    hall.scan("put-away", "A-01")
    one = scan(hall, "put-away", "4001", 3)

    with (
        no_row_locks(),
        rival_after("inventory.services.scanning.once.hand_of", one),
        pytest.raises(IntegrityError),
    ):
        one()


def test_two_people_at_one_bin_are_one_count_and_the_second_is_told():
    hall, bob = a_hall(), User.objects.create_user("bob")

    found = together(scan(hall, "count", "A-01"), scan(hall, "count", "A-01", person=bob))

    assert errors(found) == []
    assert sorted(answer.tone for answer in found) == ["ok", "wrong"]
    assert next(one.sentence for one in found if one.tone == "wrong").split(" is counting A-01")[0] in ("ann", "bob")
    assert CountSession.objects.count() == 1


@pytest.mark.twin
def test_without_the_bins_lock_only_the_constraint_stops_a_second_count():
    hall, bob = a_hall(), User.objects.create_user("bob")

    with (
        no_row_locks(),
        rival_after("inventory.services.bin_counts.taking.live_count", scan(hall, "count", "A-01", person=bob)),
        pytest.raises(IntegrityError),
    ):
        scan(hall, "count", "A-01")()


def reviewed() -> tuple[Hall, CountSession]:
    """Return a hall whose bin lacks five of eight pieces, as somebody has counted."""
    hall = a_hall()
    put_away(stock_level_id=hall.level.pk, bin="A-01", quantity=8, actor=make_actor())
    hall.scan("count", "A-01")
    hall.scan("count", "4001", 3)
    hall.scan("done")
    return hall, CountSession.objects.get()


def test_a_count_posted_twice_at_once_moves_stock_once():
    hall, row = reviewed()
    act = partial(post_count, count_session_id=row.pk, actor=make_actor())

    found = together(act, act)

    assert [type(one) for one in errors(found)] == [Refused]
    assert (StockLevel.objects.get().on_hand, hall.bins()) == (15, {"": 12, "A-01": 3})
    assert books_hold()


@pytest.mark.twin
def test_without_the_counts_lock_the_second_posting_is_stopped_only_by_the_counts_version():
    _, row = reviewed()
    act = partial(post_count, count_session_id=row.pk, actor=make_actor())

    with (
        no_row_locks(),
        rival_after("inventory.services.bin_counts.posting.lock_for_posting", act),
        pytest.raises((StaleVersion, IntegrityError)),
    ):
        act()

    assert StockMovement.objects.filter(reason="adjustment").count() == 1


def two_with_one_phone() -> tuple[Hall, User]:
    """Return two people who have each scanned a phone that is to come in, and are asked for its serial number."""
    hall, bob = a_hall(0), User.objects.create_user("bob")
    phone = make_product("PHONE", barcode="4003", followed_by="serial")
    make_stock(phone, hall.place, 0)
    Lot.objects.create(product=phone, number="S1")
    for person in (hall.ann, bob):
        hall.scan("loose", person=person)
        hall.scan("receive", "4003", person=person)
    return hall, bob


def test_one_serial_number_received_twice_at_once_is_in_stock_once():
    hall, bob = two_with_one_phone()

    found = together(scan(hall, "receive", "S1"), scan(hall, "receive", "S1", person=bob))

    assert errors(found) == []
    assert sorted(answer.tone for answer in found) == ["done", "wrong"]
    assert "Serial number PHONE S1 is in stock already" in next(one.sentence for one in found if one.tone == "wrong")
    assert (StockLevel.objects.get(product__sku="PHONE").on_hand, hall.place.stock_levels.count()) == (1, 2)


@pytest.mark.twin
def test_without_locks_only_the_constraint_keeps_a_serial_number_in_one_place():
    hall, bob = two_with_one_phone()
    other = scan(hall, "receive", "S1", person=bob)

    with (
        no_row_locks(),
        rival_after("inventory.services.lot_stock._refuse_serials_in_stock", other),
        pytest.raises(IntegrityError, match="serial_in_one_place"),
    ):
        scan(hall, "receive", "S1")()
