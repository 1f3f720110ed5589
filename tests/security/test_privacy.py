"""A customer's data is handed out whole, and erased without a trace while the books stay whole."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from fulfillment.models import Shipment
from inventory.models import Product
from oms.foundation.audit import record
from oms.foundation.inbox import receive
from oms.foundation.invariants import check
from oms.foundation.models import AuditLine, IdempotencyKey, InboxMessage
from oms.foundation.refusals import Refused
from oms.outlets.models import Notification
from oms.outlets.privacy.classes import columns_erased, columns_plain, columns_with_words
from oms.outlets.privacy.erasing import erase_customer
from oms.outlets.privacy.register import PARTS
from orders.intake import CustomerIn
from orders.models import Customer, Order
from orders.services.holds import place_hold
from orders.services.notes import add_note, set_tags
from returns.models import Return
from tests.books import EVENING
from tests.corruption import undone
from tests.factories import make_actor, take_order
from tests.security.canary import EMAIL, NAME, NOTE, PERSONAL, PHONE, STREET, home_and_back, left_of

pytestmark = pytest.mark.django_db
CLERK = make_actor(now=EVENING)
MONEY = ("state", "total", "payment_status", "fulfillment_status", "external_id", "number", "placed_at")


@pytest.fixture
def order():
    """Return the completed order of the canary."""
    found = home_and_back()
    assert found.state == "completed"
    return found


def broken():
    """Return the invariants that do not hold, with the rows that break them."""
    return [(one.invariant.id, one.ids, one.error) for one in check(EVENING) if not one.holds]


def test_F100_erase_leaves_no_trace(order):
    """The search finds the canary in many places first: otherwise it would prove nothing."""
    before = {name: getattr(order, name) for name in MONEY}
    assert len(left_of(PERSONAL)) > 15
    assert broken() == []
    call_command("erase_customer", EMAIL)
    assert left_of(PERSONAL) == []
    after = Order.objects.get(pk=order.pk)
    assert {name: getattr(after, name) for name in MONEY} == before
    assert broken() == []


def seen_left():
    """Return the customers of whom something is seen to be left."""
    [found] = check(EVENING, only=["I29"])
    assert found.error == ""
    return found.ids


def test_a_word_that_is_left_or_comes_back_is_seen(order):
    """Each column of the register in turn, in the newest row of its kind; the canary's life has nearly every kind."""
    erase_customer(customer_id=order.customer_id, actor=CLERK)
    words = {str: "left", bytes: b"left", dict: {"left": 1}, list: ["left"]}
    tried, seen = [], []
    for part in PARTS:
        row = part.model._base_manager.filter(**{part.owner: order.customer_id}).order_by("pk").last()
        for name, erased in part.columns.items() if row else ():
            tried += [(part.model, name)] if name not in part.later else []
            with undone():
                part.model._base_manager.filter(pk=row.pk).update(**{name: words[type(erased)]})
                seen += [(part.model, name)] if seen_left() == (order.customer_id,) else []
    assert seen == tried
    assert len(tried) > 25


def test_a_line_of_before_that_keeps_its_words_is_seen(order):
    erase_customer(customer_id=order.customer_id, actor=CLERK)
    assert seen_left() == ()
    record(make_actor(now=EVENING - timedelta(hours=1)), "orders.note", order, note="left")
    assert seen_left() == (order.customer_id,)


def test_what_is_said_after_the_erasure_is_nobodys_trace(order):
    erase_customer(customer_id=order.customer_id, actor=CLERK)
    late = make_actor(now=EVENING + timedelta(hours=1))
    with time_machine.travel(late.now):
        add_note(order_id=order.pk, note="a box came back", actor=late)
        set_tags(order_id=order.pk, tags=["late"], actor=late)
        place_hold(order_id=order.pk, blocks=["refund"], note="a chargeback", actor=late)
    assert seen_left() == ()


def test_nobody_writes_a_name_on_the_page_of_who_was_erased(order):
    erase_customer(customer_id=order.customer_id, actor=CLERK)
    desk = Client()
    desk.force_login(User.objects.get(username="desk"))
    customer = Customer.objects.get(pk=order.customer_id)
    form = {"name": NAME, "phone": PHONE, "language": "de", "note": NOTE, "version": customer.version}
    answer = desk.post(f"/orders/customer/{customer.pk}/change/", form | {"orders-TOTAL_FORMS": 0})
    assert answer.status_code == 403
    assert Customer.objects.get(pk=customer.pk).name == "Erased customer"


def test_others_keep_their_data(order):
    other = take_order([(Product.objects.get(), 1, 1000)])
    before = Customer.objects.filter(pk=other.customer_id).values().get()
    erase_customer(customer_id=order.customer_id, actor=CLERK)
    assert Customer.objects.filter(pk=other.customer_id).values().get() == before
    assert other.addresses.exclude(line1="").exists()


