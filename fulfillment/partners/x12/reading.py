"""Reading X12: interchanges with their envelopes checked; forgiving where real files err without losing anything.

A wrong number of sets or groups is noted and read. A wrong count of segments or a control number that differs refuses
its set; an envelope that does not close, or stands twice, refuses the file.
"""

from collections.abc import Iterator
from dataclasses import replace

from fulfillment.partners.x12.syntax import (
    Delimiters,
    Fault,
    Group,
    Interchange,
    Party,
    Segment,
    TransactionSet,
    Unreadable,
    count_of,
    same_number,
)

MOST_BYTES, MOST_SEGMENTS, LONGEST_ELEMENT, LONGEST_CONTROL = 1_048_576, 50_000, 1_000, 14
ELEMENTS_OF_ISA = 16
BLANKS = " \t\r\n\ufeff\x1a\x00"
ENVELOPE = frozenset({"ISA", "GS", "ST", "GE", "IEA", "TA1"})


def read_interchanges(body: bytes) -> tuple[Interchange, ...]:
    """Return the interchanges of a file.

    :raises Unreadable: with one sentence, for a file that cannot be read as a whole
    """
    if len(body) > MOST_BYTES:
        raise Unreadable(1, f"begins a file of more than {MOST_BYTES:,} bytes; send it in parts.")
    reader = _Reader(_decoded(body))
    found: list[Interchange] = []
    while not reader.at_end or not found:
        isa = reader.begin()
        one = _interchange(reader, isa)
        if any(same_number(one.control, other.control) and one.sender == other.sender for other in found):
            raise Unreadable(isa.number, f"(ISA) repeats interchange {one.control}, which stands above already.")
        found.append(one)
    return tuple(found)


def _decoded(body: bytes) -> str:
    """Return the text of a file; each byte is a letter where it is no UTF-8."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("latin-1")


class _Reader:
    """The segments of a text, one after the other."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = self.started = 0
        self.number = 0
        self.delimiters = Delimiters()
        self.last = Segment(0, "", ())
        self._skip_blanks()

    @property
    def at_end(self) -> bool:
        """Return whether nothing is left."""
        return self.place >= len(self.text)

    def begin(self) -> Segment:
        """Learn the delimiters of the interchange that begins here, and return its header."""
        head = self.text[self.place : self.place + 3]
        shown = Segment(0, self.text[self.place : self.place + 24], ()).shown
        if head != "ISA":
            raise Unreadable(self.number + 1, f"begins with “{shown}”, not with ISA: this is no X12 interchange.")
        self.delimiters = self._delimiters()
        return self.next()

    def _delimiters(self) -> Delimiters:
        """Return what stands behind ISA, in its last element and behind that; the header is not always of fixed
        width."""
        element = self.text[self.place + 3 : self.place + 4]
        place = self.place + 3
        for _ in range(ELEMENTS_OF_ISA - 1):
            place = self.text.find(element, place + 1) if element else -1
            if place < 0 or place > self.place + 400:
                raise Unreadable(self.number + 1, f"(ISA) has not {ELEMENTS_OF_ISA} elements.")
        found = Delimiters(element, self.text[place + 1 : place + 2], self.text[place + 2 : place + 3])
        signs = (found.element, found.component, found.segment)
        if len(set(signs)) < 3 or any(not one or one.isalnum() or one == " " for one in signs):
            raise Unreadable(self.number + 1, "(ISA) does not end with a component separator and an end of segment.")
        return found

    def next(self) -> Segment:
        """Return the next segment; raises :class:`Unreadable` at the end, and for what no message holds."""
        end = self.text.find(self.delimiters.segment, self.place)
        if end < 0 and self.text.startswith(f"IEA{self.delimiters.element}", self.place):
            end = len(self.text)  # the very last segment may end with the file
        if self.at_end or end < 0:
            raise Unreadable(self.number + 1, "is missing or has no end: the file breaks off.")
        self.started = self.place
        tag, *elements = self.text[self.place : end].split(self.delimiters.element)
        self.place, self.number = end + 1, self.number + 1
        self._skip_blanks()
        if self.number > MOST_SEGMENTS:
            raise Unreadable(self.number, f"is beyond {MOST_SEGMENTS:,}; send the file in parts.")
        found = Segment(self.number, tag.strip(), tuple(elements))
        if any(len(one) > LONGEST_ELEMENT for one in elements):
            raise Unreadable(
                self.number, f"“{found.shown}” holds an element of more than {LONGEST_ELEMENT} characters."
            )
        if not all(one.strip().isprintable() for one in (tag, *_texts_of(found))):
            raise Unreadable(self.number, f"“{found.shown}” holds a character that no message has.")
        return found

    def since(self, start: int) -> str:
        """Return the text from a place to the end of the last segment."""
        return self.text[start : self.place]

    def until(self, tag: str, opening: Segment, *, inside: frozenset[str]) -> Iterator[Segment]:
        """Yield the segments up to the one that closes what a segment opens, which is ``last`` then.

        :raises Unreadable: where a segment that stands further outside comes first
        """
        while (one := self.next()).tag != tag:
            if one.tag in ENVELOPE - inside:
                raise Unreadable(one.number, f"({one.tag}) comes before the {tag} of segment {opening.number}.")
            yield one
        self.last = one

    def _skip_blanks(self) -> None:
        """Go on to what is no blank or end of line; a line feed that ends segments is a blank behind them too."""
        while self.place < len(self.text) and self.text[self.place] in BLANKS:
            self.place += 1


