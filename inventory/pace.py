"""How fast things move: A does most of the work, B the next part, C hardly any (ABC classes)."""

from collections.abc import Mapping
from itertools import accumulate
from typing import TypeVar

Thing = TypeVar("Thing", bound=int | str)
A, B, C = "a", "b", "c"
BEGINS_B, BEGINS_C = 0.8, 0.95


def paces(times: Mapping[Thing, int]) -> dict[Thing, str]:
    """Return the class of each thing by how often it was done: the busiest first, each at the share where it begins.

    What has four fifths of all is A, the next up to 95 % B, the rest C; what was never done is C.
    """
    busiest = sorted(times, key=lambda one: (-times[one], one))
    total = sum(times.values())
    before = [0, *accumulate(times[one] for one in busiest)]
    return {one: _pace(done / total if total and times[one] else 1) for one, done in zip(busiest, before, strict=False)}


def _pace(share: float) -> str:
    """Return the class of what begins at a share of the whole."""
    if share < BEGINS_B:
        return A
    return B if share < BEGINS_C else C
