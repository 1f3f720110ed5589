"""Makes the rows that tests begin with, valid unless told otherwise."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from inventory.models import Location, Product, StockLevel, StockMovement
from oms.foundation.actor import Actor

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
_numbers = count(1)


def make_actor(label: str = "clerk", *, now: datetime = NOW) -> Actor:
    """Return a person who acts at a fixed moment."""
    return Actor("user", "", label, now)


def make_product(sku: str = "", **fields: Any) -> Product:
    """Make a product that weighs 500 g and costs 10.00 EUR."""
    sku = sku or f"SKU-{next(_numbers)}"
    return Product.objects.create(
        **{"sku": sku, "title": f"Title of {sku}", "unit_price": 1000, "weight_g": 500} | fields
    )


def make_location(code: str = "", **fields: Any) -> Location:
    """Make an active warehouse in Great Britain."""
    code = code or f"L{next(_numbers)}"
    return Location.objects.create(
        **{"code": code, "name": f"{code} warehouse", "latitude": 51.5, "longitude": 0.1} | fields
    )


def make_stock(product: Product, location: Location, on_hand: int = 10, **fields: Any) -> StockLevel:
    """Make a stock level with the movement that explains its pieces; tells nobody."""
    level = StockLevel.objects.create(product=product, location=location, on_hand=on_hand, **fields)
    if on_hand:
        StockMovement.objects.create(
            stock_level=level, quantity=on_hand, reason="opening", reference=f"opening:{level.pk}", at=NOW
        )
    return level
