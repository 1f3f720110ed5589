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
LINK = re.compile(r"^https?://[^?#]*?/01/(\d{14})((?:/(?:10|21|22)/[^/?#]+)*)(?:\?([^#]*))?")
"""A GS1 Digital Link: the same in an address, as two-dimensional codes on products carry it."""
GTIN, LOT, BEST_BEFORE, EXPIRY, SERIAL = "01", "10", "15", "17", "21"


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


def read_label(code: str) -> Label | None:
    """Return what an element string says; None for a code that is none.

    One without a sign of its symbology and without brackets has to begin with a product's number of 14 digits.
    """
    told = code.strip()
    if (link := LINK.search(told)) is not None:
        told = _of_link(link)
    marked = told.startswith((*SYMBOLOGIES, "(", SEPARATOR))
    told = told[3:] if told.startswith(SYMBOLOGIES) else told
    if not marked and not re.match(r"01\d{14}.", told):
        return None
    try:
        parts = gs1_128.info(ALIKE.sub(SEPARATOR, told), separator=SEPARATOR)
    except (ValidationError, ValueError):
        return None
    expires_on = parts.get(EXPIRY) or parts.get(BEST_BEFORE)
    return Label(
        gtin=str(parts.get(GTIN, "")),
        lot=str(parts.get(LOT, "")),
        serial=str(parts.get(SERIAL, "")),
        expires_on=expires_on if isinstance(expires_on, date) else None,
    )


def _of_link(link: re.Match[str]) -> str:
    """Return the element string of a GS1 Digital Link."""
    gtin, path, query = link.groups(default="")
    steps = [unquote(step) for step in path.split("/") if step]
    told = dict(zip(steps[::2], steps[1::2], strict=False)) | dict(parse_qsl(query))
    known = [(name, told[name]) for name in (LOT, SERIAL, EXPIRY, BEST_BEFORE) if name in told]
    return f"]C1{GTIN}{gtin}" + SEPARATOR.join(f"{name}{value}" for name, value in known)
