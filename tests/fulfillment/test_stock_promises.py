"""A count that finds less than is promised: the newest promises go first, and begun work is named."""

import pytest

from fulfillment.models import Allocation, FulfillmentOrder
from fulfillment.services.counted import post_count
from fulfillment.services.picking import start_picking
from inventory.models import CountSession, StockLevel
from inventory.services.bins import put_away
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Refused
from orders.models import Order
from tests.books import rest
from tests.factories import make_actor, make_location, make_stock, take_order
from tests.fulfillment.walks import broken
from tests.inventory.scans import Hall, a_hall

pytestmark = pytest.mark.django_db
CLERK = make_actor()


@pytest.fixture
def hall() -> Hall:
    """Ten pieces of TEA in A-01, nine of them promised to two orders."""
    hall = a_hall(10)
    put_away(stock_level_id=hall.level.pk, bin="A-01", quantity=10, actor=CLERK)
    for pieces in (5, 4):
        take_order([(hall.tea, pieces, 1000)])
    rest()
    return hall


def found(hall: Hall, pieces: int) -> CountSession:
    """Count the bin, and return what waits for the desk."""
    hall.scan("count", "A-01")
    hall.scan("count", "4001", pieces)
    hall.scan("done")
    return CountSession.objects.get()


def test_the_newest_promise_goes_and_its_order_is_sourced_elsewhere(hall) -> None:
    make_stock(hall.tea, make_location("MAN", name="Manchester"), 9)
    first, second = Order.objects.order_by("pk")
    row = found(hall, 7)

    post_count(count_session_id=row.pk, actor=CLERK)
    rest()

    assert StockLevel.objects.get(pk=hall.level.pk).on_hand == 7
    pieces = Allocation.objects.exclude(state="short").values_list(
        "order_line__order", "stock_level__location__code", "quantity"
    )
    assert sorted(pieces) == [(first.pk, "LON", 5), (second.pk, "LON", 2), (second.pk, "MAN", 2)]
    line = AuditLine.objects.get(act="fulfillment.short_count")
    assert line.subject == second.stream
    assert line.note.startswith(f"2 pieces not there by count {row.number}, short pick S")
    assert AuditLine.objects.filter(act="fulfillment.heal", data__trace=line.data["trace"]).exists()
    assert broken() == []


def test_work_without_another_piece_ends_and_its_order_waits(hall) -> None:
    post_count(count_session_id=found(hall, 5).pk, actor=CLERK)
    rest()

    first, second = Order.objects.order_by("pk")
    assert [one.state for one in FulfillmentOrder.objects.order_by("order_id")] == ["open", "cancelled"]
    assert (first.short_since, second.short_since is None) == (None, False)
    assert broken() == []


def test_pieces_of_begun_work_are_not_taken_and_the_orders_are_named(hall) -> None:
    numbers = []
    for work in FulfillmentOrder.objects.order_by("pk"):
        start_picking(fulfillment_order_id=work.pk, actor=CLERK)
        numbers.append(work.order.number)
    row = found(hall, 7)

    with pytest.raises(Refused) as refusal:
        post_count(count_session_id=row.pk, actor=CLERK)

    assert refusal.value.sentence == (
        f"2 × TEA that {row.number} did not find are promised to orders that are picked or packed:"
        f" {numbers[0]} and {numbers[1]}. Stop or finish these first, or count again."
    )
    assert CountSession.objects.get().state == "review"
    assert (hall.bins(), Allocation.objects.filter(state="short").count()) == ({"": 0, "A-01": 10}, 0)


def test_a_small_difference_that_promises_forbid_waits_for_the_desk(hall, settings) -> None:
    settings.COUNT_TOLERANCE = 5
    for work in FulfillmentOrder.objects.all():
        start_picking(fulfillment_order_id=work.pk, actor=CLERK)

    assert found(hall, 7).state == "review"
    assert broken() == []


def test_a_small_difference_takes_a_promise_back_by_itself(hall, settings) -> None:
    settings.COUNT_TOLERANCE = 3

    assert found(hall, 7).state == "posted"
    rest()

    assert StockLevel.objects.get(pk=hall.level.pk).on_hand == 7
    assert AuditLine.objects.filter(act="fulfillment.short_count").count() == 1
    assert Order.objects.exclude(short_since=None).count() == 1
    assert broken() == []
