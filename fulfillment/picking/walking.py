"""From how each stretch is walked to one walk: Euler's way through it, and the places in the order it comes to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from fulfillment.picking.states import Way

Stretch: TypeAlias = list[tuple[int, int]]
"""Depth and number of each place, from the front."""
Crossing: TypeAlias = tuple[int, int]
"""An aisle and a cross aisle."""


@dataclass(frozen=True, slots=True)
class Choices:
    """How a floor is walked."""

    ways: Mapping[tuple[int, int], Way]
    """By aisle and block."""
    along: Mapping[tuple[int, int], int]
    """By aisle and cross aisle: how often the stretch to the next aisle is walked."""


@dataclass(slots=True)
class _Passage:
    """One walk between two crossings, with the places on it in the order from the first to the second."""

    first: Crossing
    second: Crossing
    places: list[int]
    walked: bool = False

    def towards(self, crossing: Crossing) -> list[int]:
        """Return the places in the order in which somebody passes them who walks to a crossing."""
        return self.places if crossing == self.second else self.places[::-1]


@dataclass(slots=True)
class _Net:
    """Crossings with the passages that end there, and the places that are fetched from there and back."""

    passages: dict[Crossing, list[_Passage]] = field(default_factory=dict)
    fetched: dict[Crossing, list[int]] = field(default_factory=dict)

    def connect(self, first: Crossing, second: Crossing, places: list[int]) -> None:
        """Add a passage."""
        passage = _Passage(first, second, places)
        self.passages.setdefault(first, []).append(passage)
        self.passages.setdefault(second, []).append(passage)

    def fetch(self, crossing: Crossing, places: list[int]) -> None:
        """Add places that are fetched from a crossing."""
        self.fetched.setdefault(crossing, []).extend(places)


def walk(choices: Choices, stretches: Mapping[tuple[int, int], Stretch]) -> list[int]:
    """Return the numbers of all places in the order in which one closed walk comes to them."""
    net = _Net()
    for (aisle, block), way in choices.ways.items():
        _lay(net, aisle, block, way, stretches.get((aisle, block), []))
    for (aisle, crossing), times in choices.along.items():
        for _ in range(times):
            net.connect((aisle, crossing), (aisle + 1, crossing), [])
    return list(_visited(net))


def _lay(net: _Net, aisle: int, block: int, way: Way, stretch: Stretch) -> None:
    """Add a stretch of an aisle as it is walked."""
    front, back = (aisle, block), (aisle, block + 1)
    places = [number for _, number in stretch]
    if way in (Way.THROUGH, Way.TWICE):
        net.connect(front, back, places)
    if way == Way.TWICE:
        net.connect(front, back, [])
    if way == Way.FROM_FRONT:
        net.fetch(front, places)
    if way == Way.FROM_BACK:
        net.fetch(back, places[::-1])
    if way == Way.FROM_BOTH:
        turn = _turn(stretch)
        net.fetch(front, places[:turn])
        net.fetch(back, places[turn:][::-1])


def _turn(stretch: Stretch) -> int:
    """Return the place behind the largest gap."""
    return max(range(1, len(stretch)), key=lambda at: stretch[at][0] - stretch[at - 1][0])


def _visited(net: _Net) -> Iterator[int]:
    """Go Euler's way and yield the places."""
    left = dict(net.fetched)
    for crossing, passage in _euler(net):
        if passage:
            yield from passage.towards(crossing)
        yield from left.pop(crossing, [])


def _euler(net: _Net) -> Iterator[tuple[Crossing, _Passage | None]]:
    """Yield the crossings of one closed walk over every passage, each with the passage that led there (Hierholzer)."""
    start = min([*net.passages, *net.fetched])
    path: list[tuple[Crossing, _Passage | None]] = [(start, None)]
    closed: list[tuple[Crossing, _Passage | None]] = []
    while path:
        here, _ = path[-1]
        open_passages = net.passages.get(here, [])
        while open_passages and open_passages[-1].walked:
            open_passages.pop()
        if open_passages:
            passage = open_passages.pop()
            passage.walked = True
            path.append((passage.second if here == passage.first else passage.first, passage))
        else:
            closed.append(path.pop())
    return _forwards(closed)


def _forwards(closed: list[tuple[Crossing, _Passage | None]]) -> Iterator[tuple[Crossing, _Passage | None]]:
    """Yield a walk that was found from its end: each crossing was left, not entered, by the passage beside it."""
    arriving: _Passage | None = None
    for crossing, leaving in closed:
        yield crossing, arriving
        arriving = leaving
