"""Files of bins: one row a bin, known by its location and code."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from inventory.imports.rows import RowsFile
from inventory.models.bins import BinKind
from inventory.services.bin_files import BinTold, plan_bins, store_bins
from oms.foundation.actor import Actor
from oms.foundation.imports.plans import Earlier, Plan, Seen
from oms.foundation.tables import Table
from oms.foundation.tables.cells import identifier, one_of, required, text, whole_number
from oms.foundation.tables.rows import Cells

MOST_MM, MOST_MM3, MOST_G = 10_000_000, 10**15, 100_000_000


def _limit(cell: str, most: int) -> int | None:
    """Return a number; an empty cell is not known, or without limit."""
    return whole_number(cell, most=most) if cell else None


READERS: Mapping[str, Callable[[str], Any]] = {
    "kind": lambda cell: one_of((cell or BinKind.PICK.value).casefold(), BinKind.values),
    **dict.fromkeys(("zone", "aisle", "bay", "level"), partial(text, longest=16)),
    **dict.fromkeys(("x_mm", "y_mm"), partial(_limit, most=MOST_MM)),
    "sequence": lambda cell: whole_number(cell or "0"),
    "capacity_mm3": partial(_limit, most=MOST_MM3),
    "capacity_g": partial(_limit, most=MOST_G),
}


class BinFile(RowsFile):
    """Columns and readers of a file of bins."""

    required: Sequence[str] = ("location", "code")
    optional: Sequence[str] = tuple(READERS)
    key: Sequence[str] = ("location", "code")

    def __init__(self, table: Table, principal: Any = None) -> None:
        super().__init__(table)
        self.principal = principal

    def read(self, cells: Cells) -> BinTold:
        """Return what a row says; faults are noted in the cells."""
        location = cells.take("location", lambda cell: identifier(required(cell), longest=16), "")
        code = cells.take("code", lambda cell: identifier(required(cell), longest=32), "")
        facts = {name: cells.take(name, read, None) for name, read in READERS.items() if cells.has(name)}
        return BinTold(cells.row, location, code, facts)

    def plan(self, entries: Sequence[BinTold], earlier: Earlier) -> list[Plan]:
        """Return what storing the bins would do."""
        return plan_bins(entries=entries, principal=self.principal)

    def store(self, entries: Sequence[BinTold], actor: Actor, seen: Seen | None = None) -> list[Plan]:
        """Make or change the bins."""
        return store_bins(entries=entries, actor=actor, seen=seen, principal=self.principal)
