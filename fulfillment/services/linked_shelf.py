"""What files of master data share whose rows name rows of other tables: a location by code, a product by SKU."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, Q

from inventory.models import Location
from inventory.services.shelves import Entry, Shelf
from oms.foundation.actions import Condition, refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.aggregate import Versioned
from oms.foundation.audit import record
from oms.foundation.imports.plans import Earlier
from oms.foundation.tables import RowFault

Row = TypeVar("Row", bound=Versioned)
Link = tuple[type[Model], str]
"""The table of the other row, and the column by which files name it."""


class LinkedShelf(Shelf[Row]):
    """Rows by code, with columns that name other rows; an empty cell names none."""

    key = "code"
    links: ClassVar[Mapping[str, Link]] = {"location": (Location, "code")}

    def look_around(self, entries: Sequence[Entry], earlier: Earlier) -> None:
        """Read the other rows that the entries name, or that rows name now."""
        super().look_around(entries, earlier)
        self.ids: dict[str, dict[str, int]] = {}
        for column, (model, key) in self.links.items():
            named = {str(entry.values[column]) for entry in entries if entry.values.get(column)}
            now = self.model._default_manager.filter(code__in=self.keys(entries)).values(column)
            rows = model._default_manager.filter(Q(**{f"{key}__in": sorted(named)}) | Q(pk__in=now))
            self.ids[column] = dict(rows.values_list(key, "pk"))
        self.names = {column: {pk: name for name, pk in ids.items()} for column, ids in self.ids.items()}

    def fault(self, entry: Entry) -> RowFault | None:
        """Return which other row is not there."""
        for column, ids in self.ids.items():
            told = entry.values.get(column)
            if told and told not in ids:
                return RowFault(entry.row, column, "unknown", f"there is no {column} “{told}”.")
        return super().fault(entry)

    def value(self, row: Row, column: str) -> Any:
        """Return the other row's name, or the column as it is."""
        if column in self.links:
            return self.names[column].get(getattr(row, f"{column}_id") or 0, "")
        return super().value(row, column)

    def put(self, row: Row, column: str, value: Any) -> None:
        """Set a column; another row by its name."""
        if column in self.links:
            super().put(row, f"{column}_id", self.ids[column][value] if value else None)
        else:
            super().put(row, column, value)

    def former(self, column: str, value: Any) -> Any:
        """Return a value that JSON has kept as it was; another row stays its name."""
        return value if column in self.links else super().former(column, value)


def switch(row: Any, on: bool, conditions: Iterable[Condition], act: str, note: str, actor: Actor) -> None:
    """Take a locked row into use or out of it; raises :class:`Refused` when it is so already."""
    refuse_unless(row, *conditions)
    row.is_active = on
    row.save(update_fields=["is_active"])
    record(actor, act, row, note=note)
