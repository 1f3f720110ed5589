"""Two orders trade promised pieces: nobody else can take them in between, and trading back undoes it."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from fulfillment.models import FulfillmentOrder, SourcingDecision
from fulfillment.services.picking import confirm_picked, start_picking
from fulfillment.services.sourcing import source_orders
from fulfillment.services.trading import trade
from inventory.models import StockLevel
from oms.foundation.models import AuditLine, OutboxEvent
from oms.foundation.refusals import Refused
from orders.models import Order
from tests.factories import NOW, make_actor, make_channel
from tests.fulfillment.api import Api
from tests.fulfillment.moving import Shop, broken, live, promised, undecided
from tests.fulfillment.shop import an_order, sourced, stock_gate

pytestmark = pytest.mark.django_db
CLERK = make_actor("kim")
EARLIER = NOW - timedelta(days=3)


@pytest.fixture
def shop() -> Shop:
    """Return a shop with three TEA in London and none in Leeds."""
    found = Shop()
    for place, pieces in ((found.london, 3), (found.leeds, 0)):
        found.free(found.tea, place, pieces)
    return found


@pytest.fixture
def work(shop) -> FulfillmentOrder:
    """Open work that has all three TEA."""
    return shop.work((shop.tea, 3))


@pytest.fixture
def waiting(shop, work) -> Order:
    """An order that waits for two TEA since three days."""
    order = an_order([(shop.tea, 2)])
    sourced(order)
    Order.objects.filter(pk=order.pk).update(short_since=EARLIER)
    return Order.objects.get(pk=order.pk)


def give(row: FulfillmentOrder, order: Order, **how: object) -> FulfillmentOrder:
    """Trade TEA."""
    told = {"sku": "TEA", "reason": "wedding on Friday", "actor": CLERK}
    return trade(fulfillment_order_id=row.pk, order=order, **told | how)


def test_a_waiting_order_gets_the_pieces_and_the_giver_its_place(work, waiting) -> None:
    give(work, waiting)

    assert [promised(pk) for pk in (work.order_id, waiting.pk)] == [{"LON": {"TEA": 1}}, {"LON": {"TEA": 2}}]
    giver, taker = Order.objects.order_by("pk")
    assert (giver.short_since, taker.short_since, taker.state) == (EARLIER, None, "released")
    assert (stock_gate(giver)[0], stock_gate(taker)[0]) == ("closed", "open")
    assert (live(taker)[0].state, live(taker)[0].is_fixed) == ("planned", True)
    assert (broken(), undecided()) == ([], [])


def test_no_piece_was_free_in_between(work, waiting) -> None:
    before = OutboxEvent.objects.filter(kind="StockGrew").count()
    give(work, waiting)
    assert OutboxEvent.objects.filter(kind="StockGrew").count() == before
    assert StockLevel.objects.get(product__sku="TEA", location__code="LON").allocated == 3


def test_both_timelines_and_both_decisions_say_it(work, waiting) -> None:
    give(work, waiting, quantity=1)
    words = f"kim gave 1 × TEA at London from order {work.order} to order {waiting}, for its waiting place for 1."
    for order, rules in ((work.order, " By the rules London would ship."), (waiting, "")):
        row = SourcingDecision.objects.filter(order=order).order_by("-pk")[0]
        assert row.trigger == "traded_by_hand"
        waits = " It waits until all of it is there, as its channel wants."
        assert row.sentence == f"{words} Missing: 1 of SKU TEA.{rules}{waits} Reason: wedding on Friday"
        assert AuditLine.objects.get(subject=order.stream, act="fulfillment.trade").note == row.sentence


def test_trading_back_undoes_it(work, waiting) -> None:
    give(work, waiting)
    (theirs,) = live(waiting)
    give(theirs, work.order)
    assert [promised(pk) for pk in (work.order_id, waiting.pk)] == [{"LON": {"TEA": 3}}, {}]
    giver, taker = Order.objects.order_by("pk")
    assert (giver.short_since, taker.short_since) == (None, EARLIER)
    assert (broken(), undecided()) == ([], [])


def test_two_orders_change_locations(shop, work) -> None:
    shop.free(shop.tea, shop.leeds, 2)
    (theirs,) = sourced(an_order([(shop.tea, 2)]))
    assert promised(theirs.order_id) == {"MAN": {"TEA": 2}}

    give(work, theirs.order)

    there = [promised(pk) for pk in (work.order_id, theirs.order_id)]
    assert there == [{"LON": {"TEA": 1}, "MAN": {"TEA": 2}}, {"LON": {"TEA": 2}}]
    assert Order.objects.filter(short_since__isnull=False).count() == 0
    assert (broken(), undecided()) == ([], [])
    note = AuditLine.objects.get(subject=work.order.stream, act="fulfillment.trade").note
    assert "for 2 × TEA at another location." in note

    (mine,) = (row for row in live(theirs.order) if row.location.code == "LON")
    give(mine, work.order)

    assert [promised(pk) for pk in (work.order_id, theirs.order_id)] == [{"LON": {"TEA": 3}}, {"MAN": {"TEA": 2}}]
    assert (broken(), undecided()) == ([], [])


def test_the_order_that_gets_its_pieces_from_farther_away_is_told(shop) -> None:
    shop.free(shop.tea, shop.leeds, 2)
    mine = shop.work((shop.tea, 3), deliver_by=date(2026, 11, 24))
    (theirs,) = sourced(an_order([(shop.tea, 2)], deliver_by=date(2026, 11, 25)))
    give(mine, theirs.order)
    told = OutboxEvent.objects.get(kind="ArrivesLater").payload
    assert (told["order_id"], told["expected_on"]) == (mine.order_id, "2026-11-25")


def test_sourcing_leaves_what_was_traded(work, waiting) -> None:
    give(work, waiting)
    source_orders(order_ids=[work.order_id, waiting.pk], trigger="sweep", actor=CLERK)
    assert [promised(pk) for pk in (work.order_id, waiting.pk)] == [{"LON": {"TEA": 1}}, {"LON": {"TEA": 2}}]


def refused_in(row: FulfillmentOrder, order: Order, **how: object) -> str:
    """Return why a trade is refused; nothing has changed then."""
    before = (promised(row.order_id), promised(order.pk), SourcingDecision.objects.count())
    with pytest.raises(Refused) as refused:
        give(row, order, **how)
    assert (promised(row.order_id), promised(order.pk), SourcingDecision.objects.count()) == before
    return refused.value.sentence


def test_what_cannot_be_traded_is_refused_in_words(shop, work, waiting) -> None:
    assert refused_in(work, work.order) == "An order cannot trade with itself; name another one."
    words = f"3 × TEA can be given; order {waiting} lacks 2 and has 0 elsewhere. 3 cannot be traded."
    assert refused_in(work, waiting, quantity=3) == words
    assert refused_in(work, waiting, sku="CUP") == f"{work.number} has no unpicked piece of “CUP” to give."
    full = an_order([(shop.cup, 1)])
    sourced(full)
    assert refused_in(work, full).endswith("lacks 0 and has 0 elsewhere. 0 cannot be traded.")
    Order.objects.filter(pk=waiting.pk).update(state="cancelled")
    assert refused_in(work, waiting) == f"Order {waiting} is cancelled; nothing of it is to be shipped."


def test_what_is_being_picked_is_not_traded(work, waiting) -> None:
    start_picking(fulfillment_order_id=work.pk, actor=CLERK)
    confirm_picked(fulfillment_order_id=work.pk, actor=CLERK)
    assert f"{work.number} is being picked; only what is" in refused_in(work, waiting)


def test_the_page_shows_with_whom_and_what_would_come_of_it(work, waiting) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    address = f"/fulfillment/fulfillmentorder/{work.pk}/act/trade/"
    page = client.get(address)
    told = f"It gets 2 × TEA and has all of its TEA; order {work.order} waits for 2 in its place."
    assert told in page.content.decode()
    assert f"?order={waiting}&amp;sku=TEA&amp;quantity=2" in page.content.decode()

    done = client.post(address, {"order": waiting.number, "sku": "TEA", "reason": "wedding"})

    assert (done.status_code, promised(waiting.pk)) == (302, {"LON": {"TEA": 2}})


def test_a_system_trades_with_orders_of_its_own_channel_alone(shop, work, waiting) -> None:
    other = an_order([(shop.tea, 1)], account=make_channel("other"))
    api = Api(work.order.channel_account)
    hidden = api.post(f"fulfillment-orders/{work.number}/trade/", order=other.number, sku="TEA", reason="x")
    assert (hidden.status_code, hidden.json()["errors"][0]["field"]) == (422, "order")
    done = api.post(f"fulfillment-orders/{work.number}/trade/", order=waiting.number, sku="TEA", reason="x")
    assert done.status_code == 200, done.json()
    assert promised(waiting.pk) == {"LON": {"TEA": 2}}
