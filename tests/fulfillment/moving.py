"""A shop with two locations for tests of moving pieces by hand, and what its books tell."""

from collections import Counter
from typing import Any

from fulfillment.models import Allocation, FulfillmentOrder, SourcingDecision
from fulfillment.services.sourcing.reading import replay
from inventory.models import Location, Product, StockLevel
from oms.foundation.invariants import check
from orders.models import Order
from tests.factories import NOW, make_location, make_product, make_stock
from tests.fulfillment.shop import an_order, sourced

OPEN = ("allocated", "picked")
OF_MONEY = ("I13", "I30")
"""The orders of these tests have no totals."""
GONE = ("cancelled", "rejected")


class Shop:
    """London and Leeds with ten TEA and ten CUP each; London is nearer to all customers."""

    def __init__(self, pieces: int = 10) -> None:
        self.london = make_location("LON", name="London")
        self.leeds = make_location("MAN", name="Leeds", latitude=50.0, longitude=0.1)
        self.tea, self.cup = make_product("TEA"), make_product("CUP")
        for product in (self.tea, self.cup):
            for place in (self.london, self.leeds):
                make_stock(product, place, pieces)

    def work(self, *wants: tuple[Product, int], **fields: Any) -> FulfillmentOrder:
        """Return the open work of one order, three TEA and one CUP unless told otherwise."""
        (row,) = sourced(an_order(wants or [(self.tea, 3), (self.cup, 1)], **fields))
        return row

    def free(self, product: Product, place: Location, pieces: int) -> None:
        """Let so many pieces of a product be free at a location."""
        level = StockLevel.objects.get(product=product, location=place)
        level.safety_stock = level.on_hand - level.allocated - pieces
        level.save()


def promised(order_id: int) -> dict[str, dict[str, int]]:
    """Return an order's promised pieces by location and SKU."""
    found: dict[str, Counter[str]] = {}
    for one in Allocation.objects.filter(fulfillment_order__order=order_id, state__in=OPEN).select_related(
        "fulfillment_order__location", "order_line"
    ):
        found.setdefault(one.fulfillment_order.location.code, Counter())[one.order_line.sku] += one.quantity
    return {code: dict(pieces) for code, pieces in found.items()}


def live(order: Order | int) -> list[FulfillmentOrder]:
    """Return an order's work that was not taken away."""
    return list(FulfillmentOrder.objects.filter(order=order).exclude(state__in=GONE).order_by("pk"))


def broken() -> list[str]:
    """Return the invariants of every committed moment that do not hold, but for those of money."""
    found = [one.invariant.id for one in check(NOW, classes=["A"]) if not one.holds]
    return [name for name in found if name not in OF_MONEY]


def undecided() -> list[tuple[int, int]]:
    """Return (line, level) of open allocations that no decision on record gave, and decisions that replay otherwise."""
    given = Counter(
        (portion["line_id"], portion["stock_level_id"])
        for row in SourcingDecision.objects.all()
        for portion in row.outcome["portions"]
    )
    held = Allocation.objects.filter(state__in=OPEN).values_list("order_line", "stock_level")
    other = [(0, row.pk) for row in SourcingDecision.objects.all() if not replay(row).same]
    return [pair for pair in held if pair not in given] + other
