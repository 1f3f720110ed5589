"""What came of sourcing one order."""

from collections import Counter
from dataclasses import dataclass

from fulfillment.services.sourcing.cases import Case
from fulfillment.sourcing.decision import Decision
from fulfillment.sourcing.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided for one case and why it was looked at, with exactly what the engine saw."""

    case: Case
    snapshot: Snapshot
    decision: Decision
    trigger: str
    told: str = ""
    """What is to be said before the decision's own sentence: that it moves pieces, and why now."""

    @property
    def sentence(self) -> str:
        """Return the decision in words, with a person's reason where one decided."""
        chosen = self.case.chosen
        reason = f" Reason: {chosen.reason}" if chosen and chosen.reason else ""
        return f"{self.told} {self.decision.sentence}{reason}".strip()

    @property
    def changes_nothing(self) -> bool:
        """Return whether the new promise is the old one, piece by piece."""
        pieces: Counter[tuple[int, int]] = Counter()
        for one in self.decision.portions:
            for _, level, quantity in one.takes:
                pieces[one.line_id, level] += quantity
        return pieces == self.case.freed_pieces
