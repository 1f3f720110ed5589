"""The large shop of the benchmarks is a real one: its books agree, and a second filling is refused."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from fulfillment.models import PickTask
from oms.foundation.invariants import check
from oms.foundation.models import AuditLine, HandledEvent
from orders.models import Order, OrderLine
from tests.bench import pages
from tests.bench.floor import fill_floor
from tests.bench.seeding import NotEmpty, seed
from tests.factories import make_order, make_product

pytestmark = [pytest.mark.pg, pytest.mark.django_db]
NOW = timezone.now()


def test_its_books_agree():
    seed(orders=60, days=10, now=NOW)

    found = check(NOW + timedelta(hours=1))
    assert [(one.invariant.id, one.ids, one.error) for one in found if not one.holds] == []
    assert (Order.objects.count(), OrderLine.objects.count()) == (60, 120)
    assert sorted(Order.objects.values_list("state", flat=True).distinct()) == [
        *("cancelled", "completed", "placed", "released")
    ]
    assert AuditLine.objects.count() > 60 * 4
    assert HandledEvent.objects.exists()


def test_life_goes_on_after_it():
    seed(orders=20, now=NOW)
    fill_floor()

    assert PickTask.objects.count() == 34
    order = make_order([(make_product(), 1, 1000)])

    assert order.pk == 21


@pytest.mark.parametrize("who", [pages.boss, pages.clerk])
def test_its_pages_open(who):
    seed(orders=60, now=NOW)
    client = Client()
    client.force_login(who())

    answers = {name: client.get(address).status_code for name, address in pages.addresses()}
    assert {name: code for name, code in answers.items() if code not in (200, 302)} == {}


def test_it_fills_no_shop_that_has_orders():
    make_order()

    with pytest.raises(NotEmpty):
        seed(orders=20)

    assert Order.objects.count() == 1
