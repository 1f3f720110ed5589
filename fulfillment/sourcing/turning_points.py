"""What would have changed a decision: how few pieces fewer at a winner, how many more at a loser, tried out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fulfillment.sourcing.decision import Decision, Portion, Rejection
from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.snapshot import KITTING, Node, Rules, Snapshot, Stock
from fulfillment.sourcing.wording import enumeration
from oms.foundation.wording import count

MOST_TRIES = 60
"""So many times the order is decided anew at most; what is beyond is left out."""


@dataclass(frozen=True, slots=True)
class TurningPoint:
    """One change of what sourcing saw, and the decision that would have come of it; location 0 is none of them alone.

    ``turns`` says whether the location would have changed sides: a winner out, or a loser in.
    """

    location_id: int
    sentence: str
    turns: bool
    decision: Decision


def turning_points(snapshot: Snapshot, rules: Rules, decision: Decision) -> tuple[TurningPoint, ...]:
    """Try out what would have changed the decision on a snapshot's one order, winners first, each change on its own."""
    return (
        *_winners(snapshot, rules, decision),
        *_losers(snapshot, rules, decision),
        *_without_fees(snapshot, rules, decision),
    )


def with_units(snapshot: Snapshot, product_id: int, location_id: int, units: int) -> Snapshot:
    """Return the snapshot with another number of free units of a product at a location."""
    stock = dict(snapshot.stock)
    level, _ = stock.get((product_id, location_id), (0, 0))
    stock[product_id, location_id] = (level, units)
    return replace(snapshot, stock=stock)


