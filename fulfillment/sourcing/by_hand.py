"""A decision that a person made: what they chose as far as it is there, and what the rules would have done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fulfillment.sourcing.book import Book
from fulfillment.sourcing.choice import Choice
from fulfillment.sourcing.decision import Candidate, Decision, Portion, Rejection, Shortage
from fulfillment.sourcing.demand import Place, kilometres
from fulfillment.sourcing.kits import assembled, could_give
from fulfillment.sourcing.shortage import consequence_of
from fulfillment.sourcing.snapshot import Node, OrderSnapshot, Rules, Want
from fulfillment.sourcing.wording import enumeration, units_by_sku
from oms.foundation.wording import count


def decide_by_hand(
    order: OrderSnapshot, chosen: Choice, by_rules: Sequence[Place], book: Book, rules: Rules
) -> Decision:
    """Return what a person chose for an order, cut to the stock that is there; ``by_rules`` would have shipped else."""
    portions = tuple(_portions(order, chosen, book))
    shortages = _shortages(order, portions)
    told = consequence_of(order, portions, shortages)
    return Decision(
        order_id=order.order_id,
        portions=portions,
        shortages=shortages,
        candidates=tuple(_candidates(order, chosen, book)),
        rejections=tuple(_rejections(order, chosen, book)),
        sentence=f"{_sentence(chosen, by_rules, portions, shortages)} {told.sentence}".strip(),
        method="by_hand",
        rules_version=rules.version,
        when_short=told.when_short,
        expected_on=told.expected_on,
    )


def _portions(order: OrderSnapshot, chosen: Choice, book: Book) -> Iterator[Portion]:
    """Yield the units of every choice, as far as the line wants and the location has them or can assemble them."""
    wants = {want.line_id: want for want in order.wants}
    nodes = {node.location_id: node for node in book.nodes}
    given: dict[int, int] = {}
    left = book.copy()
    for line_id, location_id, units in chosen.gives:
        want = wants[line_id]
        free = left.units_left(want.product_id, location_id)
        if want.parts and location_id in nodes:
            free = could_give(want.product_id, want.parts, nodes[location_id], left)
        part = min(units, want.quantity - given.get(line_id, 0), free)
        if part > 0:
            given[line_id] = given.get(line_id, 0) + part
            found = _of_shelf(want, location_id, part, left)
            left.take(found)
            yield from found


def _of_shelf(want: Want, location_id: int, units: int, book: Book) -> tuple[Portion, ...]:
    """Return units of a line at a location, those of a kit divided into ready ones and assembled ones."""
    level = book.stock_level_id(want.product_id, location_id)
    whole = Portion(want.line_id, want.product_id, location_id, level, units)
    return assembled([whole], {want.product_id: want.parts} if want.parts else {}, book)


def _shortages(order: OrderSnapshot, portions: Sequence[Portion]) -> tuple[Shortage, ...]:
    """Return what the portions leave of every line, by line."""
    left = {want.line_id: want.quantity for want in order.wants}
    for one in portions:
        left[one.line_id] -= one.quantity
    wants = sorted((want for want in order.wants if left[want.line_id]), key=lambda want: want.line_id)
    return tuple(Shortage(want.line_id, want.product_id, want.sku, left[want.line_id]) for want in wants)


def _candidates(order: OrderSnapshot, chosen: Choice, book: Book) -> Iterator[Candidate]:
    """Yield the chosen locations with their numbers."""
    for node in _nodes(book, chosen, wanted=True):
        units, lines, depth = _fills(order, node, book)
        yield Candidate(
            location_id=node.location_id,
            code=node.code,
            name=node.name,
            distance_km=kilometres(node, order),
            lines_covered=lines,
            units_covered=units,
            stock_depth=depth,
            priority=node.priority,
            chosen=True,
        )


def _fills(order: OrderSnapshot, node: Node, book: Book) -> tuple[int, int, int]:
    """Return the units and the whole lines that a location could fill alone, and what it has of the products."""
    stock = {want.product_id: could_give(want.product_id, want.parts, node, book) for want in order.wants}
    left, units, lines = book.copy(), 0, 0
    for want in sorted(order.wants, key=lambda want: (want.quantity, want.line_id)):
        able = not want.capability or want.capability in node.capabilities
        part = min(want.quantity, could_give(want.product_id, want.parts, node, left)) if able else 0
        left.take(_of_shelf(want, node.location_id, part, left))
        units, lines = units + part, lines + (part == want.quantity)
    return units, lines, sum(stock.values())


def _rejections(order: OrderSnapshot, chosen: Choice, book: Book) -> Iterator[Rejection]:
    """Yield every other location, with what it has of what the order wants."""
    wanted = sum(want.quantity for want in order.wants)
    names = [node.name for node in _nodes(book, chosen, wanted=True)]
    why = f"{chosen.by} chose {enumeration(names)}" if names else f"{chosen.by} lets the order wait"
    for node in _nodes(book, chosen, wanted=False):
        units, _, _ = _fills(order, node, book)
        yield Rejection(node.location_id, node.code, "by_hand", f"{node.name} lost: {why}.", wanted, units)


def _nodes(book: Book, chosen: Choice, *, wanted: bool) -> list[Node]:
    """Return the locations that were chosen, or all others, by code."""
    return [node for node in book.nodes if (node.location_id in chosen.locations) == wanted]


def _sentence(
    chosen: Choice, by_rules: Sequence[Place], portions: Sequence[Portion], shortages: Sequence[Shortage]
) -> str:
    """Say what was done, what of it is not there, what is missing, and who would have shipped by the rules."""
    words = [chosen.told]
    asked, given = sum(units for *_, units in chosen.gives), sum(one.quantity for one in portions)
    if given < asked:
        words.append(f"Only {given} of {count(asked, 'unit')} can be given.")
    if shortages:
        words.append(f"Missing: {units_by_sku([(one.missing, one.sku) for one in shortages])}.")
    names = [place.node.name for place in by_rules if place.node.location_id not in chosen.locations]
    if names:
        words.append(f"By the rules {enumeration(names)} would ship.")
    return " ".join(words)
