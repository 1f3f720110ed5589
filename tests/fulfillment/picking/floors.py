"""Drawn floors, pick lists and waves, and what they cost by other means than the product's: paths and subsets."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from heapq import heappop, heappush
from itertools import combinations, pairwise
from random import Random

from fulfillment.picking.layout import Layout, Place
from fulfillment.picking.wave import Wave


def drawn_floor(dice: Random, *, aisles: int, blocks: int) -> Layout:
    """Return a rectangle with blocks of differing depth and the depot anywhere on the first cross aisle."""
    depths = [0]
    for _ in range(blocks):
        depths.append(depths[-1] + dice.randint(1, 9))
    return Layout.rectangle(
        aisles=aisles, spacing=dice.randint(1, 6), crossings=depths, depot_aisle=dice.randrange(aisles)
    )


def crooked_floor(dice: Random, *, aisles: int, blocks: int) -> Layout:
    """Return a floor whose every stretch has a length of its own, also none, and the depot at any crossing."""
    return Layout(
        heights=tuple(tuple(dice.randint(0, 7) for _ in range(blocks)) for _ in range(aisles)),
        along=tuple(tuple(dice.randint(0, 6) for _ in range(aisles - 1)) for _ in range(blocks + 1)),
        depot_aisle=dice.randrange(aisles),
        depot_crossing=dice.randrange(blocks + 1),
    )


def drawn_places(dice: Random, floor: Layout, count: int) -> list[Place]:
    """Return so many places, some perhaps at the same spot or at a crossing."""
    places = []
    for _ in range(count):
        aisle, block = dice.randrange(floor.aisles), dice.randrange(floor.crossings - 1)
        places.append(Place(aisle, block, dice.randint(0, floor.heights[aisle][block])))
    return places


def drawn_wave(dice: Random, floor: Layout, *, orders: int, most: int, capacity: int) -> Wave:
    """Return a wave of orders of one item up to some."""
    lists = tuple(tuple(drawn_places(dice, floor, dice.randint(1, most))) for _ in range(orders))
    return Wave(floor, lists, tuple(map(len, lists)), capacity)


def ways_between(floor: Layout, places: Sequence[Place]) -> list[list[int]]:
    """Return the shortest way between any two places, by Dijkstra's search on the floor as a graph."""
    roads: dict[object, list[tuple[object, int]]] = {}

    def road(one: object, other: object, length: int) -> None:
        """Connect two spots."""
        roads.setdefault(one, []).append((other, length))
        roads.setdefault(other, []).append((one, length))

    for aisle, heights in enumerate(floor.heights):
        for block, height in enumerate(heights):
            here = sorted(
                (place.at, at) for at, place in enumerate(places) if (place.aisle, place.block) == (aisle, block)
            )
            stops = [(0, ("crossing", aisle, block)), *here, (height, ("crossing", aisle, block + 1))]
            for (low, one), (high, other) in pairwise(stops):
                road(one, other, high - low)
    for crossing, gaps in enumerate(floor.along):
        for aisle, gap in enumerate(gaps):
            road(("crossing", aisle, crossing), ("crossing", aisle + 1, crossing), gap)
    return [_reached(roads, start, len(places)) for start in range(len(places))]


def _reached(roads: dict[object, list[tuple[object, int]]], start: int, count: int) -> list[int]:
    """Return how far each place is from one."""
    far: dict[object, int] = {start: 0}
    waiting: list[tuple[int, int, object]] = [(0, 0, start)]
    turn = 0
    while waiting:
        length, _, here = heappop(waiting)
        for there, road in roads[here]:
            if length + road < far.get(there, length + road + 1):
                far[there] = length + road
                turn += 1
                heappush(waiting, (length + road, turn, there))
    return [far[at] for at in range(count)]


def shortest_by_subsets(between: Sequence[Sequence[int]], depot: int) -> int:
    """Return the length of the shortest closed walk past all rows of a table (Held and Karp)."""
    everything = frozenset(range(len(between))) - {depot}

    @cache
    def past(stops: frozenset[int], last: int) -> int:
        """Return the shortest way from the depot past some stops that ends at one of them."""
        if len(stops) == 1:
            return between[depot][last]
        rest = stops - {last}
        return min(past(rest, before) + between[before][last] for before in rest)

    return min((past(everything, last) + between[last][depot] for last in everything), default=0)


def length_of(order: Sequence[int], between: Sequence[Sequence[int]], depot: int) -> int:
    """Return how far it is from the depot past some stops in turn and back."""
    return sum(between[one][other] for one, other in pairwise([depot, *order, depot]))


def walked(wave: Wave, orders: Sequence[int]) -> int:
    """Return the shortest walk of a cart, by subsets; a spot is visited once."""
    places = sorted({place for order in orders for place in wave.orders[order]})
    return shortest_by_subsets(ways_between(wave.layout, [*places, wave.layout.depot]), len(places))


def fewest_steps(wave: Wave) -> int:
    """Return how short the walks of all carts can be, by trying every division of the wave."""
    every = frozenset(range(len(wave.orders)))

    @cache
    def least(left: frozenset[int]) -> int:
        """Return the same for what is left."""
        if not left:
            return 0
        first = min(left)
        others = sorted(left - {first})
        carts = (frozenset({first, *more}) for size in range(len(others) + 1) for more in combinations(others, size))
        return min(cost(cart) + least(left - cart) for cart in carts if fits(cart))

    @cache
    def cost(cart: frozenset[int]) -> int:
        """Return the walk of a cart."""
        return walked(wave, sorted(cart))

    def fits(cart: frozenset[int]) -> bool:
        """Tell whether a cart holds some orders."""
        return sum(wave.sizes[order] for order in cart) <= wave.capacity

    return least(every)
