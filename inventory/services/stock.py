"""Moving stock: every piece that comes or goes is a movement, and the level follows it under the row's lock."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from inventory.locks import lock_levels
from inventory.models import Location, Product, StockLevel, StockMovement
from inventory.models.stock import MovementReason
from inventory.services.bin_leaving import leave_bins
from inventory.services.growing import publish_growth
from inventory.services.lot_stock import OfLot, book_lots, refuse_unnamed
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.counters import add_to
from oms.foundation.numbers import random_code
from oms.foundation.refusals import Invalid, NotFound, Reason, Refused

MAX_PIECES = 1_000_000
MAX_ON_HAND = 100_000_000


class StockTooLow(Refused):
    """Pieces that are not there, or that are promised to orders, cannot go."""

    code = "stock_too_low"


@dataclass(frozen=True, slots=True)
class Change:
    """Pieces that come (+) or go (−) at one level, with the reference that makes the movement unique.

    Of a product that is followed by lot or serial number they are of one lot.
    """

    stock_level_id: int
    quantity: int
    reason: str
    reference: str
    note: str = ""
    lot_id: int | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """The pieces found at one level, with the reference of the count."""

    stock_level_id: int
    on_hand: int
    reason: str
    reference: str
    note: str = ""


@transaction.atomic
def move_stock(*, changes: Sequence[Change], actor: Actor) -> None:
    """Apply the changes; one whose reference was applied before is passed over.

    :raises StockTooLow: when a level would fall below what is promised to orders; nothing changes then.
    :raises Invalid: for zero, an absurd quantity, or a reference that stands for another movement.
    :raises LotMissing: for pieces of a followed product of which nobody says which lot they are, or of a lot that does
        not have so many.
    """
    refuse_absurd(changes)
    levels = lock_found({change.stock_level_id for change in changes})
    fresh = not_applied(changes)
    deltas = Counter[int]()
    for change in fresh:
        deltas[change.stock_level_id] += change.quantity
    of_lots = [OfLot(one.stock_level_id, one.lot_id, one.quantity) for one in fresh]
    refuse_unnamed(levels, of_lots)
    _refuse_below_allocated(levels, deltas)
    leave_bins(levels, deltas, actor)
    book_lots(levels, of_lots, "", actor)
    add_to(StockLevel, ["on_hand"], {pk: (delta,) for pk, delta in deltas.items()})
    write_movements(fresh, actor)
    publish_growth([levels[pk] for pk, delta in deltas.items() if delta > 0], actor)


@transaction.atomic
def count_stock(*, counts: Sequence[Count], actor: Actor) -> int:
    """Bring levels to the pieces that were found and return how many changed; each level at most once.

    :raises StockTooLow: when fewer were found than are promised to orders; nothing changes then.
    """
    levels = lock_found({count.stock_level_id for count in counts})
    changes = [
        Change(count.stock_level_id, delta, count.reason, count.reference, count.note)
        for count in counts
        if (delta := count.on_hand - levels[count.stock_level_id].on_hand)
    ]
    if changes:
        move_stock(changes=changes, actor=actor)
    return len(changes)


@transaction.atomic
def adjust_stock(
    *, sku: str, location: str, quantity: int, reason: str, reference: str = "", note: str = "", actor: Actor
) -> StockLevel:
    """Add pieces to (or take them from) a product at a location and return the level as it is afterwards.

    :raises NotFound: for an unknown SKU or location. :raises StockTooLow: as :func:`move_stock` does.
    """
    level = level_of(sku=sku, location=location)
    change = Change(level.pk, quantity, reason, reference or f"adjust:{random_code(16)}", note)
    move_stock(changes=[change], actor=actor)
    record(
        actor,
        "inventory.adjust_stock",
        level,
        note=told(quantity, reason, note),
        data={"sku": sku, "location": location, "quantity": quantity, "reason": reason},
    )
    return _as_it_is(level.pk)


@transaction.atomic
def set_stock(
    *, sku: str, location: str, on_hand: int, reason: str, reference: str = "", note: str = "", actor: Actor
) -> StockLevel:
    """Count a product at a location to the pieces found there and return the level as it is afterwards.

    :raises NotFound: for an unknown SKU or location. :raises StockTooLow: when fewer are there than promised.
    """
    level = level_of(sku=sku, location=location)
    if count_stock(
        counts=[Count(level.pk, on_hand, reason, reference or f"count:{random_code(16)}", note)], actor=actor
    ):
        data = {"sku": sku, "location": location, "on_hand": on_hand, "reason": reason}
        record(actor, "inventory.set_stock", level, note=note, data=data)
    return _as_it_is(level.pk)


def told(quantity: int, reason: str, note: str) -> str:
    """Return an adjustment as the timeline shows it."""
    return f"{quantity:+d} pieces, {MovementReason(reason).label}" + (f": {note}" if note else "")


def level_of(*, sku: str, location: str) -> StockLevel:
    """Return the level of a product at a location, making an empty one where there is none."""
    product, place = known_pair(sku=sku, location=location)
    return open_levels([(product.pk, place.pk)])[product.pk, place.pk]


def known_pair(*, sku: str, location: str) -> tuple[Product, Location]:
    """Return a product and a location by SKU and code; raises :class:`NotFound` for an unknown one."""
    product = Product.objects.filter(sku=sku).first()
    if product is None:
        raise NotFound(f"There is no product with the SKU “{sku[:64]}”.", code="unknown_sku", field="sku")
    place = Location.objects.filter(code=location).first()
    if place is None:
        known = ", ".join(Location.objects.values_list("code", flat=True)[:20]) or "none"
        sentence = f"There is no location “{location[:16]}”. Known locations: {known}."
        raise NotFound(sentence, code="unknown_location", field="location")
    return product, place


def open_levels(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], StockLevel]:
    """Return the levels of (product, location) pairs, making empty ones where there are none."""
    wanted = set(pairs)
    levels = levels_at(wanted)
    missing = sorted(wanted - levels.keys())
    if missing:
        rows = [StockLevel(product_id=product, location_id=location) for product, location in missing]
        StockLevel.objects.bulk_create(rows, ignore_conflicts=True)
        levels |= levels_at(set(missing))
    return levels


def lock_found(ids: Iterable[int]) -> dict[int, StockLevel]:
    """Lock the levels by primary key; raises :class:`NotFound` when one is missing."""
    wanted = set(ids)
    levels = {level.pk: level for level in lock_levels(wanted)}
    if len(levels) != len(wanted):
        raise NotFound("A stock level of this act no longer exists; reload the page.", code="unknown_stock_level")
    return levels


def write_movements(changes: Sequence[Change], actor: Actor) -> None:
    """Write a movement for every change in one INSERT."""
    StockMovement.objects.bulk_create(
        [
            StockMovement(
                stock_level_id=change.stock_level_id,
                quantity=change.quantity,
                reason=change.reason,
                reference=change.reference,
                note=change.note,
                actor_label=actor.label[:150],
                at=actor.now,
            )
            for change in changes
        ],
        batch_size=1000,
    )


def not_applied(changes: Sequence[Change]) -> list[Change]:
    """Return the changes whose reference is new.

    :raises Invalid: when a reference already stands for another movement, or twice in the same call.
    """
    seen = Counter(change.reference for change in changes)
    known = {
        row.reference: (row.stock_level_id, row.quantity)
        for row in StockMovement.objects.filter(reference__in=list(seen))
    }
    for change in changes:
        same = known.get(change.reference, (change.stock_level_id, change.quantity))
        if seen[change.reference] > 1 or same != (change.stock_level_id, change.quantity):
            sentence = f"The reference “{change.reference}” already stands for another movement; use a new one."
            raise Invalid(sentence, code="reference_used", field="reference")
    return [change for change in changes if change.reference not in known]


def refuse_absurd(changes: Sequence[Change]) -> None:
    """Raise :class:`Invalid` for a quantity or reason that no movement can have."""
    for change in changes:
        if change.quantity == 0:
            raise Invalid("The quantity is 0, so nothing would move.", code="zero_quantity", field="quantity")
        if abs(change.quantity) > MAX_PIECES:
            sentence = f"{change.quantity:,} pieces at once is more than the {MAX_PIECES:,} accepted here."
            raise Invalid(sentence, code="absurd_quantity", field="quantity")
        if change.reason not in MovementReason.values:
            words = ", ".join(MovementReason.values)
            raise Invalid(
                f"“{change.reason}” is not a reason. Known reasons: {words}.", code="unknown_reason", field="reason"
            )


def _as_it_is(pk: int) -> StockLevel:
    """Return the level as this transaction left it, with its product and location."""
    return StockLevel.objects.select_related("product", "location").get(pk=pk)


def levels_at(pairs: set[tuple[int, int]]) -> dict[tuple[int, int], StockLevel]:
    """Return the existing levels of (product, location) pairs."""
    rows = StockLevel.objects.filter(
        product__in={product for product, _ in pairs}, location__in={location for _, location in pairs}
    )
    found = {(row.product_id, row.location_id): row for row in rows}
    return {pair: found[pair] for pair in pairs & found.keys()}


def _refuse_below_allocated(levels: Mapping[int, StockLevel], deltas: Mapping[int, int]) -> None:
    """Raise with a sentence for every level that would hold less than is promised, or more than can be."""
    low = {pk for pk, delta in deltas.items() if levels[pk].on_hand + delta < levels[pk].allocated and delta < 0}
    full = {pk for pk, delta in deltas.items() if levels[pk].on_hand + delta > MAX_ON_HAND}
    if full:
        raise Invalid(f"No level may hold more than {MAX_ON_HAND:,} pieces.", code="absurd_quantity", field="quantity")
    if not low:
        return
    rows = StockLevel.objects.filter(pk__in=low).select_related("product", "location").order_by("pk")
    raise StockTooLow(reasons=[too_low(row, -deltas[row.pk]) for row in rows])


def too_low(level: StockLevel, wanted: int) -> Reason:
    """Return why so many pieces cannot leave the level."""
    free = level.on_hand - level.allocated
    promised = f"; {level.allocated} are promised to orders" if level.allocated else ""
    sentence = (
        f"{level}: {wanted} pieces cannot be taken, {free} of {level.on_hand} on hand are free{promised}."
        " Take fewer, or move the orders to another location first."
    )
    return Reason(StockTooLow.code, sentence, "quantity")
