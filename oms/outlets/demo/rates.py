"""What the demo shop's carrier asks: two services at home, one abroad, and the shop's own courier in town."""

from typing import Any

from fulfillment.models import ShippingRate
from inventory.models import Location

RATES: list[dict[str, Any]] = [
    {"code": "de-standard", "service": "standard", "country": "DE", "price": 390, "per_started_kg": 60},
    {"code": "de-express", "service": "express", "level": "express", "country": "DE", "price": 990,
     "per_started_kg": 140, "usual_days": 1, "transit_days": 1},
    {"code": "eu-standard", "service": "standard", "price": 890, "per_started_kg": 130, "usual_days": 3,
     "transit_days": 5},
]  # fmt: skip


def make_rates() -> None:
    """Make the rate card; rules that ask for the least freight find it there."""
    for told in RATES:
        ShippingRate.objects.create(carrier="sandbox", up_to_g=31_500, **told)
    store = Location.objects.filter(kind="store", country="DE").order_by("code").first()
    if store is not None:
        ShippingRate.objects.create(
            code=f"{store.code.lower()}-courier",
            carrier="courier",
            service="in town",
            level="same_day",
            location=store,
            country="DE",
            postal_prefix=store.postal_code[:2],
            up_to_g=5000,
            price=650,
            usual_days=0,
            transit_days=0,
        )
