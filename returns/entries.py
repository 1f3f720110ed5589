"""What people and machines state about the lines of a return, read strictly from JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inventory.kits import parts_of
from inventory.models.lots import LONGEST_NUMBER
from oms.foundation.refusals import Invalid
from returns.states import Acceptance, Disposition, Reception

MAX_LINES, MAX_PIECES = 500, 1_000_000


@dataclass(frozen=True, slots=True)
class LineRef:
    """Which line is meant: by its position in the order, or by its SKU."""

    position: int | None
    sku: str
    path: str

    def __str__(self) -> str:
        return self.sku or f"line {self.position}"


@dataclass(frozen=True, slots=True)
class Announced:
    """Pieces that somebody wants to send back."""

    ref: LineRef
    quantity: int


@dataclass(frozen=True, slots=True)
class Arrived:
    """Pieces that were found in the parcel."""

    ref: LineRef
    quantity: int
    reception: str
    lots: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Inspected:
    """The verdict on the received pieces of a line; ``restocked`` is how many of them can be sold again."""

    ref: LineRef
    acceptance: str
    disposition: str
    restocked: int | None
    note: str
    lots: tuple[tuple[str, int], ...] = ()


def read_announced(value: Any) -> list[Announced]:
    """Return the announced pieces; raises :class:`Invalid` with the path of each fault."""
    return [Announced(_ref(row, path), _whole(row, "quantity", path, 1)) for row, path in _rows(value, "quantity")]


def read_arrived(value: Any) -> list[Arrived]:
    """Return what was found in the parcel; raises :class:`Invalid` with the path of each fault."""
    return [
        Arrived(
            _ref(row, path),
            _whole(row, "quantity", path, 0),
            _word(row, "reception", path, Reception.values, ""),
            _lots(row, path),
        )
        for row, path in _rows(value, "quantity", "reception", "lots")
    ]


def read_inspected(value: Any) -> list[Inspected]:
    """Return the verdicts; raises :class:`Invalid` with the path of each fault."""
    return [
        Inspected(
            _ref(row, path),
            _word(row, "acceptance", path, [Acceptance.ACCEPTED, Acceptance.REJECTED], None),
            _word(row, "disposition", path, [word for word in Disposition.values if word], None),
            _whole(row, "restocked", path, 0) if row.get("restocked") is not None else None,
            _text(row, "note", path, 500),
            _lots(row, path),
        )
        for row, path in _rows(value, "acceptance", "disposition", "restocked", "note", "lots")
    ]


def _rows(value: Any, *fields: str) -> list[tuple[Mapping[str, Any], str]]:
    """Return the rows of a list or its JSON text with their paths, refusing unknown fields."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise Invalid("The lines are not readable JSON.", code="bad_json", field="lines") from None
    if not isinstance(value, Sequence) or not value or len(value) > MAX_LINES:
        raise Invalid(f"Give a list of 1 to {MAX_LINES} lines.", code="bad_lines", field="lines")
    for number, row in enumerate(value):
        path = f"lines.{number}"
        if not isinstance(row, Mapping):
            raise Invalid("Each line is an object such as {“sku”: …, “quantity”: …}.", code="bad_line", field=path)
        for name in sorted(set(row) - {"sku", "line", *fields}):
            raise Invalid(f"“{name}” is not a field of a line.", code="unknown_field", field=f"{path}.{name}")
    return [(row, f"lines.{number}") for number, row in enumerate(value)]


def _ref(row: Mapping[str, Any], path: str) -> LineRef:
    """Return which line a row means."""
    position, sku = row.get("line"), row.get("sku", "")
    if position is not None and (not isinstance(position, int) or isinstance(position, bool)):
        raise Invalid("“line” is the number of a line of the order.", code="bad_line", field=f"{path}.line")
    if not isinstance(sku, str) or (position is None and not sku):
        raise Invalid("Name the line by its “sku” or its “line” number.", code="bad_line", field=path)
    return LineRef(position, sku[:64], path)


def _whole(row: Mapping[str, Any], name: str, path: str, least: int) -> int:
    """Return a number of pieces."""
    value = row.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= MAX_PIECES:
        raise Invalid(f"“{name}” is a whole number from {least}.", code="bad_quantity", field=f"{path}.{name}")
    return value


def _word(row: Mapping[str, Any], name: str, path: str, words: Sequence[str], default: str | None) -> str:
    """Return one of the words; without a default one must be given."""
    value = row.get(name, default)
    if default is not None and value == default:
        return default
    if value not in words:
        known = ", ".join(str(word) for word in words)
        raise Invalid(f"“{name}” is one of: {known}.", code="bad_word", field=f"{path}.{name}")
    return str(value)


def _text(row: Mapping[str, Any], name: str, path: str, longest: int) -> str:
    """Return an optional text."""
    value = row.get(name, "")
    if not isinstance(value, str) or len(value) > longest:
        raise Invalid(f"“{name}” is a text of at most {longest} characters.", code="bad_text", field=f"{path}.{name}")
    return value


def _lots(row: Mapping[str, Any], path: str) -> tuple[tuple[str, int], ...]:
    """Return the lots or serial numbers of a line as a text names them: ``P1; P2`` or ``2 x L1; 1 x L2``."""
    parts = parts_of(_text(row, "lots", path, 2000))
    for number, quantity in parts:
        if not 0 < len(number) <= LONGEST_NUMBER or not 0 < quantity <= MAX_PIECES or not number.isprintable():
            sentence = f"“{number[:40]}” is no lot or serial number; write like 2 x L1; 1 x L2."
            raise Invalid(sentence, code="bad_lot", field=f"{path}.lots")
    return tuple(parts)
