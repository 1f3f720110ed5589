"""Two people of the floor at the same work: one does it, the other is told."""

from functools import partial

import pytest
from django_fsm import ConcurrentTransition

from fulfillment.carriers.sandbox import SandboxCarrier
from fulfillment.models import FulfillmentOrder, Shipment
from fulfillment.services.label_buying import work_labels
from fulfillment.services.labels import buy_labels
from fulfillment.services.picking import start_picking
from fulfillment.services.rerouting import reroute
from fulfillment.services.shipping import ship
from inventory.models import StockLevel, StockMovement
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Refused, StaleVersion
from orders.models import OrderLine, PaymentEvent
from orders.services.notes import add_note
from tests.concurrency.rival import Rival, no_row_locks, rival_after
from tests.concurrency.together import errors, together
from tests.factories import make_actor, make_location, make_product, make_stock, take_order
from tests.fulfillment.shop import labelled, packed, sourced
from tests.orders.payments.desk import ask

pytestmark = [pytest.mark.pg, pytest.mark.race, pytest.mark.django_db(transaction=True)]


def some_work() -> FulfillmentOrder:
    """Return open work for two pieces that another location has too."""
    tea = make_product()
    for _ in range(2):
        make_stock(tea, make_location(), 10)
    return sourced(take_order([(tea, 2, 1000)]))[0]


def begin(work: FulfillmentOrder) -> partial[FulfillmentOrder]:
    """Return the act of beginning to pick."""
    return partial(start_picking, fulfillment_order_id=work.pk, actor=make_actor())


def move(work: FulfillmentOrder) -> partial[FulfillmentOrder]:
    """Return the act of moving the work to another location."""
    return partial(reroute, fulfillment_order_id=work.pk, actor=make_actor())


def test_F44_two_pickers_one_list():
    work = some_work()

    found = together(begin(work), begin(work))

    assert [type(one) for one in errors(found)] == [Refused]
    assert AuditLine.objects.filter(act="fulfillment.start_picking").count() == 1


@pytest.mark.twin
def test_F44_without_the_lock_only_the_version_stops_the_second_picker():
    work = some_work()

    with (
        no_row_locks(),
        rival_after("fulfillment.services.picking.lock_fulfillment_orders", begin(work)),
        pytest.raises(ConcurrentTransition),
    ):
        begin(work)()


def test_F52_ship_while_resourcing():
    work = some_work()

    with rival_after("fulfillment.services.picking.lock_fulfillment_orders", move(work)) as rival:
        begin(work)()

    assert isinstance(rival.outcome, Refused)
    assert FulfillmentOrder.objects.get().state == "in_progress"


def test_F52_work_that_is_moved_away_is_not_begun():
    work = some_work()

    with rival_after("fulfillment.services.rerouting.lock_fulfillment_order", begin(work)) as rival:
        move(work)()

    assert isinstance(rival.outcome, Refused)
    assert sorted(FulfillmentOrder.objects.values_list("state", flat=True)) == ["open", "rejected"]
    assert sum(StockLevel.objects.values_list("allocated", flat=True)) == 2


@pytest.mark.twin
def test_F52_without_the_lock_only_the_version_keeps_work_where_somebody_has_it_in_hand():
    work = some_work()

    with (
        no_row_locks(),
        rival_after("fulfillment.services.rerouting.lock_fulfillment_order", begin(work)),
        pytest.raises(StaleVersion),
    ):
        move(work)()


def two_shipments() -> list[Shipment]:
    """Return two labelled shipments of one paid order, a piece in each."""
    place, tea, cup = make_location("A"), make_product("TEA"), make_product("CUP")
    make_stock(tea, place, 1)
    make_stock(cup, make_location("B"), 1)
    order = take_order([(tea, 1, 1000), (cup, 1, 1000)], token="tok_ok")
    ask(1)
    return [labelled(work) for work in sourced(order)]


def send(shipment: Shipment) -> partial[Shipment]:
    """Return the act of handing a shipment over."""
    return partial(ship, shipment_id=shipment.pk, actor=make_actor())


def test_F51_shipment_split_by_two():
    one, other = two_shipments()

    with rival_after("fulfillment.services.shipping.lock_shipments", send(other)) as rival:
        send(one)()

    assert not isinstance(rival.outcome, Exception)
    assert set(OrderLine.objects.values_list("quantity_open", "quantity_shipped")) == {(0, 1)}
    ask(2)
    ask(3)
    assert (
        sorted(PaymentEvent.objects.filter(kind="capture", outcome="ok").values_list("amount", flat=True)) == [1000] * 2
    )


@pytest.mark.twin
def test_F51_without_the_lock_only_the_orders_version_stops_the_second():
    one, other = two_shipments()

    with (
        no_row_locks(),
        rival_after("orders.services.progress._lines_of", send(other)),
        pytest.raises(ConcurrentTransition, match="Order changed meanwhile"),
    ):
        send(one)()


@pytest.mark.twin
def test_F43_without_the_lock_only_the_state_that_was_read_stops_the_second_click():
    tea = make_product()
    make_stock(tea, make_location(), 10)
    row = labelled(sourced(take_order([(tea, 2, 1000)]))[0])

    with (
        no_row_locks(),
        rival_after("fulfillment.services.shipping._packed", send(row)),
        pytest.raises(ConcurrentTransition),
    ):
        send(row)()

    assert StockMovement.objects.filter(reason="shipment").count() == 1


def test_F48_carrier_stalls(monkeypatch):
    work, waiting = some_work(), some_work()
    packed_shipment = packed(waiting)
    buy_labels(shipment_id=packed_shipment.pk, actor=make_actor())
    meanwhile = Rival(
        lambda: [begin(work)(), add_note(order_id=waiting.order_id, note="still waiting", actor=make_actor())]
    )
    plain = SandboxCarrier.buy_label

    def slow(self, *args, **words):
        """Answer only after others have gone on with their work."""
        meanwhile.come()
        assert not isinstance(meanwhile.outcome, Exception | str), meanwhile.outcome
        return plain(self, *args, **words)

    monkeypatch.setattr(SandboxCarrier, "buy_label", slow)
    work_labels(make_actor(), 20)
    meanwhile.leave()

    assert Shipment.objects.get().state == "labelled"
    assert FulfillmentOrder.objects.get(pk=work.pk).state == "in_progress"
