"""What the demo shop's carrier asks: two services at home, two abroad."""

from typing import Any

from fulfillment.models import ShippingRate

STANDARD, EXPRESS = {"service": "standard"}, {"service": "express", "level": "express"}
RATES: list[dict[str, Any]] = [
    {"code": "de-standard", **STANDARD, "country": "DE", "price": 390, "per_started_kg": 60},
    {"code": "de-express", **EXPRESS, "country": "DE", "price": 990, "per_started_kg": 140, "transit_days": 1},
    {"code": "eu-standard", **STANDARD, "price": 890, "per_started_kg": 130, "usual_days": 3, "transit_days": 5},
    {"code": "eu-express", **EXPRESS, "price": 1990, "per_started_kg": 260, "transit_days": 2},
]


def make_rates() -> None:
    """Make the rate card; rules that ask for the least freight find it there."""
    for told in RATES:
        ShippingRate.objects.create(carrier="sandbox", up_to_g=31_500, **told)
