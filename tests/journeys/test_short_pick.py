"""A short pick heals itself: the bin is counted, the order sourced again, the customer told, in one story."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core import mail

from fulfillment.models import FulfillmentOrder, PickList
from fulfillment.services import walking
from fulfillment.services.walking import Read, walk_of
from inventory.models import Bin, CountSession, IncomingStock, StockLevel, StockMovement
from inventory.services.bins import put_away
from oms.foundation import invariants
from oms.foundation.actions import action_named
from oms.foundation.models import AuditLine
from oms.outlets.notifications.sending import send_notifications
from orders.models import Channel, Order
from tests.books import rest
from tests.factories import NOW, make_actor, make_location, make_product, make_stock, take_order
from tests.inventory.scans import Hall

pytestmark = pytest.mark.django_db
NEAR, FAR = {"latitude": 52.5, "longitude": 13.4}, {"latitude": 28.1, "longitude": -15.4}
ANN = make_actor("ann")


@pytest.fixture
def hall() -> Hall:
    """Berlin with five pieces of TEA in A-01, where somebody picks."""
    place = make_location("BER", name="Berlin", **NEAR)
    tea = make_product("TEA", barcode="4001", title="Green tea")
    level = make_stock(tea, place, 5)
    Bin.objects.create(location=place, code="A-01", sequence=1)
    put_away(stock_level_id=level.pk, bin="A-01", quantity=5, actor=make_actor())
    return Hall(place, tea, level, User.objects.create_user("ann"))


def ordered(*wants: tuple[Any, int], **fields: Any) -> Order:
    """Take a paid order and let the workers run until the floor has it."""
    order = take_order([(product, pieces, 1000) for product, pieces in wants], **fields)
    rest()
    return Order.objects.get(pk=order.pk)


def claimed(hall: Hall) -> PickList:
    """Begin a walk with all that waits."""
    told = {"location_id": hall.place.pk, "orders": 4, "picker_id": hall.ann.pk, "actor": ANN}
    return walking.claim_work(work=FulfillmentOrder.objects.all(), **told)


def at_stop(act: Any, walk: PickList, hall: Hall, code: str = "", quantity: int = 1) -> walking.Answer:
    """Do something at the stop that the handheld shows."""
    read = Read(uuid4(), walk_of(walk).now.task.pk, code, quantity)
    return act(pick_list_id=walk.pk, picker_id=hall.ann.pk, read=read, actor=ANN)


def mailed() -> list[str]:
    """Let the workers run, send the mails, and return the subjects of those that went."""
    rest()
    before = len(mail.outbox)
    while send_notifications(make_actor("mail"), 50):
        pass
    return [one.subject for one in mail.outbox[before:]]


def story(order: Order, trace: str) -> list[tuple[str, str]]:
    """Return what the order's timeline tells under the number of a short pick."""
    lines = AuditLine.objects.filter(subject=order.stream, data__trace=trace).order_by("pk")
    return list(lines.values_list("act", "note"))


def books_agree() -> bool:
    """Say whether every invariant holds."""
    return [one.invariant.id for one in invariants.check(NOW) if not one.holds] == []