def _winners(snapshot: Snapshot, rules: Rules, decision: Decision) -> Iterator[TurningPoint]:
    """Take from each winner one unit of what it gives, product by product, and decide again."""
    names = {node.location_id: node.name for node in snapshot.nodes}
    skus = _skus(snapshot)
    for (product_id, location_id), given in list(_given(decision.portions).items())[: MOST_TRIES // 2]:
        (other,) = decide(with_units(snapshot, product_id, location_id, given - 1), rules)
        name, turns = names[location_id], location_id not in other.location_ids
        words = f"With {given - 1} of SKU {skus[product_id]} free at {name} instead of {given} or more"
        yield TurningPoint(location_id, f"{words}: {other.sentence}", turns, other)


def _without_fees(snapshot: Snapshot, rules: Rules, decision: Decision) -> Iterator[TurningPoint]:
    """Decide again without any scarcity fee, where such weighed in."""
    (order,) = snapshot.orders
    if not decision.fees_run:
        return
    (other,) = decide(replace(snapshot, orders=(replace(order, fees=(), fees_run=0),)), rules)
    turns = other.portions != decision.portions
    words = other.sentence if turns else "the same locations would ship the same."
    yield TurningPoint(0, f"Without scarcity fees: {words}", turns, other)


def _given(portions: tuple[Portion, ...]) -> dict[tuple[int, int], int]:
    """Return the pieces that each location gives of each product, kits that it assembles as what they are made of."""
    given: dict[tuple[int, int], int] = {}
    for one in portions:
        for product_id, _, pieces in one.takes:
            key = (product_id, one.location_id)
            given[key] = given.get(key, 0) + pieces
    return given


def _skus(snapshot: Snapshot) -> dict[int, str]:
    """Return the SKUs of all that the order wants, and of what its kits are made of."""
    wants = snapshot.orders[0].wants
    parts = {part.product_id: part.sku for want in wants for part in want.parts}
    return parts | {want.product_id: want.sku for want in wants}


def _losers(snapshot: Snapshot, rules: Rules, decision: Decision) -> Iterator[TurningPoint]:
    """Take out of each loser's way what stood there, and decide again."""
    nodes = {node.location_id: node for node in snapshot.nodes}
    for lost in decision.rejections[: MOST_TRIES // 2]:
        node = nodes[lost.location_id]
        if lost.reason_code in ("short_stock", "lacks_part"):
            yield _stocked(snapshot, rules, node)
            continue
        changed, words = _helped(snapshot, node, lost)
        if words:
            (other,) = decide(changed, rules)
            yield _point(node, words, other)


def _stocked(snapshot: Snapshot, rules: Rules, node: Node) -> TurningPoint:
    """Give a loser all that the order wants, then, where that helps, just what it would give: the number it lacked."""
    (other,) = decide(replace(snapshot, stock=_filled(snapshot, node)), rules)
    just, words = _just_enough(snapshot, other, node)
    (exact,) = decide(just, rules)
    if node.location_id in other.location_ids and node.location_id in exact.location_ids:
        return _point(node, words, exact)
    return _point(node, "with all that the order wants in stock", other)


def _point(node: Node, words: str, other: Decision) -> TurningPoint:
    """Say whether a loser would have shipped, or what would have kept it from shipping then."""
    if node.location_id in other.location_ids:
        return TurningPoint(node.location_id, f"{node.name} would ship {words}: {other.sentence}", True, other)
    again = next((one for one in other.rejections if one.location_id == node.location_id), None)
    why = again.sentence.removeprefix(f"{node.name} lost: ") if again else other.sentence
    return TurningPoint(node.location_id, f"{node.name} would not ship even {words}: {why}", False, other)


def _just_enough(snapshot: Snapshot, other: Decision, node: Node) -> tuple[Snapshot, str]:
    """Return the snapshot in which a location has what it gives in a decision and no more, and how much that is."""
    skus = _skus(snapshot)
    given = {product: units for (product, place), units in _given(other.portions).items() if place == node.location_id}
    for product, units in given.items():
        held = snapshot.stock.get((product, node.location_id), (0, 0))[1]
        snapshot = with_units(snapshot, product, node.location_id, max(held, units))
    words = [f"{units} of SKU {skus[product]}" for product, units in list(given.items())[:3]]
    if len(given) > len(words):
        words.append(f"what it lacks of {count(len(given) - len(words), 'other product')}")
    return snapshot, f"with {enumeration(words)} free"


def _helped(snapshot: Snapshot, node: Node, lost: Rejection) -> tuple[Snapshot, str]:
    """Return the snapshot without what stood in a loser's way, and what was changed; no words: nothing can be."""
    (order,) = snapshot.orders
    if lost.reason_code == "excluded":
        allowed = replace(order, excluded_locations=order.excluded_locations - {node.location_id})
        return replace(snapshot, orders=(allowed,)), "allowed for this order"
    if lost.reason_code == "no_capacity":
        return _with_node(snapshot, replace(node, capacity_left=None)), "able to send another parcel"
    if lost.reason_code == "cannot_assemble":
        return _with_node(snapshot, replace(node, capabilities=node.capabilities | {KITTING})), "able to assemble kits"
    if lost.reason_code == "no_capability":
        able = node.capabilities | {want.capability for want in order.wants if want.capability}
        return _with_node(snapshot, replace(node, capabilities=able)), "able to do all that the order asks for"
    if lost.reason_code == "scarcer":
        free = tuple(fee for fee in order.fees if fee.location_id != node.location_id)
        return replace(snapshot, orders=(replace(order, fees=free),)), "without its scarcity fee"
    return snapshot, ""


def _with_node(snapshot: Snapshot, node: Node) -> Snapshot:
    """Return the snapshot with one location changed."""
    nodes = tuple(node if one.location_id == node.location_id else one for one in snapshot.nodes)
    return replace(snapshot, nodes=nodes)


def _filled(snapshot: Snapshot, node: Node) -> Stock:
    """Return the stock with all that the order wants at one location."""
    stock = dict(snapshot.stock)
    for product_id, wanted in _wanted(snapshot, node).items():
        level, units = stock.get((product_id, node.location_id), (0, 0))
        stock[product_id, node.location_id] = (level, max(units, wanted))
    return stock


def _wanted(snapshot: Snapshot, node: Node) -> dict[int, int]:
    """Return the pieces that the order wants of each product at a location; of kits their parts, if it can assemble."""
    wanted: dict[int, int] = {}
    for want in snapshot.orders[0].wants:
        made = want.parts if KITTING in node.capabilities else ()
        for product_id, pieces in [(part.product_id, part.quantity) for part in made] or [(want.product_id, 1)]:
            wanted[product_id] = wanted.get(product_id, 0) + pieces * want.quantity
    return wanted
