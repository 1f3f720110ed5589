"""Who sees what of supply: products belong to everybody, stock to the people of its location."""

from typing import Any

from django.db.models import Model, Q

from inventory.models import (
    Bin,
    BinMovement,
    BinScan,
    BinStock,
    CountLine,
    CountSession,
    IncomingStock,
    KitComponent,
    Location,
    LocationMembership,
    Lot,
    Product,
    Reservation,
    StockFile,
    StockLevel,
    StockMovement,
    Substitute,
)
from inventory.queries import within_locations
from oms.foundation.scope import scope_rule, unscoped

PATHS: dict[type[Model], str] = {
    Bin: "location",
    BinMovement: "bin_stock__stock_level__location",
    BinScan: "location",
    BinStock: "stock_level__location",
    CountLine: "session__location",
    CountSession: "location",
    IncomingStock: "location",
    Location: "pk",
    LocationMembership: "location",
    StockLevel: "location",
    StockMovement: "stock_level__location",
}

unscoped(KitComponent, Lot, Product, Reservation, StockFile, Substitute)


def _declare(model: type[Model], path: str) -> None:
    """Let a principal see the rows whose location, found at ``path``, is one of theirs."""

    @scope_rule(model)
    def within(principal: Any) -> Q:
        """Return the condition of the rows."""
        return within_locations(principal, path)


for _model, _path in PATHS.items():
    _declare(_model, _path)
