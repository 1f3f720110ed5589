"""What a GS1 element string says, as GS1-128 and GS1 DataMatrix carry it: product, lot, serial number, best before.

The identifiers and their lengths are those of the GS1 General Specifications, read by python-stdnum.
"""

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, unquote

from stdnum import gs1_128
from stdnum.exceptions import ValidationError

SYMBOLOGIES = ("]C1", "]d2", "]Q3", "]e0", "]J1")
"""What scanners may put before a code of GS1: of GS1-128, DataMatrix, QR, DataBar, DotCode."""
SEPARATOR = "\x1d"
ALIKE = re.compile(r"Alt029|\^\]|[#|~{}]")
"""What scanners that type like a keyboard send for the separator: none of these may stand in a value itself."""
BRACKETS = re.compile(r"\((\d{2,4})\)")
"""How an element string is printed for people: each identifier in brackets, without separators."""
BARE = re.compile(r"01\d{14}.")
LINK = re.compile(r"^https?://[^?#]*?/01/(\d{14})((?:/(?:10|21|22)/[^/?#]+)*)(?:\?([^#]*))?")
"""A GS1 Digital Link: the same in an address, as two-dimensional codes on products carry it."""
GTIN, LOT, BEST_BEFORE, EXPIRY, SERIAL = "01", "10", "15", "17", "21"
LONGEST, CENTURY, FURTHEST = 32, 100, 50
DAYS = (date, type(None))
"""What stdnum makes of a whole date, and of none; a shorter or longer one it reads as a moment."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a label says; blank or None for what does not stand there."""

    gtin: str = ""
    lot: str = ""
    serial: str = ""
    expires_on: date | None = None

    @property
    def barcodes(self) -> list[str]:
        """Return its product's number as a bar code of 14, 13, 12 or 8 digits has it."""
        lengths = [length for length in (14, 13, 12, 8) if not self.gtin[: 14 - length].strip("0")]
        return [self.gtin[14 - length :] for length in lengths] if self.gtin else []


def is_like_label(code: str) -> bool:
    """Return whether a code begins as an element string or a GS1 Digital Link does, readable or not."""
    told = code.strip()
    return told.startswith((*SYMBOLOGIES, SEPARATOR)) or any(one.match(told) for one in (BRACKETS, BARE, LINK))


def read_label(code: str, today: date | None = None) -> Label | None:
    """Return what an element string says; None for a code that is none, or of which something is unreadable.

    One without a sign of its symbology and without brackets has to begin with a product's number of 14 digits. In what
    century a date lies depends on ``today``; who asks for no date may leave that out.
    """
    if not is_like_label(code):
        return None
    try:
        parts = gs1_128.info(_elements(code.strip()), separator=SEPARATOR)
    except (ValidationError, ValueError):
        return None
    expires_on = parts.get(EXPIRY) or parts.get(BEST_BEFORE)
    gtin, lot, serial = (str(parts.get(name, "")) for name in (GTIN, LOT, SERIAL))
    if not all(one.isprintable() and len(one) <= LONGEST for one in (lot, serial)) or type(expires_on) not in DAYS:
        return None
    return Label(gtin, lot, serial, in_century(expires_on, today) if expires_on and today else expires_on)


def in_century(day: date, today: date) -> date:
    """Return a day whose year has two digits in the century of the GS1 General Specifications, 7.12.

    It lies at most 50 years after this one and at most 49 before it.
    """
    years = day.year % CENTURY - today.year % CENTURY
    century = today.year - today.year % CENTURY
    if years > FURTHEST:
        century -= CENTURY
    elif years < FURTHEST - CENTURY + 1:
        century += CENTURY
    return day.replace(year=century + day.year % CENTURY)


def _elements(told: str) -> str:
    """Return an element string as a scanner reads it, for one that is printed, marked, or in an address."""
    if (link := LINK.match(told)) is not None:
        return _of_link(link)
    if BRACKETS.match(told):
        names_and_values = BRACKETS.split(told)[1:]
        pairs = zip(names_and_values[::2], names_and_values[1::2], strict=True)
        told = SEPARATOR.join(f"{name}{value.strip()}" for name, value in pairs)
    told = told[3:] if told.startswith(SYMBOLOGIES) else told
    return ALIKE.sub(SEPARATOR, told)


def _of_link(link: re.Match[str]) -> str:
    """Return the element string of a GS1 Digital Link."""
    gtin, path, query = link.groups(default="")
    steps = [unquote(step) for step in path.split("/") if step]
    told = dict(zip(steps[::2], steps[1::2], strict=False)) | dict(parse_qsl(query))
    known = [(name, told[name]) for name in (LOT, SERIAL, EXPIRY, BEST_BEFORE) if name in told]
    return f"{GTIN}{gtin}" + SEPARATOR.join(f"{name}{value}" for name, value in known)
