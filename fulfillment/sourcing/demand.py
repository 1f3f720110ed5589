"""One order as a covering problem: places in order of merit, and how much of its needs a set of them fills."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from fulfillment.sourcing.book import Book
from fulfillment.sourcing.counters import Counter, counter_of
from fulfillment.sourcing.geography import UNKNOWN_KM, distance_km
from fulfillment.sourcing.health import Shelf, health_fees
from fulfillment.sourcing.kits import are_contested, joint_supply
from fulfillment.sourcing.methods import method_bar
from fulfillment.sourcing.needs import Need, needs_of
from fulfillment.sourcing.rules import Standing, last_unit, standing
from fulfillment.sourcing.scarcity import NO_TOLL, Toll, tolls_of
from fulfillment.sourcing.snapshot import Node, OrderSnapshot, Rules

MOST_TURNS = 12
"""At so many of the best places it is tried whether kits or plain lines go first."""


@dataclass(frozen=True, slots=True)
class Place:
    """A location that could ship at least one unit of the order."""

    node: Node
    km: int | None
    depth: int
    supply: tuple[int, ...]
    """Units it can give to each need, 0 where it lacks the capability."""
    fee: int = 0
    """What the rules add to a parcel from it, in minor units."""
    last_of: str = ""
    """The SKU of which it would give its last unit, where that is part of the fee."""
    health: tuple[str, ...] = ()
    """What the age and depth of its stock add to the fee, in words."""
    counter: Counter | None = None
    """What its carriers ask; None where rates do not decide."""
    alone: int = 0
    """What sending all it could fill costs, in minor units; 0 where rates do not decide."""
    toll: Toll = NO_TOLL
    """Its scarcity fees; none where rates do not decide."""
    scarce: int = 0
    """What these weigh on all it could fill."""

    def can_serve(self, capability: str) -> bool:
        """Say whether the location has what a line asks for."""
        return not capability or capability in self.node.capabilities


@dataclass(frozen=True, slots=True)
class Problem:
    """The needs of one order and the places that may fill them, best place first."""

    needs: tuple[Need, ...]
    places: tuple[Place, ...]
    weights: tuple[int, ...]
    """Cost of each place as one integer that holds all criteria in order; the cost of a plan is the sum."""
    targets: tuple[int, ...]
    """Units that all places together fill of each need."""
    unserved: frozenset[int] = frozenset()
    """Locations with stock from which no carrier's service goes to the address."""
    kept: tuple[tuple[str, str], ...] = ()
    """Name and reason of each location with stock that the shipping method keeps out, the nearest first."""
    store_known: bool = True
    """Whether the store where the order is collected is among the locations."""

    @property
    def is_contested(self) -> bool:
        """Say whether some pieces are wanted for a kit and for something else too, so that no plan is proven best."""
        return any(need.parts for need in self.needs) and are_contested(self.needs)

    @property
    def fills_all(self) -> bool:
        """Say whether all places together have everything."""
        return sum(self.targets) == sum(need.quantity for need in self.needs)

    def fill(self, index: int, members: Iterable[int]) -> int:
        """Return the units of one need that the given places fill together."""
        need = self.needs[index]
        if len(need.cuts) == 1:
            total = 0
            for member in members:
                total += self.places[member].supply[index]
            return total if total < need.quantity else need.quantity
        return fill_by_cuts(need, [(self.places[member], self.places[member].supply[index]) for member in members])

    def units(self, members: Collection[int]) -> int:
        """Return the units of the whole order that the given places fill together."""
        return sum(self.fill(index, members) for index in range(len(self.needs)))


def fill_by_cuts(need: Need, supplies: Collection[tuple[Place, int]]) -> int:
    """Return the units that places with given supplies fill of a need whose lines ask for different capabilities."""
    return min(
        need.quantity,
        *(
            outside + sum(units for place, units in supplies if units and reaches(place, inside))
            for inside, outside in need.cuts
        ),
    )


def reaches(place: Place, capabilities: frozenset[str]) -> bool:
    """Say whether a place can serve one of the capabilities."""
    return "" in capabilities or not capabilities.isdisjoint(place.node.capabilities)


