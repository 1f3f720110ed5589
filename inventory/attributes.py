"""Attributes of variants as one cell of a file: ``size=M; colour=red``."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from oms.foundation.tables import BadCell
from oms.foundation.tables.cells import identifier, shown, text

LONGEST_NAME, LONGEST_VALUE = 64, 200
MOST = 50


def attributes_text(attributes: Mapping[str, Any]) -> str:
    """Return attributes as a cell that reads back; a pair with a semicolon in it stands in quotation marks."""
    return "; ".join(_quoted(f"{name}={value}") for name, value in as_texts(attributes).items())


def as_texts(attributes: Mapping[str, Any]) -> dict[str, str]:
    """Return attributes as texts, which is all that a file can tell."""
    return {str(name).strip(): str(value).strip() for name, value in attributes.items()}


def attributes_in(cell: str) -> dict[str, str]:
    """Return the attributes of a cell; raises :class:`BadCell` for what is no list of ``name=value``."""
    found: dict[str, str] = {}
    for pair in filter(None, _pairs(cell)):
        name, sign, value = (part.strip() for part in pair.partition("="))
        if not (name and sign):
            raise BadCell(f"“{shown(pair)}” is no attribute; write them like size=M; colour=red.", code="bad_attribute")
        if name in found:
            raise BadCell(f"the attribute “{shown(name)}” stands here twice; keep one.", code="doubled_attribute")
        found[identifier(name, longest=LONGEST_NAME)] = text(value, longest=LONGEST_VALUE)
    if len(found) > MOST:
        raise BadCell(f"there are {len(found)} attributes; {MOST} are allowed.", code="too_many_attributes")
    return found


def _quoted(pair: str) -> str:
    """Return a pair as a field of a table whose separator is the semicolon."""
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="").writerow([pair])
    return out.getvalue()


def _pairs(cell: str) -> list[str]:
    """Return the fields of such a table's one row."""
    try:
        rows = list(csv.reader([cell], delimiter=";", skipinitialspace=True, strict=True))
    except csv.Error as error:
        sentence = f"“{shown(cell)}” has a quotation mark that is never closed; write like size=M; colour=red."
        raise BadCell(sentence, code="bad_attribute") from error
    return [pair.strip() for row in rows for pair in row]
