"""Writing X12: segments whose text can hold no delimiter, in envelopes that add up.

X12 has no release character: what would be a delimiter inside a text becomes a blank, and letters that the basic and
extended character sets do not have are spelled in Latin.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fulfillment.documents.transliteration import romanize
from fulfillment.partners.x12.syntax import Delimiters, Party

VERSION = "004010"
CONTROLS = 999_999_999
"""The highest control number of an interchange; after it comes 1 again."""
WRITTEN = Delimiters()
SPOILED = str.maketrans(dict.fromkeys("*>~^", " "))
LATIN = str.maketrans({"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "þ": "th", "Þ": "Th"})
"""Letters that every face has, and X12 has not."""
Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends to whom, under which number and when; ``at`` is written as it is, in UTC."""

    sender: Party
    receiver: Party
    control: int
    at: datetime
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One message to be written: its kind and its segments, each a name with its elements."""

    kind: str
    segments: Sequence[Row]


def plain(text: str, longest: int) -> str:
    """Return a text as an element can hold it: printable Latin without delimiters, single blanks, cut to a length."""
    letters = (one if one.isascii() else romanize(one) for one in unicodedata.normalize("NFC", text).translate(LATIN))
    spelled = "".join(letters).translate(SPOILED)
    shown = "".join(one if one.isprintable() else " " for one in spelled)
    return " ".join(shown.split())[:longest].strip()


def write_interchange(envelope: Envelope, functional: str, messages: Iterable[Message]) -> str:
    """Return an interchange with one group of a functional kind, one segment a line."""
    control = str(envelope.control)
    rows: list[Row] = [_isa(envelope), _gs(envelope, functional)]
    number = 0
    for number, message in enumerate(messages, 1):
        own = f"{number:04d}"
        rows += [("ST", message.kind, own), *message.segments, ("SE", str(len(message.segments) + 2), own)]
    rows += [("GE", str(number), control), ("IEA", "1", f"{envelope.control:09d}")]
    return "".join(_line(row) for row in rows)


def _line(row: Row) -> str:
    """Return a segment without empty elements at its end."""
    cells = list(row)
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    return f"{WRITTEN.element.join(cells)}{WRITTEN.segment}\n"


def _isa(envelope: Envelope) -> Row:
    """Return the header of an interchange, of fixed width."""
    sender, receiver = envelope.sender, envelope.receiver
    return (
        "ISA", "00", " " * 10, "00", " " * 10,
        f"{sender.qualifier:<2.2}", f"{plain(sender.id, 15):<15}",
        f"{receiver.qualifier:<2.2}", f"{plain(receiver.id, 15):<15}",
        f"{envelope.at:%y%m%d}", f"{envelope.at:%H%M}", "U", "00401",
        f"{envelope.control:09d}", "0", "T" if envelope.is_test else "P", WRITTEN.component,
    )  # fmt: skip


def _gs(envelope: Envelope, functional: str) -> Row:
    """Return the header of a group."""
    return (
        "GS", functional, plain(envelope.sender.id, 15), plain(envelope.receiver.id, 15),
        f"{envelope.at:%Y%m%d}", f"{envelope.at:%H%M}", str(envelope.control), "X", VERSION,
    )  # fmt: skip
