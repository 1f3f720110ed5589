"""Many rows go in with one statement, several tables at once where the engine can, and what is new is told."""

from datetime import timedelta

import pytest
from django.db import DataError, IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from oms.foundation.inserting import Pointer
from oms.foundation.inserts import insert_new, insert_rows, insert_together
from oms.foundation.models import AuditLine, InboxMessage, OutboxEvent
from orders.models import Customer, OrderLine, Payment
from tests.conftest import on_postgresql
from tests.factories import NOW, make_order, make_product

pytestmark = pytest.mark.django_db


def facts(number: int) -> list[OutboxEvent]:
    """Return unsaved rows with a text, a moment, an empty column and JSON."""
    return [
        OutboxEvent(stream=f"s:{at}", kind="K", payload={"at": [at, None]}, occurred_at=NOW) for at in range(number)
    ]


def lines_for(order, skus) -> list[OrderLine]:
    """Return unsaved lines of the SKUs."""
    return [
        OrderLine(order=order, position=10 + at, sku=sku, quantity=1, quantity_open=1, unit_price=100)
        for at, sku in enumerate(skus)
    ]


@pytest.mark.parametrize("number", [1, 2, 3, 40])
def test_rows_are_stored_as_they_are_and_get_their_keys_in_order(number):
    rows = facts(number)
    with CaptureQueriesContext(connection) as told:
        insert_rows(rows)
    assert len(told) == 1
    stored = list(OutboxEvent.objects.order_by("pk"))
    assert [row.pk for row in stored] == [row.pk for row in rows]
    assert [(row.stream, row.payload, row.occurred_at, row.next_try_at) for row in stored] == [
        (f"s:{at}", {"at": [at, None]}, NOW, None) for at in range(number)
    ]
    assert not rows[0]._state.adding


def test_an_inserted_row_can_be_saved_again():
    rows = facts(1)
    insert_rows(rows)
    rows[0].kind = "L"
    rows[0].save()
    assert OutboxEvent.objects.get().kind == "L"


def test_a_secret_is_encrypted_on_its_way_in():
    order = make_order()
    insert_rows(
        [Payment(order=order, gateway="g", method="m", token="tok", currency="EUR", amount=n) for n in (1, 2, 3)]
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM orders_payment WHERE gateway = 'g'")
        assert all("tok" not in token for (token,) in cursor.fetchall())
    assert set(Payment.objects.filter(gateway="g").values_list("token", flat=True)) == {"tok"}


@pytest.mark.parametrize("number", [1, 3])
def test_a_text_too_long_is_not_cut(number):
    rows = facts(number)
    rows[0].kind = "x" * 65
    if on_postgresql():
        with pytest.raises(DataError):
            insert_rows(rows)
    else:
        insert_rows(rows)
        assert len(OutboxEvent.objects.order_by("pk")[0].kind) == 65


def test_a_check_has_the_last_word():
    rows = facts(4)
    rows[2].state = "nonsense"
    with pytest.raises(IntegrityError):
        insert_rows(rows)


def test_rows_of_several_tables_go_in_together():
    audit = [
        AuditLine(at=NOW + timedelta(hours=at), entity="e", entity_id=at, subject="s", act="a", actor_kind="user")
        for at in range(3)
    ]
    events = facts(2)
    with CaptureQueriesContext(connection) as told:
        insert_together(audit, [], events)
    assert len(told) == (1 if on_postgresql() else 2)
    assert [(row.pk, row.entity_id) for row in AuditLine.objects.order_by("pk")] == [
        (row.pk, row.entity_id) for row in audit
    ]
    assert [(row.pk, row.stream) for row in OutboxEvent.objects.order_by("pk")] == [
        (row.pk, row.stream) for row in events
    ]


def test_tables_too_large_for_one_statement_go_in_one_by_one(monkeypatch):
    monkeypatch.setattr("oms.foundation.inserts.MOST_VALUES", 60)
    audit = [AuditLine(at=NOW, entity="e", entity_id=at, subject="s", act="a", actor_kind="user") for at in range(9)]
    events = facts(9)
    insert_together(audit, events)
    assert [row.pk for row in AuditLine.objects.order_by("pk")] == [row.pk for row in audit]
    assert [row.pk for row in OutboxEvent.objects.order_by("pk")] == [row.pk for row in events]


def test_nothing_to_insert_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert_rows([])
        insert_together([], [])
        assert insert_new([], mark="number") == []


def test_only_what_is_new_is_told():
    def messages():
        return [
            InboxMessage(source="s", message_id=f"m{at}", kind="k", body=b"\x00b", headers={"a": "b"}, received_at=NOW)
            for at in range(4)
        ]

    first = insert_new(messages()[:2], mark="message_id")
    again = insert_new(messages(), mark="message_id")
    assert [row.message_id for row in first] == ["m0", "m1"]
    assert [row.message_id for row in again] == ["m2", "m3"]
    stored = InboxMessage.objects.get(message_id="m3")
    assert (stored.pk, bytes(stored.body), stored.headers) == (again[1].pk, b"\x00b", {"a": "b"})


@pytest.mark.parametrize("number", [1, 5])
def test_a_pointer_finds_rows_by_their_text_within_the_insert(number):
    order = make_order()
    sold, ended = make_product("SOLD"), make_product("ENDED", is_active=False)
    skus = ["ENDED", "NOBODY", "SOLD", "", "SOLD"][:number]
    rows = lines_for(order, skus)
    with CaptureQueriesContext(connection) as told:
        insert_rows(rows, pointer=Pointer("product", "sku", skus, only=("is_active",)))
        found = [(row.product and (row.product.pk, row.product.sku, bool(row.product.is_active))) for row in rows]
    assert len(told) == 1
    expected = [(ended.pk, "ENDED", False), None, (sold.pk, "SOLD", True), None, (sold.pk, "SOLD", True)]
    assert found == expected[:number]
    stored = OrderLine.objects.filter(position__gte=10).order_by("pk")
    assert [row.product_id for row in stored] == [one and one[0] for one in expected[:number]]


def test_a_pointer_with_a_blank_text_finds_nobody():
    order = make_order()
    Customer.objects.create(email="")
    rows = lines_for(order, [""])
    insert_rows(rows, pointer=Pointer("product", "sku", [""]))
    assert rows[0].product is None


def test_a_pointer_follows_its_rows_into_the_next_statement(monkeypatch):
    monkeypatch.setattr("oms.foundation.inserts.MOST_VALUES", 40)
    order, products = make_order(), [make_product(f"P{at}") for at in range(7)]
    rows = lines_for(order, [product.sku for product in products])
    insert_rows(rows, pointer=Pointer("product", "sku", [product.sku for product in products]))
    assert [row.product_id for row in rows] == [product.pk for product in products]


def test_json_keeps_its_shape_in_an_array_of_rows():
    rows = facts(3)
    rows[1].payload = {"quote": 'a "b" \\ c', "list": [[1, 2], []], "text": "{1,2}"}
    insert_rows(rows)
    assert OutboxEvent.objects.get(pk=rows[1].pk).payload == rows[1].payload
