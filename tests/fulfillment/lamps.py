"""A shop that sells a lamp of two bulbs and a shade: assembled in London and Leeds, and nowhere else."""

from fulfillment.models import Allocation, AllocationPart
from inventory.models import KitComponent, Location, Product, StockLevel
from orders.models import Order
from tests.factories import make_location, make_product, make_stock
from tests.fulfillment.shop import an_order


class LampShop:
    """The products and places; stock is put there by each test."""

    def __init__(self) -> None:
        self.lamp = make_product("LAMP", title="Desk lamp", weight_g=0)
        self.bulb = make_product("BULB", title="Bulb", barcode="5001", weight_g=100)
        self.shade = make_product("SHADE", title="Shade", barcode="5002", weight_g=700)
        for part, quantity in ((self.bulb, 2), (self.shade, 1)):
            KitComponent.objects.create(kit=self.lamp, component=part, quantity=quantity)
        self.london = make_location("LON", name="London", capabilities=["kitting"])
        self.leeds = make_location("LEE", name="Leeds", latitude=53.8, longitude=-1.55, capabilities=["kitting"])
        self.paris = make_location("PAR", name="Paris", latitude=48.9, longitude=2.3)

    def stock(self, place: Location, *, bulbs: int = 0, shades: int = 0, lamps: int = 0) -> None:
        """Put pieces on the shelves of a place."""
        for product, pieces, bin_code in (
            (self.bulb, bulbs, "B-1"),
            (self.shade, shades, "S-2"),
            (self.lamp, lamps, ""),
        ):
            if pieces:
                make_stock(product, place, pieces, bin=bin_code)

    def order(self, lamps: int = 1, *more: tuple[Product, int], **fields: object) -> Order:
        """Return a placed order of lamps and more."""
        return an_order([(self.lamp, lamps), *more], **fields)


def held(product: Product, place: Location) -> int:
    """Return the pieces that a level has promised; none where there is no level."""
    return StockLevel.objects.filter(product=product, location=place).values_list("allocated", flat=True).first() or 0


def on_hand(product: Product, place: Location) -> int:
    """Return the pieces that lie at a place."""
    return StockLevel.objects.filter(product=product, location=place).values_list("on_hand", flat=True).first() or 0


def promised() -> list[tuple[str, int, str, bool]]:
    """Return (location, units, state, assembled) of every allocation."""
    rows = Allocation.objects.order_by("pk")
    return list(rows.values_list("fulfillment_order__location__code", "quantity", "state", "is_assembled"))


def parts_held() -> dict[str, int]:
    """Return the pieces in one kit by SKU, of the newest allocation that is assembled."""
    newest = Allocation.objects.filter(is_assembled=True).order_by("-pk")[0]
    rows = AllocationPart.objects.filter(allocation=newest)
    return dict(rows.values_list("stock_level__product__sku", "per_kit"))
