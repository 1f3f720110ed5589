"""What a marketplace says beyond the sale, and whose sale it is: ship-by, fee, sales representative."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from fulfillment.models import FulfillmentOrder
from fulfillment.services.opening import open_now
from oms.foundation.refusals import Invalid
from oms.foundation.scope import scoped
from orders.intake import CustomerIn
from orders.models import Channel, ChannelMembership, Customer, Order, OrderLine, Payment
from orders.services.capture import capture_orders
from tests.factories import NOW, make_actor, make_channel, make_location, order_in, take_order
from tests.orders.api.conftest import order_json
from tests.orders.test_console import client_of, the_list, the_page

pytestmark = pytest.mark.django_db
SAID = {"ship_by": "2026-11-24T12:00:00Z", "deliver_by": "2026-11-26", "channel_fee": "3.21", "sales_rep": "rita"}


@pytest.fixture
def rita():
    """Return a sales representative who has no channel yet."""
    return User.objects.create_user("rita", is_staff=True)


def test_a_channel_says_when_it_wants_it_shipped_what_it_keeps_and_who_sold_it(caller, rita):
    made = caller.post("/orders/", order_json(**SAID)).json()
    assert {name: made[name] for name in SAID} == SAID
    assert made["total"] == "37.70", "what the channel keeps is no part of what the customer pays"
    order = Order.objects.get()
    assert (order.channel_fee, order.sales_rep) == (321, rita)
    assert caller.get(f"/orders/{order.number}/").json() == made


def test_a_representative_whom_nobody_knows_costs_no_order_and_stays_as_a_tag(caller):
    made = caller.post("/orders/", order_json(sales_rep="ghost", tags=["vip"])).json()
    assert (made["sales_rep"], made["tags"]) == ("", ["vip", "sales rep: ghost"])


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"ship_by": "tomorrow"}, "ship_by", "bad_moment"),
        ({"deliver_by": "2026-02-30"}, "deliver_by", "bad_day"),
        ({"deliver_by": "2026-11-26T12:00:00Z"}, "deliver_by", "bad_day"),
        ({"deliver_by": 20261126}, "deliver_by", "bad_day"),
        ({"deliver_by": "2099-01-01"}, "deliver_by", "out_of_range"),
        ({"channel_fee": "-1.00"}, "channel_fee", "bad_amount"),
        ({"channel_fee": "1.005"}, "channel_fee", "bad_amount"),
        ({"sales_rep": 7}, "sales_rep", "invalid"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_field(caller, said, field, code):
    answer = caller.post("/orders/", order_json(**said))
    [fault] = answer.json()["errors"]
    assert (answer.status_code, fault["field"], fault["code"]) == (422, field, code)
    assert not Order.objects.exists()


def test_a_file_may_say_absurd_things_and_loses_no_order_to_them() -> None:
    account = make_channel()
    [captured] = capture_orders(account_id=account.pk, orders=[order_in(sales_rep="gh\x00ost")], actor=make_actor())
    assert captured.order.tags == ["sales rep: ghost"]
    with pytest.raises(Invalid) as refusal:
        capture_orders(account_id=account.pk, orders=[order_in(channel_fee=-1)], actor=make_actor())
    assert [(one.code, one.field) for one in refusal.value.reasons] == [("bad_amount", "channel_fee")]


def test_five_hundred_sales_ask_once_for_their_representatives(rita, django_assert_num_queries):
    account = make_channel()
    orders = [order_in(sales_rep="rita") for _ in range(5)]
    with django_assert_num_queries(1):
        from orders.services.capture_known import reps_of

        assert reps_of(orders) == {"rita": rita}
    captured = capture_orders(account_id=account.pk, orders=orders, actor=make_actor())
    with django_assert_num_queries(0):
        assert {one.order.sales_rep for one in captured} == {rita}


def test_the_lists_find_what_is_late_at_its_channel_and_whose_sale_it_was(caller, rita):
    late = take_order(ship_by=NOW - timedelta(days=400), sales_rep="rita")
    take_order(ship_by=NOW + timedelta(days=4000))
    take_order()
    client = client_of("view_order")
    client.force_login(User.objects.exclude(pk=rita.pk).latest("pk"))

    def found(query: str) -> set[str]:
        """Return the numbers on the list."""
        page = client.get(the_list("order") + query)
        return {order.number for order in page.context["cl"].result_list}

    assert found("?ship=late") == {late.number} and len(found("?ship=any")) == 2
    assert found(f"?rep={rita.pk}") == {late.number} and found("?rep=me") == set()
    assert found("?rep=nobody") == found("") and len(found("")) == 3
    assert found(f"?rep={'9' * 40}") == set()
    export = client.get(reverse("admin:orders_order_export") + "?ship=late")
    assert b"rita" in b"".join(export) and export.status_code == 200


def test_the_api_narrows_by_ship_by_and_representative(caller, rita):
    number = caller.post("/orders/", order_json(**SAID)).json()["number"]
    caller.post("/orders/", order_json(external_id="2"))
    for query in ({"ship_before": "2026-11-24T12:00:00Z"}, {"sales_rep": "rita"}):
        assert [one["number"] for one in caller.get("/orders/", **query).json()["results"]] == [number]


def test_the_page_shows_what_the_channel_said():
    order = take_order(ship_by=NOW, channel_fee=321, deliver_by=date(2026, 11, 26))
    page = client_of("view_order", "view_payment").get(the_page(order)).content.decode()
    assert "Channel wants it shipped by" in page and "Kept by the channel" in page and "3.21" in page
    assert "Promised to the customer for" in page and "26 Nov" in page


def test_the_floor_is_told_the_earlier_of_cutoff_and_what_the_channel_wants():
    place = make_location()
    soon, never = (take_order(ship_by=moment) for moment in (NOW + timedelta(hours=1), None))
    rows = [FulfillmentOrder(order=order, location=place) for order in (soon, never)]
    open_now(rows, {place.pk: NOW + timedelta(hours=3)}, NOW)
    assert [row.ship_by for row in rows] == [NOW + timedelta(hours=1), NOW + timedelta(hours=3)]


def test_who_sees_only_their_own_sales_sees_nothing_of_the_others(rita):
    hers, others = take_order(sales_rep="rita"), take_order(customer=CustomerIn("B", "b@example.com"))
    ChannelMembership.objects.create(user=rita, channel=hers.channel, own_only=True)
    assert set(scoped(rita, Order)) == {hers}
    assert {line.order for line in scoped(rita, OrderLine)} == {hers}
    assert {payment.order for payment in scoped(rita, Payment)} == {hers}
    assert set(scoped(rita, Channel)) == {hers.channel}
    assert not scoped(rita, Customer).exclude(orders=hers).exists()
    ChannelMembership.objects.update(own_only=False)
    assert set(scoped(User.objects.get(pk=rita.pk), Order)) == {hers, others}, "from her next request on"


def test_an_administrator_limits_a_person_on_the_page_of_the_channel(rita):
    channel = make_channel("web").channel
    client = client_of(superuser=True)
    address = reverse("admin:orders_channel_change", args=[channel.pk])
    form = client.get(address).context["adminform"].form
    said = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    said |= {"memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 0, "memberships-0-user": rita.pk}
    said |= {"memberships-0-own_only": "on", "accounts-TOTAL_FORMS": 0, "accounts-INITIAL_FORMS": 0}
    said |= {"memberships-0-channel": channel.pk}
    answer = client.post(address, {name: value for name, value in said.items() if value is not False})
    assert answer.status_code == 302, answer.context["errors"]
    assert ChannelMembership.objects.get().own_only
    assert "rita (own)" in client.get(address).content.decode(), "the timeline tells it"
    assert "memberships-0-user" not in client_of("view_channel", "change_channel").get(address).content.decode()
