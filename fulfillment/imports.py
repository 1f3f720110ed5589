"""Rate cards as a kind of import: one row a service, destination and weight step."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from fulfillment import box_files, tracking_imports  # noqa: F401  registering is their import
from fulfillment.models import ShippingRate
from fulfillment.services.rates import MOST_DAYS, plan_rates, plan_undo_rates, store_rates, undo_rates
from fulfillment.sourcing.geography import plain_postcode
from inventory.imports.locations import country
from inventory.imports.products import currency, flag
from inventory.imports.rows import RowsFile
from inventory.services.shelves import Entry
from oms.foundation.actor import Actor
from oms.foundation.imports.kinds import ImportKind, Source, Undo, register_kind
from oms.foundation.imports.plans import Earlier, Plan, Seen, Verb
from oms.foundation.models import ImportRow
from oms.foundation.tables import BadCell, RowFault, read_table
from oms.foundation.tables.cells import amount, identifier, one_of, required, text, whole_number
from oms.foundation.tables.rows import Cells
from orders.states import ServiceLevel

AMOUNTS = ("price", "per_started_kg")


def days(cell: str) -> int:
    """Return a number of days."""
    return whole_number(required(cell), most=MOST_DAYS)


def postcode(cell: str) -> str:
    """Return the beginning of a postcode in capitals without blanks."""
    if len(plain_postcode(cell)) > 10:
        raise BadCell("a postcode begins with at most 10 letters and digits; write fewer.", code="too_long")
    return plain_postcode(cell)


READERS: Mapping[str, Callable[[str], Any]] = {
    "carrier": lambda cell: text(required(cell), longest=32),
    "service": lambda cell: text(required(cell), longest=48),
    "level": lambda cell: one_of(cell.casefold(), ServiceLevel.values),
    "location": lambda cell: identifier(cell, longest=16) if cell else "",
    "country": lambda cell: country(cell) if cell else "",
    "postal_prefix": postcode,
    "up_to_g": lambda cell: whole_number(cell or "0"),
    "usual_days": days,
    "transit_days": days,
    "is_active": flag,
}


class RateFile(RowsFile):
    """Columns and readers of a rate card; amounts are in the row's currency, which all rates share."""

    required: Sequence[str] = ("code", "carrier", "service", "price", "currency")
    optional: Sequence[str] = (
        "level", "location", "country", "postal_prefix", "up_to_g", "per_started_kg", "usual_days", "transit_days",
        "is_active",
    )  # fmt: skip
    key: Sequence[str] = ("code",)

    def read(self, cells: Cells) -> Entry:
        """Return what a row says; faults are noted in the cells."""
        code = cells.take("code", lambda cell: identifier(required(cell), longest=48), "")
        money = cells.take("currency", currency, "")
        values: dict[str, Any] = {"currency": money}
        amounts: Mapping[str, Callable[[str], Any]] = dict.fromkeys(AMOUNTS, partial(_amount, money=money))
        for column, read in {**READERS, **(amounts if money else {})}.items():
            if cells.has(column):
                values[column] = cells.take(column, read, None)
        self._together(cells, values)
        return Entry(cells.row, code, values)

    def _together(self, cells: Cells, values: Mapping[str, Any]) -> None:
        """Note what cells say that does not go together."""
        if values.get("postal_prefix") and not values.get("country"):
            _note(cells, "postal_prefix", "no_country", "a postcode needs its country; fill the column country too.")
        usual, most = values.get("usual_days"), values.get("transit_days")
        if usual is not None and most is not None and usual > most:
            _note(cells, "usual_days", "too_many", "the usual days are at most the transit days; change one of them.")

    def plan(self, entries: Sequence[Entry], earlier: Earlier) -> list[Plan]:
        """Return what storing the rates would do."""
        return plan_rates(entries=entries)

    def store(self, entries: Sequence[Entry], actor: Actor, seen: Seen | None = None) -> list[Plan]:
        """Create or change the rates."""
        return store_rates(entries=entries, actor=actor, seen=seen)


def _note(cells: Cells, column: str, code: str, sentence: str) -> None:
    """Note a fault of a row."""
    cells.faults.append(RowFault(cells.row, column, code, sentence))


def _amount(cell: str, money: str) -> int:
    """Return minor units; an empty cell is 0."""
    return amount(cell or "0", money)


class Rates(ImportKind):
    """Rate card files."""

    code = "rates"
    title = "Shipping rates"
    model = ShippingRate
    permissions = ("fulfillment.add_shippingrate", "fulfillment.change_shippingrate")
    undo_permissions = ("fulfillment.change_shippingrate",)
    undo_words: ClassVar[Mapping[str, str]] = {
        Verb.CREATE: "takes {} new rate{} out of use",
        Verb.CHANGE: "gives {} rate{} the former values",
    }
    columns = (*RateFile.required, *RateFile.optional)

    def open(self, source: Source, *, name: str, encoding: str = "", principal: Any = None, **options: Any) -> RateFile:
        """Open a rate card."""
        return RateFile(read_table(source, name=name, expected=RateFile.required, encoding=encoding))

    def plan_undo(self, rows: Sequence[ImportRow], *, principal: Any) -> list[Undo]:
        """Return which rates can be taken back."""
        return plan_undo_rates(rows=rows)

    def undo(self, rows: Sequence[ImportRow], *, principal: Any, actor: Actor) -> list[Undo]:
        """Put former values back, and take new rates out of use."""
        return undo_rates(rows=rows, actor=actor)


register_kind(Rates())
