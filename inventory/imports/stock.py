"""Stock files: one row a product and location, with the pieces that were counted there."""

from collections.abc import Sequence
from functools import partial

from inventory.services.catalogue import Stored
from inventory.services.counting import Counted, file_taken_before, store_counts
from inventory.services.stock import MAX_PIECES
from oms.foundation.actor import Actor
from oms.foundation.numbers import random_code
from oms.foundation.tables.cells import identifier, required, text, whole_number
from oms.foundation.tables.rows import Cells


class StockCountFile:
    """Columns and readers of a stock file.

    A file that was taken before counts nothing again, because pieces may have been sold since; only its rows that were
    refused, or that a broken run never reached, are still open.
    """

    required: Sequence[str] = ("sku", "location", "on_hand")
    optional: Sequence[str] = ("bin", "safety_stock")
    key: Sequence[str] = ("sku", "location")

    def __init__(self, *, digest: str, name: str, again: bool = False) -> None:
        before = None if again else file_taken_before(digest)
        self.digest = digest
        self.name = name
        self.last_row = before.last_row if before else 0
        self.refused = frozenset(before.refused_rows if before else ())
        self.run = random_code(12)

    def read(self, cells: Cells) -> Counted:
        """Return what a row says; faults are noted in the cells."""
        return Counted(
            row=cells.row,
            sku=cells.take("sku", lambda cell: identifier(required(cell)), ""),
            location=cells.take("location", lambda cell: identifier(required(cell), longest=16), ""),
            on_hand=cells.take("on_hand", partial(whole_number, most=MAX_PIECES), 0),
            bin=cells.take("bin", partial(text, longest=32), "") if cells.has("bin") else None,
            safety_stock=(
                cells.take("safety_stock", lambda cell: whole_number(cell or "0"), 0)
                if cells.has("safety_stock")
                else None
            ),
        )

    def is_open(self, row: int) -> bool:
        """Tell whether the row was never taken, or was refused when it was."""
        return row > self.last_row or row in self.refused

    def store(self, entries: Sequence[Counted], actor: Actor) -> Stored:
        """Count the levels."""
        return store_counts(entries=entries, digest=self.digest, name=self.name, run=self.run, actor=actor)
