"""Order files: the rows of one order are brought together and read by the file's format."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Protocol

from oms.foundation.money import minor_text
from oms.foundation.tables import RowFault, Table
from oms.foundation.tables.rows import Cells
from orders.intake import OrderIn, add_up
from orders.intake.limits import faults_of


class OrderFormat(Protocol):
    """One format of order files: its columns, which of them names the order, and what the rows of one order tell.

    ``ignored`` are columns that its files have and that mean nothing here.
    """

    code: str
    key: str
    required: Sequence[str]
    optional: Sequence[str]
    ignored: Sequence[str]

    def read(self, rows: Sequence[Cells]) -> OrderIn | None:
        """Return what the rows tell; faults are noted in the rows."""


@dataclass(frozen=True, slots=True)
class Told:
    """One order of a file with its rows: what it tells, or the faults for which it is not taken."""

    key: str
    rows: tuple[int, ...]
    order: OrderIn | None
    faults: tuple[RowFault, ...] = ()

    @property
    def row(self) -> int:
        """Return its first row."""
        return self.rows[0]


@dataclass(slots=True)
class Group:
    """The rows of one order; ``beside`` are unreadable rows among or next to them."""

    name: str
    rows: list[Cells]
    beside: list[RowFault]


def read_orders(form: OrderFormat, table: Table, skip: int = 0) -> Iterator[Told]:
    """Yield every order of the table but the first few, streaming; an order is taken whole or not at all."""
    for group in islice(_groups(form.key, table), skip, None):
        order = form.read(group.rows) if group.name else None
        if not group.name:
            _note_nameless(form.key, group)
        faults = [fault for cells in group.rows for fault in cells.faults]
        if order is not None and not faults:
            faults = _faults(order, group)
        numbers = tuple(cells.row for cells in group.rows)
        yield Told(group.name, numbers, None if faults else order, tuple(faults))


def _note_nameless(key: str, group: Group) -> None:
    """Note the fault of rows that name no order."""
    for cells in group.rows:
        sentence = "the order's number is missing; fill it in."
        cells.faults.append(RowFault(cells.row, key, "empty", sentence))


def _faults(order: OrderIn, group: Group) -> list[RowFault]:
    """Return why an order that could be read is not taken all the same."""
    first = group.rows[0].row
    found = [RowFault(first, one.field, one.code, one.sentence) for one in faults_of(order)]
    if found or not group.beside:
        return found
    difference = add_up(order).difference
    if not difference:
        return []
    lost = ", ".join(str(fault.row) for fault in group.beside)
    amount = minor_text(difference, order.currency)
    sentence = (
        f"row {lost} could not be read and {amount} is missing from order {group.name}; mend it and import again."
    )
    return [RowFault(first, "", "incomplete", sentence)]


def _groups(key: str, table: Table) -> Iterator[Group]:
    """Yield the rows of each order together; those that do not stand together come at the end."""
    scattered = _scattered(key, table)
    kept: dict[str, Group] = {}
    current: Group | None = None
    seen = 0
    for number, texts in table:
        name = texts.get(key, "")
        fresh, seen = table.faults[seen:], len(table.faults)
        if current is not None:
            current.beside += fresh
        if current is None or current.name != name:
            if current is not None and current.name not in scattered:
                yield current
            current = kept.get(name) or Group(name, [], list(fresh))
            if name in scattered:
                kept[name] = current
        current.rows.append(Cells(number, texts))
    if current is not None:
        current.beside += table.faults[seen:]
        if current.name not in scattered:
            yield current
    yield from kept.values()


def _scattered(key: str, table: Table) -> set[str]:
    """Return the orders whose rows do not stand together."""
    place = table.header.index(key)
    names = (cells[place] for _, cells in table.records() if isinstance(cells, list) and len(cells) > place)
    starts = Counter(name for name, _ in groupby(names))
    return {name for name, count in starts.items() if count > 1}
