"""Catalogues of boxes as a kind of import: one row a box."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from fulfillment.models import Box
from fulfillment.services.boxes import plan_boxes, plan_undo_boxes, store_boxes, undo_boxes
from inventory.imports.products import currency, flag
from inventory.imports.rows import RowsFile
from inventory.services.shelves import Entry
from oms.foundation.actor import Actor
from oms.foundation.imports.kinds import ImportKind, Source, Undo, register_kind
from oms.foundation.imports.plans import Earlier, Plan, Seen, Verb
from oms.foundation.models import ImportRow
from oms.foundation.tables import read_table
from oms.foundation.tables.cells import amount, identifier, required, text, whole_number
from oms.foundation.tables.rows import Cells

SIDES = ("length_mm", "width_mm", "height_mm")
MOST_MM, MOST_WALL_MM = 10_000, 100


READERS: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(SIDES, partial(whole_number, least=1, most=MOST_MM)),
    "title": partial(text, longest=60),
    "location": lambda cell: identifier(cell, longest=16) if cell else "",
    "product": lambda cell: identifier(cell) if cell else "",
    "wall_mm": lambda cell: whole_number(cell or "0", most=MOST_WALL_MM),
    "max_g": lambda cell: whole_number(cell or "0"),
    "own_g": lambda cell: whole_number(cell or "0"),
    "is_active": flag,
}


class BoxFile(RowsFile):
    """Columns and readers of a catalogue of boxes; the cost is in the row's currency."""

    required: Sequence[str] = ("code", *SIDES)
    optional: Sequence[str] = (
        "title", "location", "product", "wall_mm", "max_g", "own_g", "cost", "currency", "is_active",
    )  # fmt: skip
    key: Sequence[str] = ("code",)

    def read(self, cells: Cells) -> Entry:
        """Return what a row says; faults are noted in the cells."""
        code = cells.take("code", lambda cell: identifier(required(cell), longest=32), "")
        values: dict[str, Any] = {}
        money = "EUR"
        if cells.has("currency"):
            money = values["currency"] = cells.take("currency", currency, "")
        cost = {"cost": lambda cell: amount(cell or "0", money)} if money else {}
        for column, read in {**READERS, **cost}.items():
            if cells.has(column):
                values[column] = cells.take(column, read, None)
        return Entry(cells.row, code, values)

    def plan(self, entries: Sequence[Entry], earlier: Earlier) -> list[Plan]:
        """Return what storing the boxes would do."""
        return plan_boxes(entries=entries)

    def store(self, entries: Sequence[Entry], actor: Actor, seen: Seen | None = None) -> list[Plan]:
        """Create or change the boxes."""
        return store_boxes(entries=entries, actor=actor, seen=seen)


class Boxes(ImportKind):
    """Box catalogue files."""

    code = "boxes"
    title = "Boxes"
    model = Box
    permissions = ("fulfillment.add_box", "fulfillment.change_box")
    undo_permissions = ("fulfillment.change_box",)
    undo_words: ClassVar[Mapping[str, str]] = {
        Verb.CREATE: "takes {} new box{} out of use",
        Verb.CHANGE: "gives {} box{} the former values",
    }
    columns = (*BoxFile.required, *BoxFile.optional)

    def open(self, source: Source, *, name: str, encoding: str = "", principal: Any = None, **options: Any) -> BoxFile:
        """Open a catalogue of boxes."""
        return BoxFile(read_table(source, name=name, expected=BoxFile.required, encoding=encoding))

    def plan_undo(self, rows: Sequence[ImportRow], *, principal: Any) -> list[Undo]:
        """Return which boxes can be taken back."""
        return plan_undo_boxes(rows=rows)

    def undo(self, rows: Sequence[ImportRow], *, principal: Any, actor: Actor) -> list[Undo]:
        """Put former values back, and take new boxes out of use."""
        return undo_boxes(rows=rows, actor=actor)


register_kind(Boxes())
