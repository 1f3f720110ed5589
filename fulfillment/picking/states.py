"""What must be known of half a walk to finish it: equivalence classes of partial tours, and the steps between them.

Ratliff and Rosenthal (1983) for one block, Roodbergen and de Koster (2001) for two; the tables here are generated for
any number of cross aisles. A floor is gone over aisle by aisle. Before it is left behind, each stretch of an aisle is
given a way to be walked, each stretch of a cross aisle a number of times. Of the part already decided only this counts:
for each cross aisle, whether its last crossing was entered oddly or evenly often or not at all, and which of those
crossings hang together.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache, partial
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.intp]
Floats: TypeAlias = npt.NDArray[np.floating[Any]]
Label: TypeAlias = tuple[int, int]
"""How often a crossing is entered (not, oddly, evenly), and the number of the part it belongs to, 0 for none."""
State: TypeAlias = tuple[Label, ...]
"""A label by cross aisle."""

NOT, ODDLY, EVENLY = 0, 1, 2
FRESH = 1000
DONE: State = ()
"""The tour is closed: nothing may be walked any more."""


class Way(IntEnum):
    """How the stretch of an aisle within one block is walked."""

    SKIP = 0
    THROUGH = 1
    TWICE = 2
    FROM_FRONT = 3
    """In from the front, to the farthest place and back."""
    FROM_BACK = 4
    FROM_BOTH = 5
    """From front and back; the largest gap between two places is not walked."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """All transitions of one step, by the state they lead to; states are numbered by how many lead to them."""

    sources: Ints
    options: Ints
    starts: Ints
    """By state reached: the first transition that leads there."""
    rounds: tuple[tuple[Ints, Ints], ...]
    """The same transitions as sources and options: the first that leads to each state, the second, and so on."""

    def one(self, before: Floats, costs: Floats) -> Floats:
        """Return the least cost of each state after the step, from that before it and what each option costs."""
        return np.asarray(np.minimum.reduceat(before[self.sources] + costs[self.options], self.starts))

    def many(self, before: Floats, costs: Floats) -> Floats:
        """Do the same for many tours: the second axis of both tables counts tours."""
        (sources, options), *others = self.rounds
        after = before[sources]
        after += costs[options]
        for sources, options in others:
            also = before[sources]
            also += costs[options]
            np.minimum(after[: len(sources)], also, out=after[: len(sources)])
        return after

    def back(self, state: int, before: Floats, costs: Floats) -> tuple[int, int]:
        """Return the state from which, and the option by which, a state was reached at its least cost."""
        first = self.starts[state]
        last = self.starts[state + 1] if state + 1 < len(self.starts) else len(self.sources)
        found = first + int(np.argmin(before[self.sources[first:last]] + costs[self.options[first:last]]))
        return int(self.sources[found]), int(self.options[found])


@dataclass(frozen=True, slots=True, eq=False)
class Machine:
    """The steps over one aisle: its blocks from front to back, then its cross aisles from front to back."""

    blocks: tuple[Step, ...]
    crossings: tuple[Step, ...]
    size: int
    """How many states there are between two aisles."""
    start: int
    """The state before the first aisle: nothing is walked."""
    closed: Ints
    """The states, after the blocks of the last aisle, in which the walk is one tour."""


@lru_cache(maxsize=8)
def machine_of(crossings: int) -> Machine:
    """Generate the steps for a number of cross aisles: 7 states for two, 25, 113 and 569 for three, four and five."""
    blocks = crossings - 1
    moves: list[Callable[[State], Iterator[tuple[int, State]]]] = [
        *(partial(_in_aisle, block) for block in range(blocks)),
        *(partial(_along, crossing) for crossing in range(crossings)),
    ]
    nothing: State = ((NOT, 0),) * crossings
    found = _explore(moves, nothing)
    numbers = [_numbered(links) for links in found]
    steps = [_step(found[at], numbers[at - 1], numbers[at]) for at in range(len(moves))]
    return Machine(
        blocks=tuple(steps[:blocks]),
        crossings=tuple(steps[blocks:]),
        size=len(numbers[-1]),
        start=numbers[-1][nothing],
        closed=np.array([number for state, number in numbers[blocks - 1].items() if _is_tour(state)], dtype=np.intp),
    )


Links: TypeAlias = dict[State, list[tuple[State, int]]]


def _explore(moves: Sequence[Callable[[State], Iterator[tuple[int, State]]]], nothing: State) -> list[Links]:
    """Return, by move, from where and by which option each state is reached."""
    found: list[Links] = [{} for _ in moves]
    waiting = deque([(0, nothing)])
    seen = {(0, nothing)}
    while waiting:
        at, state = waiting.popleft()
        following = (at + 1) % len(moves)
        for option, reached in moves[at](state):
            found[at].setdefault(reached, []).append((state, option))
            if (following, reached) not in seen:
                seen.add((following, reached))
                waiting.append((following, reached))
    return found


def _numbered(links: Links) -> dict[State, int]:
    """Number states, those that most transitions lead to first."""
    return {state: number for number, state in enumerate(sorted(links, key=lambda state: -len(links[state])))}


def _step(links: Links, before: Mapping[State, int], after: Mapping[State, int]) -> Step:
    """Write transitions as tables."""
    ways = [[(before[source], option) for source, option in links[state]] for state in after]
    flat = [way for group in ways for way in group]
    rounds = []
    for depth in range(len(ways[0])):
        layer = [group[depth] for group in ways if len(group) > depth]
        rounds.append((_column(layer, 0), _column(layer, 1)))
    starts = np.cumsum([0, *(len(group) for group in ways[:-1])]).astype(np.intp)
    return Step(_column(flat, 0), _column(flat, 1), starts, tuple(rounds))


def _column(pairs: Sequence[tuple[int, int]], which: int) -> Ints:
    """Return one half of pairs as an array."""
    return np.array([pair[which] for pair in pairs], dtype=np.intp)


def _is_tour(state: State) -> bool:
    """Tell whether everything walked hangs together and ends where it began."""
    parts = {part for entered, part in state if entered}
    return state == DONE or (len(parts) == 1 and all(entered != ODDLY for entered, _ in state))


def _in_aisle(block: int, state: State) -> Iterator[tuple[int, State]]:
    """Yield what each way through one block of an aisle makes of a state."""
    yield Way.SKIP, state
    if state == DONE:
        return
    yield Way.THROUGH, _walked(state, block, 1)
    yield Way.TWICE, _walked(state, block, 2)
    yield Way.FROM_FRONT, _entered(state, block)
    yield Way.FROM_BACK, _entered(state, block + 1)
    yield Way.FROM_BOTH, _entered(_entered(state, block), block + 1)


def _along(crossing: int, state: State) -> Iterator[tuple[int, State]]:
    """Yield what walking along a cross aisle, some times or not, makes of a state: who enters a crossing leaves it."""
    entered, part = state[crossing] if state else (NOT, 0)
    if entered != EVENLY:
        yield entered, state
        return
    yield 2, state
    others = {other for at, (_, other) in enumerate(state) if at != crossing and other}
    if part in others:
        yield 0, _renumbered([*state[:crossing], (NOT, 0), *state[crossing + 1 :]])
    elif not others:
        yield 0, DONE


def _walked(state: State, block: int, times: int) -> State:
    """Join the crossings at both ends of a block by walking between them."""
    joined = {state[block][1], state[block + 1][1]} - {0}
    labels = [(entered, FRESH if part in joined else part) for entered, part in state]
    for at in (block, block + 1):
        entered = labels[at][0] + times
        labels[at] = (entered if entered <= EVENLY else entered - 2, FRESH)
    return _renumbered(labels)


def _entered(state: State, crossing: int) -> State:
    """Go from a crossing into an aisle and back."""
    if state[crossing][0]:
        return state
    return _renumbered([*state[:crossing], (EVENLY, FRESH), *state[crossing + 1 :]])


def _renumbered(labels: Sequence[Label]) -> State:
    """Number the parts in the order in which they are met."""
    numbers: dict[int, int] = {0: 0}
    return tuple((entered, numbers.setdefault(part, len(numbers))) for entered, part in labels)
