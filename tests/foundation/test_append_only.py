"""Append-only books: audit lines and stock movements."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from inventory.models import StockMovement
from inventory.services.stock import adjust_stock
from oms.foundation.models import AuditLine
from tests.factories import make_actor, make_location, make_product

BOOKS = pytest.mark.parametrize("book", [AuditLine, StockMovement])


@pytest.fixture
def written(db):
    """Write one line into each book."""
    make_product("TEE")
    make_location("LON")
    adjust_stock(sku="TEE", location="LON", quantity=3, reason="receipt", reference="recv:1", actor=make_actor())


@BOOKS
def test_F21_stock_cannot_be_edited(written, book):
    column = "act" if book is AuditLine else "reference"
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        book.objects.update(**{column: "other"})

    assert getattr(book.objects.get(), column) in ("inventory.adjust_stock", "recv:1")


@BOOKS
def test_a_line_cannot_be_deleted(written, book):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        book.objects.all().delete()

    assert book.objects.count() == 1


@BOOKS
def test_F21_a_line_cannot_be_deleted_by_raw_sql(written, book):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {book._meta.db_table}")

    assert book.objects.count() == 1


@BOOKS
@pytest.mark.django_db(transaction=True)
def test_emptying_the_whole_database_leaves_the_guard_in_place(book):
    make_product("TEE")
    make_location("LON")
    adjust_stock(sku="TEE", location="LON", quantity=3, reason="receipt", actor=make_actor())

    call_command("flush", interactive=False, verbosity=0)

    assert book.objects.count() == 0
    make_product("TEE")
    make_location("LON")
    adjust_stock(sku="TEE", location="LON", quantity=3, reason="receipt", actor=make_actor())
    with pytest.raises(IntegrityError, match="append-only"):
        book.objects.all().delete()
