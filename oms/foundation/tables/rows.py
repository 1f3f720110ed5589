"""Reading one row cell by cell: every fault of the row is collected, not only the first."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from oms.foundation.tables.faults import BadCell, RowFault

Value = TypeVar("Value")


class Cells:
    """The texts of one row by column, with the faults found while they were read."""

    def __init__(self, row: int, texts: Mapping[str, str]) -> None:
        self.row = row
        self.texts = texts
        self.faults: list[RowFault] = []

    def has(self, column: str) -> bool:
        """Tell whether the file has the column at all."""
        return column in self.texts

    def take(self, column: str, read: Callable[[str], Value], otherwise: Value) -> Value:
        """Return what the reader makes of the cell, or the other value after noting its fault."""
        try:
            return read(self.texts.get(column, ""))
        except BadCell as fault:
            self.faults.append(RowFault(self.row, column, fault.code, fault.sentence))
            return otherwise
