"""What an order needs by product, its lines summed before anything is checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from fulfillment.sourcing.snapshot import Node, Part, Want


@dataclass(frozen=True, slots=True)
class Need:
    """All the lines of an order that want one product, whose demand is summed before anything is checked."""

    product_id: int
    sku: str
    wants: tuple[Want, ...]
    quantity: int
    cuts: tuple[tuple[frozenset[str], int], ...]
    """(capabilities, units wanted outside them): by the max-flow min-cut theorem a set of places fills the smallest
    of ``units outside + stock of the places with one of the capabilities`` over all cuts, and never above quantity."""
    parts: tuple[Part, ...] = ()
    """What a kit is assembled from."""

    def served_by(self, node: Node) -> bool:
        """Say whether a location has what one of the lines asks for."""
        return any(not want.capability or want.capability in node.capabilities for want in self.wants)


def needs_of(wants: Iterable[Want]) -> tuple[Need, ...]:
    """Sum the lines by product; the result does not depend on the order of the lines."""
    groups: dict[int, list[Want]] = {}
    for want in wants:
        if want.quantity:
            groups.setdefault(want.product_id, []).append(want)
    return tuple(_need(product_id, groups[product_id]) for product_id in sorted(groups))


def _need(product_id: int, wants: list[Want]) -> Need:
    """Build the need for one product."""
    if len(wants) == 1:
        want = wants[0]
        cuts = ((frozenset((want.capability,)), 0),)
        return Need(product_id, want.sku, (want,), want.quantity, cuts, want.parts)
    wants.sort(key=lambda want: want.line_id)
    quantity = sum(want.quantity for want in wants)
    return Need(product_id, wants[0].sku, tuple(wants), quantity, _cuts(wants), wants[0].parts)


def _cuts(wants: list[Want]) -> tuple[tuple[frozenset[str], int], ...]:
    """List every non-empty set of the capabilities asked for, with the units wanted outside it."""
    classes = sorted({want.capability for want in wants})
    return tuple(
        (frozenset(inside), sum(want.quantity for want in wants if want.capability not in inside))
        for size in range(1, len(classes) + 1)
        for inside in combinations(classes, size)
    )
