"""What a location lacks, in words that follow its name: pieces, parts of a kit, or the right to take part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fulfillment.sourcing.book import Book
from fulfillment.sourcing.decision import ReasonCode
from fulfillment.sourcing.kits import cannot_make, lack_of
from fulfillment.sourcing.needs import Need
from fulfillment.sourcing.snapshot import KITTING, Node, OrderSnapshot
from fulfillment.sourcing.wording import cannot
from oms.foundation.wording import count


@dataclass(frozen=True, slots=True)
class Loss:
    """One reason to lose, before the location's name is put in front."""

    code: ReasonCode
    words: str
    needed: int = 0
    available: int = 0


def excluded(order: OrderSnapshot, location_id: int) -> Loss:
    """Say that a location may not serve the order, and why it has refused to."""
    why = dict(order.refusals).get(location_id, "")
    return Loss("excluded", f"it has rejected the order: {why.rstrip('.')}" if why else "it is excluded for this order")


def short(sku: str, needed: int, available: int, more: int) -> Loss:
    """Put a lack of units into words."""
    words = f"{available} of SKU {sku} available, {needed} needed"
    if more:
        words += f", and {count(more, 'other product')} short"
    return Loss("short_stock", words, needed, available)


def without_parts(needs: Sequence[Need], gaps: Mapping[int, int], node: Node, book: Book) -> Loss | None:
    """Say that a location cannot assemble, or of which component it has too few to fill gaps by need; else None."""
    if not any(needs[at].parts for at in gaps):
        return None
    kit = cannot_make(needs, gaps, node, book)
    if kit is not None:
        words = f"it {cannot([KITTING])}, and {kit.available} of SKU {kit.sku} lie ready, {kit.needed} needed"
        return Loss("cannot_assemble", words, kit.needed, kit.available)
    lack = lack_of(needs, gaps, node, book)
    if lack is None or not lack.kit:
        return short(lack.sku, lack.needed, lack.available, 0) if lack else None
    words = f"it cannot assemble {lack.kit}: {lack.available} of SKU {lack.sku} available, {lack.needed} needed"
    return Loss("lacks_part", words, lack.needed, lack.available)
