"""What the timeline says of each act: its name, and what happened; every room names its own."""

from collections.abc import Callable, Mapping
from typing import Any

from oms.foundation.models import AuditLine
from oms.foundation.models.imports import RowOutcome

Name = str | Callable[[Mapping[str, Any]], str]
ACT_WORDS: dict[str, Name] = {
    "bulk.previewed": "Bulk act previewed",
    "bulk.started": "Bulk act started",
    "bulk.finished": "Bulk act finished",
    "bulk.cancelled": "Bulk act dropped",
    "bulk.undone": "Bulk act taken back",
    "imports.sent": "File sent",
    "imports.previewed": "File read",
    "imports.applying": "Import begun",
    "imports.dropped": "Import dropped",
    "imports.undoing": "Taking back begun",
    "imports.ended": "Import ended",
    "inbox.replayed": "Message replayed",
    "logins.factor_set_up": "Second factor set up",
    "logins.factor_forgotten": "Second factor forgotten",
    "outbox.replayed": "Fact replayed",
}


def rows_told(data: Mapping[str, Any]) -> str:
    """Return how many rows of an import had which outcome."""
    counts = ((data.get(one.value), one.label) for one in RowOutcome)
    return ", ".join(f"{count:,} {label}" for count, label in counts if count)


DETAILS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "imports.previewed": rows_told,
    "imports.ended": rows_told,
}


# kinds of rows whose lines not everybody may read who sees the row they stand beside, and the permission it takes
KEPT_BACK: dict[str, str] = {}


def keep_lines_back(permissions: Mapping[str, str]) -> None:
    """Tell of kinds of rows only to those with a permission: ``keep_lines_back({"orders.refund": …})``."""
    KEPT_BACK.update(permissions)


def kinds_kept_from(principal: Any) -> list[str]:
    """Return the kinds of rows whose lines the person may not read."""
    return [kind for kind, permission in KEPT_BACK.items() if not principal.has_perm(permission)]


def name_acts(room: str, words: Mapping[str, Name]) -> None:
    """Name the acts of a room, by a text or by a function of the line's data: ``name_acts("orders", {"ship": …})``."""
    ACT_WORDS.update({f"{room}.{act}": name for act, name in words.items()})


def detail_acts(room: str, details: Mapping[str, Callable[[Mapping[str, Any]], str]]) -> None:
    """Say what happened by a function of the line's data, for acts whose lines carry no note."""
    DETAILS.update({f"{room}.{act}": detail for act, detail in details.items()})


def words_of_line(line: AuditLine) -> str:
    """Return what an act is called; one without a name is called by its code."""
    name = ACT_WORDS.get(line.act) or line.act.rpartition(".")[2].replace("_", " ").capitalize()
    return name if isinstance(name, str) else name(line.data)


def detail_of_line(line: AuditLine) -> str:
    """Return what happened: the line's note, or what its data tell."""
    if line.note or line.act not in DETAILS:
        return line.note
    return DETAILS[line.act](line.data)


def changes_told(data: Mapping[str, Any]) -> str:
    """Return what changed, from [before, after] by field."""
    pairs = {name: pair for name, pair in data.items() if isinstance(pair, list) and len(pair) == 2}
    return "; ".join(f"{name.replace('_', ' ')}: {_shown(old)} → {_shown(new)}" for name, (old, new) in pairs.items())


def _shown(value: Any) -> str:
    """Return a value as people read it."""
    if isinstance(value, dict):
        return "; ".join(f"{name}={one}" for name, one in value.items()) or "nothing"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "nothing"
    return {None: "nothing", "": "nothing", True: "yes", False: "no"}.get(value, str(value))
