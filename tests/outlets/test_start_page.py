"""The start page: every queue leads to the list that shows what it counts."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from fulfillment.models import Label
from oms.foundation.models import BulkItem, BulkOperation
from oms.outlets.models import Notification, WebhookDelivery
from oms.outlets.queues import count_queues
from oms.outlets.search import find
from orders.models import PaymentEvent
from tests.factories import NOW, make_order, make_product
from tests.outlets.world import listen, make_package

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    """Return a person who may do everything."""
    return User.objects.create_superuser("boss", "boss@example.com", "a long password")


@pytest.fixture
def desk(boss: User) -> Client:
    """Return the browser of that person."""
    client = Client()
    client.force_login(boss)
    return client


def test_every_queue_links_to_a_list_that_takes_its_filter(boss: User, desk: Client) -> None:
    """A filter that the list does not know would lead to ``?e=1``."""
    for queue in count_queues(boss, timezone.now()):
        answer = desk.get(queue.url)
        assert answer.status_code == 200, queue.queue.name
        assert answer.context["cl"].result_count == queue.count


def test_the_start_page_shows_the_queues(desk: Client) -> None:
    """A person sees what waits, and whether the books agree."""
    page = desk.get("/").content.decode()
    assert "To review" in page
    assert "Not checked yet" in page


def test_one_box_finds_an_order_by_any_of_its_names(boss: User) -> None:
    """Number, channel's number, e-mail and SKU lead to the order."""
    order = make_order([(make_product("MUG-1"), 1, 500)])
    for text in (order.number, order.number.lower(), order.external_id, order.email, "MUG-1"):
        assert any(hit.url == f"/orders/order/{order.pk}/change/" for hit in find(boss, text)), text


def test_a_single_hit_opens_at_once(desk: Client) -> None:
    """A scanned code jumps to its page."""
    order = make_order()
    answer = desk.get("/search/", {"q": order.number})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/orders/order/{order.pk}/change/")


def test_nothing_found_says_what_can_be_searched(desk: Client) -> None:
    """An empty result tells what to write."""
    assert "Nothing found for" in desk.get("/search/", {"q": "nowhere"}).content.decode()


def test_everything_that_waits_for_a_person_leads_to_its_list(boss: User, desk: Client) -> None:
    """Each such queue appears while something is in it, and counts what its list shows."""
    order = make_order([(make_product("MUG-1"), 1, 500)])
    PaymentEvent.objects.filter(payment__order=order).update(outcome="unknown", next_try_at=None)
    shipment = make_package(order).shipment
    Label.objects.create(package=shipment.packages.get(), state="unknown", key="k", carrier="sandbox")
    Notification.objects.create(order=order, kind="shipped", key="k", state="failed", created_at=NOW)
    endpoint = listen(code=order.channel_account.code)
    WebhookDelivery.objects.create(
        endpoint=endpoint, message_id="m", kind="k", payload={}, state="dead", created_at=NOW, give_up_at=NOW
    )
    operation = BulkOperation.objects.create(model="orders.Order", action="hold", label="Hold", user=boss, state="done")
    BulkItem.objects.create(operation=operation, object_id=order.pk, label="x", outcome="failed")
    wanted = ["failed_mails", "unsettled_labels", "unsettled_payments", "dead_webhooks", "failed_bulk"]

    found = [one for one in count_queues(boss, timezone.now()) if one.queue.quiet]

    assert [one.queue.name for one in found] == wanted
    for one in found:
        assert (one.count, desk.get(one.url).context["cl"].result_count) == (1, 1), one.queue.name
