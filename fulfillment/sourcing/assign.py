"""Which chosen place ships which units of which line: whole lines first, split only what no chosen place can fill."""

from __future__ import annotations

from collections.abc import Iterable

from fulfillment.sourcing.book import Book
from fulfillment.sourcing.decision import Portion, Shortage
from fulfillment.sourcing.demand import Place, Problem, reaches
from fulfillment.sourcing.needs import Need
from fulfillment.sourcing.search import Plan
from fulfillment.sourcing.snapshot import Want


def assign(problem: Problem, plan: Plan, book: Book) -> tuple[tuple[Portion, ...], tuple[Shortage, ...]]:
    """Divide every need over the places of the plan; portions and shortages come sorted by line and location."""
    places = [problem.places[index] for index in plan]
    portions: list[Portion] = []
    shortages: list[Shortage] = []
    for index, need in enumerate(problem.needs):
        share = _Share(need, [(place, place.supply[index]) for place in places if place.supply[index]])
        share.divide()
        for want in need.wants:
            given = share.given.get(want.line_id, {})
            for location_id, quantity in given.items():
                level = book.stock_level_id(need.product_id, location_id)
                portions.append(Portion(want.line_id, need.product_id, location_id, level, quantity))
            missing = want.quantity - sum(given.values())
            if missing:
                shortages.append(Shortage(want.line_id, need.product_id, want.sku, missing))
    portions.sort(key=lambda portion: (portion.line_id, portion.location_id))
    shortages.sort(key=lambda shortage: shortage.line_id)
    return tuple(portions), tuple(shortages)


def shortages_of(problem: Problem, portions: Iterable[Portion]) -> tuple[Shortage, ...]:
    """Return what portions leave of every line, by line."""
    given: dict[int, int] = {}
    for portion in portions:
        given[portion.line_id] = given.get(portion.line_id, 0) + portion.quantity
    wants = sorted((want for need in problem.needs for want in need.wants), key=lambda want: want.line_id)
    missing = [(want, want.quantity - given.get(want.line_id, 0)) for want in wants]
    return tuple(Shortage(want.line_id, want.product_id, want.sku, units) for want, units in missing if units)


class _Share:
    """The division of one need over places, never giving a unit that a pickier line needs to be filled."""

    __slots__ = ("_left", "_need", "_places", "_wanted", "given")

    def __init__(self, need: Need, supplies: list[tuple[Place, int]]) -> None:
        """Start with everything still to give."""
        self._need = need
        self._places = [place for place, _ in supplies]
        self._left = [units for _, units in supplies]
        self._wanted = {want.line_id: want.quantity for want in need.wants}
        self.given: dict[int, dict[int, int]] = {}

    def divide(self) -> None:
        """Give whole lines from one place first, then what is left in pieces.

        The largest line goes first when all can be filled, so that few are split; the smallest when there is too
        little, so that many are complete.
        """
        enough = self._can_fill() >= self._need.quantity
        lines = sorted(self._need.wants, key=lambda want: (-want.quantity if enough else want.quantity, want.line_id))
        for want in lines:
            self._give_whole(want)
        for want in lines:
            self._give_pieces(want)

    def _give_whole(self, want: Want) -> None:
        """Fill a line from the first place that has all of it."""
        for index, left in enumerate(self._left):
            if left >= want.quantity and self._most(want, index) >= want.quantity:
                self._give(want, index, want.quantity)
                return

    def _give_pieces(self, want: Want) -> None:
        """Fill what a line still misses from place after place, most stock first so that the pieces are few."""
        if not self._wanted[want.line_id]:
            return
        for index in sorted(range(len(self._left)), key=lambda index: (-self._left[index], index)):
            quantity = self._most(want, index)
            if quantity > 0:
                self._give(want, index, quantity)

    def _give(self, want: Want, index: int, quantity: int) -> None:
        """Book units of a place for a line."""
        self._left[index] -= quantity
        self._wanted[want.line_id] -= quantity
        line = self.given.setdefault(want.line_id, {})
        location_id = self._places[index].node.location_id
        line[location_id] = line.get(location_id, 0) + quantity

    def _most(self, want: Want, index: int) -> int:
        """Return the units a place may give to a line without making the product's total smaller."""
        place = self._places[index]
        if not place.can_serve(want.capability):
            return 0
        most = min(self._left[index], self._wanted[want.line_id])
        if len(self._need.cuts) == 1:
            return most
        total = self._can_fill()
        for inside, _ in self._need.cuts:
            if want.capability not in inside and reaches(place, inside):
                most = min(most, self._cut(inside) - total)
        return most

    def _can_fill(self) -> int:
        """Return the units of the product that can still be filled."""
        open_units = sum(self._wanted.values())
        if len(self._need.cuts) == 1:
            return min(open_units, sum(self._left))
        return min(open_units, *(self._cut(inside) for inside, _ in self._need.cuts))

    def _cut(self, inside: frozenset[str]) -> int:
        """Return the size of one cut: open units outside the capabilities plus stock that reaches them."""
        outside = sum(self._wanted[want.line_id] for want in self._need.wants if want.capability not in inside)
        pairs = zip(self._places, self._left, strict=True)
        return outside + sum(units for place, units in pairs if units and reaches(place, inside))
