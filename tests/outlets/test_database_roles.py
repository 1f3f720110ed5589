"""The shop runs as a role that owns nothing, and reports read without being able to write or to see a secret."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, ProgrammingError, connection, connections, transaction

from inventory.models import StockMovement
from oms.foundation.invariants import check
from oms.foundation.models import AuditLine
from oms.outlets.database_roles import ERASABLE, books
from oms.outlets.privacy.erasing import erase_customer
from orders.models import Order
from tests.books import EVENING
from tests.factories import make_actor
from tests.security.canary import home_and_back

pytestmark = [pytest.mark.django_db, pytest.mark.pg]


def role(who):
    """Return the name of a role; roles are the whole server's, where other tests may run on other databases."""
    return f"{who} of {connection.settings_dict['NAME']}"


def run(sql):
    """Run one statement and return how many rows it touched or found."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.rowcount


@pytest.fixture
def granted():
    """Make both roles in the test's own transaction, which takes them away again."""
    run(f'create role "{role("shop")}"')
    run(f'create role "{role("report")}"')
    grant()


def grant():
    """Say what both may do."""
    call_command("grant_roles", shop=role("shop"), report=role("report"), stdout=StringIO())


def become(who):
    """Go on with the rights of a role."""
    run(f'set local role "{role(who)}"')


def refused(sql):
    """Tell whether a statement is refused, and that for want of a right."""
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
        run(sql)
    return True


OWNERS_ACTS = [
    "create table more (id int)",
    "create function more() returns int language sql as 'select 1'",
    "alter table orders_order add column more int",
    "alter table inventory_stockmovement disable trigger all",
    "alter table orders_order drop constraint if exists orders_order_pkey",
    "drop trigger inventory_stockmovement_append_only on inventory_stockmovement",
    "drop table orders_order",
    "truncate orders_order cascade",
    "drop index if exists audit_entity",
    "set session_replication_role = replica",
    "create or replace function oms_append_only() returns trigger language plpgsql as 'begin return new; end'",
]
BOOKKEEPING = [
    "update inventory_stockmovement set quantity = quantity + 1",
    "delete from inventory_stockmovement",
    "select * from inventory_stockmovement for update",
    "update foundation_auditline set act = 'another'",
    "delete from foundation_auditline",
    "update django_migrations set name = 'another'",
    "delete from django_migrations",
]


def test_the_shop_lives_a_whole_life_without_owning_anything(granted):
    """From the API to a parcel at home, a return, a refund and the erasure of the customer."""
    become("shop")
    order = home_and_back()
    assert order.state == "completed"
    assert StockMovement.objects.filter(quantity__lt=0).exists()
    assert [one.invariant.id for one in check(EVENING) if not one.holds] == []
    erase_customer(customer_id=order.customer_id, actor=make_actor(now=EVENING))
    assert Order.objects.get(pk=order.pk).customer_name == "Erased customer"


@pytest.mark.parametrize("sql", OWNERS_ACTS + BOOKKEEPING)
def test_the_shop_can_neither_change_what_holds_its_rows_nor_its_books(granted, sql):
    become("shop")
    assert refused(sql)


def test_the_trigger_still_stands_before_what_the_shop_may_write(granted):
    home_and_back()
    become("shop")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditLine.objects.update(note="other words")


def test_reports_read_everything_but_secrets(granted):
    home_and_back()
    become("report")
    assert run("select o.*, l.* from orders_order o join orders_orderline l on l.order_id = o.id") == 1
    assert run("select * from foundation_auditline") > 5
    assert run("select username, last_login from auth_user") > 0
    assert run("select id, name from orders_apikey") == 1
    for secret in (
        "select password from auth_user",
        "select * from foundation_personsession",
        "select digest from orders_apikey",
        "select webhook_secret from orders_channelaccount",
        "select token from orders_payment",
        "select key from foundation_secondfactor",
    ):
        assert refused(secret), secret


@pytest.mark.parametrize(
    "sql",
    [
        *OWNERS_ACTS,
        *BOOKKEEPING,
        "update orders_order set total = 0",
        "insert into orders_customer (name) values ('more')",
        "delete from orders_order",
        "select nextval(pg_get_serial_sequence('orders_order', 'id'))",
        "select * from orders_order for update",
    ],
)
def test_reports_write_nothing(granted, sql):
    become("report")
    assert refused(sql)


def test_what_is_granted_again_is_as_before_and_new_tables_are_there_for_the_shop(granted):
    run("create table more (id bigserial primary key, said text)")
    with transaction.atomic():
        become("shop")
        assert run("insert into more (said) values ('new')") == 1
        run("reset role")
    with transaction.atomic():
        become("report")
        assert refused("select * from more")
        run("reset role")
    grant()
    become("report")
    assert run("select * from more") == 1


def test_every_book_is_known_by_its_trigger():
    assert books() == [
        "foundation_auditline",
        "fulfillment_allocationpart",
        "fulfillment_expectedday",
        "inventory_binmovement",
        "inventory_stockmovement",
    ]
    assert set(ERASABLE) < set(books())


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("select 1", "There is no role “shop of"),
        ("create role {shop} superuser", "owns tables"),
        ("create role {shop} createrole", "owns tables"),
        ("create role {shop}; alter table orders_order owner to {shop}", "owns tables"),
        ("create role {shop}; grant {owner} to {shop}", "owns tables"),
    ],
    ids=["missing", "superuser", "maker of roles", "owner", "member of the owner"],
)
def test_a_role_that_could_help_itself_is_refused(made, said):
    run(f'create role "{role("report")}"')
    run(made.format(shop=f'"{role("shop")}"', owner=connection.settings_dict["USER"]))
    with pytest.raises(CommandError, match=said):
        grant()
    assert run(f"select from information_schema.role_table_grants where grantee = '{role('report')}'") == 0


def test_sqlite_has_no_roles(monkeypatch):
    monkeypatch.setattr(connections["default"], "vendor", "sqlite")
    with pytest.raises(CommandError, match="Only PostgreSQL has roles"):
        grant()


def test_one_role_for_both_is_refused():
    with pytest.raises(CommandError, match="must be two roles"):
        call_command("grant_roles", "--shop", "oms_app", "--report", "oms_app")
