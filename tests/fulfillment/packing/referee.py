"""Judges packings without the code that made them, and draws orders to pack."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, permutations, product
from random import Random

from fulfillment.packing.pieces import Box, Packing, Piece

BOXES = [
    *[(150, 110, 50), (200, 150, 60), (200, 150, 100), (230, 160, 80), (250, 200, 100), (300, 220, 80)],
    *[(300, 200, 150), (300, 250, 200), (350, 250, 150), (400, 300, 120), (400, 300, 200), (500, 350, 250)],
    *[(600, 400, 300), (800, 500, 500), (1200, 800, 800)],
]


def faults_of(pieces: Sequence[Piece], box: Box, packing: Packing) -> list[str]:
    """Return what is wrong with a packing, piece by piece and pair by pair."""
    if len(packing) != len(pieces):
        return [f"{len(packing)} places for {len(pieces)} pieces"]
    faults = _faults_of_each(pieces, box, packing)
    for one, other in combinations(range(len(pieces)), 2):
        over = [shared(packing, one, other, side) for side in range(3)]
        if min(over) > 0:
            faults.append(f"{one} and {other} overlap")
        for below, above in ((one, other), (other, one)):
            if pieces[below].fragile and min(over[:2]) > 0 and packing[above].at[2] > packing[below].at[2]:
                faults.append(f"{above} lies above the fragile {below}")
    return faults


def _faults_of_each(pieces: Sequence[Piece], box: Box, packing: Packing) -> list[str]:
    """Return what is wrong with each piece by itself."""
    heavy = box.most_g is not None and sum(piece.grams for piece in pieces) > box.most_g
    faults = ["too heavy"] if heavy else []
    for number, (piece, placed) in enumerate(zip(pieces, packing, strict=True)):
        if sorted(placed.sides) != sorted(piece.sides):
            faults.append(f"{number} changed its size")
        if piece.upright and placed.sides[2] != piece.sides[2]:
            faults.append(f"{number} is tipped over")
        if any(not 0 <= placed.at[side] <= box.inner[side] - placed.sides[side] for side in range(3)):
            faults.append(f"{number} sticks out")
    return faults


def shared(packing: Packing, one: int, other: int, side: int) -> int:
    """Return the millimetres that two pieces share along a side; not positive when they are apart."""
    a, b = packing[one], packing[other]
    return min(a.at[side] + a.sides[side], b.at[side] + b.sides[side]) - max(a.at[side], b.at[side])


def goes_in(pieces: Sequence[tuple[int, int, int]], inner: tuple[int, int, int]) -> bool:
    """Say by trying every place whether pieces go into a small box."""
    return _lay(list(pieces), inner, frozenset())


def _lay(left: list[tuple[int, int, int]], inner: tuple[int, int, int], taken: frozenset) -> bool:
    """Lay one piece after the other on cells that are free."""
    if not left:
        return True
    for sides in set(permutations(left[0])):
        for at in product(*(range(room - side + 1) for room, side in zip(inner, sides, strict=True))):
            cells = set(product(*(range(low, low + side) for low, side in zip(at, sides, strict=True))))
            if not cells & taken and _lay(left[1:], inner, taken | cells):
                return True
    return False


def cut_up(dice: Random, inner: tuple[int, int, int], count: int, *, slack: float = 0) -> list[Piece]:
    """Return pieces that fill a box once they are turned and put together right, each side shaved by up to a share."""
    parts = [inner]
    while len(parts) < count:
        parts.sort(key=lambda part: part[0] * part[1] * part[2])
        part = parts.pop(-1 - dice.randrange(min(3, len(parts))))
        side = dice.choice([side for side in range(3) if part[side] > 40])
        at = dice.randint(20, part[side] - 20)
        parts += [(*part[:side], length, *part[side + 1 :]) for length in (at, part[side] - at)]
    dice.shuffle(parts)
    return [Piece(tuple(int(side * (1 - slack * dice.random())) for side in dice.sample(part, 3))) for part in parts]


def basket(dice: Random, most: int = 8) -> list[Piece]:
    """Draw what a shop sends: flat, long and thick goods, some of them several times."""
    pieces: list[Piece] = []
    count = dice.randint(1, most)
    while len(pieces) < count:
        long = dice.randint(60, 390)
        shape = dice.choice([(0.75, 0.1), (0.25, 0.22), (0.6, 0.4), (0.7, 0.6)])
        middle, short = (max(15, int(long * share * dice.uniform(0.8, 1.2))) for share in shape)
        pieces += [Piece((long, middle, short))] * dice.choice((1, 1, 1, 2, 3))
    return pieces[:count]


def cartons() -> list[Box]:
    """Return a box catalogue in which larger costs more."""
    return [Box(inner, 400 + inner[0] * inner[1] * inner[2] // 40_000) for inner in BOXES]
