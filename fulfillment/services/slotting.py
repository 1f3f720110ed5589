"""What moves at a location and how far it lies from packing, with products that should change places."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from fulfillment.picking.site import Site
from fulfillment.picking.slotting import Slot, Swap, swaps
from fulfillment.services.walking.stops import site_at
from inventory.models import BinMovement, BinStock
from inventory.models.bins import BinKind, BinReason
from inventory.pace import A, B, C, paces

NAMES = {A: "A", B: "B", C: "C"}
BIN, PRODUCT = "bin_stock__bin", "bin_stock__stock_level__product"
LYING = (
    "bin__code", "bin__zone", "bin__kind", "bin__is_active", "bin__capacity_mm3", "bin__capacity_g", "quantity",
    "stock_level__product_id", "stock_level__product__sku", "stock_level__product__weight_g",
    "stock_level__product__length_mm", "stock_level__product__width_mm", "stock_level__product__height_mm",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mover:
    """A product or a bin: its class, how often and how much was picked, and how far away; None where not drawn."""

    name: str
    pace: str
    picks: int
    pieces: int
    metres: int | None
    bins: tuple[str, ...] = ()
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Pace:
    """A class: how many products, their share of all picks, and how far one walks for a pick on average."""

    name: str
    products: int
    share: int
    metres: int | None


@dataclass(frozen=True, slots=True)
class Day:
    """What moved on a day: how often was picked, pieces that came into bins and that went out of them."""

    day: date
    picks: int
    came: int
    went: int


@dataclass(frozen=True, slots=True)
class Slotting:
    """What moved at a location in some days, by class, product, bin and day, and what should change places."""

    paces: list[Pace]
    products: list[Mover]
    bins: list[Mover]
    days: list[Day]
    swaps: list[Swap]
    is_drawn: bool


@dataclass(slots=True)
class _Floor:
    """What was read: picks and pieces by bin and product, what lies where, names, and ways there and back."""

    picks: Counter[tuple[str, str]]
    pieces: Counter[tuple[str, str]]
    lying: list[dict[str, Any]]
    zones: dict[str, str]
    ways: dict[str, int]


def slotting_of(
    location_id: int, stock: "QuerySet[BinStock]", movements: "QuerySet[BinMovement]", since: datetime, until: datetime
) -> Slotting:
    """Return what moved in the bins of a location in a span of time, in four statements."""
    here = movements.filter(bin_stock__bin__location=location_id, at__gte=since, at__lt=until)
    floor = _read(site_at(location_id), here, stock.filter(bin__location=location_id, quantity__gt=0))
    by_product, by_bin = _added(floor.picks, 1), _added(floor.picks, 0)
    for row in floor.lying:
        by_product[row["stock_level__product__sku"]] += 0
        by_bin[row["bin__code"]] += 0
    product_pace, bin_pace = paces(by_product), paces(by_bin)
    products = _products(floor, by_product, product_pace)
    return Slotting(
        [_pace(one, products) for one in NAMES],
        products,
        _bins(floor, by_bin, bin_pace),
        _days(here),
        swaps(list(_slots(floor, product_pace))),
        bool(floor.ways),
    )


def _read(site: Site, movements: "QuerySet[BinMovement]", stock: "QuerySet[BinStock]") -> _Floor:
    """Read what was picked and what lies where."""
    names = (f"{BIN}__code", f"{BIN}__zone", f"{PRODUCT}__sku")
    picked = movements.filter(reason=BinReason.PICKED).order_by().values(*names)
    lying = list(stock.values(*LYING))
    floor = _Floor(Counter(), Counter(), lying, {row["bin__code"]: row["bin__zone"] for row in lying}, {})
    for code, zone, sku, times, pieces in picked.annotate(times=Count("pk"), sum=Sum("quantity")).values_list(
        *names, "times", "sum"
    ):
        floor.picks[code, sku], floor.pieces[code, sku], floor.zones[code] = times, -pieces, zone
    floor.ways = {code: far for code in floor.zones if (far := site.length([code])) is not None}
    return floor


def _added(numbers: Mapping[tuple[str, str], int], at: int) -> Counter[str]:
    """Return the sums by bin (0) or by product (1)."""
    found: Counter[str] = Counter()
    for key, number in numbers.items():
        found[key[at]] += number
    return found


def _products(floor: _Floor, picks: Mapping[str, int], pace: Mapping[str, str]) -> list[Mover]:
    """Return the products, the busiest first; each is as far away as where it is picked most, else where it lies."""
    where: dict[str, Counter[str]] = defaultdict(Counter)
    for (code, sku), times in floor.picks.items():
        where[sku][code] += times
    for row in floor.lying:
        where[row["stock_level__product__sku"]][row["bin__code"]] += 0
    pieces = _added(floor.pieces, 1)
    rows = []
    for sku, times in picks.items():
        codes = tuple(code for code, _ in where[sku].most_common())
        rows.append(Mover(sku, NAMES[pace[sku]], times, pieces[sku], _metres(floor.ways.get(codes[0])), codes))
    return sorted(rows, key=lambda one: (-one.picks, one.name))


def _bins(floor: _Floor, picks: Mapping[str, int], pace: Mapping[str, str]) -> list[Mover]:
    """Return the bins, the busiest first."""
    pieces = _added(floor.pieces, 0)
    rows = (
        Mover(code, NAMES[pace[code]], times, pieces[code], _metres(floor.ways.get(code)), zone=floor.zones[code])
        for code, times in picks.items()
    )
    return sorted(rows, key=lambda one: (-one.picks, one.name))


def _pace(pace: str, products: Iterable[Mover]) -> Pace:
    """Return the figures of a class."""
    rows = list(products)
    mine = [one for one in rows if one.pace == NAMES[pace]]
    picks, total = sum(one.picks for one in mine), sum(one.picks for one in rows)
    told = [(one.metres, one.picks) for one in mine if one.metres is not None and one.picks]
    walked, times = sum(metres * picks for metres, picks in told), sum(picks for _, picks in told)
    share, metres = round(100 * picks / (total or 1)), round(walked / times) if told else None
    return Pace(NAMES[pace], len(mine), share, metres)


def _days(movements: "QuerySet[BinMovement]") -> list[Day]:
    """Return what moved day by day."""
    sums = {
        "picks": Count("pk", Q(reason=BinReason.PICKED)),
        "came": Sum("quantity", filter=Q(quantity__gt=0)),
        "went": Sum("quantity", filter=Q(quantity__lt=0)),
    }
    rows = movements.order_by().values(day=TruncDate("at")).annotate(**sums).order_by("day")
    return [Day(day, picks, came or 0, -(went or 0)) for day, picks, came, went in rows.values_list("day", *sums)]


def _slots(floor: _Floor, pace: Mapping[str, str]) -> Iterable[Slot]:
    """Yield the pick faces in use that hold one product alone, of one lot or several, and whose way is known."""
    lying: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in floor.lying:
        lying[row["bin__code"]].append(row)
    for code, rows in lying.items():
        row = {**rows[0], "quantity": sum(one["quantity"] for one in rows)}
        alone = len({one["stock_level__product__sku"] for one in rows}) == 1
        if alone and row["bin__kind"] == BinKind.PICK and row["bin__is_active"] and code in floor.ways:
            yield _slot(floor, row, pace)


def _slot(floor: _Floor, row: Mapping[str, Any], pace: Mapping[str, str]) -> Slot:
    """Return a pick face with what lies there."""
    code, sku, product = row["bin__code"], row["stock_level__product__sku"], "stock_level__product__"
    volume = row[f"{product}length_mm"] * row[f"{product}width_mm"] * row[f"{product}height_mm"]
    return Slot(
        code,
        sku,
        NAMES[pace[sku]],
        floor.picks[code, sku],
        floor.ways[code],
        row["quantity"] * volume,
        row["quantity"] * row[f"{product}weight_g"],
        row["bin__capacity_mm3"],
        row["bin__capacity_g"],
    )


def _metres(there_and_back: int | None) -> int | None:
    """Return how far away something is, of the millimetres there and back."""
    return None if there_and_back is None else round(there_and_back / 2000)
