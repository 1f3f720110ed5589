"""Every act is one declaration: it has its permission, its way back or why there is none, and says why it is closed."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User

from oms.foundation.actions import actions_of, closed_reasons, run_action
from oms.foundation.models import AuditLine, OutboxEvent
from oms.foundation.refusals import Denied, Invalid, Refused
from orders.models import ApiKey, Order, OrderAddress, Payment, Refund
from orders.services.drafts import Draft, DraftLine, create_draft
from orders.services.holds import expire_holds
from tests.factories import NOW, make_actor, make_channel, make_product, order_in, take_order
from tests.orders.payments.desk import at, gate_of

pytestmark = pytest.mark.django_db
MODELS = [Order, Refund, Payment, ApiKey]
OURS = [one for model in MODELS for one in actions_of(model) if one.permission.startswith("orders.")]
ALL = [pytest.param(one, id=one.key) for one in OURS]


@pytest.fixture
def root() -> User:
    """Have somebody who may do everything."""
    return User.objects.create_superuser("root")


def do(order: Order, name: str, principal: User, **data: object) -> Order:
    """Do an act as the button and the API do, and return the order read anew."""
    [action] = [one for one in actions_of(Order) if one.name == name]
    run_action(action, principal=principal, lookup={"number": order.number}, data=data, now=NOW)
    return Order.objects.get(pk=order.pk)


@pytest.mark.parametrize("action", ALL)
def test_the_permission_of_an_act_exists(action):
    app, codename = action.permission.split(".")
    assert Permission.objects.filter(content_type__app_label=app, codename=codename).count() == 1


@pytest.mark.parametrize("action", ALL)
def test_the_way_back_of_an_act_exists(action):
    names = {one.name for one in actions_of(action.model)}
    assert action.irreversible or action.inverse in names
    assert action.help.endswith(".")


@pytest.mark.parametrize("action", [pytest.param(one, id=one.key) for one in actions_of(Order)])
def test_nobody_without_the_permission_does_it(action):
    order = take_order()
    before = list(AuditLine.objects.values_list("pk", flat=True))

    with pytest.raises(Denied):
        run_action(action, principal=User.objects.create_user("nobody"), lookup={"pk": order.pk}, data={}, now=NOW)

    assert list(AuditLine.objects.values_list("pk", flat=True)) == before


def test_every_closed_button_says_why(root):
    order = take_order()
    do(order, "cancel", root)
    order = Order.objects.get(pk=order.pk)

    for action in actions_of(Order):
        for reason in closed_reasons(action, order, root):
            assert reason.code
            assert reason.sentence.endswith(".")


def test_a_field_that_the_act_does_not_have_is_refused(root):
    order = take_order()
    with pytest.raises(Invalid, match="not a field"):
        do(order, "cancel", root, why="typo")
    assert Order.objects.get().state == "placed"


def test_a_new_address_replaces_the_old_snapshot_and_is_checked(root):
    given = order_in().shipping_address
    broken = type(given)(name="Ann", line1="1 High Street", city="Berlin", postal_code="12", country="DE")
    order = take_order(shipping_address=broken)
    assert gate_of(order, "address")[0] == "closed"

    do(order, "edit_address", root, postal_code="10115")

    assert gate_of(order, "address") == ("open", "")
    old, new = OrderAddress.objects.filter(order=order, kind="shipping").order_by("pk")
    assert (old.postal_code, old.replaced_at, new.postal_code, new.line1) == ("12", NOW, "10115", "1 High Street")
    assert OutboxEvent.objects.filter(kind="AddressChanged").count() == 1


def test_an_address_without_a_field_is_refused(root):
    order = take_order()
    with pytest.raises(Invalid, match="at least one field"):
        do(order, "edit_address", root, kind="shipping")
    assert OrderAddress.objects.filter(replaced_at=None).count() == 2


def test_a_corrected_contact_opens_the_data_gate(root):
    customer = type(order_in().customer)("Ann Lee", "", "")
    order = take_order(customer=customer)
    assert gate_of(order, "data") == ("closed", "missing_email")

    do(order, "edit_contact", root, customer_name="Ann Lee", email="ann@example.com", phone="")

    assert gate_of(order, "data") == ("open", "")


def test_a_product_made_later_is_found_by_checking_again(root):
    order = take_order()
    order.lines.update(product=None, sku="LATE")
    do(order, "recheck", root)
    assert gate_of(order, "data") == ("closed", "unknown_sku")

    product = make_product("LATE")
    do(order, "recheck", root)

    assert gate_of(order, "data") == ("open", "")
    assert order.lines.get().product == product
    assert OutboxEvent.objects.filter(kind="OrderLinesChanged").count() == 1


def test_tags_notes_and_mails(root):
    order = take_order(tags=["old"])

    order = do(order, "set_tags", root, tags="vip, gift ,vip")
    assert order.tags == ["gift", "vip"]
    order = do(order, "stop_mails", root)
    assert order.notifies_customer is False
    do(order, "add_note", root, note="Called: leave it at the door")
    assert AuditLine.objects.filter(subject=order.stream, act="orders.note").get().note.startswith("Called")


def test_a_hold_the_customer_asked_for_ends_by_itself(root):
    order = take_order()
    do(order, "hold", root, reason="customer_request", due_at=(NOW + timedelta(hours=1)).isoformat())

    assert expire_holds(at(60)) == "0 ended"
    assert expire_holds(at(3601)) == "1 ended"

    assert order.holds.get().state == "expired"


def test_money_is_typed_as_people_write_it(root):
    order = take_order()

    do(order, "refund", root, amount="4.90", reason="broken")
    with pytest.raises(Invalid):
        do(order, "refund", root, amount="4.9.0")

    assert list(Refund.objects.values_list("amount", flat=True)) == [490]


def test_a_draft_is_placed_at_the_prices_agreed(root):
    account = make_channel("phone")
    make_product("TEE", unit_price=1990)
    draft = Draft(
        account_id=account.pk,
        customer_name="Ann",
        email="Ann@Example.com",
        lines=[DraftLine("TEE", 2), DraftLine("TEE", 1, 1500)],
        shipping_total=490,
    )
    order = create_draft(draft=draft, actor=make_actor())
    assert (order.total, order.state, order.customer.email) == (5970, "draft", "ann@example.com")

    do(order, "change_lines", root, lines="TEE 1\nTEE 1 15.00")
    order = do(order, "place", root, token="tok_ok")

    assert (order.state, order.total, order.payment_status) == ("placed", 3980, "pending")
    assert sorted(order.gates.values_list("name", flat=True)) == ["address", "data", "fraud", "payment", "stock"]
    assert gate_of(order, "address") == ("closed", "missing_address")
    assert OutboxEvent.objects.filter(kind="OrderPlaced").count() == 1


def test_a_placed_order_is_no_draft_any_more(root):
    order = take_order()
    with pytest.raises(Refused, match="Only a draft"):
        do(order, "change_lines", root, lines="TEE 1")
    assert order.lines.count() == 1
