"""One search for places: the pieces in a fixed order, each at a corner of the free room, back where one finds none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fulfillment.packing.pieces import Placed, Sides, Sort
from fulfillment.packing.spaces import Space, cut


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left to place from one piece of the order on."""

    volume: int
    least: Sides
    """The smallest short, middle and long side."""
    sorts: tuple[Sort, ...]
    """Each different piece once."""


def rests_of(order: Sequence[Sort]) -> list[Rest]:
    """Return what is left before each piece and after the last."""
    rests = [Rest(0, (0, 0, 0), ())]
    for sort in reversed(order):
        after = rests[-1]
        least = tuple(map(min, sort.edges, after.least)) if after.volume else sort.edges
        sorts = after.sorts if sort in after.sorts else (*after.sorts, sort)
        rests.append(Rest(after.volume + sort.volume, (least[0], least[1], least[2]), sorts))
    return rests[::-1]


@dataclass(slots=True)
class Tree:
    """A search that may place so many pieces before it gives up; what it took back counts too."""

    order: Sequence[Sort]
    inner: Sides
    steps: int
    all_corners: bool
    """Try the eight corners of each space, not only the one nearest to the origin."""
    rests: list[Rest] = field(init=False)
    lies: list[Placed] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Add up what is left at each depth."""
        self.rests = rests_of(self.order)

    def grow(self) -> list[Placed] | None:
        """Return where the pieces lie, in the order of the search, or nothing."""
        return self.lies if self._descend([(0, 0, 0, *self.inner)]) else None

    def _descend(self, spaces: list[Space]) -> bool:
        """Place the pieces that do not lie yet; say whether all do."""
        depth = len(self.lies)
        if depth == len(self.order):
            return True
        if not self._hopeful(depth, spaces):
            return False
        sort, least = self.order[depth], self.rests[depth + 1].least
        for _, at, way in self._candidates(sort, spaces, all_corners=self.all_corners and depth > 0):
            if self.steps <= 0:
                return False
            self.steps -= 1
            self.lies.append(Placed(at, way))
            if self._descend(cut(spaces, self._taken(sort, at, way), least)):
                return True
            self.lies.pop()
        return False

    def _taken(self, sort: Sort, at: Sides, way: Sides) -> Space:
        """Return the block that a piece takes; a fragile one takes all above it, too."""
        x, y, z = at
        return x, y, z, x + way[0], y + way[1], self.inner[2] if sort.fragile else z + way[2]

    def _hopeful(self, depth: int, spaces: list[Space]) -> bool:
        """Say whether the free room may hold what is left: in volume, and each piece by itself."""
        rooms = [(u - x, v - y, w - z) for x, y, z, u, v, w in spaces]
        rest = self.rests[depth]
        if sum(p * q * r for p, q, r in rooms) < rest.volume:
            return False
        return all(_goes_in(sort, rooms) for sort in rest.sorts)

    def _candidates(self, sort: Sort, spaces: list[Space], *, all_corners: bool) -> list[tuple[int, Sides, Sides]]:
        """Return where a piece can lie, the places that take up least of the box, seen from its origin, first."""
        found: dict[tuple[Sides, Sides], int] = {}
        for space in spaces:
            if sort.fragile and space[5] != self.inner[2]:
                continue
            for way in sort.ways:
                for at in _spots(space, way, all_corners=all_corners):
                    found[at, way] = (at[0] + way[0]) * (at[1] + way[1]) * (at[2] + way[2])
        return sorted((score, at, way) for (at, way), score in found.items())


def _goes_in(sort: Sort, rooms: Sequence[Sides]) -> bool:
    """Say whether a piece by itself goes into a space."""
    ways = sort.ways
    for p, q, r in rooms:
        for a, b, c in ways:
            if a <= p and b <= q and c <= r:
                return True
    return False


def _spots(space: Space, way: Sides, *, all_corners: bool) -> Iterator[Sides]:
    """Yield where a piece can lie in corners of a space."""
    x, y, z, u, v, w = space
    a, b, c = u - way[0], v - way[1], w - way[2]
    if a < x or b < y or c < z:
        return
    yield x, y, z
    if all_corners:
        for i in {x, a}:
            for j in {y, b}:
                for k in {z, c}:
                    yield i, j, k
