"""What of the demo shop is followed: honey by lot with best-before dates, and watches by serial number, in Hamburg."""

from datetime import timedelta

from inventory.models import Bin, Location, Product
from inventory.models.catalogue import FollowedBy
from inventory.models.stock import MovementReason
from inventory.services.bins import put_away
from inventory.services.lots import block_lot, lot_that_came
from inventory.services.stock import Change, level_of, move_stock
from oms.foundation.actor import Actor
from oms.outlets.demo.bins import FACE
from oms.outlets.demo.catalogue import HONEY, WATCH, Article

LOTS = {"H2611": (40, 9, "A08-1"), "H2702": (300, 24, "A08-2"), "H2703": (330, 6, "A08-2")}
FACES = {"A08-1": 3200, "A08-2": 3600}


def make_lots(actor: Actor) -> None:
    """Make both products and take in what there is of them: three lots, of which one is blocked, and five watches."""
    place = Location.objects.get(code="HAM")
    told = {"zone": "PICK", "aisle": "A", "bay": "08", "x_mm": 0, **FACE}
    faces = [Bin(location=place, code=code, y_mm=y, sequence=800 + y, **told) for code, y in FACES.items()]
    Bin.objects.bulk_create(faces)
    _make(HONEY, FollowedBy.LOT, "4260107220015")
    _make(WATCH, FollowedBy.SERIAL, "4260107220022")
    for number, (days, pieces, bin_) in LOTS.items():
        _take_in(HONEY.sku, number, pieces, bin_, actor, days=days)
    blocked = Product.objects.get(sku=HONEY.sku).lots.get(number="H2703")
    block_lot(lot_id=blocked.pk, note="the maker recalls it: glass in a jar", actor=actor)
    for piece in range(77001, 77006):
        _take_in(WATCH.sku, f"W-{piece}", 1, "A08-1", actor)


def _make(article: Article, by: str, barcode: str) -> None:
    """Make a product that is followed."""
    length, width, height = article.box
    Product.objects.create(
        sku=article.sku,
        title=article.title,
        barcode=barcode,
        unit_price=article.price,
        unit_cost=article.cost,
        currency="EUR",
        weight_g=article.weight_g,
        length_mm=length,
        width_mm=width,
        height_mm=height,
        followed_by=by,
        expires=by == FollowedBy.LOT,
    )


def _take_in(sku: str, number: str, pieces: int, bin_: str, actor: Actor, *, days: int = 0) -> None:
    """Take pieces of a lot in, or the piece of a serial number, and put them into a bin."""
    level = level_of(sku=sku, location="HAM")
    day = (actor.now + timedelta(days=days)).date() if days else None
    lot = lot_that_came(product_id=level.product_id, number=number, expires_on=day, actor=actor)
    reference = f"demo:{sku}:{number}"
    move_stock(changes=[Change(level.pk, pieces, MovementReason.RECEIPT, reference, "", lot.pk)], actor=actor)
    put_away(stock_level_id=level.pk, bin=bin_, quantity=pieces, lot=number, actor=actor)
