"""Product files: one row a SKU."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from inventory.attributes import attributes_in
from inventory.imports.rows import RowsFile
from inventory.kits import components_in
from inventory.models.catalogue import FollowedBy
from inventory.services.catalogue import plan_products, store_products
from inventory.services.shelves import COMPONENTS, SUBSTITUTES, Entry
from inventory.substitution import substitutes_in
from oms.foundation.actor import Actor
from oms.foundation.imports.plans import Earlier, Plan, Seen
from oms.foundation.money import exponent
from oms.foundation.refusals import Invalid
from oms.foundation.tables import BadCell
from oms.foundation.tables.cells import amount, identifier, one_of, required, shown, text, whole_number
from oms.foundation.tables.rows import Cells

MEASURES = ("weight_g", "length_mm", "width_mm", "height_mm")
HANDLING = ("fragile", "this_side_up", "ships_alone")
FLAGS = {"yes": True, "no": False}


def currency(cell: str) -> str:
    """Return a currency's code."""
    try:
        exponent(required(cell))
    except Invalid as refusal:
        raise BadCell(f"“{shown(cell)}” is not a currency; write a code such as EUR.", code=refusal.code) from refusal
    return cell


def flag(cell: str) -> bool:
    """Return whether a cell says yes."""
    return FLAGS[one_of(cell.casefold(), FLAGS)]


def measure(cell: str) -> int:
    """Return grams or millimetres; an empty cell is 0, not known."""
    return whole_number(cell or "0")


def handling(cell: str) -> bool:
    """Return whether a cell says yes; an empty one says no."""
    return flag(cell or "no")


class ProductFile(RowsFile):
    """Columns and readers of a product file; amounts are in the row's own currency.

    The rows of variants are taken last, so that the articles they name are there, wherever their rows stand.
    """

    required: Sequence[str] = ("sku", "title", "unit_price", "currency")
    optional: Sequence[str] = (
        "parent", "attributes", "barcode", "unit_cost", *MEASURES, "capability", *HANDLING, "packing_note",
        "followed_by", "expires", "is_active", "substitutes", "components",
    )  # fmt: skip
    key: Sequence[str] = ("sku",)
    late_column = "parent"

    @property
    def depends(self) -> bool:
        """Tell whether some rows need others of the same file: as article, as substitute or as component."""
        return super().depends or bool({SUBSTITUTES, COMPONENTS} & set(self.table.header))

    def read(self, cells: Cells) -> Entry:
        """Return what a row says; faults are noted in the cells."""
        sku = cells.take("sku", lambda cell: identifier(required(cell)), "")
        money = cells.take("currency", currency, "")
        values: dict[str, Any] = {"currency": money}
        for column, read in self.readers(money).items():
            if cells.has(column):
                values[column] = cells.take(column, read, None)
        return Entry(cells.row, sku, values)

    def readers(self, money: str) -> Mapping[str, Callable[[str], Any]]:
        """Return how the cells of each column are read; amounts need a known currency."""
        amounts: dict[str, Callable[[str], Any]] = {}
        if money:
            amounts = {
                "unit_price": partial(amount, currency=money),
                "unit_cost": lambda cell: amount(cell or "0", money),
            }
        return {
            "title": partial(text, longest=200),
            "parent": identifier,
            "attributes": attributes_in,
            "substitutes": substitutes_in,
            "components": components_in,
            "barcode": identifier,
            "capability": partial(identifier, longest=32),
            "packing_note": partial(text, longest=200),
            "followed_by": lambda cell: one_of((cell or FollowedBy.NOTHING.value).casefold(), FollowedBy.values),
            "expires": handling,
            "is_active": flag,
            **amounts,
            **dict.fromkeys(MEASURES, measure),
            **dict.fromkeys(HANDLING, handling),
        }

    def plan(self, entries: Sequence[Entry], earlier: Earlier) -> list[Plan]:
        """Return what storing the products would do."""
        return plan_products(entries=entries, earlier=earlier)

    def store(self, entries: Sequence[Entry], actor: Actor, seen: Seen | None = None) -> list[Plan]:
        """Create or change the products."""
        return store_products(entries=entries, actor=actor, seen=seen)
