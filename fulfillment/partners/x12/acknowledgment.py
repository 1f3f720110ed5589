"""Functional acknowledgments (997): which messages of a group were taken, and which not.

Source: X12 997 in version 004010; AK501 and AK901 are A for taken, E for taken with errors noted, R for refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fulfillment.partners.x12.syntax import Group, Segment, TransactionSet, Unreadable, needed
from fulfillment.partners.x12.writing import Message, Row

KIND, FUNCTIONAL = "997", "FA"
TAKEN, NOTED, PARTLY, REFUSED = "A", "E", "P", "R"
SEGMENTS_IN_ERROR, WRONG_COUNT = "5", "5"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one message: whether it is taken, and the syntax code (718) of why not."""

    kind: str
    control: str
    status: str = TAKEN
    code: str = ""

    @property
    def is_taken(self) -> bool:
        """Return whether the message was taken."""
        return self.status in (TAKEN, NOTED)


@dataclass(frozen=True, slots=True)
class Acknowledgment:
    """What becomes of a group and of each of its messages."""

    functional: str
    control: str
    status: str
    verdicts: tuple[Verdict, ...] = ()

    def of(self, kind: str, control: str) -> Verdict:
        """Return the verdict on a message: its own, else that of its group."""
        own = (one for one in self.verdicts if (one.kind, one.control.lstrip("0")) == (kind, control.lstrip("0")))
        return next(own, Verdict(kind, control, REFUSED if self.status in (PARTLY, REFUSED) else TAKEN))


def write_acknowledgment(group: Group, verdicts: Sequence[Verdict]) -> Message:
    """Return the message that acknowledges a group that came."""
    rows: list[Row] = [("AK1", group.functional[:2], group.control)]
    for one in verdicts:
        rows += [("AK2", one.kind[:3], one.control), ("AK5", one.status, one.code)]
    there, taken = len(verdicts), sum(one.is_taken for one in verdicts)
    clean = NOTED if group.remarks else TAKEN
    status = clean if taken == there else PARTLY if taken else REFUSED
    rows.append(("AK9", status, str(there), str(there), str(taken), WRONG_COUNT if group.remarks else ""))
    return Message(KIND, rows)


def read_acknowledgment(message: TransactionSet) -> Acknowledgment:
    """Return what a message acknowledges; raises :class:`Unreadable` where it tells of no group."""
    segments = message.segments
    head = needed(segments, "AK1", segments[0].number)
    end = needed(segments, "AK9", head.number)
    if not head.at(2):
        raise Unreadable(head.number, "(AK1) names no group.")
    return Acknowledgment(head.at(1), head.at(2), end.at(1), tuple(_verdicts(segments)))


def _verdicts(segments: Sequence[Segment]) -> list[Verdict]:
    """Return the verdict on each message, in their order."""
    found: list[Verdict] = []
    kind = control = ""
    for one in segments:
        if one.tag == "AK2":
            kind, control = one.at(1), one.at(2)
        elif one.tag == "AK5":
            found.append(Verdict(kind, control, one.at(1), one.at(2)))
    return found
