"""The page “Can I promise 40 by Friday?” answers in a sentence and names the orders that would slip."""

import html
from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from fulfillment.models import Allocation
from inventory.models import Product
from inventory.services.incoming import announce_stock
from tests.factories import make_actor, make_channel, make_location, make_product, make_stock
from tests.fulfillment.api import Api
from tests.fulfillment.rules import a_draft, in_force
from tests.fulfillment.shop import an_order, sourced
from tests.inventory.test_console import client_of, page

pytestmark = pytest.mark.django_db
ADDRESS = "/fulfillment/sourcingdecision/promise/"
LEEDS = {"latitude": 53.8, "longitude": -1.55}


def day(ahead: int) -> str:
    """Return a day so far ahead."""
    return (timezone.now() + timedelta(days=ahead)).date().isoformat()


def ask(client, quantity: int, ahead: int, sku: str = "TEA", **more: str) -> str:
    """Ask, and return the page's words."""
    query = {"sku": sku, "quantity": quantity, "day": day(ahead), "country": "GB", "postal_code": "LS1 4AP"}
    answer = client.get(ADDRESS, query | {"service_level": "standard"} | more)
    assert answer.status_code == 200
    return html.unescape(answer.text)


@pytest.fixture
def tea():
    """Ten TEA in Leeds, none in Manchester."""
    tea = make_product("TEA")
    make_location("MAN")
    make_stock(tea, make_location("LEE", **LEEDS), 10)
    return tea


@pytest.fixture
def clerk():
    """Somebody who sees stock and orders."""
    return client_of("view_stocklevel", "view_order", "view_product")


def test_yes_perhaps_and_no(tea, clerk) -> None:
    assert "Yes: 4 of TEA arrive by" in ask(clerk, 4, 9)
    assert "No: 4 of TEA arrive by" in ask(clerk, 4, -1)
    assert "No: 30 of 40 of TEA are neither free nor on their way in time." in ask(clerk, 40, 9)
    assert "There is no product with the SKU “NOPE”." in ask(clerk, 1, 9, sku="NOPE")


def test_what_is_on_its_way_makes_it_a_yes_and_is_shown(tea, clerk) -> None:
    expected = (timezone.now() + timedelta(days=2)).date()
    told = {"sku": "TEA", "location": "LEE", "quantity": 30, "expected_on": expected}
    announce_stock(**told, reference="PO", actor=make_actor())
    text = ask(clerk, 40, 20)
    assert "Yes: 40 of TEA arrive by" in text
    assert "On its way" in text


def test_what_is_overdue_or_years_away_promises_nothing(tea, clerk) -> None:
    today = timezone.now().date()
    for reference, expected in (("LATE", today - timedelta(days=2)), ("NEVER", date(9999, 12, 31))):
        told = {"sku": "TEA", "location": "LEE", "quantity": 30, "expected_on": expected}
        announce_stock(**told, reference=reference, actor=make_actor())
    assert "No: 30 of 40 of TEA are neither free nor on their way in time." in ask(clerk, 40, 20)


def test_where_there_is_enough_it_says_what_keeps_it_and_names_no_order(tea, clerk) -> None:
    sourced(an_order([(tea, 2)]))
    Product.objects.update(capability="engraving")
    text = ask(clerk, 4, 9)
    assert "No: 4 of TEA cannot be promised. No location can ship any of the 4 units." in text
    assert "Orders that would slip" not in text


def test_orders_that_would_slip_are_named_the_youngest_first_until_it_is_enough(tea, clerk) -> None:
    first, second = (an_order([(tea, 5)]) for _ in range(2))
    sourced(first)
    sourced(second)
    text = ask(clerk, 4, 9)
    assert "Orders that would slip" in text
    assert second.number in text and first.number not in text
    assert Allocation.objects.filter(state="allocated").count() == 2, "asking takes nothing"

    text = ask(clerk, 40, 9)
    assert first.number in text and second.number in text and "Even so 30 would be missing." in text


def test_who_sees_no_orders_is_told_of_none(tea) -> None:
    order = an_order([(tea, 10)])
    sourced(order)
    text = ask(client_of("view_stocklevel"), 4, 9)
    assert "No: 4 of" in text and order.number not in text


def test_an_empty_question_and_a_wrong_one_are_forms(tea, clerk) -> None:
    assert 'value="TEA"' in clerk.get(f"{ADDRESS}?sku=TEA").text
    text = ask(clerk, 0, 9, country="Britain")
    assert "Write two letters, like GB." in text and "Yes" not in text


def test_the_products_page_leads_there_and_others_may_not_look(tea, clerk) -> None:
    assert f"{ADDRESS}?sku=TEA" in clerk.get(page("product", tea)).text
    assert client_of("view_order").get(ADDRESS).status_code == 403
    assert clerk.post(ADDRESS).status_code == 405


def test_the_rules_of_a_channel_hold_for_what_is_promised_there(tea, clerk) -> None:
    wholesale = make_channel("wholesale").channel
    rule = {"name": "Not to wholesale", "channels": ["wholesale"], "locations": ["LEE"], "effect": "exclude"}
    in_force(a_draft(rule))

    assert "Yes: 4 of TEA arrive by" in ask(clerk, 4, 9)
    assert "No: 4 of TEA cannot be promised." in ask(clerk, 4, 9, channel=str(wholesale.pk))


def test_a_key_promises_by_the_rules_of_its_own_channel_and_by_tag_and_total(tea) -> None:
    api = Api(make_channel("wholesale"))
    rules = [
        {"name": name, "channels": ["wholesale"], "locations": ["LEE"], "effect": "exclude", **condition}
        for name, condition in (("Gifts", {"tags": ["gift"]}), ("Dear", {"total_from": 50_00}))
    ]
    in_force(a_draft(*rules))

    def promised(**query: str) -> bool:
        return api.get("availability/?" + urlencode({"sku": "TEA", **query})).json()["basket"]["complete"]

    assert promised() and promised(tag="loyal", total="49.99")
    assert not promised(tag="gift") and not promised(total="50.00")


@pytest.mark.parametrize(
    ("query", "field"), [({"channel": "nowhere"}, "channel"), ({"total": "much"}, "total"), ({"tag": "x" * 65}, "tag")]
)
def test_what_cannot_be_read_of_an_order_is_named(tea, query, field) -> None:
    answer = Api(make_channel("web")).get("availability/?" + urlencode({"sku": "TEA", **query}))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
