"""Columns that a room on the right adds to a list of a room on its left, read for the whole page at once."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Values = Callable[[Sequence[int], Any], Mapping[int, Any]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, and a function of (ids on the page, principal) that returns what stands in each row."""

    name: str
    title: str
    values: Values

    def cell(self, row: Any) -> Any:
        """Return what stands in a row's cell."""
        return getattr(row, "columns_beside", {}).get(self.name, "")

    def as_display(self) -> Callable[[Any], Any]:
        """Return the column as the admin takes it."""

        def display(row: Any) -> Any:
            """Return the cell of a row."""
            return self.cell(row)

        display.__name__ = self.name
        display.short_description = self.title  # type: ignore[attr-defined]
        return display


COLUMNS: dict[str, list[Column]] = defaultdict(list)


def add_column(view: str, column: Column) -> None:
    """Add a column to a list, such as ``orders_order``; the same name is added once."""
    if all(known.name != column.name for known in COLUMNS[view]):
        COLUMNS[view].append(column)
