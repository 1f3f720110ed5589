"""A day is the day of the place where it counts, also while another one has begun by Greenwich's clock."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from fulfillment.models import SubstituteOffer
from fulfillment.services.sourcing.offers import told
from fulfillment.services.sourcing.outlook import coming_stock, read_outlook
from inventory.models import IncomingStock
from orders.models import OrderLine
from tests.factories import make_location, make_product

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("zone", "hour", "counts"),
    [
        ("America/Los_Angeles", datetime(2026, 11, 21, 3, tzinfo=UTC), True),
        ("America/Los_Angeles", datetime(2026, 11, 21, 9, tzinfo=UTC), False),
        ("Asia/Tokyo", datetime(2026, 11, 20, 14, tzinfo=UTC), True),
        ("Asia/Tokyo", datetime(2026, 11, 20, 16, tzinfo=UTC), False),
    ],
)
def test_incoming_stock_counts_until_its_day_is_over_at_its_location(zone: str, hour: datetime, counts: bool) -> None:
    tea, place = make_product("TEA"), make_location("FAR", timezone=zone)
    IncomingStock.objects.create(product=tea, location=place, quantity=4, expected_on=FRIDAY, reference="PO 1")

    coming = coming_stock([tea.pk], IncomingStock.objects.all(), hour)

    assert [one.pieces for one in coming.get(tea.pk, ())] == ([4] if counts else [])
    assert bool(read_outlook([tea.pk], hour).coming) == counts


def test_an_offer_runs_out_on_the_shops_own_day() -> None:
    line, tea = OrderLine(sku="CUP", position=1), make_product("TEA")
    offer = SubstituteOffer(order_line=line, product=tea, quantity=1, expires_at=datetime(2026, 11, 20, 16, tzinfo=UTC))
    with timezone.override("Asia/Tokyo"):
        assert told(offer) == "1 × TEA instead of CUP (line 1), until 21 Nov 2026."
