"""A shipment of more pieces than SQLite takes in one question that is asked with OR."""

import pytest

from fulfillment.models import Allocation, Package, PackageItem, Shipment
from fulfillment.parcel_answers import shipment_answer
from fulfillment.queries import shipments_with_parcels
from orders.models import OrderLine
from returns.models import Return, ReturnLine
from returns.panels import returns_part
from tests.factories import NOW, make_location, make_product, make_stock
from tests.fulfillment.shop import an_order, packed, sourced

pytestmark = pytest.mark.django_db
MANY = 1_100


@pytest.fixture
def shipment() -> Shipment:
    """A shipment of one parcel with many lines of its order in it."""
    tea = make_product("TEA")
    level = make_stock(tea, make_location("LON"), 10)
    row = packed(sourced(an_order([(tea, 1)]))[0])
    goods = {"order": row.order, "sku": "TEA", "quantity": 1, "quantity_open": 1, "unit_price": 100}
    lines = OrderLine.objects.bulk_create(OrderLine(position=10 + n, **goods) for n in range(MANY))
    pieces = Allocation.objects.bulk_create(
        Allocation(
            order_line=line, fulfillment_order=row.fulfillment_order, stock_level=level, quantity=1, created_at=NOW
        )
        for line in lines
    )
    package = Package.objects.get()
    PackageItem.objects.bulk_create(PackageItem(package=package, allocation=one, quantity=1) for one in pieces)
    return row


def test_its_answer_names_all_of_them(shipment) -> None:
    (row,) = shipments_with_parcels(Shipment.objects.all())
    assert len(shipment_answer(row)["packages"][0]["items"]) == MANY + 1


def test_a_return_of_all_of_them_is_read_with_their_lines(shipment) -> None:
    back = Return.objects.create(number="R1", order=shipment.order, reason="changed_mind")
    lines = OrderLine.objects.all()
    ReturnLine.objects.bulk_create(ReturnLine(return_order=back, order_line=line, quantity=1) for line in lines)
    ((answer,),) = returns_part([shipment.order_id]).values()
    assert answer["number"] == "R1"
