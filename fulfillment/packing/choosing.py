"""The cheapest box into which an order goes, and what spoke against each cheaper one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from fulfillment.packing.bounds import QUICK, sums_of, too_much, trimmed
from fulfillment.packing.fitting import STEPS, fit
from fulfillment.packing.pieces import Box, Packing, Piece, Sort, sort_of


class Objection(Enum):
    """What speaks against a box; all but the last are proven."""

    TOO_HEAVY = "too heavy"
    TOO_LONG = "too long"
    """A piece by itself does not go in."""
    TOO_LARGE = "too large"
    """The volumes are more than pieces can fill of the box, or than it holds."""
    NO_PLACE = "no place found"


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A box that was looked at and not taken."""

    box: int
    objection: Objection


@dataclass(frozen=True, slots=True)
class Choice:
    """The box for an order, by its place in what was offered, and where the pieces lie in it."""

    box: int | None
    """None when the pieces go into none."""
    packing: Packing = ()
    passed_over: tuple[PassedOver, ...] = ()
    """Boxes that would have come first, cheapest first."""


def choose_box(pieces: Sequence[Piece], boxes: Sequence[Box], *, steps: int = STEPS) -> Choice:
    """Return the cheapest box that holds all pieces; of equally cheap ones the smaller, then the one offered first.

    The same pieces and boxes always give the same answer: the search is bounded by ``steps``, not by time.
    """
    load = load_of(pieces, max((max(box.inner) for box in boxes), default=0))
    passed_over: list[PassedOver] = []
    for number in sorted(range(len(boxes)), key=lambda number: (boxes[number].cost, boxes[number].volume, number)):
        answer = packed(load, boxes[number], steps=steps)
        if not isinstance(answer, Objection):
            return Choice(number, answer, tuple(passed_over))
        passed_over.append(PassedOver(number, answer))
    return Choice(None, (), tuple(passed_over))


@dataclass(frozen=True, slots=True)
class Load:
    """The pieces of an order, added up once for all boxes."""

    sorts: tuple[Sort, ...]
    grams: int
    volume: int
    sums: int
    """The lengths of pieces side by side, see :func:`fulfillment.packing.bounds.sums_of`."""


def load_of(pieces: Sequence[Piece], longest: int) -> Load:
    """Add up pieces for boxes with sides of up to so many millimetres."""
    sorts = tuple(sort_of(piece) for piece in pieces)
    grams, volume = sum(piece.grams for piece in pieces), sum(sort.volume for sort in sorts)
    return Load(sorts, grams, volume, sums_of(pieces, longest))


def packed(load: Load, box: Box, *, steps: int = STEPS) -> Packing | Objection:
    """Return where the pieces lie in one box, or what speaks against it; the cheap proofs come first."""
    if box.most_g is not None and load.grams > box.most_g:
        return Objection.TOO_HEAVY
    if load.volume > box.volume:
        return Objection.TOO_LARGE
    inner, sorts = trimmed(box.inner, load.sums), []
    for sort in load.sorts:
        inside = sort.within(inner)
        if inside is None:
            return Objection.TOO_LONG
        sorts.append(inside)
    if too_much(sorts, inner, QUICK):
        return Objection.TOO_LARGE
    found = fit(sorts, inner, steps=steps)
    return Objection.NO_PLACE if found is None else found
