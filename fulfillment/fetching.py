"""What is to be fetched from the shelves: pieces of allocations, and of kits that are assembled their parts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from fulfillment.models import Allocation, AllocationPart
from fulfillment.states import OPEN_ALLOCATIONS, AllocationState
from inventory.models import StockLevel

HELD = (*OPEN_ALLOCATIONS, AllocationState.SHIPPED)


@dataclass(frozen=True, slots=True)
class Fetch:
    """Pieces to be fetched from one stock level: those of an allocation, or those of one part of kits it assembles."""

    allocation: Allocation
    part: AllocationPart | None = None

    @property
    def key(self) -> tuple[int, int]:
        """Return what tells it from all others."""
        return self.allocation.pk, self.part.pk if self.part else 0

    @property
    def level(self) -> StockLevel:
        """Return where the pieces lie."""
        return self.part.stock_level if self.part else self.allocation.stock_level

    @property
    def quantity(self) -> int:
        """Return how many there are."""
        return self.allocation.quantity * (self.part.per_kit if self.part else 1)


def to_fetch(rows: "QuerySet[Allocation]") -> list[Fetch]:
    """Return what is to be fetched for allocations, in their order; kits that are assembled part by part."""
    pieces = list(rows)
    parts = AllocationPart.objects.select_related("stock_level__product")
    prefetch_related_objects([one for one in pieces if one.is_assembled], Prefetch("parts", parts))
    return [Fetch(one, part) for one in pieces for part in ([*one.parts.all()] if one.is_assembled else [None])]


def weights_of_parts(allocation_ids: Iterable[int]) -> dict[int, int]:
    """Return what a unit of allocations weighs by the parts that it is assembled of; nothing of all others."""
    grams: dict[int, int] = defaultdict(int)
    rows = AllocationPart.objects.filter(allocation__in=list(allocation_ids))
    for pk, pieces, weight_g in rows.values_list("allocation", "per_kit", "stock_level__product__weight_g"):
        grams[pk] += pieces * weight_g
    return dict(grams)


def picked_pieces(work_ids: Iterable[int]) -> dict[int, list[Fetch]]:
    """Return the pieces of fulfillment orders that are or were to be picked, with product, bin and line."""
    rows = Allocation.objects.filter(fulfillment_order__in=list(work_ids), state__in=HELD)
    found: dict[int, list[Fetch]] = defaultdict(list)
    ordered = rows.select_related("order_line", "stock_level__product").order_by("order_line__position", "pk")
    for one in to_fetch(ordered):
        found[one.allocation.fulfillment_order_id].append(one)
    return found
