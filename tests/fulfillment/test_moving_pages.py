"""Moving pieces by hand through the doors: the page with its choices, systems, many at once, mails."""

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from fulfillment.models import FulfillmentOrder
from fulfillment.services.picking import start_picking
from fulfillment.services.reallocating import move_back, reallocate
from inventory.models import Location
from oms.foundation import work as queues
from oms.foundation.models import BulkItem, BulkOperation, OutboxEvent
from oms.foundation.relay import relay
from oms.outlets.notifications.sending import send_notifications
from tests.factories import make_actor
from tests.fulfillment.api import Api
from tests.fulfillment.moving import Shop, broken, promised, undecided

pytestmark = pytest.mark.django_db
CLERK = make_actor("kim")
ALL = {"TEA": 3, "CUP": 1}


@pytest.fixture
def shop() -> Shop:
    """Return the shop."""
    return Shop()


@pytest.fixture
def work(shop) -> FulfillmentOrder:
    """Open work of three TEA and one CUP in London."""
    return shop.work()


def browser() -> Client:
    """Return a signed-in administrator."""
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


def version_of(row: FulfillmentOrder) -> int:
    """Return the version that a page would send."""
    return FulfillmentOrder.objects.get(pk=row.pk).version


def test_the_page_shows_what_each_location_has_and_what_is_in_the_way(shop, work) -> None:
    shop.free(shop.tea, shop.leeds, 2)
    Location.objects.filter(pk=shop.leeds.pk).update(daily_capacity=0)
    client = browser()
    address = f"/fulfillment/fulfillmentorder/{work.pk}/act/reallocate/"
    page = " ".join(client.get(address).content.decode().split())
    assert "has them now" in page
    assert "2 × TEA, 3 wanted" in page
    assert "0 of 0" in page
    assert "Leeds has 2 × TEA free, 3 are to go there." in page
    assert "Leeds is full: it sends no parcels today." in page

    refused = client.post(address, {"location": "MAN", "reason": "strike", "version": version_of(work)})
    assert refused.status_code == 409
    Location.objects.filter(pk=shop.leeds.pk).update(daily_capacity=None)
    shop.free(shop.tea, shop.leeds, 3)
    done = client.post(address, {"location": "MAN", "reason": "strike", "version": version_of(work)})

    assert (done.status_code, promised(work.order_id)) == (302, {"MAN": ALL})
    page = client.get(f"/orders/order/{work.order_id}/change/").content.decode()
    assert "location chosen by a person" in page
    assert "root moved 3 × TEA and 1 × CUP from London to Leeds." in page


def test_a_stale_page_moves_nothing(shop, work) -> None:
    client = browser()
    address = f"/fulfillment/fulfillmentorder/{work.pk}/act/reallocate/"
    stale = {"location": "MAN", "reason": "strike", "version": version_of(work)}
    start_picking(fulfillment_order_id=work.pk, actor=CLERK)
    assert "was changed by someone else" in client.post(address, stale).content.decode()
    assert promised(work.order_id) == {"LON": ALL}


def test_an_act_that_changes_its_row_twice_is_done_from_its_page(shop, work) -> None:
    seen = {"note": "strike", "version": version_of(work)}
    done = browser().post(f"/fulfillment/fulfillmentorder/{work.pk}/act/reroute/", seen)
    assert (done.status_code, promised(work.order_id)) == (302, {"MAN": ALL})


def test_systems_move_by_the_code_of_the_location(shop, work) -> None:
    api = Api(work.order.channel_account)
    wrong = api.post(f"fulfillment-orders/{work.number}/reallocate/", location="NOWHERE", reason="strike")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "location")
    answer = api.post(f"orders/{work.order.number}/reallocate/", line=2, location="MAN", reason="strike")
    assert answer.status_code == 200, answer.json()
    told = {one["location"]: one["fixed_at"] is not None for one in answer.json()["fulfillment_orders"]}
    assert told == {"LON": False, "MAN": True}


def test_many_are_moved_and_taken_back_together(shop, work) -> None:
    others = [shop.work((shop.tea, 2)), shop.work((shop.tea, 5))]
    shop.free(shop.tea, shop.leeds, 6)
    client = browser()
    chosen = {"action": "reallocate", "_selected_action": [work.pk, *(one.pk for one in others)]}
    client.post("/fulfillment/fulfillmentorder/", chosen)
    operation = BulkOperation.objects.get()
    assert operation.items.filter(outcome="ready").count() == 3
    step = f"/foundation/bulkoperation/{operation.pk}/step/"
    page = client.post(step, {"step": "look", "location": "MAN", "reason": "flood"})
    looked = operation.items.order_by("object_id").values_list("outcome", "message")
    assert [(outcome, message.partition(" Arrives by")[0]) for outcome, message in looked] == [
        ("ready", "3 × TEA and 1 × CUP from London to Leeds."),
        ("ready", "2 × TEA from London to Leeds."),
        ("ready", "5 × TEA from London to Leeds."),
    ]
    assert (page.context["form"].initial["reason"], promised(work.order_id)) == ("flood", {"LON": ALL})
    client.post(step, {"step": "start", "location": "MAN", "reason": "flood"})
    while queues.drain("bulk"):
        pass
    told = dict(BulkItem.objects.filter(operation=operation).values_list("object_id", "message"))
    assert told == {work.pk: "", others[0].pk: "", others[1].pk: "Leeds has 1 × TEA free, 5 are to go there."}

    client.post(step, {"step": "undo"})
    back = BulkOperation.objects.get(undoes=operation)
    client.post(f"/foundation/bulkoperation/{back.pk}/step/", {"step": "start", "reason": "over"})
    while queues.drain("bulk"):
        pass

    assert set(back.items.values_list("outcome", flat=True)) == {"done"}
    assert [promised(one.order_id) for one in (work, others[0])] == [{"LON": ALL}, {"LON": {"TEA": 2}}]
    assert (BulkOperation.objects.get(pk=operation.pk).state, broken(), undecided()) == ("undone", [], [])


def test_the_customer_is_told_when_the_promised_day_is_missed(shop) -> None:
    Location.objects.filter(pk=shop.leeds.pk).update(handling_days=2)
    row = shop.work((shop.tea, 1), deliver_by=date(2026, 11, 24), email="ada@example.com")
    reallocate(fulfillment_order_id=row.pk, location=shop.leeds, reason="strike", actor=CLERK)
    while relay(make_actor(), 50):
        pass
    send_notifications(make_actor(), 20)

    [text] = [one.body for one in mail.outbox if "arrives later than we told you" in one.subject]
    assert "  1 × TEA\n" in text
    assert "It is expected by 27 November 2026.\n" in text
    move_back(fulfillment_order_id=row.pk, reason="", actor=CLERK)
    assert OutboxEvent.objects.filter(kind="ArrivesLater").count() == 1
