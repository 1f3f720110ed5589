"""The kinds of files that can be imported: each room registers its own."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from django import forms
from django.db.models import Model, QuerySet

from oms.foundation.actor import Actor
from oms.foundation.imports.running import OpenedFile
from oms.foundation.models import ImportRow
from oms.foundation.refusals import NotFound
from oms.foundation.scope import scoped

Row = TypeVar("Row", bound=Model)
Source = Path | bytes


@dataclass(frozen=True, slots=True)
class Undo:
    """Whether one applied entry can be, or was, taken back; the sentence says why not, or what stays."""

    row: int
    possible: bool
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One change of an entry as its person reads it."""

    column: str
    before: str
    after: str


class ImportKind(ABC):
    """One kind of file: what it is called, how it is opened, and how it is taken back.

    ``permissions`` are all needed to import it, ``undo_permissions`` to take it back. ``undo_words`` tell what
    that does to new entries and to changed ones, with places for their number and a plural; at most ``undo_most``
    entries are taken back in one transaction.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    model: ClassVar[type[Model]]
    permissions: ClassVar[Sequence[str]]
    undo_permissions: ClassVar[Sequence[str]]
    undo_words: ClassVar[Mapping[str, str]]
    undo_most: ClassVar[int] = 200
    columns: ClassVar[Sequence[str]]

    @abstractmethod
    def open(
        self, source: Source, *, name: str, encoding: str = "", principal: Any = None, **options: Any
    ) -> OpenedFile:
        """Open a file for a person, whose scope limits it, or for the system itself.

        :raises Refused: with one sentence when the file as a whole cannot be taken.
        """

    @abstractmethod
    def plan_undo(self, rows: Sequence[ImportRow], *, principal: Any) -> list[Undo]:
        """Return which of the applied entries a person can take back now."""

    @abstractmethod
    def undo(self, rows: Sequence[ImportRow], *, principal: Any, actor: Actor) -> list[Undo]:
        """Take applied entries back in the caller's transaction, as far as that is possible now."""

    def fields(self, principal: Any) -> dict[str, forms.Field]:
        """Return what else a person chooses when sending a file of the kind."""
        return {}

    def shown(self, rows: Sequence[ImportRow]) -> dict[int, list[Shown]]:
        """Return the changes of entries as people read them, by row."""
        return {row.row: [Shown(name, *map(words, row.changes[name])) for name in self.in_turn(row)] for row in rows}

    def in_turn(self, row: ImportRow) -> list[str]:
        """Return the columns that an entry changes, as they stand in files; of a new one those that hold something."""
        known = {name: place for place, name in enumerate(self.columns)}
        filled = [name for name, (before, after) in row.changes.items() if before or after not in (None, "", {}, [])]
        return sorted(filled, key=lambda name: known.get(name, len(known)))


def words(value: Any) -> str:
    """Return a value of a change as a file has it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


KINDS: dict[str, ImportKind] = {}


def kinds_for(principal: Any) -> list[ImportKind]:
    """Return the kinds of files that a person may import."""
    return [kind for kind in KINDS.values() if all(principal.has_perm(one) for one in kind.permissions)]


def register_kind(kind: ImportKind) -> None:
    """Let files of a kind be imported."""
    KINDS[kind.code] = kind


def kind_named(code: str) -> ImportKind:
    """Return the kind; raises :class:`NotFound` that names the known ones."""
    if code not in KINDS:
        raise NotFound(f"There is no kind of file “{code}”. Known kinds: {', '.join(sorted(KINDS))}.")
    return KINDS[code]


def within(principal: Any, model: type[Row]) -> "QuerySet[Row]":
    """Return the rows that a person may see, or all of them for the system itself."""
    return model._default_manager.all() if principal is None else scoped(principal, model)