def _texts_of(segment: Segment) -> tuple[str, ...]:
    """Return the elements that are text: in the header of an interchange two of them name delimiters."""
    elements = segment.elements
    return (*elements[:10], *elements[11:15]) if segment.tag == "ISA" else elements


def _interchange(reader: _Reader, isa: Segment) -> Interchange:
    """Return the interchange of a header."""
    control, groups, head = _control(isa, 13), list[Group](), reader.since(reader.started)
    for one in reader.until("IEA", isa, inside=frozenset({"GS", "TA1"})):
        if one.tag == "TA1":
            continue
        if one.tag != "GS":
            raise Unreadable(one.number, f"“{one.shown}” stands where a group (GS) begins or the interchange ends.")
        group = _group(reader, one)
        if any(same_number(group.control, other.control) for other in groups):
            raise Unreadable(one.number, f"(GS) repeats group {group.control}, which stands above already.")
        groups.append(group)
    return Interchange(
        sender=Party(isa.at(5), isa.at(6)),
        receiver=Party(isa.at(7), isa.at(8)),
        control=control,
        is_test=isa.at(15) == "T",
        groups=tuple(groups),
        remarks=_closed(reader.last, control, len(groups), "groups"),
        delimiters=reader.delimiters,
        head=head,
    )


def _group(reader: _Reader, gs: Segment) -> Group:
    """Return the group of a header."""
    control, sets, head = _control(gs, 6), list[TransactionSet](), reader.since(reader.started)
    for one in reader.until("GE", gs, inside=frozenset({"ST"})):
        if one.tag != "ST":
            raise Unreadable(one.number, f"“{one.shown}” stands where a message (ST) begins or the group ends.")
        found = _set(reader, one)
        if any(same_number(found.control, other.control) for other in sets):
            twice = Fault(f"Segment {one.number} (ST) repeats message {found.control} of its group.", "23")
            found = replace(found, fault=twice)
        sets.append(found)
    remarks = _closed(reader.last, control, len(sets), "messages")
    return Group(gs.at(1), gs.at(2), gs.at(3), control, tuple(sets), remarks, head)


def _set(reader: _Reader, st: Segment) -> TransactionSet:
    """Return the message of a header, with what is wrong at its end."""
    control, start = _control(st, 2), reader.started
    segments = tuple(reader.until("SE", st, inside=frozenset()))
    end, fault = reader.last, None
    if not same_number(end.at(2), control):
        fault = Fault(f"Segment {end.number} (SE) ends message {end.at(2)}, not {control}.", "3")
    elif count_of(end.at(1)) != len(segments) + 2:
        counted = f"counts {end.at(1) or 'no'} segments, there are {len(segments) + 2}."
        fault = Fault(f"Segment {end.number} (SE) {counted}", "4")
    return TransactionSet(st.at(1), control, (st, *segments), fault, reader.since(start))


def _control(segment: Segment, place: int) -> str:
    """Return the control number of a header; raises :class:`Unreadable` without a usable one."""
    control = segment.at(place)
    if not 0 < len(control) <= LONGEST_CONTROL:
        raise Unreadable(segment.number, f"({segment.tag}) has no control number of 1 to {LONGEST_CONTROL} characters.")
    return control


def _closed(end: Segment, control: str, there: int, what: str) -> tuple[str, ...]:
    """Return what is to be noted of the segment that closes a group or an interchange.

    :raises Unreadable: when it closes another one than was opened
    """
    if not same_number(end.at(2), control):
        raise Unreadable(end.number, f"({end.tag}) ends {end.at(2) or 'nothing'}, but {control} was begun.")
    if count_of(end.at(1)) == there:
        return ()
    return (f"Segment {end.number} ({end.tag}) counts {end.at(1) or 'no'} {what}, there are {there}.",)
