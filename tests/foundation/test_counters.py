"""Adding to integer columns."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from inventory.models import Product, StockLevel
from oms.foundation.counters import CHUNK, add_to
from oms.foundation.models import PeriodicJob
from tests.factories import make_location, make_product, make_stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def levels():
    """Make three stock levels of ten pieces."""
    location = make_location()
    return [make_stock(make_product(), location, 10) for _ in range(3)]


def counts():
    """Return (on hand, allocated, version) of every level."""
    return list(StockLevel.objects.order_by("id").values_list("on_hand", "allocated", "version"))


def test_every_row_gets_its_own_deltas_in_one_statement(levels, django_assert_num_queries):
    with django_assert_num_queries(1):
        add_to(
            StockLevel, ["on_hand", "allocated"], {levels[0].pk: (5, 1), levels[1].pk: (-3, 7), levels[2].pk: (0, 2)}
        )
    assert counts() == [(15, 1, 1), (7, 7, 1), (10, 2, 1)]


def test_what_does_not_change_is_left_alone(levels, django_assert_num_queries):
    with django_assert_num_queries(0):
        add_to(StockLevel, ["on_hand", "allocated"], {levels[0].pk: (0, 0)})
    assert counts()[0] == (10, 0, 0)


def test_the_moment_of_the_change_is_kept(levels):
    before = timezone.now()
    add_to(StockLevel, ["on_hand"], {levels[0].pk: (1,)})
    assert StockLevel.objects.get(pk=levels[0].pk).updated_at >= before
    assert StockLevel.objects.get(pk=levels[1].pk).updated_at < before


def test_a_sum_that_the_table_refuses_changes_nothing(levels):
    with pytest.raises(IntegrityError), transaction.atomic():
        add_to(StockLevel, ["allocated"], {levels[0].pk: (1,), levels[1].pk: (11,)})
    assert counts() == [(10, 0, 0)] * 3


def test_a_missing_row_is_an_error_and_changes_nothing(levels):
    missing = levels[-1].pk + 1000
    with pytest.raises(LookupError, match="1 rows of StockLevel are missing"), transaction.atomic():
        add_to(StockLevel, ["on_hand"], {levels[0].pk: (1,), missing: (1,)})
    assert counts() == [(10, 0, 0)] * 3


def test_more_rows_than_a_chunk_take_one_statement_a_chunk(django_assert_num_queries):
    Product.objects.bulk_create(Product(sku=f"S{number}", weight_g=1) for number in range(CHUNK + 1))
    keys = list(Product.objects.values_list("pk", flat=True))
    with django_assert_num_queries(2):
        add_to(Product, ["weight_g", "unit_price"], dict.fromkeys(keys, (2, 2**40)))
    assert set(Product.objects.values_list("weight_g", "unit_price")) == {(3, 2**40)}


def test_no_statement_can_be_smuggled_in(levels):
    with pytest.raises(ValueError, match="invalid literal"):
        add_to(StockLevel, ["on_hand"], {levels[0].pk: ("1); DROP TABLE x; --",)})  # type: ignore[dict-item]
    assert connection.is_usable()


def test_a_table_without_versions_is_counted_too():
    job = PeriodicJob.objects.create(name="x", due_at=timezone.now())
    with pytest.raises(Exception, match="nothing"):
        add_to(PeriodicJob, ["nothing"], {job.pk: (1,)})
