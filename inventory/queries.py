"""Reading supply: what is free, where, and what of it carts have in hand."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Greatest, Upper

from inventory.models import (
    KitComponent,
    Location,
    LocationMembership,
    Lot,
    Product,
    Reservation,
    StockLevel,
    Substitute,
)
from oms.foundation.scope import EVERY_ROW, remembered

KITTING = "kitting"
"""What a location is able to do where kits are assembled."""
FREE = Greatest(F("on_hand") - F("allocated") - F("safety_stock") - F("blocked"), Value(0))


@dataclass(frozen=True, slots=True)
class Availability:
    """Pieces of one SKU that can be promised: by location code, what carts have in hand, and what is left."""

    sku: str
    locations: Mapping[str, int] = field(default_factory=dict)
    reserved: int = 0
    known: bool = True

    @property
    def available(self) -> int:
        """Return the pieces of all locations less those reserved, never below zero."""
        return max(0, sum(self.locations.values()) - self.reserved)


def product_by_code(code: str) -> Product | None:
    """Return the product with a bar code or a SKU, in small letters or capitals."""
    return Product.objects.filter(Q(barcode=code) | Q(sku__in=[code, code.upper()])).first() if code else None


def lots_named(product_id: int, numbers: Iterable[str]) -> dict[str, Lot]:
    """Return lots of a product by their number with its case folded, first those that are written just so."""
    wanted = {number.strip() for number in numbers} - {""}
    capitals = Q(capitals__in=[number.upper() for number in wanted])
    lots = Lot.objects.filter(product=product_id).annotate(capitals=Upper("number")).select_related("product")
    alike = lots.filter(capitals | Q(number__in=wanted)).order_by("pk") if wanted else []
    return {lot.number.casefold(): lot for lot in sorted(alike, key=lambda lot: lot.number in wanted)}


@dataclass(frozen=True, slots=True)
class Part:
    """A component of a kit: so many pieces of it, each so heavy, go into one."""

    product_id: int
    sku: str
    quantity: int
    weight_g: int = 0


def parts_of_kits(product_ids: Iterable[int], *, sold: bool = False) -> dict[int, tuple[Part, ...]]:
    """Return what kits, or only those that are ``sold``, are made of; products that are no kits are absent."""
    found: dict[int, tuple[Part, ...]] = {}
    rows = KitComponent.objects.filter(kit__in=list(product_ids)).order_by("kit", "component")
    rows = rows.filter(kit__is_active=True) if sold else rows
    for one in rows.select_related("component"):
        part = Part(one.component_id, one.component.sku, one.quantity, one.component.weight_g)
        found[one.kit_id] = (*found.get(one.kit_id, ()), part)
    return found


def kits_of(product_ids: Iterable[int]) -> list[int]:
    """Return the ids of the kits that products go into."""
    rows = KitComponent.objects.filter(component__in=list(product_ids)).order_by("kit")
    return list(rows.values_list("kit", flat=True).distinct())


def assemblable(
    parts: Mapping[int, Sequence[Part]], levels: "QuerySet[StockLevel] | None" = None
) -> dict[int, dict[int, int]]:
    """Return how many kits each location that assembles could make of its free components, by kit and location.

    Each kit is counted as if no other were made. ``levels`` are those the asker may see; all of them unless given.
    """
    if not parts:
        return {}
    able = Location.objects.filter(is_active=True).values_list("pk", "capabilities")
    places = [pk for pk, capabilities in able if KITTING in capabilities]
    rows = StockLevel.objects.all() if levels is None else levels
    wanted = {part.product_id for own in parts.values() for part in own}
    lying = rows.filter(product__in=wanted, location__in=places).annotate(free=FREE)
    free = {(product, place): pieces for product, place, pieces in lying.values_list("product", "location", "free")}
    kits = {
        kit: {place: min(free.get((part.product_id, place), 0) // part.quantity for part in own) for place in places}
        for kit, own in parts.items()
    }
    return {kit: {place: number for place, number in made.items() if number} for kit, made in kits.items()}


def available_by_location(product_ids: Iterable[int]) -> dict[int, dict[int, int]]:
    """Return free pieces by product and location, of products that are sold and locations that ship.

    Of a kit, those that could be assembled count too.
    """
    product_ids = list(product_ids)
    free: dict[int, dict[int, int]] = defaultdict(dict)
    rows = _sellable().filter(product__in=list(product_ids)).annotate(free=FREE)
    for product, location, pieces in rows.values_list("product_id", "location_id", "free"):
        free[product][location] = pieces
    for kit, made in assemblable(parts_of_kits(product_ids, sold=True)).items():
        for place, kits in made.items():
            free[kit][place] = free[kit].get(place, 0) + kits
    return dict(free)


def reserved_pieces(product_ids: Iterable[int], *, now: datetime) -> dict[int, int]:
    """Return the pieces by product that carts have in hand; a reservation that ran out counts no more."""
    rows = Reservation.objects.filter(product__in=list(product_ids), expires_at__gt=now)
    return dict(rows.values_list("product_id").annotate(pieces=Sum("quantity")))


def reserved_by_key(product_ids: Iterable[int], *, keys: Iterable[str], now: datetime) -> dict[tuple[int, str], int]:
    """Return the pieces that carts have in hand by product and key; those of keys not named are under ""."""
    named = Case(When(key__in=list(keys), then=F("key")), default=Value(""))
    rows = Reservation.objects.filter(product__in=list(product_ids), expires_at__gt=now).annotate(named=named)
    pieces = rows.values_list("product_id", "named").annotate(pieces=Sum("quantity"))
    return {(product, key): quantity for product, key, quantity in pieces}


def pieces_left(product_ids: Iterable[int], *, now: datetime) -> dict[int, int]:
    """Return by product the pieces free at locations that ship beyond those in carts; only where there are any.

    Of a kit, those that could be assembled count too.
    """
    wanted = sorted(set(product_ids))
    levels = StockLevel.objects.filter(product__in=wanted, location__is_active=True)
    free = dict(levels.order_by().values_list("product_id").annotate(pieces=Sum(FREE)))
    for kit, made in assemblable(parts_of_kits(wanted)).items():
        free[kit] = free.get(kit, 0) + sum(made.values())
    reserved = reserved_pieces(wanted, now=now)
    left = {pk: free.get(pk, 0) - reserved.get(pk, 0) for pk in wanted}
    return {pk: pieces for pk, pieces in left.items() if pieces > 0}


def availability(
    skus: Sequence[str], *, now: datetime, levels: "QuerySet[StockLevel] | None" = None
) -> list[Availability]:
    """Return what can be promised of each SKU, in the order asked, in four statements; unknown ones say so.

    Of a kit, those that could be assembled count too, which takes three statements more. ``levels`` are those the asker
    may see; all of them unless given.
    """
    ids = dict(Product.objects.filter(sku__in=list(skus)).values_list("sku", "pk"))
    reserved = reserved_pieces(ids.values(), now=now)
    free: dict[int, dict[str, int]] = defaultdict(dict)
    rows = _sellable(levels).filter(product__in=list(ids.values())).annotate(free=FREE).order_by("location__code")
    for product, code, pieces in rows.values_list("product_id", "location__code", "free"):
        free[product][code] = pieces
    made = assemblable(parts_of_kits(ids.values(), sold=True), levels)
    codes = dict(Location.objects.values_list("pk", "code")) if made else {}
    for kit, own in made.items():
        for place, kits in own.items():
            free[kit][codes[place]] = free[kit].get(codes[place], 0) + kits
    return [
        Availability(sku, free.get(ids[sku], {}), reserved.get(ids[sku], 0))
        if sku in ids
        else Availability(sku, known=False)
        for sku in skus
    ]


def substitutes_of(product_ids: Iterable[int]) -> dict[int, list[Product]]:
    """Return what may be sent instead of each product, the best first; products that are not sold are left out."""
    ids = set(product_ids)
    rows = Substitute.objects.filter(Q(product__in=ids) | Q(substitute__in=ids, both_ways=True))
    found: dict[int, dict[int, Product]] = defaultdict(dict)
    for row in rows.select_related("product", "substitute").order_by("rank", "pk"):
        pairs = [(row.product_id, row.substitute)]
        pairs += [(row.substitute_id, row.product)] if row.both_ways else []
        for wanted, other in pairs:
            if wanted in ids and other.is_active:
                found[wanted].setdefault(other.pk, other)
    return {pk: list(others.values()) for pk, others in found.items()}


def with_available(levels: "QuerySet[StockLevel]") -> "QuerySet[StockLevel]":
    """Return the levels with ``free``: on hand less allocated, safety stock and blocked, never below zero."""
    return levels.annotate(free=FREE)


def within_locations(principal: Any, path: str) -> Q:
    """Return the condition that the location at ``path`` is one of the principal's.

    A person sees the locations of their memberships, or all of them without any; a key of a channel sees all, a key of
    a location its own.
    """
    mine = locations_of(principal)
    return Q(**{f"{path}__in": mine}) if mine else EVERY_ROW


def locations_of(principal: Any) -> list[int]:
    """Return the ids of the locations that a principal is limited to; none: no limit."""
    if getattr(principal, "actor_kind", "user") != "user":
        own = getattr(principal, "location_id", None)
        return [own] if own else []
    mine = LocationMembership.objects.filter(user_id=principal.pk).order_by("location_id")
    return remembered(principal, "locations", lambda: list(mine.values_list("location_id", flat=True)))


def _sellable(levels: "QuerySet[StockLevel] | None" = None) -> "QuerySet[StockLevel]":
    """Return the levels of products that are sold, at locations that ship."""
    rows = StockLevel.objects.all() if levels is None else levels
    return rows.filter(product__is_active=True, location__is_active=True)
