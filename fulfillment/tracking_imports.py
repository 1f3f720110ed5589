"""Tracking files of carriers as a kind of import: one row one thing that happened to one parcel."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar

from fulfillment.models import Package
from fulfillment.services.tracking_files import News, plan_news, store_news
from inventory.imports.rows import RowsFile
from oms.foundation.actor import Actor
from oms.foundation.imports.kinds import ImportKind, Source, Undo, register_kind, within
from oms.foundation.imports.plans import Earlier, Plan, Seen, Verb
from oms.foundation.models import ImportRow
from oms.foundation.tables import BadCell, Table, read_table
from oms.foundation.tables.cells import identifier, iso_day, required, shown, text
from oms.foundation.tables.rows import Cells

NO_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)


def moment(cell: str) -> datetime:
    """Return a moment such as ``2026-12-24 14:05``; without a zone it is the clock where the parcel left."""
    try:
        return datetime.fromisoformat(required(cell))
    except ValueError:
        raise BadCell(
            f"“{shown(cell)}” is no moment; write it like 2026-12-24 14:05.", code="not_a_moment"
        ) from None  # fmt: skip


class TrackingFile(RowsFile):
    """Columns and readers of a tracking file."""

    required: Sequence[str] = ("tracking_number", "code", "occurred_at")
    optional: Sequence[str] = ("description", "place", "expected_on")
    key: Sequence[str] = ("tracking_number", "code", "occurred_at")

    def __init__(self, table: Table, principal: Any = None) -> None:
        super().__init__(table)
        self.parcels = within(principal, Package)

    def read(self, cells: Cells) -> News:
        """Return what a row says; faults are noted in the cells."""
        has = cells.has
        return News(
            row=cells.row,
            tracking_number=cells.take("tracking_number", lambda cell: identifier(required(cell)), ""),
            code=cells.take("code", lambda cell: text(required(cell), longest=40), ""),
            occurred_at=cells.take("occurred_at", moment, NO_MOMENT),
            description=cells.take("description", partial(text, longest=300), "") if has("description") else "",
            place=cells.take("place", partial(text, longest=120), "") if has("place") else "",
            expected_on=cells.take("expected_on", iso_day, None) if has("expected_on") else None,
        )

    def plan(self, entries: Sequence[News], earlier: Earlier) -> list[Plan]:
        """Return what keeping the rows would do."""
        return plan_news(news=entries, parcels=self.parcels)

    def store(self, entries: Sequence[News], actor: Actor, seen: Seen | None = None) -> list[Plan]:
        """Keep what the rows tell."""
        return store_news(news=entries, parcels=self.parcels, actor=actor, seen=seen)


class TrackingNews(ImportKind):
    """Tracking files."""

    code = "tracking"
    title = "Tracking of carriers by file"
    model = Package
    permissions = ("fulfillment.track_package",)
    undo_permissions = ("fulfillment.track_package",)
    undo_words: ClassVar[Mapping[str, str]] = {
        Verb.CREATE: "takes nothing of {} event{} back",
        Verb.CHANGE: "takes nothing of {} change{} back",
    }
    columns = (*TrackingFile.required, *TrackingFile.optional)

    def open(
        self, source: Source, *, name: str, encoding: str = "", principal: Any = None, **options: Any
    ) -> TrackingFile:
        """Open a tracking file for a person, who tells of their own parcels alone."""
        return TrackingFile(read_table(source, name=name, expected=TrackingFile.required, encoding=encoding), principal)

    def plan_undo(self, rows: Sequence[ImportRow], *, principal: Any) -> list[Undo]:
        """Return that nothing is taken back: what a carrier told stays on record."""
        return [Undo(row.row, False, "What a carrier told stays on record.") for row in rows]

    def undo(self, rows: Sequence[ImportRow], *, principal: Any, actor: Actor) -> list[Undo]:
        """Take nothing back."""
        return self.plan_undo(rows, principal=principal)


register_kind(TrackingNews())
