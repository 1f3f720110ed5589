"""What the demo shop packs into: a bag and four cartons, stocked as products that nobody buys."""

from typing import Any

from fulfillment.models import Box
from inventory.models import Product
from inventory.services.stock import adjust_stock
from oms.foundation.actor import Actor

PLACES = {"HAM": 120, "MUC": 60}
BOXES: list[dict[str, Any]] = [
    {"code": "BAG-S", "title": "Mailing bag", "sides": (320, 240, 60), "max_g": 2_000, "own_g": 25, "cost": 9},
    {"code": "BOX-S", "title": "Small carton", "sides": (250, 200, 150), "max_g": 8_000, "own_g": 110, "cost": 38},
    {"code": "BOX-M", "title": "Medium carton", "sides": (350, 250, 200), "max_g": 15_000, "own_g": 210, "cost": 62},
    {"code": "BOX-L", "title": "Large carton", "sides": (450, 350, 300), "max_g": 25_000, "own_g": 390, "cost": 98},
    {"code": "BOX-XL", "title": "Double-walled", "sides": (700, 450, 400), "max_g": 31_000, "own_g": 760, "cost": 189},
]


def make_boxes(actor: Actor) -> None:
    """Make the boxes and what they are stocked as; the largest has run out in Munich."""
    for told in BOXES:
        sku = f"PACK-{told['code']}"
        product = Product.objects.create(
            sku=sku, title=told["title"], unit_cost=told["cost"], weight_g=told["own_g"], is_active=False
        )
        for code, pieces in PLACES.items():
            if (told["code"], code) != ("BOX-XL", "MUC"):
                reference = f"demo:{sku}:{code}"
                adjust_stock(
                    sku=sku, location=code, quantity=pieces, reason="opening", reference=reference, actor=actor
                )
        length, width, height = told["sides"]
        plain = {name: told[name] for name in ("code", "title", "max_g", "own_g", "cost")}
        Box.objects.create(product=product, length_mm=length, width_mm=width, height_mm=height, **plain)