def test_what_is_not_found_comes_from_elsewhere_later_and_the_customer_hears_of_it(hall: Hall) -> None:
    make_stock(hall.tea, make_location("LPA", name="Las Palmas", **FAR), 9)
    order = ordered((hall.tea, 3), deliver_by=NOW.date() + timedelta(days=3))
    walk = claimed(hall)
    mailed()
    at_stop(walking.scan, walk, hall, "4001", 1)

    told = at_stop(walking.report_short, walk, hall)
    subjects = mailed()

    flagged = CountSession.objects.get()
    assert told.sentence == "2 of 3 × TEA not found in A-01. It is to be counted; the order is sourced again."
    assert (flagged.bin.code, flagged.state, flagged.origin) == ("A-01", "planned", "short_pick")
    assert hall.bins() == {"": 1, "A-01": 2}
    assert PickList.objects.get().state == "completed"
    there = FulfillmentOrder.objects.get(order=order, location__code="LPA")
    assert list(there.allocations.values_list("quantity", "state")) == [(2, "allocated")]
    assert subjects == [f"Your order {order.number} arrives later than we told you"]
    assert story(order, flagged.trace)[0] == (
        "fulfillment.short_pick",
        f"2 of 3 × TEA not found in A-01, short pick {flagged.trace}. To be counted: {flagged.number}.",
    )
    [(act, note)] = story(order, flagged.trace)[1:]
    assert act == "fulfillment.heal"
    assert note.startswith(f"Short pick {flagged.trace}: Now 2 × TEA from Las Palmas. {there.number} arrives by ")
    assert note.endswith(", later than promised; the customer is told.")
    assert mailed() == []
    assert books_agree()


def test_nothing_else_has_stock_so_the_order_waits_with_a_day_and_one_mail(hall: Hall) -> None:
    told = {"reference": "PO-9", "quantity": 20, "expected_on": NOW.date() + timedelta(days=9)}
    IncomingStock.objects.create(product=hall.tea, location=hall.place, **told)
    order = ordered((hall.tea, 5))
    Channel.objects.update(shortage_policy="backorder")
    walk = claimed(hall)
    mailed()

    at_stop(walking.report_short, walk, hall)
    subjects = [*mailed(), *mailed()]

    flagged = CountSession.objects.get()
    assert subjects == [f"Your order {order.number} takes a little longer"]
    assert "5 × TEA, expected on 1 December 2026" in mail.outbox[-1].body
    assert story(order, flagged.trace)[1][1] == (
        f"Short pick {flagged.trace}: Nothing else has stock."
        " Waits for 5 × TEA, expected on 01 Dec 2026; the customer is told."
    )
    assert StockLevel.objects.get().on_hand == 0
    assert hall.bins() == {"": 0}
    assert books_agree()


def test_what_the_flagged_count_finds_after_all_goes_to_who_waits(hall: Hall) -> None:
    order = ordered((hall.tea, 5))
    walk = claimed(hall)
    at_stop(walking.report_short, walk, hall)
    rest()
    flagged = CountSession.objects.get()

    hall.scan("count", flagged.number)
    hall.scan("count", "4001", 5)
    assert hall.scan("done").sentence == "A-01: 5 pieces counted. The desk looks at it. Next bin."
    run = action_named(CountSession, "post_count")
    run.service(count_session_id=flagged.pk, actor=make_actor())
    rest()

    assert hall.bins() == {"": 0, "A-01": 5}
    [work] = FulfillmentOrder.objects.filter(order=order).exclude(state="cancelled")
    assert (work.state, work.allocations.get().quantity) == ("open", 5)
    assert books_agree()


def test_the_walk_goes_on_and_each_order_has_a_number_of_its_own(hall: Hall) -> None:
    cup = make_product("CUP", barcode="4002")
    make_stock(cup, hall.place, 4)
    first, second = ordered((hall.tea, 2)), ordered((hall.tea, 1), (cup, 1))
    walk = claimed(hall)

    at_stop(walking.report_short, walk, hall)
    at_stop(walking.report_short, walk, hall)
    at_stop(walking.report_short, walk, hall)
    mailed()

    lines = AuditLine.objects.filter(act="fulfillment.short_pick").order_by("pk")
    told = [(line.subject, line.data["trace"]) for line in lines]
    assert {subject for subject, _ in told} == {first.stream, second.stream}
    assert (len(told), len(set(told))) == (3, 2)
    assert {one.what for one in CountSession.objects.all()} == {"A-01", "CUP in no bin"}
    assert StockMovement.objects.filter(reason="damage").count() == 3
    assert PickList.objects.get().state == "completed"
    assert books_agree()
