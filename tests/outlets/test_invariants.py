"""The invariants of messages: clean books pass, each corruption is found by the one aimed at."""

from datetime import timedelta

import pytest

from oms.foundation.invariants import check
from oms.outlets.handlers import tell_customers, tell_systems
from oms.outlets.models import Notification, WebhookDelivery
from tests.factories import NOW, make_actor
from tests.outlets.world import listen, placed

pytestmark = pytest.mark.django_db
OURS = ["X4", "I24m", "I24w", "I24x"]


@pytest.fixture
def books(order):
    """One mail and one webhook, waiting."""
    listen()
    tell_customers([placed(order)], make_actor())
    tell_systems([placed(order)], make_actor())


def broken() -> dict[str, tuple[int, ...]]:
    """Return the invariants that do not hold, with the ids."""
    return {finding.invariant.id: finding.ids for finding in check(NOW, only=OURS) if finding.count}


def test_clean_books_hold(books):
    assert broken() == {}


def test_an_order_confirmed_twice_is_found(books):
    first = Notification.objects.get()
    Notification.objects.create(order=first.order, kind=first.kind, key="again", created_at=NOW)

    assert broken() == {"X4": (first.pk,)}


def test_a_mail_nobody_takes_is_found(books):
    Notification.objects.update(next_try_at=NOW - timedelta(minutes=2))

    assert broken() == {"I24m": (Notification.objects.get().pk,)}


def test_a_webhook_nobody_takes_is_found(books):
    WebhookDelivery.objects.update(next_try_at=NOW - timedelta(minutes=2))

    assert broken() == {"I24w": (WebhookDelivery.objects.get().pk,)}


def test_a_webhook_tried_beyond_its_day_is_found(books):
    WebhookDelivery.objects.update(give_up_at=NOW - timedelta(days=2))

    assert broken() == {"I24x": (WebhookDelivery.objects.get().pk,)}
