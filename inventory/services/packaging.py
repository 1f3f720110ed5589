"""Packaging that is stocked as a product: a piece leaves with each parcel, and comes back when that is opened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inventory.models import StockLevel, StockMovement
from inventory.models.stock import MovementReason
from inventory.services.stock import Change, levels_at, lock_found, move_stock
from oms.foundation.actor import Actor


@dataclass(frozen=True, slots=True)
class Used:
    """One piece of packaging: the product, where it lay, and the reference of its movement."""

    product_id: int
    location_id: int
    reference: str


def take_packaging(used: Sequence[Used], actor: Actor) -> list[Used]:
    """Take packaging from the stock, as far as the books have any that is promised to nobody; return what they lack.

    What is in the packer's hands is there whatever the books say, so that nothing is refused; the stock levels are the
    last locks of the caller's transaction.
    """
    known = levels_at({(one.product_id, one.location_id) for one in used}) if used else {}
    levels = lock_found(level.pk for level in known.values()) if known else {}
    free = {pk: level.on_hand - level.allocated for pk, level in levels.items()}
    changes, lacking = [], []
    for one in used:
        at = known.get((one.product_id, one.location_id))
        level = levels[at.pk] if at is not None else None
        if level is None or level.is_followed or free[level.pk] < 1:
            lacking.append(one)
            continue
        free[level.pk] -= 1
        changes.append(Change(level.pk, -1, MovementReason.PACKAGING, one.reference))
    if changes:
        move_stock(changes=changes, actor=actor)
    return lacking


def give_back_packaging(references: Iterable[str], actor: Actor) -> None:
    """Bring packaging back that was taken under these references; what was lacking then comes back to nowhere."""
    taken = StockMovement.objects.filter(reference__in=list(references), reason=MovementReason.PACKAGING)
    changes = [
        Change(row.stock_level_id, -row.quantity, MovementReason.PACKAGING, f"un{row.reference}") for row in taken
    ]
    if changes:
        move_stock(changes=changes, actor=actor)


def packaging_at(location_id: int, product_ids: Iterable[int]) -> dict[int, int]:
    """Return how many pieces of packaging the books have at a location, by product."""
    rows = StockLevel.objects.filter(location=location_id, product__in=list(product_ids))
    return {row.product_id: row.on_hand - row.allocated for row in rows}