def best_problem(order: OrderSnapshot, book: Book, rules: Rules) -> Problem:
    """Set up the covering problem; of ways to divide what kits and plain lines both want, one that fills most.

    Tried are kits first everywhere, plain lines first everywhere, and from the better of both a location at a time.
    """
    best = build_problem(order, book, rules)
    if not best.is_contested or best.fills_all:
        return best
    turned = frozenset(node.location_id for node in book.nodes)
    other = build_problem(order, book, rules, turned)
    best, turned = (other, turned) if sum(other.targets) > sum(best.targets) else (best, frozenset())
    for place in best.places[:MOST_TURNS]:
        if best.fills_all:
            break
        tried = turned ^ {place.node.location_id}
        other = build_problem(order, book, rules, tried)
        if sum(other.targets) > sum(best.targets):
            best, turned = other, tried
    return best


def build_problem(order: OrderSnapshot, book: Book, rules: Rules, plain_first: frozenset[int] = frozenset()) -> Problem:
    """Set up the covering problem from what the book still holds.

    :param plain_first: the locations that give plain lines the pieces that kits want too
    """
    needs, held = needs_of(order.wants), standing(order, rules)
    turn = "kits_first" if any(need.parts for need in needs) else ""
    turns = dict.fromkeys(plain_first, "plain_first")
    able = [
        _weighed(place, needs, held, rules)
        for node in book.nodes
        if node.location_id not in order.excluded_locations and book.has_capacity(node) and not held.barring(node)
        if (place := _place(node, order, needs, book, turns.get(node.location_id, turn))).depth
    ]
    reached, kept = _reached(able, order)
    stocked = _with_health(reached, needs, book, rules)
    places = _served(stocked, needs, order, rules) if rules.prefer == "cheapest" else stocked
    unserved = {place.node.location_id for place in stocked} - {place.node.location_id for place in places}
    ranked = sorted(zip(_weights(places, rules), places, strict=True), key=lambda pair: pair[0])
    weights = tuple(weight for weight, _ in ranked)
    bare = Problem(needs, tuple(place for _, place in ranked), weights, ())
    everybody = range(len(ranked))
    targets = tuple(bare.fill(index, everybody) for index in range(len(needs)))
    known = any(node.code == order.collect_at for node in book.nodes)
    return Problem(needs, bare.places, weights, targets, frozenset(unserved), kept, known)


def _reached(places: list[Place], order: OrderSnapshot) -> tuple[list[Place], tuple[tuple[str, str], ...]]:
    """Part the places that the order's shipping method lets take part from the others, those with their reasons."""
    if not order.bound_by:
        return places, ()
    bars = [(place, method_bar(order, place.node, place.km)) for place in places]
    kept = [(place, bar) for place, bar in bars if bar is not None]
    kept.sort(key=lambda pair: (pair[0].km is None, pair[0].km or 0, pair[0].node.code))
    told = tuple((place.node.name, bar.words) for place, bar in kept)
    return [place for place, bar in bars if bar is None], told


def _with_health(places: list[Place], needs: tuple[Need, ...], book: Book, rules: Rules) -> list[Place]:
    """Put on each place what the age and depth of its stock add to a parcel, where the rules weigh that."""
    if not (rules.young_stock_fee or rules.shallow_stock_fee):
        return places
    shelves = [Shelf(place.node.name, place.depth, _age(place, needs, book)) for place in places]
    return [
        replace(place, fee=place.fee + fee, health=words) if fee else place
        for place, (fee, words) in zip(places, health_fees(shelves, rules), strict=True)
    ]


def _age(place: Place, needs: tuple[Need, ...], book: Book) -> int | None:
    """Return the days since the oldest wanted piece came to a place; None where the ledger does not tell."""
    stocked = (need for need, units in zip(needs, place.supply, strict=True) if units)
    ages = (book.age_of(need.product_id, place.node.location_id) for need in stocked)
    return max((age for age in ages if age is not None), default=None)


