"""The free room of a box: all largest empty blocks in it, which may overlap (Lai & Chan 1997)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

Space: TypeAlias = tuple[int, int, int, int, int, int]
"""A block from its corner nearest to the origin (x, y, z) to the one farthest from it."""


def cut(spaces: Sequence[Space], taken: Space, least: tuple[int, int, int]) -> list[Space]:
    """Return the largest empty blocks once a block is taken, without those that nothing more fits into.

    ``least`` are the smallest short, middle and long side of the pieces that are left.
    """
    a, b, c, d, e, f = taken
    kept, parts = [], []
    for space in spaces:
        x, y, z, u, v, w = space
        if a >= u or d <= x or b >= v or e <= y or c >= w or f <= z:
            kept.append(space)
        else:
            parts += _beside(space, taken, least[0])
    return _largest(kept, [part for part in parts if _roomy(part, least)])


def _beside(space: Space, taken: Space, short: int) -> list[Space]:
    """Return what is left of a space on each side of what is taken, where that is wide enough."""
    a, b, c, d, e, f = taken
    x, y, z, u, v, w = space
    left = []
    if a - x >= short:
        left.append((x, y, z, a, v, w))
    if u - d >= short:
        left.append((d, y, z, u, v, w))
    if b - y >= short:
        left.append((x, y, z, u, b, w))
    if v - e >= short:
        left.append((x, e, z, u, v, w))
    if c - z >= short:
        left.append((x, y, z, u, v, c))
    if w - f >= short:
        left.append((x, y, f, u, v, w))
    return left


def _roomy(space: Space, least: tuple[int, int, int]) -> bool:
    """Say whether a piece with the least sides would fit."""
    short, middle, long = sorted((space[3] - space[0], space[4] - space[1], space[5] - space[2]))
    return short >= least[0] and middle >= least[1] and long >= least[2]


def _largest(kept: list[Space], parts: list[Space]) -> list[Space]:
    """Return the blocks that lie in no other; only parts can, in what was kept or in a larger part."""
    if len(parts) > 1:
        parts.sort(key=volume, reverse=True)
    for part in parts:
        x, y, z, u, v, w = part
        for a, b, c, d, e, f in kept:
            if a <= x and b <= y and c <= z and d >= u and e >= v and f >= w:
                break
        else:
            kept.append(part)
    return kept


def volume(space: Space) -> int:
    """Return cubic millimetres."""
    return (space[3] - space[0]) * (space[4] - space[1]) * (space[5] - space[2])
