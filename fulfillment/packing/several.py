"""What parcels an order makes: one box where one does, else as few as it takes; pure, and the same answer every time.

Pieces that ship alone, and those that go into no box, are parcels by themselves. The others are dealt out by volume,
the largest first into the parcel with the most room left, to ever more parcels until each goes into a box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fulfillment.packing.choosing import Choice, Objection, choose_box
from fulfillment.packing.fitting import FEW, STEPS
from fulfillment.packing.pieces import Box, Packing, Piece

MOST_PARCELS = 12
"""An order that does not go into so many is left to its packer."""
MOST_PIECES = 100
"""So many pieces are laid out; more go by weight and volume, for their packer waits for the answer."""
MANY, QUICK = FEW, STEPS // 4
"""More pieces than a few are searched for fewer steps."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One piece as it is asked for: its sizes are 0 where nobody has measured it."""

    piece: Piece
    alone: bool = False

    @property
    def is_measured(self) -> bool:
        """Return whether all three sizes are known."""
        return min(self.piece.sides) > 0


@dataclass(frozen=True, slots=True)
class Advice:
    """One parcel: its pieces and its box by their places in what was asked, and where the pieces lie in it.

    ``box`` is None for a parcel in its own carton or in whatever the packer finds. ``instead`` is the largest of the
    smaller boxes, with what speaks against it. ``is_guess`` says that not all pieces are measured.
    """

    pieces: tuple[int, ...]
    box: int | None
    packing: Packing = ()
    instead: tuple[int, Objection] | None = None
    is_guess: bool = False


def advise(wishes: Sequence[Wish], boxes: Sequence[Box]) -> tuple[Advice, ...]:
    """Return the parcels of an order."""
    apart = [at for at, wish in enumerate(wishes) if wish.alone]
    rest = [at for at, wish in enumerate(wishes) if not wish.alone]
    parcels = _together(wishes, rest, boxes) if rest else ()
    return *parcels, *(Advice((at,), None) for at in apart)


def _together(wishes: Sequence[Wish], rest: Sequence[int], boxes: Sequence[Box]) -> tuple[Advice, ...]:
    """Return the parcels of pieces that may share one."""
    if len(rest) > MOST_PIECES or not all(wishes[at].is_measured for at in rest):
        return (_by_weight(wishes, rest, boxes),)
    whole = _choose(wishes, rest, boxes)
    if whole.box is not None or not boxes:
        return (_advice(rest, whole, boxes),)
    bulky = [at for at in rest if len(rest) == 1 or _choose(wishes, [at], boxes).box is None]
    small = [at for at in rest if at not in bulky]
    return *(_dealt(wishes, small, boxes) if small else ()), *(Advice((at,), None) for at in bulky)


def _choose(wishes: Sequence[Wish], pieces: Sequence[int], boxes: Sequence[Box]) -> Choice:
    """Return the box for some of the pieces."""
    steps = STEPS if len(pieces) <= MANY else QUICK
    return choose_box([wishes[at].piece for at in pieces], boxes, steps=steps)


def _dealt(wishes: Sequence[Wish], rest: Sequence[int], boxes: Sequence[Box]) -> tuple[Advice, ...]:
    """Return as few parcels as are found for pieces of which each goes into a box, but not all into one."""
    by_size = sorted(rest, key=lambda at: (-wishes[at].piece.volume, -wishes[at].piece.grams, at))
    room = max(box.volume for box in boxes)
    least = -(-sum(wishes[at].piece.volume for at in rest) // room)
    for count in range(max(1, least), min(len(rest), MOST_PARCELS) + 1):
        heaps = _heaps(wishes, by_size, count)
        choices = [_choose(wishes, heap, boxes) for heap in heaps]
        if all(choice.box is not None for choice in choices):
            return tuple(_advice(heap, choice, boxes) for heap, choice in zip(heaps, choices, strict=True))
    return (Advice(tuple(rest), None),)


def _heaps(wishes: Sequence[Wish], by_size: Sequence[int], count: int) -> list[list[int]]:
    """Deal pieces out, each to the heap with the least volume."""
    heaps: list[list[int]] = [[] for _ in range(count)]
    filled = [0] * count
    for at in by_size:
        least = filled.index(min(filled))
        heaps[least].append(at)
        filled[least] += wishes[at].piece.volume
    return [sorted(heap) for heap in heaps]


def _advice(pieces: Sequence[int], choice: Choice, boxes: Sequence[Box]) -> Advice:
    """Return a parcel with what speaks against the largest of the smaller boxes."""
    if choice.box is None:
        return Advice(tuple(pieces), None)
    chosen = boxes[choice.box].volume
    smaller = [one for one in choice.passed_over if boxes[one.box].volume < chosen]
    nearest = max(smaller, key=lambda one: (boxes[one.box].volume, -one.box), default=None)
    instead = (nearest.box, nearest.objection) if nearest else None
    return Advice(tuple(pieces), choice.box, choice.packing, instead)


def _by_weight(wishes: Sequence[Wish], rest: Sequence[int], boxes: Sequence[Box]) -> Advice:
    """Guess by weight, and by the volume of what is measured: the cheapest box that carries it."""
    grams = sum(wishes[at].piece.grams for at in rest)
    volume = sum(wishes[at].piece.volume for at in rest)
    able = [at for at, box in enumerate(boxes) if volume <= box.volume and (box.most_g is None or grams <= box.most_g)]
    box = min(able, key=lambda at: (boxes[at].cost, boxes[at].volume, at), default=None)
    return Advice(tuple(rest), box, is_guess=True)
