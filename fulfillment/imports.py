"""Kinds of import: rate cards, one row a service and destination; confirmations of 3PLs, one row a request."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from fulfillment import box_files, tracking_imports  # noqa: F401  registering is their import
from fulfillment.models import ShippingRate, SupplierRequest
from fulfillment.services.packing import MAX_PARCELS
from fulfillment.services.rates import MOST_DAYS, plan_rates, plan_undo_rates, store_rates, undo_rates
from fulfillment.services.third_party.confirming import (
    Confirmation,
    not_undone,
    plan_confirmations,
    store_confirmations,
)
from fulfillment.sourcing.geography import plain_postcode
from inventory.imports.locations import country
from inventory.imports.products import currency, flag
from inventory.imports.rows import RowsFile
from inventory.services.shelves import Entry
from oms.foundation.actor import Actor
from oms.foundation.imports.kinds import ImportKind, Source, Undo, register_kind
from oms.foundation.imports.plans import Earlier, Plan, Seen, Verb
from oms.foundation.models import ImportRow
from oms.foundation.tables import BadCell, RowFault, Table, read_table
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


def sent_pieces(cell: str) -> dict[str, int]:
    """Return pieces by SKU, written as “TEA 2; CUP 1”; an empty cell is all of them."""
    found: dict[str, int] = {}
    for part in (part.strip() for part in cell.split(";")):
        sku, _, pieces = part.rpartition(" ")
        if part and not sku.strip():
            raise BadCell(f"“{part}” tells no SKU or no pieces; write them like “TEA 2; CUP 1”.", code="bad_pieces")
        if part:
            found[identifier(sku.strip())] = whole_number(pieces, least=0)
    return found


def tracking_numbers(cell: str) -> tuple[str, ...]:
    """Return tracking numbers, parted by blanks or semicolons."""
    numbers = cell.replace(";", " ").split()
    if len(numbers) > MAX_PARCELS:
        raise BadCell(f"these are {len(numbers)} numbers; at most {MAX_PARCELS} go.", code="too_many")
    return tuple(identifier(number, longest=64) for number in numbers)


class ConfirmationFile(RowsFile):
    """Columns and readers of what third parties have sent."""

    required: Sequence[str] = ("request", "carrier")
    optional: Sequence[str] = ("tracking", "pieces", "lots", "reference")
    key: Sequence[str] = ("request",)

    def __init__(self, table: Table, principal: Any = None) -> None:
        super().__init__(table)
        self.principal = principal
        self.most = 50

    def read(self, cells: Cells) -> Confirmation:
        """Return what a row says; faults are noted in the cells."""
        take = cells.take
        return Confirmation(
            row=cells.row,
            key=take("request", lambda cell: identifier(required(cell), longest=16), ""),
            carrier=take("carrier", lambda cell: identifier(required(cell), longest=24), ""),
            tracking=take("tracking", tracking_numbers, ()) if cells.has("tracking") else (),
            pieces=take("pieces", sent_pieces, {}) if cells.has("pieces") else {},
            lots=take("lots", lambda cell: text(cell, longest=200), "") if cells.has("lots") else "",
            reference=take("reference", identifier, "") if cells.has("reference") else "",
        )

    def plan(self, entries: Sequence[Confirmation], earlier: Earlier) -> list[Plan]:
        """Return what confirming them would do."""
        return plan_confirmations(entries=entries, principal=self.principal)

    def store(self, entries: Sequence[Confirmation], actor: Actor, seen: Seen | None = None) -> list[Plan]:
        """Confirm what was sent."""
        return store_confirmations(entries=entries, actor=actor, seen=seen, principal=self.principal)


class Confirmations(ImportKind):
    """Files of what third parties have sent."""

    code = "confirmations"
    title = "Confirmations of 3PLs"
    model = SupplierRequest
    permissions = ("fulfillment.answer_supplierrequest",)
    undo_permissions = ("fulfillment.answer_supplierrequest",)
    undo_words: ClassVar[Mapping[str, str]] = {
        Verb.CREATE: "cannot take {} confirmation{} back",
        Verb.CHANGE: "cannot take {} confirmation{} back",
    }
    columns = (*ConfirmationFile.required, *ConfirmationFile.optional)

    def open(
        self, source: Source, *, name: str, encoding: str = "", principal: Any = None, **options: Any
    ) -> ConfirmationFile:
        """Open a file of confirmations."""
        table = read_table(source, name=name, expected=ConfirmationFile.required, encoding=encoding)
        return ConfirmationFile(table, principal)

    def plan_undo(self, rows: Sequence[ImportRow], *, principal: Any) -> list[Undo]:
        """Return that nothing can be taken back: it is on its way."""
        return not_undone(rows)

    def undo(self, rows: Sequence[ImportRow], *, principal: Any, actor: Actor) -> list[Undo]:
        """Take nothing back."""
        return not_undone(rows)


register_kind(Rates())
register_kind(Confirmations())
