"""What supply tells the rooms on its right."""

from dataclasses import dataclass

from oms.foundation.facts import Fact


@dataclass(frozen=True, kw_only=True)
class StockGrew(Fact):
    """Pieces of these products may have become free at a location: received, returned, counted up or released."""

    STREAM = "stock:{location_id}"

    location_id: int
    product_ids: list[int]


@dataclass(frozen=True, kw_only=True)
class LotBlocked(Fact):
    """Pieces of a product at a location may not go: their lot was blocked, or is best before an earlier day."""

    STREAM = "stock:{location_id}"

    location_id: int
    product_id: int
    lot_id: int
