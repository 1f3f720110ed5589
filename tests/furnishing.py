"""A shop to put under load: three places, fifty products in plenty and five that are scarce, two channels."""

from collections.abc import Mapping

from inventory.models import Location, Product, StockLevel, StockMovement
from tests.assortment import COMMON, PLACES, TIGHT
from tests.factories import NOW, make_api_key, make_channel

PRICE = 1000
PLENTY = 1_000_000


def furnish(*, scarce: int) -> Mapping[str, str]:
    """Make it and return the keys of the channels ``life`` and ``lane``; of a scarce product each place has so many."""
    places = Location.objects.bulk_create(
        [Location(code=code, name=code.title(), latitude=50 + n, longitude=0.1) for n, code in enumerate(PLACES)]
    )
    skus = [f"C{n}" for n in range(COMMON)] + [f"T{n}" for n in range(TIGHT)]
    products = Product.objects.bulk_create(
        [Product(sku=sku, title=sku, unit_price=PRICE, weight_g=500) for sku in skus]
    )
    levels = StockLevel.objects.bulk_create(
        [
            StockLevel(product=one, location=place, on_hand=scarce if one.sku.startswith("T") else PLENTY)
            for one in products
            for place in places
        ]
    )
    StockMovement.objects.bulk_create(
        [
            StockMovement(
                stock_level=one, quantity=one.on_hand, reason="opening", reference=f"opening:{one.pk}", at=NOW
            )
            for one in levels
        ]
    )
    life, lane = make_channel("life"), make_channel("lane", sends_mail=False)
    return {"life": make_api_key(life), "lane": make_api_key(lane)}
