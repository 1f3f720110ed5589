"""Tables in which every row is an entry of its own: doubled rows are named, cells read strictly."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import Any

from oms.foundation.tables import RowFault, Table
from oms.foundation.tables.reading import unused_columns
from oms.foundation.tables.rows import Cells

CHUNK = 400
NAMED_TWINS = 5


class RowsFile:
    """One kind of table: its columns, and the key that makes a row one of its kind.

    Rows with something in ``late_column`` are taken after all others.
    """

    required: Sequence[str]
    optional: Sequence[str]
    key: Sequence[str]
    late_column = ""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.most = CHUNK

    def read(self, cells: Cells) -> Any:
        """Return what a row says; faults are noted in the cells."""
        raise NotImplementedError

    @property
    def depends(self) -> bool:
        """Tell whether some rows need others of the same file."""
        return self.late_column in self.table.header

    @property
    def unused(self) -> list[str]:
        """Return the columns that mean nothing here."""
        return unused_columns(self.table, [*self.required, *self.optional])

    def entries(self, skip: int = 0) -> Iterator[Any]:
        """Yield what each row says, with its faults; rows that depend on others come last."""
        doubled = self.doubled  # looked for first: the table notes its faults anew each time it is read
        for number, texts in islice(self._in_turn(), skip, None):
            cells = Cells(number, texts)
            entry = self.read(cells)
            if number in doubled:
                cells.faults.append(self._twin(number))
            yield replace(entry, faults=tuple(cells.faults)) if cells.faults else entry

    @cached_property
    def doubled(self) -> Mapping[int, list[int]]:
        """The rows that share their key with others, each with all rows of that key."""
        rows: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for number, texts in self.table:
            rows[tuple(texts.get(column, "") for column in self.key)].append(number)
        return {number: twins for twins in rows.values() if len(twins) > 1 for number in twins}

    def _in_turn(self) -> Iterator[tuple[int, Mapping[str, str]]]:
        """Yield the rows of the table, those that depend on others last."""
        if self.late_column not in self.table.header:
            yield from self.table
            return
        for late in (False, True):
            yield from ((number, texts) for number, texts in self.table if bool(texts[self.late_column]) is late)

    def _twin(self, number: int) -> RowFault:
        """Return the fault of a row whose key stands in other rows too."""
        others = [str(row) for row in self.doubled[number] if row != number]
        named = ", ".join(others[:NAMED_TWINS]) + (" and more" if len(others) > NAMED_TWINS else "")
        word = "row" if len(others) == 1 else "rows"
        sentence = f"the same {' and '.join(self.key)} stands in {word} {named}; none of them was taken, keep one."
        return RowFault(number, self.key[0], "doubled_row", sentence)
