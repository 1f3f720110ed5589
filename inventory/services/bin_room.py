"""How full bins are, and where pieces that lie in no bin could be put."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Cast, Coalesce

from inventory.models import Bin, BinStock, Product, StockLevel
from inventory.models.bins import BinKind
from oms.foundation.wording import count

MOST_SUGGESTED = 3
MOST_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Contents:
    """What lies in a bin; products that nobody has measured or weighed count as nothing."""

    pieces: int = 0
    mm3: int = 0
    grams: int = 0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A bin for pieces that lie in none, why, and how many go in; no number: as many as there are."""

    bin: Bin
    why: str
    room: int | None

    @property
    def told(self) -> str:
        """Return it as a sentence."""
        room = "" if self.room is None else f", {count(self.room, 'piece')} more will go in"
        return f"Put away in {self.bin.code}: it {self.why}{room}."


def contents_of(bin_ids: Iterable[int]) -> dict[int, Contents]:
    """Return what lies in bins by their ids, in one statement."""
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    rows = BinStock.objects.filter(bin__in=list(bin_ids), quantity__gt=0).select_related("stock_level__product")
    for row in rows:
        product, total = row.stock_level.product, sums[row.bin_id or 0]
        total[0] += row.quantity
        total[1] += row.quantity * _volume(product)
        total[2] += row.quantity * product.weight_g
    return defaultdict(Contents, {pk: Contents(*total) for pk, total in sums.items()})


def with_contents(bins: "QuerySet[Bin]") -> "QuerySet[Bin]":
    """Return bins with the same in ``pieces``, ``mm3`` and ``grams``, for lists, whatever they are narrowed by."""
    product = "stock_level__product__"
    pieces = Cast("quantity", BigIntegerField())
    room = pieces * F(f"{product}length_mm") * F(f"{product}width_mm") * F(f"{product}height_mm")
    return bins.annotate(pieces=_lying(pieces), mm3=_lying(room), grams=_lying(pieces * F(f"{product}weight_g")))


def _lying(what: Any) -> Coalesce:
    """Return the sum of something over the stock of a bin, 0 for an empty one."""
    stock = BinStock.objects.filter(bin=OuterRef("pk")).order_by().values("bin")
    total = stock.annotate(total=Sum(what, output_field=BigIntegerField())).values("total")
    return Coalesce(Subquery(total), 0)


def pieces_with_room(bin_: Bin, product: Product, contents: Contents) -> int | None:
    """Return how many more pieces of a product go into a bin; None where nothing limits them."""
    rooms = []
    if bin_.capacity_mm3 is not None and (volume := _volume(product)):
        rooms.append((bin_.capacity_mm3 - contents.mm3) // volume)
    if bin_.capacity_g is not None and product.weight_g:
        rooms.append((bin_.capacity_g - contents.grams) // product.weight_g)
    return max(0, min(rooms)) if rooms else None


def share_filled(bin_: Bin, contents: Contents) -> int | None:
    """Return by how many percent a bin is filled, by room or load, whichever is more; None without limits."""
    shares = [
        100 * used // most
        for used, most in ((contents.mm3, bin_.capacity_mm3), (contents.grams, bin_.capacity_g))
        if most
    ]
    return max(shares) if shares else None


def suggest_bins(level: StockLevel) -> list[Suggestion]:
    """Return where to put pieces of a level: where it lies already, at its usual place, then in empty pick faces."""
    here = Bin.objects.filter(location=level.location_id, is_active=True).order_by("sequence", "code")
    filled = BinStock.objects.filter(bin=OuterRef("pk"), quantity__gt=0)
    kinds = (BinKind.PICK, BinKind.RESERVE)
    found = [
        ("holds this product", here.filter(kind__in=kinds, stock__stock_level=level, stock__quantity__gt=0)),
        ("is the usual place", here.filter(code=level.bin) if level.bin else here.none()),
        ("is empty", here.filter(~Exists(filled), kind=BinKind.PICK)),
    ]
    reasons: dict[Bin, str] = {}
    for why, rows in found:
        for row in rows[:MOST_LOOKED_AT]:
            reasons.setdefault(row, why)
    contents = contents_of(row.pk for row in reasons)
    rooms = [
        Suggestion(row, why, pieces_with_room(row, level.product, contents[row.pk])) for row, why in reasons.items()
    ]
    return [one for one in rooms if one.room is None or one.room > 0][:MOST_SUGGESTED]


def _volume(product: Product) -> int:
    """Return the cubic millimetres of a piece; 0 where it is not measured."""
    return product.length_mm * product.width_mm * product.height_mm
