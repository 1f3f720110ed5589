"""The console's pages of demand: lists, buttons, drafts and keys."""

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orders.models import ApiKey, Channel, ChannelMembership, Order
from tests.factories import make_channel, make_location, make_product, make_stock, take_order
from tests.orders.payments.desk import ask

pytestmark = pytest.mark.django_db
LISTS = ["order", "customer", "payment", "refund", "channel", "channelaccount", "apikey"]


def client_of(*permissions: str, superuser: bool = False, channel: Channel | None = None) -> Client:
    """Return the browser of a signed-in member of staff."""
    user = User.objects.create_user(f"u{User.objects.count()}", is_staff=True, is_superuser=superuser)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    if channel:
        ChannelMembership.objects.create(user=user, channel=channel)
    client = Client()
    client.force_login(user)
    return client


def the_list(model: str) -> str:
    """Return the address of a list."""
    return reverse(f"admin:orders_{model}_changelist")


def the_page(order: Order, act: str = "") -> str:
    """Return the address of an order's page or of one of its buttons."""
    return (
        reverse("admin:orders_order_act", args=[order.pk, act])
        if act
        else reverse("admin:orders_order_change", args=[order.pk])
    )


@pytest.mark.parametrize("model", LISTS)
def test_every_list_opens_for_its_permission_alone(model):
    take_order()

    assert client_of(f"view_{model}").get(the_list(model)).status_code == 200
    assert client_of("view_product").get(the_list(model)).status_code == 403


def test_the_list_costs_the_same_for_ten_orders_as_for_two():
    client = client_of("view_order")

    def cost() -> int:
        """Return the statements of the list."""
        with CaptureQueriesContext(connection) as told:
            assert client.get(the_list("order")).status_code == 200
        return len(told)

    for _ in range(2):
        take_order(risk_stated="high")
    cost()
    few = cost()
    for _ in range(8):
        take_order(risk_stated="high")

    assert cost() == few


def test_the_list_says_what_an_order_waits_for():
    take_order(risk_stated="high")

    assert "Fraud: The channel states a high risk." in client_of("view_order").get(the_list("order")).text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("gate=fraud", 1),
        ("gate=address", 0),
        ("hold=payment_failed", 1),
        ("hold=any", 1),
        ("state__exact=placed", 2),
        ("tag=vip", 1),
        ("q=x-77", 1),
        ("q=77", 0),
        ("q=TEE", 1),
        ("q=erika@example.com", 2),
        ("q=%00", 2),
    ],
)
def test_the_list_is_narrowed(query, found):
    take_order([(make_product("TEE"), 1, 100)], risk_stated="high", external_id="x-77", tags=["vip"])
    take_order(token="tok_declined")
    ask(1)

    page = client_of("view_order").get(f"{the_list('order')}?{query}")

    assert page.context["cl"].result_count == found


def test_an_order_of_another_channel_is_not_there():
    order = take_order()
    other = make_channel("other").channel
    client = client_of("view_order", "cancel_order", channel=other)

    assert client.get(the_page(order)).status_code in (302, 404)
    assert client.post(the_page(order, "cancel")).status_code == 404
    assert Order.objects.get().state == "placed"


def test_the_page_of_an_order_opens_with_its_buttons():
    order = take_order(risk_stated="high")
    page = client_of("view_order", "hold_order", "waive_order").get(the_page(order))

    assert page.status_code == 200
    assert "Waive gate" in page.text
    assert "Cancel order" not in page.text


def test_a_button_does_its_act_with_the_permission_alone():
    order = take_order(risk_stated="high")
    values = {"gate": "fraud", "reason": "known to us", "version": order.version}

    assert client_of("view_order").post(the_page(order, "waive_gate"), values).status_code == 403
    assert client_of("view_order", "waive_order").post(the_page(order, "waive_gate"), values).status_code == 302
    assert order.gates.get(name="fraud").state == "waived"


def test_a_stale_page_does_nothing():
    order = take_order()
    values = {"reason": "", "version": order.version + 3}

    assert client_of("view_order", "cancel_order").post(the_page(order, "cancel"), values).status_code == 409
    assert Order.objects.get().state == "placed"


def test_the_page_costs_the_same_with_a_long_history():
    client = client_of(superuser=True)

    def cost(order: Order) -> int:
        """Return the statements of an order's page."""
        with CaptureQueriesContext(connection) as told:
            assert client.get(the_page(order)).status_code == 200
        return len(told)

    cost(take_order())
    small = cost(take_order([(make_product(), 1, 100)], token="tok_ok"))
    large = cost(take_order([(make_product(), 1, 100) for _ in range(10)]))

    assert small <= 60
    assert large == small


def test_a_draft_shows_price_and_stock_before_it_is_saved():
    make_channel("phone")
    make_stock(make_product("TEE", title="Red tee", unit_price=1990), make_location("LON"), 4)
    client = client_of("view_order", "draft_order", "place_order")

    page = client.post(reverse("admin:orders_order_add"), _draft("TEE", 5, look="1"))

    assert "Red tee" in page.text
    assert "4 free (LON 4)" in page.text
    assert Order.objects.count() == 0


def test_a_draft_is_saved_and_placed():
    make_channel("phone")
    make_product("TEE", unit_price=1990)
    client = client_of("view_order", "draft_order", "place_order")

    client.post(reverse("admin:orders_order_add"), _draft("TEE", 2))
    order = Order.objects.get()
    assert (order.state, order.total) == ("draft", 3980)
    client.post(the_page(order, "place"), {"method": "bank transfer", "token": ""})

    order = Order.objects.get()
    assert (order.state, order.payment_status) == ("placed", "pending")
    assert order.gates.get(name="payment").code == "awaiting_transfer"


def test_a_draft_with_an_unknown_article_names_its_line():
    make_channel("phone")

    page = client_of("view_order", "draft_order").post(reverse("admin:orders_order_add"), _draft("NO", 2))

    assert "Line 1: there is no product NO on sale." in page.text
    assert Order.objects.count() == 0


def _draft(sku: str, quantity: int, **more: str) -> dict[str, object]:
    """Return what a person types on the draft page."""
    account = Channel.objects.get(code="phone").accounts.get().pk
    return {
        "account": account,
        "customer_name": "Ann Lee",
        "email": "ann@example.com",
        "line1": "1 High Street",
        "city": "Leeds",
        "postal_code": "LS1 4AP",
        "country": "GB",
        "service_level": "standard",
        "lines-TOTAL_FORMS": 1,
        "lines-INITIAL_FORMS": 0,
        "lines-0-sku": sku,
        "lines-0-quantity": quantity,
        **more,
    }


def test_a_key_is_shown_once_and_can_be_revoked():
    account = make_channel("web")
    client = client_of("view_apikey", "add_apikey", "change_apikey")

    page = client.post(reverse("admin:orders_apikey_add"), {"account": account.pk, "name": "shop", "scopes": "*"})
    key = ApiKey.objects.get()
    assert f"oms_{key.prefix}_" in page.text
    assert f"oms_{key.prefix}_" not in client.get(the_list("apikey")).text

    client.post(reverse("admin:orders_apikey_act", args=[key.pk, "revoke"]))

    assert ApiKey.objects.get().revoked_at is not None
