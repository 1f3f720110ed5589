"""The text of an INSERT of many rows, and what its answer says about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Field
from django_fsm import FSMField

Column = Field[Any, Any]
# the fewest rows that PostgreSQL reads faster as an array for each column
MANY = 3
# columns whose values every database takes as they are
PLAIN = {
    FSMField,
    models.BigIntegerField,
    models.BooleanField,
    models.CharField,
    models.ForeignKey,
    models.IntegerField,
    models.PositiveIntegerField,
    models.PositiveSmallIntegerField,
    models.TextField,
}


@dataclass(frozen=True, slots=True)
class Pointer:
    """A foreign key found by the database: by a unique text of the row it points to; it is empty where there is none.

    ``texts`` has one text for each inserted row, "" for none. Afterwards the row pointed to is at hand, with its key,
    its text and the columns ``only``.
    """

    name: str
    by: str
    texts: Sequence[str]
    only: tuple[str, ...] = ()

    def part(self, start: int, end: int) -> "Pointer":
        """Return the pointer of some of the rows."""
        return Pointer(self.name, self.by, self.texts[start:end], self.only)


@cache
def columns_of(model: Any) -> tuple[Column, ...]:
    """Return the columns that an insert writes: all but the primary key."""
    return tuple(field for field in model._meta.concrete_fields if not field.primary_key)


class Insert:
    """One statement for rows of one table; with a ``mark`` it leaves alone what a unique index holds already.

    Its answer has a row (id, mark if any, what the pointer has found if any) for each row that was inserted.
    """

    def __init__(self, rows: Sequence[Any], *, mark: str = "", pointer: Pointer | None = None) -> None:
        self.db: Any = connections[DEFAULT_DB_ALIAS]
        self.rows, self.mark, self.pointer = rows, mark, pointer
        self.meta: Any = rows[0]._meta
        self.columns = columns_of(self.meta.model)
        self.field: Any = self.meta.get_field(pointer.name) if pointer else None
        self.target: Any = self.field.related_model._meta if self.field else None
        lists = [self._list(column) for column in self.columns]
        many = self.pointer is not None or len(rows) >= MANY
        arrays = self.db.vendor == "postgresql" and many
        source, self.values = self._arrays(lists) if arrays else self._places(lists)
        self.sql = self._statement(source)

    def _list(self, column: Column) -> Sequence[Any]:
        """Return the values of a column as the database takes them; for the pointer, the texts."""
        if self.pointer is not None and column is self.field:
            return self.pointer.texts
        if type(column) in PLAIN:
            return [getattr(row, column.attname) for row in self.rows]
        return [column.get_db_prep_save(column.pre_save(row, True), self.db) for row in self.rows]

    def _arrays(self, lists: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
        """Return the rows as an array for each column, which PostgreSQL reads fastest when there are many."""
        kinds = ("text" if column is self.field else self._kind(column) for column in self.columns)
        return f"UNNEST({', '.join(f'%s::{kind}[]' for kind in kinds)})", list(lists)

    def _kind(self, column: Column) -> str:
        """Return a column's type without its length, so that too long a text stays an error."""
        return str(column.db_type(self.db)).partition("(")[0]

    def _places(self, lists: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
        """Return the rows as a list of VALUES."""
        place = f"({', '.join(['%s'] * len(lists))})"
        values = ", ".join([place] * len(self.rows))
        return f"VALUES {values}", [value for row in zip(*lists, strict=True) for value in row]

    def _statement(self, source: str) -> str:
        """Return the statement."""
        named = ", ".join(self._name(column) for column in self.columns)
        told = ["id", *([self._name(self.meta.get_field(self.mark))] if self.mark else []), *self._found()]
        return (
            f"INSERT INTO {self._table(self.meta)} ({named}) {self._rows(source)} "
            f"{'ON CONFLICT DO NOTHING ' if self.mark else ''}RETURNING {', '.join(told)}"
        )

    def _rows(self, source: str) -> str:
        """Return what is inserted: VALUES as they stand, or what is chosen from the source."""
        values = source.startswith("VALUES")
        if values and self.pointer is None:
            return source
        # both engines call the columns of VALUES column1, column2 …
        names = [f"column{place}" for place in range(1, len(self.columns) + 1)]
        table = f"({source}) AS v" if values else f"{source} AS v ({', '.join(names)})"
        chosen = ", ".join(self._chosen(column, name) for column, name in zip(self.columns, names, strict=True))
        # SQLite takes ON CONFLICT after a SELECT only behind a WHERE
        return f"SELECT {chosen} FROM {table} WHERE true"  # noqa: S608  quoted names only

    def _name(self, field: Any) -> str:
        """Return the name of a field's column as SQL writes it."""
        return str(self.db.ops.quote_name(field.column))

    def _table(self, meta: Any) -> str:
        """Return the name of a model's table as SQL writes it."""
        return str(self.db.ops.quote_name(meta.db_table))

    def _chosen(self, column: Column, name: str) -> str:
        """Return what a column gets: its value, or the key of the row that the pointer's text names."""
        if self.pointer is None or column is not self.field:
            return f"v.{name}"
        text = self._name(self.target.get_field(self.pointer.by))
        # a blank text names nobody; only when that is said can a partial unique index serve
        return f"(SELECT p.id {self._pointed} p.{text} = v.{name} AND p.{text} <> '')"

    @property
    def _pointed(self) -> str:
        """Return the beginning of a look into the table that the pointer points to."""
        return f"FROM {self._table(self.target)} AS p WHERE"

    def _found(self) -> list[str]:
        """Return the columns of the answer that tell what the pointer has found."""
        if self.pointer is None:
            return []
        key = f"{self._table(self.meta)}.{self._name(self.field)}"
        names = (self._name(self.target.get_field(name)) for name in self.pointer.only)
        return [key, *(f"(SELECT p.{name} {self._pointed} p.id = {key})" for name in names)]

    def note(self, answer: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Give the inserted rows their keys, and what they point to, and return them."""
        if self.mark:
            found = {mark: (key, *more) for key, mark, *more in answer}
            marks = [getattr(row, self.mark) for row in self.rows]
            new = [(at, found[mark]) for at, mark in enumerate(marks) if mark in found]
        else:
            new = list(enumerate(sorted(answer)))  # keys are drawn in the order of the rows
        for at, (key, *more) in new:
            row = self.rows[at]
            row.pk, row._state.adding, row._state.db = key, False, self.db.alias
            if self.pointer is not None:
                setattr(row, self.pointer.name, self._row(self.pointer, at, *more))
        return [self.rows[at] for at, _ in new]

    def _row(self, pointer: Pointer, at: int, key: int | None, *more: Any) -> Any:
        """Return the row that the pointer has found for one of the rows, as far as it is known, or None."""
        if key is None:
            return None
        known = dict(zip(("id", pointer.by, *pointer.only), (key, pointer.texts[at], *more), strict=True))
        names = [field.attname for field in self.target.concrete_fields if field.attname in known]
        return self.target.model.from_db(self.db.alias, names, [known[name] for name in names])
