"""The run of an import: doubled rows named, cells read strictly, rows stored in chunks with a commit between."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import transaction

from inventory.services.catalogue import Stored
from oms.foundation.actor import Actor
from oms.foundation.tables import RowFault, Table
from oms.foundation.tables.rows import Cells

CHUNK = 400
NAMED_TWINS = 5


class FileKind(Protocol):
    """One kind of file: its columns, the key that makes a row one of its kind, and what its rows become."""

    required: Sequence[str]
    optional: Sequence[str]
    key: Sequence[str]

    def read(self, cells: Cells) -> Any:
        """Return what a row says; faults are noted in the cells."""

    def is_open(self, row: int) -> bool:
        """Tell whether the row still waits to be stored."""

    def store(self, entries: Sequence[Any], actor: Actor) -> Stored:
        """Store a chunk of rows in the caller's transaction."""


@dataclass
class Outcome:
    """What became of a file."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    faults: list[RowFault] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)

    @property
    def taken(self) -> int:
        """Return how many rows were taken."""
        return self.created + self.changed + self.unchanged

    @property
    def refused(self) -> int:
        """Return how many rows were refused."""
        return len({fault.row for fault in self.faults})

    def add(self, stored: Stored) -> None:
        """Add what became of a chunk."""
        self.created += stored.created
        self.changed += stored.changed
        self.unchanged += stored.unchanged
        self.faults += stored.faults


def run_import(kind: FileKind, table: Table, *, actor: Actor, dry_run: bool = False) -> Outcome:
    """Store every good row of the table and name the others; with ``dry_run`` nothing is kept."""
    outcome = Outcome(ignored_columns=[one for one in table.header if one and one not in known_columns(kind)])
    twins = doubled(kind, table)
    for chunk in _chunks(_entries(kind, table, twins, outcome)):
        with transaction.atomic():
            outcome.add(kind.store(chunk, actor))
            transaction.set_rollback(dry_run)
    outcome.faults = sorted([*outcome.faults, *table.faults], key=lambda fault: fault.row)
    return outcome


def known_columns(kind: FileKind) -> list[str]:
    """Return every column that the kind of file may have."""
    return [*kind.required, *kind.optional]


def doubled(kind: FileKind, table: Table) -> Mapping[int, list[int]]:
    """Return the rows that share their key with others, each with all rows of that key."""
    rows: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, texts in table:
        rows[tuple(texts.get(column, "") for column in kind.key)].append(number)
    return {number: twins for twins in rows.values() if len(twins) > 1 for number in twins}


def _entries(kind: FileKind, table: Table, twins: Mapping[int, list[int]], outcome: Outcome) -> Iterator[Any]:
    """Yield what each good row says; the others are added to the outcome."""
    for number, texts in table:
        cells = Cells(number, texts)
        entry = kind.read(cells)
        if number in twins:
            cells.faults.append(_twin(kind, number, twins[number]))
        outcome.faults += cells.faults
        if cells.faults:
            continue
        if kind.is_open(number):
            yield entry
        else:
            outcome.unchanged += 1


def _twin(kind: FileKind, number: int, twins: Sequence[int]) -> RowFault:
    """Return the fault of a row whose key stands in other rows too."""
    others = [str(row) for row in twins if row != number]
    named = ", ".join(others[:NAMED_TWINS]) + (" and more" if len(others) > NAMED_TWINS else "")
    word = "row" if len(others) == 1 else "rows"
    sentence = f"the same {' and '.join(kind.key)} stands in {word} {named}; none of them was taken, keep one."
    return RowFault(number, kind.key[0], "doubled_row", sentence)


def _chunks(entries: Iterator[Any]) -> Iterator[list[Any]]:
    """Yield the entries in lists of a chunk's size."""
    chunk = []
    for entry in entries:
        chunk.append(entry)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
