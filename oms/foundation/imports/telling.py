"""What an import's page tells: its entries by what is asked for, the question before taking back, the refused rows."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from oms.foundation.imports.keeping import Counts, number_of
from oms.foundation.imports.kinds import ImportKind, Shown, kind_named
from oms.foundation.imports.plans import Verb
from oms.foundation.imports.sessions import open_file
from oms.foundation.models import ImportRow, ImportSession
from oms.foundation.models.imports import RowOutcome
from oms.foundation.tables.limits import WHY_COLUMN

WRITTEN = (RowOutcome.READY, RowOutcome.DONE, RowOutcome.UNDONE, RowOutcome.KEPT)
ASKED_AT_ONCE = 500
REASONS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Part:
    """Some of an import's entries: the word that asks for them, their name, and what they have in common."""

    word: str
    title: str
    verb: str = ""
    outcomes: tuple[str, ...] = ()

    def count(self, counts: Counts) -> int:
        """Return how many there are."""
        return number_of(counts, verb=self.verb, outcomes=self.outcomes)

    @property
    def condition(self) -> Q:
        """Return the condition of the rows."""
        alike = Q(verb=self.verb) if self.verb else Q()
        return alike & Q(outcome__in=self.outcomes) if self.outcomes else alike


PARTS = (
    Part("", "All"),
    Part("create", "New", Verb.CREATE, WRITTEN),
    Part("change", "Changed", Verb.CHANGE, WRITTEN),
    Part("same", "Unchanged", outcomes=(RowOutcome.SAME,)),
    Part("refused", "Refused", outcomes=(RowOutcome.REFUSED,)),
    Part("undone", "Taken back", outcomes=(RowOutcome.UNDONE,)),
    Part("kept", "Not taken back", outcomes=(RowOutcome.KEPT,)),
)


def part_named(word: str) -> Part:
    """Return the part that a word asks for, or all."""
    return next((part for part in PARTS if part.word == word), PARTS[0])


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as drawn: what became of it, with the code of that for the colour, and what to say about it."""

    row: int
    key: str
    word: str
    code: str
    is_new: bool
    changes: Sequence[Shown]
    note: str
    faults: Sequence[tuple[int, str, str]]


def lines(session: ImportSession, rows: Sequence[ImportRow]) -> list[Line]:
    """Return some entries of a session as drawn."""
    shown = kind_named(session.kind).shown(rows)
    return [_line(row, shown.get(row.row, [])) for row in rows]


def _line(row: ImportRow, changes: Sequence[Shown]) -> Line:
    """Return one entry as drawn."""
    planned = row.outcome in (RowOutcome.READY, RowOutcome.DONE)
    word = Verb(row.verb).label if planned else RowOutcome(row.outcome).label
    faults = [(number, column, sentence) for number, column, sentence in row.faults]
    return Line(row.row, row.key, word, row.outcome, row.verb == Verb.CREATE, changes, row.note, faults)


@dataclass
class UndoQuestion:
    """What taking back would do now: entries by verb, how many stay, and the most frequent reasons."""

    possible: Counter[str] = field(default_factory=Counter)
    stay: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def common_reasons(self) -> list[tuple[str, int]]:
        """Return the reasons that are named, the most frequent first."""
        return self.reasons.most_common(REASONS_SHOWN)


def ask_undo(session: ImportSession, principal: Any) -> UndoQuestion:
    """Return what taking back what was applied would do now."""
    kind, question = kind_named(session.kind), UndoQuestion()
    rows = session.rows.filter(outcome__in=[RowOutcome.DONE, RowOutcome.KEPT]).order_by("pk")
    last = 0
    while chunk := list(rows.filter(pk__gt=last)[:ASKED_AT_ONCE]):
        last = chunk[-1].pk
        for row, undo in zip(chunk, kind.plan_undo(chunk, principal=principal), strict=True):
            if undo.possible:
                question.possible[row.verb] += 1
            question.stay += not undo.possible
            if undo.sentence:
                question.reasons[undo.sentence] += 1
    return question


def undo_sentence(kind: ImportKind, question: UndoQuestion) -> str:
    """Return in one sentence what taking back would do."""
    told = [(kind.undo_words[verb], count) for verb, count in sorted(question.possible.items())]
    parts = [words.format(f"{count:,}", "" if count == 1 else "s") for words, count in told]
    if question.stay:
        parts.append(f"leaves {question.stay:,} as {'it is' if question.stay == 1 else 'they are'}")
    if not parts:
        return "Nothing of it can be taken back now."
    return f"Taking it back {' and '.join(filter(None, [', '.join(parts[:-1]), parts[-1]]))}."


def refused_table(session: ImportSession) -> tuple[list[str], Iterator[list[str]]]:
    """Return heading and rows of a file with what was refused, each with its reason, to mend and send again.

    :raises Refused: when the file is no longer kept.
    """
    reasons = dict(session.rows.filter(outcome=RowOutcome.REFUSED).values_list("row", "faults"))
    opened = open_file(session)
    wanted = {number for entry in opened.entries() if entry.row in reasons for number in entry.rows}
    wanted |= reasons.keys()
    header = opened.table.header

    def rows() -> Iterator[list[str]]:
        """Yield the rows of the refused entries."""
        for number, cells in opened.table.records():
            if number in wanted:
                texts = cells if isinstance(cells, list) else []
                surplus = ", ".join(filter(None, texts[len(header) :]))
                why = _because(reasons.get(number, [])) + (f" Cells left over: {surplus}." if surplus else "")
                yield [*texts[: len(header)], *[""] * (len(header) - len(texts)), why]

    return [*header, WHY_COLUMN], rows()


def _because(faults: Sequence[Sequence[Any]]) -> str:
    """Return why an entry was refused, as one cell."""
    return " ".join(f"{column}: {sentence}" if column else str(sentence) for _, column, sentence in faults)
