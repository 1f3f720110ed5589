"""A floor with measured bins, orders on it, and the waves that are made of them."""

from collections.abc import Sequence
from typing import Any

from fulfillment.models import FulfillmentOrder, PickList, Wave
from fulfillment.picking.plan import Strategy
from fulfillment.services.waves import Wanted, make_wave, release_wave
from inventory.models import Bin, Location, Product
from inventory.models.bins import BinKind
from tests.factories import make_actor, make_location, make_product, make_stock
from tests.fulfillment.shop import an_order, sourced


def a_floor(aisles: int = 3, bays: int = 4, *, code: str = "LON") -> tuple[Location, list[Product]]:
    """Return a location with aisles 3 m apart, bays 1 m apart, a bench before the second, and a product in each bin."""
    place = make_location(code)
    products = []
    for aisle in range(aisles):
        for bay in range(1, bays + 1):
            name = chr(ord("A") + aisle)
            told = {"aisle": name, "zone": "Z1" if aisle < 2 else "Z2", "x_mm": 3000 * aisle, "y_mm": 1000 * bay}
            Bin.objects.create(location=place, code=f"{name}-{bay}", **told)
            products.append(make_product(f"{name}{bay}", barcode=f"40{aisle}{bay}"))
            make_stock(products[-1], place, 50, bin=f"{name}-{bay}")
    Bin.objects.create(location=place, code="PACK", kind=BinKind.PACKING, x_mm=3000, y_mm=0)
    return place, products


def some_work(*baskets: Sequence[tuple[Product, int]], **fields: Any) -> list[FulfillmentOrder]:
    """Return released work for orders."""
    return [sourced(an_order(basket, **fields))[0] for basket in baskets]


def a_wave(place: Location, strategy: Strategy = Strategy.CLUSTER, **wanted: Any) -> Wave:
    """Return a draft of all that waits at a place."""
    told = Wanted(location_id=place.pk, strategy=strategy, **wanted)
    return make_wave(work=FulfillmentOrder.objects.all(), wanted=told, actor=make_actor())


def released(wave: Wave) -> list[PickList]:
    """Release a draft and return its walks in their turn."""
    release_wave(wave_id=wave.pk, within=FulfillmentOrder.objects.all(), actor=make_actor())
    return list(wave.walks.order_by("turn"))


def stops(walk: PickList) -> list[tuple[str, int, str]]:
    """Return bin, pieces and tote of the stops of a walk, in its order."""
    return list(walk.tasks.order_by("position").values_list("bin", "quantity", "tote"))
