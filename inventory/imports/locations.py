"""Location files: one row a warehouse, store, supplier or third party."""

import re
import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from datetime import time
from functools import cache, partial
from typing import Any

from babel import Locale
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from inventory.calendars import closed_days_in, working_days_in
from inventory.imports.products import flag
from inventory.imports.rows import RowsFile
from inventory.models.places import (
    CAPABILITIES_BY_KIND,
    MOST_COURIER_KM,
    MOST_HANDLING_DAYS,
    MOST_PICKUP_DAYS,
    LocationKind,
)
from inventory.services.catalogue import plan_locations, store_locations
from inventory.services.shelves import Entry
from oms.foundation.actor import Actor
from oms.foundation.imports.plans import Earlier, Plan, Seen
from oms.foundation.tables import BadCell, Table
from oms.foundation.tables.cells import decimal_number, identifier, one_of, required, shown, text, whole_number
from oms.foundation.tables.rows import Cells

CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@cache
def countries() -> frozenset[str]:
    """Return the two-letter codes of all countries."""
    return frozenset(code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha())


def country(cell: str) -> str:
    """Return a country's two-letter code."""
    if required(cell) not in countries():
        raise BadCell(f"“{shown(cell)}” is not a country; write its two capital letters, like GB.", code="unknown")
    return cell


def clock(cell: str) -> time:
    """Return a time of day."""
    if not CLOCK.fullmatch(required(cell)):
        raise BadCell(f"“{shown(cell)}” is not a time of day; write it like 16:00.", code="not_a_time")
    return time.fromisoformat(cell)


def zone(cell: str) -> str:
    """Return the name of a time zone."""
    if required(cell) not in zoneinfo.available_timezones():
        raise BadCell(f"“{shown(cell)}” is not a time zone; write it like Europe/London.", code="unknown")
    return cell


def degrees(cell: str, *, most: float) -> float | None:
    """Return a latitude or longitude; an empty cell is not known."""
    return decimal_number(cell, least=-most, most=most) if cell else None


def capacity(cell: str) -> int | None:
    """Return parcels a day; an empty cell is without limit."""
    return whole_number(cell) if cell else None


def mail_address(cell: str) -> str:
    """Return an e-mail address; an empty cell has none."""
    try:
        if cell:
            validate_email(cell)
    except ValidationError:
        raise BadCell(f"“{shown(cell)}” is not an e-mail address.", code="bad_email") from None
    return text(cell, longest=254)


def words(cell: str) -> list[str]:
    """Return the words of a cell, separated by blanks or semicolons."""
    return [identifier(word, longest=32) for word in re.split(r"[;\s]+", cell) if word]


READERS: Mapping[str, Callable[[str], Any]] = {
    "name": lambda cell: text(required(cell), longest=120),
    "line1": partial(text, longest=200),
    "city": partial(text, longest=100),
    "postal_code": partial(text, longest=20),
    "country": country,
    "latitude": partial(degrees, most=90),
    "longitude": partial(degrees, most=180),
    "daily_capacity": capacity,
    "cutoff": clock,
    "timezone": zone,
    "handling_days": lambda cell: whole_number(cell or "0", most=MOST_HANDLING_DAYS),
    "working_days": working_days_in,
    "closed_on": closed_days_in,
    "capabilities": words,
    "same_day_km": lambda cell: whole_number(cell or "30", most=MOST_COURIER_KM),
    "pickup_days": lambda cell: whole_number(cell or "7", least=1, most=MOST_PICKUP_DAYS),
    "email": mail_address,
    "is_active": flag,
}


class LocationFile(RowsFile):
    """Columns and readers of a location file."""

    required: Sequence[str] = ("code", "name", "kind", "country")
    optional: Sequence[str] = tuple(column for column in READERS if column not in ("name", "country"))
    key: Sequence[str] = ("code",)

    def __init__(self, table: Table, principal: Any = None) -> None:
        super().__init__(table)
        self.principal = principal

    def read(self, cells: Cells) -> Entry:
        """Return what a row says; faults are noted in the cells. Without capabilities the kind's usual ones apply."""
        code = cells.take("code", lambda cell: identifier(required(cell), longest=16), "")
        kind = cells.take("kind", lambda cell: one_of(cell.casefold(), LocationKind.values), "")
        values: dict[str, Any] = {"kind": kind}
        for column, read in READERS.items():
            if cells.has(column):
                values[column] = cells.take(column, read, None)
        if kind and "capabilities" not in values:
            values["capabilities"] = CAPABILITIES_BY_KIND[LocationKind(kind)]
        return Entry(cells.row, code, values)

    def plan(self, entries: Sequence[Entry], earlier: Earlier) -> list[Plan]:
        """Return what storing the locations would do."""
        return plan_locations(entries=entries, principal=self.principal)

    def store(self, entries: Sequence[Entry], actor: Actor, seen: Seen | None = None) -> list[Plan]:
        """Create or change the locations."""
        return store_locations(entries=entries, actor=actor, seen=seen, principal=self.principal)