def test_the_pages_of_what_is_left_still_open(order):
    erase_customer(customer_id=order.customer_id, actor=CLERK)
    desk = Client()
    desk.force_login(User.objects.get(username="desk"))
    pages = [f"/orders/customer/{order.customer_id}/change/", f"/orders/order/{order.pk}/change/", "/orders/order/"]
    for model in (Shipment, Return, Notification):
        pages += [f"/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/" for row in model.objects.all()]
    for page in pages:
        answer = desk.get(page)
        assert answer.status_code == 200, page
        assert not any(word.lower() in answer.content.decode().lower() for word in PERSONAL), page


@pytest.mark.parametrize("who", ["nobody@example.org", "999999", "", "²"])
def test_nobody_is_not_found(who):
    for command in ("erase_customer", "export_customer"):
        with pytest.raises(CommandError, match="There is no customer"):
            call_command(command, who)


def test_what_is_under_way_is_ended_first():
    """Every reason is told, and nothing is erased."""
    open_order = take_order()
    with pytest.raises(CommandError, match=rf"not completed or cancelled yet: {open_order.number}\."):
        call_command("erase_customer", str(open_order.customer_id))
    assert Customer.objects.get(pk=open_order.customer_id).erased_at is None
    assert open_order.addresses.exclude(line1="").exists()


def test_nobody_is_erased_twice(order):
    erase_customer(customer_id=order.customer_id, actor=CLERK)
    with pytest.raises(Refused, match="erased already"):
        erase_customer(customer_id=order.customer_id, actor=CLERK)


def test_a_new_order_of_the_same_person_begins_a_new_customer(order):
    erase_customer(customer_id=order.customer_id, actor=CLERK)
    again = take_order([(Product.objects.get(), 1, 1000)], customer=CustomerIn(name=NAME, email=EMAIL))
    assert again.customer_id != order.customer_id


def test_the_act_stands_on_the_customers_page_for_administrators(order):
    desk = Client()
    desk.force_login(User.objects.get(username="desk"))
    page = f"/orders/customer/{order.customer_id}/"
    assert "act/erase/" in desk.get(f"{page}change/").content.decode()
    with time_machine.travel(EVENING):
        assert desk.post(f"{page}act/erase/").status_code == 302
    assert Customer.objects.get(pk=order.customer_id).erased_at is not None


def test_the_export_is_whole_and_holds_no_secret(order, capsys):
    call_command("export_customer", EMAIL.upper())
    told = capsys.readouterr().out
    found = json.loads(told)
    assert found["orders.customer"][0]["email"] == EMAIL
    assert {len(found[kind]) for kind in ("orders.order", "orders.orderline", "returns.return")} == {1}
    assert len(found["orders.orderaddress"]) == 2
    assert all(word in told for word in (NAME, STREET, NOTE))
    assert "tok_ok" not in told
    assert {"orders.capture", "orders.note"} <= {line["act"] for line in found["foundation.auditline"]}
    assert AuditLine.objects.filter(act="outlets.export_customer").count() == 1


@pytest.mark.parametrize(
    "changes",
    [{"note": "other words"}, {"note": "", "data": {}, "act": "another"}, {"note": "", "data": {"more": 1}}],
    ids=["other words", "another act", "other data"],
)
def test_an_audit_line_loses_its_words_and_nothing_else(order, changes):
    lines = AuditLine.objects.filter(act="orders.note")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        lines.update(**changes)
    assert lines.update(note="", data={}) == 1


def test_every_column_with_words_is_classed():
    """Either it is erased, or columns.toml says that no customer is in it; neither page names a column that is gone."""
    assert columns_erased() & columns_plain() == set()
    assert columns_with_words() - columns_erased() == columns_plain()


def test_who_only_shares_a_name_a_street_or_a_company_is_left_alone(order):
    """A stored answer that went would let a repeated refund be paid twice; a message of somebody else's is theirs."""
    others = [f'{{"name": "{NAME}"}}', f'{{"line1": "{STREET}"}}', '{"company": "Canary Company Ltd"}']
    order.addresses.update(company="Canary Company Ltd")
    for place, body in enumerate(others):
        told = {"body": body.encode(), "created_at": EVENING, "fingerprint": "f", "status": 200}
        IdempotencyKey.objects.create(owner="another", key=str(place), **told)
        receive(
            source="z", kind="nobody", account="z", message_id=str(place), body=body.encode(), headers={}, actor=CLERK
        )
    InboxMessage.objects.filter(source="z").update(state="done", done_at=EVENING)
    erase_customer(customer_id=order.customer_id, actor=CLERK)
    for rows in (IdempotencyKey.objects.filter(owner="another"), InboxMessage.objects.filter(source="z")):
        assert [bytes(row.body).decode() for row in rows.order_by("pk")] == others


def test_a_stored_answer_loses_its_words_and_still_stops_a_repeated_request(order):
    before = IdempotencyKey.objects.count()
    erase_customer(customer_id=order.customer_id, actor=CLERK)
    assert IdempotencyKey.objects.count() == before
    assert {bytes(row.body) for row in IdempotencyKey.objects.filter(owner__startswith="account:")} == {b"{}"}