def _served(stocked: list[Place], needs: tuple[Need, ...], order: OrderSnapshot, rules: Rules) -> list[Place]:
    """Return the places from which a service goes to the address, with what it asks."""
    grams = [max(want.weight_g for want in need.wants) for need in needs]
    tolls = tolls_of(order.fees, [(need.product_id, need.quantity) for need in needs])
    served = []
    for place in stocked:
        counter = counter_of(place.node, place.km, order, rules, place.fee)
        if counter is not None:
            load = [min(need.quantity, units) for need, units in zip(needs, place.supply, strict=True)]
            alone = counter.quote(sum(units * one for units, one in zip(load, grams, strict=True))).total
            toll = tolls.get(place.node.location_id, NO_TOLL)
            served.append(replace(place, counter=counter, alone=alone, toll=toll, scarce=toll.of(load)))
    return served


def _place(node: Node, order: OrderSnapshot, needs: tuple[Need, ...], book: Book, kits: str) -> Place:
    """Look up what one location could give; ``kits`` is blank for an order without any."""
    location_id, able = node.location_id, node.capabilities
    if kits:
        supply = joint_supply(needs, node, book, plain_first=kits == "plain_first")
        return Place(node, kilometres(node, order), sum(supply), supply)
    supply = tuple(
        [
            book.units_left(need.product_id, location_id)
            if any(not want.capability or want.capability in able for want in need.wants)
            else 0
            for need in needs
        ]
    )
    return Place(node, kilometres(node, order), sum(supply), supply)


def _weighed(place: Place, needs: tuple[Need, ...], held: Standing, rules: Rules) -> Place:
    """Put on a place what the rules add to a parcel from it."""
    last_of = ""
    if rules.last_unit_fee:
        stock = ((need.sku, need.quantity, units) for need, units in zip(needs, place.supply, strict=True))
        last_of = last_unit(place.node, stock)
    fee = held.fee(place.node) + (rules.last_unit_fee if last_of else 0)
    return replace(place, fee=fee, last_of=last_of) if fee else place


def kilometres(node: Node, order: OrderSnapshot) -> int | None:
    """Return the whole kilometres to the customer, or None when either end is unknown."""
    if node.point is None or order.destination is None:
        return None
    return round(distance_km(node.point, order.destination))


def criteria(rules: Rules) -> tuple[str, ...]:
    """Return the names of the criteria after units and parcels, most important first."""
    order = ("nearest", "most_stock", "priority")
    return (rules.prefer, *(name for name in order if name != rules.prefer))


def _weights(places: list[Place], rules: Rules) -> list[int]:
    """Pack parcels, distance, stock, priority and code into one integer a place, comparable as sums.

    A level's unit is larger than the sum of all lower levels, so that sums compare criterion by criterion. The code
    level counts in powers of two, so that no two sets of places tie and the earlier codes win.
    """
    if not places:
        return []
    count = len(places)
    deepest = max(place.depth for place in places)
    highest = max(place.node.priority for place in places)
    levels = {
        "cheapest": [place.alone + place.scarce for place in places],
        "nearest": [travel(place, rules) for place in places],
        "most_stock": [deepest - place.depth for place in places],
        "priority": [highest - place.node.priority for place in places],
    }
    first, *others = criteria(rules)
    top = [rules.split_penalty + place.fee + (travel(place, rules) if first == "nearest" else 0) for place in places]
    middle = [levels[name] for name in ([] if first == "nearest" else [first]) + others]
    if first == "cheapest":
        # what distance costs is in the sum already; between equal sums the nearest wins whatever a kilometre weighs
        levels["nearest"] = [UNKNOWN_KM if place.km is None else place.km for place in places]
        top, middle = levels["cheapest"], [levels[name] for name in others]
    codes = [(1 << count) - (1 << (count - 1 - rank)) for rank in range(count)]
    weights, unit = [0] * count, 1
    for level in (codes, *reversed(middle), top):
        weights = [weight + value * unit for weight, value in zip(weights, level, strict=True)]
        unit *= sum(level) + 1
    return weights


def travel(place: Place, rules: Rules) -> int:
    """Return what the way from a place costs; a place of unknown position counts as the farthest."""
    return rules.distance_weight * (UNKNOWN_KM if place.km is None else place.km)
