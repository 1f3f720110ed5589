"""Kits: how many a location can give from its shelf and from the components that lie there, and what that takes.

Pieces of a kit that lie ready go first; the rest is assembled where a location can do that. A component may be wanted
for several kits of an order, and on a line of its own: then a location gives each of them only what it can give all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from fulfillment.sourcing.book import Book
from fulfillment.sourcing.decision import Portion
from fulfillment.sourcing.needs import Need
from fulfillment.sourcing.snapshot import KITTING, Node, Part


@dataclass(frozen=True, slots=True)
class Lack:
    """Pieces of a product that a location has too few of; ``kit`` is the SKU of the kit that is not made for that."""

    sku: str
    needed: int
    available: int
    kit: str = ""


def could_make(parts: Sequence[Part], node: Node, left: Callable[[int], int]) -> int:
    """Return how many kits a location can assemble of the pieces that are left by product."""
    if not parts or KITTING not in node.capabilities:
        return 0
    return min(left(part.product_id) // part.quantity for part in parts)


def could_give(product_id: int, parts: Sequence[Part], node: Node, book: Book) -> int:
    """Return the units of a product that a location can give: those on its shelf, and the kits it can assemble."""

    def left(product: int) -> int:
        """Return the pieces of a product that nobody has taken yet."""
        return book.units_left(product, node.location_id)

    return left(product_id) + could_make(parts, node, left)


def joint_supply(needs: Sequence[Need], node: Node, book: Book, *, plain_first: bool) -> tuple[int, ...]:
    """Return the units of each need that a location can give so that it can give all of them at once.

    What kits and plain lines both want goes to the kits, unless ``plain_first``.
    """
    left: dict[int, int] = {}

    def free(product: int) -> int:
        """Return the pieces of a product that no need before has a claim on."""
        if product not in left:
            left[product] = book.units_left(product, node.location_id)
        return left[product]

    supply = [0] * len(needs)
    for at in sorted(range(len(needs)), key=lambda at: bool(needs[at].parts) is plain_first):
        need = needs[at]
        if not need.served_by(node):
            continue
        ready = free(need.product_id)
        supply[at] = ready + could_make(need.parts, node, free)
        claim = min(supply[at], need.quantity)
        left[need.product_id] = max(0, ready - claim)
        for part in need.parts:
            left[part.product_id] = free(part.product_id) - part.quantity * max(0, claim - ready)
    return tuple(supply)


def are_contested(needs: Iterable[Need]) -> bool:
    """Say whether two needs of an order want pieces of the same product."""
    wanted = [product for need in needs for product in (need.product_id, *(part.product_id for part in need.parts))]
    return len(wanted) > len(set(wanted))


def assembled(portions: Sequence[Portion], parts: Mapping[int, Sequence[Part]], book: Book) -> tuple[Portion, ...]:
    """Return portions with those of kits, whose parts are given by product, divided into ready and assembled ones."""
    taken: dict[tuple[int, int], int] = {}
    found: list[Portion] = []
    for one in portions:
        if one.product_id not in parts:
            found.append(one)
            continue
        place = (one.product_id, one.location_id)
        ready = min(one.quantity, book.units_left(*place) - taken.get(place, 0))
        if ready:
            taken[place] = taken.get(place, 0) + ready
            found.append(replace(one, quantity=ready))
        if one.quantity > ready:
            made_of = tuple(
                (part.product_id, book.stock_level_id(part.product_id, one.location_id), part.quantity)
                for part in parts[one.product_id]
            )
            found.append(replace(one, quantity=one.quantity - ready, parts=made_of))
    return tuple(found)


def lack_of(needs: Sequence[Need], gaps: Mapping[int, int], node: Node, book: Book) -> Lack | None:
    """Return the product of which a location has least of what it would need to fill gaps, by need; None when it can.

    Only for a location that can assemble.
    """
    needed: dict[int, int] = {}
    named: dict[int, tuple[str, str]] = {}
    for at, gap in sorted(gaps.items()):
        need = needs[at]
        ready = min(gap, book.units_left(need.product_id, node.location_id)) if need.parts else gap
        needed[need.product_id] = needed.get(need.product_id, 0) + ready
        named.setdefault(need.product_id, (need.sku, ""))
        for part in need.parts:
            needed[part.product_id] = needed.get(part.product_id, 0) + part.quantity * (gap - ready)
            named.setdefault(part.product_id, (part.sku, need.sku))
    lacks = [
        Lack(named[product][0], pieces, there, named[product][1])
        for product, pieces in needed.items()
        if (there := book.units_left(product, node.location_id)) < pieces
    ]
    return max(lacks, key=lambda lack: lack.needed - lack.available, default=None)


def cannot_make(needs: Sequence[Need], gaps: Mapping[int, int], node: Node, book: Book) -> Lack | None:
    """Return the kit of which a location that cannot assemble has too few ready to fill gaps, or None."""
    if KITTING in node.capabilities:
        return None
    for at, gap in sorted(gaps.items()):
        ready = book.units_left(needs[at].product_id, node.location_id)
        if needs[at].parts and gap > ready:
            return Lack(needs[at].sku, gap, ready, needs[at].sku)
    return None
