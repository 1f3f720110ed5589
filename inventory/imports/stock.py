"""Stock files: one row a product and location, with the pieces that were counted there."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from inventory.imports.rows import RowsFile
from inventory.services.counting import Counted, FileMemory, file_taken_before, plan_counts, store_counts
from inventory.services.stock import MAX_PIECES
from oms.foundation.actor import Actor
from oms.foundation.imports.plans import Earlier, Plan, Seen, Verb
from oms.foundation.numbers import random_code
from oms.foundation.tables import Table
from oms.foundation.tables.cells import identifier, required, text, whole_number
from oms.foundation.tables.rows import Cells

KEPT: Mapping[str, Callable[[str], Any]] = {
    "bin": partial(text, longest=32),
    "safety_stock": lambda cell: whole_number(cell or "0"),
}


class StockCountFile(RowsFile):
    """Columns and readers of a stock file.

    A file that was taken before counts nothing again, because pieces may have been sold since; only its rows that were
    refused, or that a broken run never reached, are still open.
    """

    required: Sequence[str] = ("sku", "location", "on_hand")
    optional: Sequence[str] = tuple(KEPT)
    key: Sequence[str] = ("sku", "location")

    def __init__(self, table: Table, *, digest: str, again: bool = False, principal: Any = None) -> None:
        super().__init__(table)
        before = None if again else file_taken_before(digest)
        self.digest = digest
        self.principal = principal
        self.last_row = before.last_row if before else 0
        self.refused = frozenset(before.refused_rows if before else ())
        self.run = random_code(12)

    def read(self, cells: Cells) -> Counted:
        """Return what a row says; faults are noted in the cells."""
        sku = cells.take("sku", lambda cell: identifier(required(cell)), "")
        location = cells.take("location", lambda cell: identifier(required(cell), longest=16), "")
        on_hand = cells.take("on_hand", partial(whole_number, most=MAX_PIECES), 0)
        kept = {name: cells.take(name, read, None) for name, read in KEPT.items() if cells.has(name)}
        return Counted(cells.row, sku, location, on_hand, kept)

    def is_open(self, row: int) -> bool:
        """Tell whether the row was never taken, or was refused when it was."""
        return row > self.last_row or row in self.refused

    def plan(self, entries: Sequence[Counted], earlier: Earlier) -> list[Plan]:
        """Return what counting would do."""
        plans = plan_counts(entries=[one for one in entries if self.is_open(one.row)], principal=self.principal)
        return self._with_taken(entries, plans)

    def store(self, entries: Sequence[Counted], actor: Actor, seen: Seen | None = None) -> list[Plan]:
        """Count the levels."""
        plans = store_counts(
            entries=[one for one in entries if self.is_open(one.row)],
            file=self.memory,
            seen=seen,
            principal=self.principal,
            actor=actor,
        )
        return self._with_taken(entries, plans)

    @property
    def memory(self) -> FileMemory:
        """Return how the file is remembered."""
        return FileMemory(self.digest, self.table.name, self.run)

    def _with_taken(self, entries: Sequence[Counted], plans: Sequence[Plan]) -> list[Plan]:
        """Return the plans of all entries: those that were taken before do nothing."""
        known = iter(plans)
        return [next(known) if self.is_open(one.row) else Plan(one.row, one.key, Verb.SAME) for one in entries]
