"""Doors that stood open once stay shut."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from oms.foundation.audit import record
from orders.models import ApiKey, Channel, Order, Payment, Refund
from returns.models import Return
from tests.security.callers import keys, staff
from tests.security.world import CLERK, LOCATION_MARK, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """Return two shops and two warehouses."""
    return build()


@pytest.fixture
def people(world):
    """Return the callers by name."""
    return {caller.name: caller for caller in staff(world)}


def test_a_parcel_is_not_received_at_a_location_that_is_not_the_persons_own(world, people):
    """The form named every location, and took any."""
    row = world.own.rows[Return]
    Return.objects.filter(pk=row.pk).update(state="approved")
    answer = people["warehouse"].client.post(
        f"/returns/return/{row.pk}/act/receive/", {"location": LOCATION_MARK.upper(), "lines": ""}
    )
    assert answer.status_code == 422
    assert LOCATION_MARK.lower() not in answer.content.decode().lower()
    assert Return.objects.get(pk=row.pk).state == "approved"


def test_whoever_may_only_look_at_a_channel_cannot_bring_an_earlier_version_back(world, people):
    """The history's page saved what was posted to it without asking for the permission to change."""
    channel = world.own.channel
    first = channel.history.first().pk
    Channel.objects.filter(pk=channel.pk).update(name="Renamed")
    answer = people["service"].client.post(f"/orders/channel/{channel.pk}/history/{first}/", {})
    assert answer.status_code in (302, 404)
    assert Channel.objects.get(pk=channel.pk).name == "Renamed"


def test_a_filter_does_not_name_other_peoples_channels(world, people):
    page = people["auditor"].client.get("/orders/channelaccount/").content.decode()
    assert world.own.channel.name in page
    assert world.other_channel.channel.name not in page


def test_a_login_that_is_no_staff_does_not_read_the_description_of_the_api():
    client = Client()
    client.force_login(User.objects.create_user("customer"))
    assert client.get("/api/v1/schema/").status_code == 403


def test_a_key_that_may_only_approve_returns_can_do_so(world, people):
    """It was asked for the permission to look at returns as well, unlike keys for every other act."""
    able = keys(world, people["administrator"])["able"]
    ApiKey.objects.filter(pk=able.key.pk).update(scopes=["returns.approve_return"])
    row = world.own.rows[Return]
    answer = able.client.post(
        f"/api/v1/returns/{row.number}/approve/", "{}", "application/json", headers={"Idempotency-Key": "once"}
    )
    assert answer.status_code == 200, answer.content
    assert Return.objects.get(pk=row.pk).state == "approved"


@pytest.mark.parametrize(("role", "sees"), [("warehouse", False), ("merchandising", False), ("service", True)])
def test_what_was_paid_is_shown_to_those_who_may_see_payments(world, people, role, sees):
    """The order's page told everybody what the gateway said, by transaction."""
    page = people[role].client.get(f"/orders/order/{world.own.rows[Order].pk}/change/").content.decode()
    assert "Total" in page
    assert ("Captured" in page) is sees
    assert ("Own-capture" in page) is sees


@pytest.mark.parametrize("role", ["service", "warehouse"])
def test_whoever_hears_from_the_customer_marks_a_return_as_sent(world, people, role):
    """Customer service, whom customers tell that the parcel is on its way, was asked for the warehouse's permission."""
    row = world.own.rows[Return]
    Return.objects.filter(pk=row.pk).update(state="approved")
    assert people[role].client.post(f"/returns/return/{row.pk}/act/mark_sent/").status_code == 302
    assert Return.objects.get(pk=row.pk).state == "in_transit"


@pytest.mark.parametrize(("role", "sees"), [("warehouse", False), ("finance", True)])
def test_the_timeline_tells_of_money_to_those_who_may_see_payments(world, people, role, sees):
    """It told amounts and refusals of the gateway to whoever may look at the order."""
    payment, refund = world.own.rows[Payment], world.own.rows[Refund]
    record(CLERK, "orders.fail_payment", payment, note="EUR 20.00 refused")
    record(CLERK, "orders.refund", refund, note="EUR 5.00 back")
    record(CLERK, "orders.note", world.own.rows[Order], note="A note for all")
    page = people[role].client.get(f"/orders/order/{world.own.rows[Order].pk}/change/").content.decode()
    assert "A note for all" in page
    assert ("EUR 20.00 refused" in page, "EUR 5.00 back" in page) == (sees, sees)
