"""Writing the audit line: every service records its act, and pages read the lines back as the timeline."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from oms.foundation.actor import Actor
from oms.foundation.inserts import insert_rows
from oms.foundation.models import AuditLine


@dataclass(frozen=True, slots=True)
class Act:
    """What was done to one row, for :func:`record_many`."""

    name: str
    row: Model
    note: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    created: bool = False


def record(actor: Actor, act: str, row: Model, *, note: str = "", data: Mapping[str, Any] | None = None) -> None:
    """Write one audit line; the state change since the last line is taken from the row."""
    record_many(actor, [Act(act, row, note, data or {})])


def record_many(actor: Actor, acts: Iterable[Act]) -> None:
    """Write many audit lines in one INSERT."""
    insert_rows(lines_of(actor, acts))


def lines_of(actor: Actor, acts: Iterable[Act]) -> list[AuditLine]:
    """Return the unsaved audit lines of acts, for a caller who inserts them together with rows of other tables."""
    return [_line(actor, act) for act in acts]


def _line(actor: Actor, act: Act) -> AuditLine:
    """Build the line of one act and forget the row's state change."""
    row: Any = act.row
    move = getattr(row, "last_move", None)
    if act.created and hasattr(row, "STATE"):
        move = ("", getattr(row, row.STATE))
    if move is not None:
        row.last_move = None
    before, after = move or ("", "")
    return AuditLine(
        at=actor.now,
        entity=row._meta.label_lower,
        entity_id=row.pk,
        subject=subject_of(row),
        act=act.name,
        from_state=before,
        to_state=after,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label[:150],
        note=act.note,
        data=dict(act.data),
    )


def subject_of(row: Any) -> str:
    """Return the stream a row's lines belong to: its own ``stream`` or ``model:id``."""
    return str(getattr(row, "stream", "")) or f"{row._meta.model_name}:{row.pk}"
