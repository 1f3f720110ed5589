"""Where the middle and the bad end of many values lie, counted by value."""

from __future__ import annotations

from collections.abc import Mapping


def percentile(counts: Mapping[int, int], percent: int) -> int:
    """Return the value that so many of a hundred do not exceed, by nearest rank; ``counts`` are not empty.

    :raises ValueError: when nothing was counted.
    """
    total = sum(counts.values())
    wanted, seen = -(-total * percent // 100), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= wanted and seen:
            return value
    raise ValueError("nothing was counted")
