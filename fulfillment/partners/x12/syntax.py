"""What X12 is made of: segments and their elements, sets, groups and interchanges, and what may be wrong with them.

Source: ASC X12.5 and X12.6 as partners publish them, version 004010.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

LONGEST_SHOWN = 24


class Unreadable(ValueError):
    """What came cannot be read; the sentence names the segment that is at fault, counted from 1."""

    def __init__(self, segment: int, what: str) -> None:
        super().__init__(f"Segment {segment} {what}")
        self.segment = segment


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The three characters that part elements, their components, and segments; each interchange names its own."""

    element: str = "*"
    component: str = ">"
    segment: str = "~"


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its place in the file from 1, its name, and its elements."""

    number: int
    tag: str
    elements: tuple[str, ...]

    def at(self, place: int) -> str:
        """Return an element by its number from 1, without blanks at its ends; an empty text where there is none."""
        return self.elements[place - 1].strip() if place <= len(self.elements) else ""

    @property
    def shown(self) -> str:
        """Return how the segment begins, for a sentence."""
        text = "*".join((self.tag, *self.elements))[:LONGEST_SHOWN]
        return "".join(one if one.isprintable() else "?" for one in text)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one set, as people read it and as the syntax code of an acknowledgment (element 718)."""

    sentence: str
    code: str


@dataclass(frozen=True, slots=True)
class TransactionSet:
    """One message: its kind, such as 945, its control number, its segments, why it cannot be taken, and its text."""

    kind: str
    control: str
    segments: tuple[Segment, ...]
    fault: Fault | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Sets of one functional kind, such as OW; remarks tell what was counted wrongly and read all the same."""

    functional: str
    sender: str
    receiver: str
    control: str
    sets: tuple[TransactionSet, ...]
    remarks: tuple[str, ...] = ()
    head: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """Who sends or receives: an identifier and the code list that it is taken from, such as ZZ or 01 (D-U-N-S)."""

    qualifier: str
    id: str


@dataclass(frozen=True, slots=True)
class Interchange:
    """One envelope with its groups."""

    sender: Party
    receiver: Party
    control: str
    is_test: bool
    groups: tuple[Group, ...]
    remarks: tuple[str, ...] = ()
    delimiters: Delimiters = field(default_factory=Delimiters)
    head: str = ""

    def alone(self, group: Group, message: TransactionSet) -> str:
        """Return one message as it came with the headers that it came under, closed as the only one in them."""
        one, end = self.delimiters.element, self.delimiters.segment
        closing = f"GE{one}1{one}{group.control}{end}IEA{one}1{one}{self.control}{end}"
        return f"{self.head}{group.head}{message.text}{closing}"


def same_number(one: str, other: str) -> bool:
    """Return whether two control numbers are the same; partners leave out leading zeros."""
    return (one.lstrip("0") or "0") == (other.lstrip("0") or "0")


def count_of(text: str) -> int | None:
    """Return a count as a whole number, None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else None


def whole_pieces(segment: Segment, place: int) -> int:
    """Return an element as whole pieces; partners write decimals.

    :raises Unreadable: for anything that is no whole number from 0 to a million
    """
    text = segment.at(place)
    whole, _, rest = text.partition(".")
    pieces = count_of(whole)
    if pieces is None or rest.strip("0") or pieces > 1_000_000:
        shown = "".join(one if one.isprintable() else "?" for one in text)[:LONGEST_SHOWN]
        raise Unreadable(segment.number, f"({segment.tag}) says “{shown}” where whole pieces must stand.")
    return pieces


def first(segments: Sequence[Segment], tag: str) -> Segment | None:
    """Return the first segment with a name, None without one."""
    return next((one for one in segments if one.tag == tag), None)


def needed(segments: Sequence[Segment], tag: str, after: int) -> Segment:
    """Return the first segment with a name; raises :class:`Unreadable`, which names the segment ``after`` which it
    lacks."""
    found = first(segments, tag)
    if found is None:
        raise Unreadable(after, f"begins a message without {tag}.")
    return found
