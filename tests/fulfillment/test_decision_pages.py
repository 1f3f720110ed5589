"""Every decision can be read, found, and decided again in the console."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from fulfillment.models import SourcingDecision
from fulfillment.services.sourcing import source_orders
from tests.factories import make_actor, make_location, make_product, make_stock
from tests.fulfillment.shop import a_channel, an_order

pytestmark = pytest.mark.django_db
LIST = "admin:fulfillment_sourcingdecision_changelist"


@pytest.fixture
def client() -> Client:
    """Return a signed-in person who may see orders and decisions."""
    user = User.objects.create_user("kim", is_staff=True)
    names = ["view_sourcingdecision", "view_order", "view_location"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def decision() -> SourcingDecision:
    """Return a decision between a location that is short and one that is not."""
    tea = make_product("TEA")
    make_stock(tea, make_location("LON", name="London"), 3)
    make_stock(tea, make_location("MAN", name="Manchester", latitude=53.5, longitude=-2.2), 9)
    order = an_order([(tea, 4)], postal_code="SW1A 1AA")
    (row,) = source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())
    return row


def text(answer) -> str:
    """Return a page's text with single blanks."""
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.content.decode().split())


def test_the_page_shows_every_location_with_the_number_that_decided(client, decision) -> None:
    page = text(client.get(reverse("admin:fulfillment_sourcingdecision_change", args=[decision.pk])))
    assert "Manchester ships all 4 units from" in page
    assert "London lost: 3 of SKU TEA available, 4 needed." in page
    assert ">3 of 4</td>" in page
    assert "Proven: under these rules" in page


def test_the_order_leads_to_its_decision_and_back(client, decision) -> None:
    order = reverse("admin:orders_order_change", args=[decision.order_id])
    mine = reverse("admin:fulfillment_sourcingdecision_change", args=[decision.pk])
    assert mine in text(client.get(order))
    assert order in text(client.get(mine))


def test_a_person_without_the_right_is_not_led_to_decisions(decision) -> None:
    user = User.objects.create_user("ola", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_order"))
    client = Client()
    client.force_login(user)
    mine = reverse("admin:fulfillment_sourcingdecision_change", args=[decision.pk])
    assert mine not in text(client.get(reverse("admin:orders_order_change", args=[decision.order_id])))
    assert client.get(reverse("admin:fulfillment_sourcingdecision_replay", args=[decision.pk])).status_code == 403


def test_replay_gives_the_same_answer_and_says_what_would_have_changed_it(client, decision) -> None:
    page = text(client.get(reverse("admin:fulfillment_sourcingdecision_replay", args=[decision.pk])))
    assert "same answer" in page
    assert page.count(decision.outcome_hash) == 2
    assert "London would ship with 4 of SKU TEA free: London ships all 4 units" in page
    assert "With 3 of SKU TEA free at Manchester instead of 4 or more: " in page


def test_replay_says_so_when_the_answer_is_another(client, decision) -> None:
    SourcingDecision.objects.update(outcome_hash="0" * 64)
    page = text(client.get(reverse("admin:fulfillment_sourcingdecision_replay", args=[decision.pk])))
    assert "another answer" in page
    assert "0" * 64 in page
    assert "tell a developer" in page


def test_replay_without_the_rules_is_refused_in_words(client, decision) -> None:
    SourcingDecision.objects.update(rules_version=77)
    page = text(client.get(reverse("admin:fulfillment_sourcingdecision_replay", args=[decision.pk])))
    assert "There is no version 77 of the sourcing rules." in page


def test_replay_of_an_erased_customers_order_is_refused_in_words(client, decision) -> None:
    SourcingDecision.objects.update(snapshot=b"", sentence="")
    page = text(client.get(reverse("admin:fulfillment_sourcingdecision_replay", args=[decision.pk])))
    assert "What sourcing saw was erased with the customer" in page
    assert "4 of SKU" not in page


def test_replay_is_only_looked_at(client, decision) -> None:
    address = reverse("admin:fulfillment_sourcingdecision_replay", args=[decision.pk])
    assert client.post(address).status_code == 405
    assert client.get(address.replace(str(decision.pk), "999")).status_code == 404
    assert client.get(address.replace(f"/{decision.pk}/", "/x/")).status_code == 404


def test_decisions_of_another_channel_are_not_there(decision) -> None:
    from orders.models import ChannelMembership

    user = User.objects.create_user("kim", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_sourcingdecision"))
    ChannelMembership.objects.create(user=user, channel=a_channel("other").channel)
    client = Client()
    client.force_login(user)
    assert client.get(reverse("admin:fulfillment_sourcingdecision_replay", args=[decision.pk])).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("short=yes", 1),
        ("chosen=MAN", 1),
        ("chosen=LON", 0),
        ("chosen=nowhere", 2),
        ("trigger=placed", 1),
        ("trigger=sweep", 0),
        ("rules=1", 2),
        ("method=exact", 2),
        ("method=greedy", 0),
        ("parcels=0", 1),
        ("parcels=1", 1),
        ("parcels=4", 0),
        ("decided_at_from=2026-11-22&decided_at_to=2026-11-22", 2),
        ("decided_at_from=2026-11-23", 0),
        ("decided_at_to=2026-11-21", 0),
        ("decided_at_to=9999-12-31&decided_at_from=0001-01-01", 2),
        ("decided_at_from=rubbish", 2),
        ("decided_at_from=2026-99-99", 2),
    ],
)
def test_the_list_narrows(client, decision, query, found) -> None:
    order = an_order([(make_product("CUP"), 1)])
    source_orders(order_ids=[order.pk], trigger="asked_by_staff", actor=make_actor())
    page = client.get(f"{reverse(LIST)}?{query}")
    assert page.status_code == 200
    assert page.context["cl"].result_count == found


def test_the_list_costs_the_same_for_many(client, decision, django_assert_max_num_queries) -> None:
    client.get(reverse(LIST))
    tea = decision.order.lines.get().product
    for _ in range(5):
        order = an_order([(tea, 1)])
        source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())
    with django_assert_max_num_queries(14):
        assert client.get(reverse(LIST)).status_code == 200
