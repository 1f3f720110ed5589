"""A floor with two lots of honey and three phones in bins, for tests of what is followed to the customer."""

from datetime import timedelta
from typing import Any

from fulfillment.models import FulfillmentOrder, PickList, TracedPieces
from fulfillment.models.traces import Fate
from fulfillment.services import walking
from inventory.models import BinStock, Lot, Product
from tests.factories import NOW, make_product
from tests.fulfillment.shop import an_order, sourced
from tests.fulfillment.walks import at_stop, claim
from tests.inventory.scans import Hall, a_hall


def a_followed_hall() -> Hall:
    """Return a hall with four of honey lot NEW in A-01, four of OLD in A-02, and phones P1 to P3 in R-01."""
    hall = a_hall(0)
    make_product("HONEY", barcode="9501101530003", title="Honey", followed_by="lot", expires=True, weight_g=300)
    make_product("PHONE", barcode="4003", title="Phone", followed_by="serial", weight_g=200)
    for number, days, bin_ in (("NEW", 300, "A-01"), ("OLD", 30, "A-02")):
        hall.scan("receive", bin_)
        hall.scan("loose")
        hall.scan("receive", f"(01)09501101530003(17){NOW + timedelta(days=days):%y%m%d}(10){number}", 4)
    hall.scan("receive", "R-01")
    hall.scan("loose")
    hall.scan("receive", "PHONE", 3)
    for number in ("P1", "P2", "P3"):
        hall.scan("receive", number)
    return hall


def wanted(**skus: int) -> FulfillmentOrder:
    """Return released work for so many pieces by SKU."""
    products = {one.sku: one for one in Product.objects.filter(sku__in=skus)}
    (work,) = sourced(an_order([(products[sku], pieces) for sku, pieces in skus.items()]))
    return work


def walked(hall: Hall, *codes: Any) -> list[str]:
    """Begin a walk where there is none and scan codes, or pairs of a code and pieces; return what was answered."""
    walk = PickList.objects.filter(state="in_progress").first() or claim(hall.place, hall.ann)
    pairs = [one if isinstance(one, tuple) else (one, 1) for one in codes]
    return [at_stop(walking.scan, walk, hall.ann, code, pieces).sentence for code, pieces in pairs]


def lots(sku: str) -> dict[tuple[str, str], int]:
    """Return the pieces of a product by bin and lot."""
    rows = BinStock.objects.filter(stock_level__product__sku=sku, quantity__gt=0).select_related("bin", "lot")
    return {(row.where, row.lot.number if row.lot else ""): row.quantity for row in rows}


def traces() -> dict[str, int]:
    """Return the pieces that were picked and not lost, by lot."""
    rows = TracedPieces.objects.filter(fate=Fate.HELD).select_related("lot")
    found: dict[str, int] = {}
    for row in rows:
        found[row.lot.number] = found.get(row.lot.number, 0) + row.quantity
    return found


def lot(number: str) -> Lot:
    """Return a lot by its number."""
    return Lot.objects.select_related("product").get(number=number)
