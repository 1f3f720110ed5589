"""The invariants of the way back: clean books pass, each corruption is found by the one aimed at."""

import pytest
from django.db import connection

from oms.foundation.invariants import check
from orders.models import OrderLine
from returns.models import Return, ReturnLine
from tests.factories import NOW
from tests.returns.world import announced, completed_return, shipped_order, tee

pytestmark = pytest.mark.django_db
OURS = ["I8", "I8r", "I8o", "I8s", "I16r"]


@pytest.fixture
def books():
    """The books of a completed return of one piece of two."""
    return completed_return(shipped_order((tee(), 2, 1990)), announced("TEE", 1))


def broken() -> dict[str, tuple[int, ...]]:
    """Return the invariants that do not hold, with the ids."""
    return {finding.invariant.id: finding.ids for finding in check(NOW, only=OURS) if finding.count}


def corrupt(sql: str, *, beside: str = "") -> None:
    """Change a row past every guard; ``beside`` names a CHECK that would refuse it."""
    with connection.cursor() as cursor:
        if beside and connection.vendor == "postgresql":
            table = sql.split()[1]
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {beside}")
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = on")
        cursor.execute(sql)
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = off")


def test_clean_books_hold(books):
    assert broken() == {}


@pytest.mark.parametrize(
    ("sql", "beside", "found"),
    [
        ("update orders_orderline set quantity_returned = 3", "line_returned_shipped", {"I8", "I8o"}),
        ("update orders_orderline set quantity_returned = 2", "", {"I8o"}),
        ("update returns_returnline set quantity_received = 0, quantity_restocked = 0", "", {"I8r", "I8o", "I8s"}),
        ("update returns_returnline set quantity_restocked = 2", "return_line_in_order", {"I8r", "I8s"}),
        ("update returns_returnreceipt set quantity = 9", "", {"I8r"}),
        ("update returns_returnline set quantity_restocked = 0", "", {"I8s"}),
        ("update returns_return set state = 'received'", "", {"I16r"}),
    ],
)
def test_a_corruption_is_found(books, sql, beside, found):
    corrupt(sql, beside=beside)

    wrong = broken()

    assert set(wrong) == found
    named = {
        "I8": OrderLine.objects.get().pk,
        "I8o": OrderLine.objects.get().pk,
        "I8r": ReturnLine.objects.get().pk,
        "I8s": ReturnLine.objects.get().pk,
        "I16r": Return.objects.get().pk,
    }
    assert wrong == {name: (named[name],) for name in found}
