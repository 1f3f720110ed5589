"""Files of incoming stock: one row an announced product and location, known by its reference."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from inventory.imports.rows import RowsFile
from inventory.services.announcing import Announced, plan_announcements, store_announcements
from inventory.services.incoming import LONGEST_REFERENCE
from inventory.services.stock import MAX_PIECES
from oms.foundation.actor import Actor
from oms.foundation.imports.plans import Earlier, Plan, Seen
from oms.foundation.tables import Table
from oms.foundation.tables.cells import identifier, iso_day, required, whole_number
from oms.foundation.tables.rows import Cells


class IncomingFile(RowsFile):
    """Columns and readers of a file of incoming stock."""

    required: Sequence[str] = ("reference", "sku", "location", "quantity", "expected_on")
    optional: Sequence[str] = ()
    key: Sequence[str] = ("reference", "sku", "location")

    def __init__(self, table: Table, principal: Any = None) -> None:
        super().__init__(table)
        self.principal = principal

    def read(self, cells: Cells) -> Announced:
        """Return what a row says; faults are noted in the cells."""
        return Announced(
            row=cells.row,
            reference=cells.take("reference", partial(_needed, longest=LONGEST_REFERENCE), ""),
            sku=cells.take("sku", partial(_needed, longest=64), ""),
            location=cells.take("location", partial(_needed, longest=16), ""),
            quantity=cells.take("quantity", partial(whole_number, least=1, most=MAX_PIECES), 1),
            expected_on=cells.take("expected_on", _day, date.min),
        )

    def plan(self, entries: Sequence[Announced], earlier: Earlier) -> list[Plan]:
        """Return what storing the announcements would do."""
        return plan_announcements(entries=entries, principal=self.principal)

    def store(self, entries: Sequence[Announced], actor: Actor, seen: Seen | None = None) -> list[Plan]:
        """Announce what is new and change what is expected."""
        return store_announcements(entries=entries, actor=actor, seen=seen, principal=self.principal)


def _needed(cell: str, longest: int) -> str:
    """Return an identifier that must be there."""
    return identifier(required(cell), longest=longest)


def _day(cell: str) -> date:
    """Return a day that must be there."""
    return iso_day(required(cell)) or date.min
