"""Why each location won or lost, in sentences for clerks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fulfillment.sourcing.book import Book
from fulfillment.sourcing.costing import grams_of, loads_of
from fulfillment.sourcing.counters import Counter
from fulfillment.sourcing.decision import Candidate, Portion, ReasonCode, Rejection
from fulfillment.sourcing.demand import Place, Problem, criteria, kilometres, travel
from fulfillment.sourcing.losses import Loss, excluded, short, without_parts
from fulfillment.sourcing.methods import method_bar
from fulfillment.sourcing.needs import Need
from fulfillment.sourcing.rules import Standing, amount, standing
from fulfillment.sourcing.search import Plan
from fulfillment.sourcing.snapshot import Node, OrderSnapshot, Rules
from fulfillment.sourcing.wording import asked_for, cannot, enumeration, kilometres_away, parcels_taken
from oms.foundation.wording import count


@dataclass(frozen=True, slots=True)
class _Seat:
    """One place of the plan, with the units by need that the rest of the plan leaves to it."""

    holder: int | None
    others: Plan
    gaps: dict[int, int]


@dataclass(frozen=True, slots=True)
class _Court:
    """Everything that judging one order's losers needs."""

    order: OrderSnapshot
    problem: Problem
    plan: Plan
    book: Book
    rules: Rules
    seats: list[_Seat]
    limited: bool
    """Whether the parcel limit, not the stock, keeps units from being filled."""
    held: Standing
    grams: dict[int, int]
    """What each location's consignment weighs."""
    loads: dict[int, list[int]]
    """The units of each need that each location sends."""


def candidates_of(problem: Problem, plan: Plan) -> tuple[Candidate, ...]:
    """Describe every place that could ship something, best first."""
    return tuple(
        Candidate(
            location_id=place.node.location_id,
            code=place.node.code,
            name=place.node.name,
            distance_km=place.km,
            lines_covered=sum(_lines_filled(need, place, place.supply[at]) for at, need in enumerate(problem.needs)),
            units_covered=problem.units((index,)),
            stock_depth=place.depth,
            priority=place.node.priority,
            chosen=index in plan,
            cost=place.alone if place.counter else None,
            scarcity=place.scarce,
        )
        for index, place in enumerate(problem.places)
    )


def _lines_filled(need: Need, place: Place, supply: int) -> int:
    """Count the lines of one product that a place fills whole on its own, smallest first."""
    filled = 0
    for want in sorted(need.wants, key=lambda want: want.quantity) if len(need.wants) > 1 else need.wants:
        if want.quantity <= supply and place.can_serve(want.capability):
            supply -= want.quantity
            filled += 1
    return filled


def rejections_of(
    order: OrderSnapshot, problem: Problem, plan: Plan, book: Book, rules: Rules, portions: Sequence[Portion]
) -> tuple[Rejection, ...]:
    """Give the first criterion on which each location that ships nothing lost, in order of location code."""
    if not problem.needs:
        return ()
    limited = bool(plan) and rules.max_parcels is not None and problem.units(plan) < sum(problem.targets)
    grams, loads = grams_of(problem, portions), loads_of(problem, portions)
    court = _Court(
        order, problem, plan, book, rules, _seats(problem, plan), limited, standing(order, rules), grams, loads
    )
    index_of = {place.node.location_id: index for index, place in enumerate(problem.places)}
    rejections = []
    for node in book.nodes:
        index = index_of.get(node.location_id)
        if index is not None and index in plan:
            continue
        loss = _loss_of_outsider(court, node) if index is None else _loss_of_candidate(court, index)
        sentence = f"{node.name} lost: {loss.words}."
        rejections.append(Rejection(node.location_id, node.code, loss.code, sentence, loss.needed, loss.available))
    return tuple(rejections)


def _seats(problem: Problem, plan: Plan) -> list[_Seat]:
    """List the seats of the plan, dearest first; a plan without places has one empty seat that wants everything."""
    everything = {index: need.quantity for index, need in enumerate(problem.needs)}
    if not plan:
        return [_Seat(None, (), everything)]
    filled = [problem.fill(index, plan) for index in everything]
    seats = []
    for holder in reversed(plan):
        others = tuple(place for place in plan if place != holder)
        gaps = {index: gap for index in everything if (gap := filled[index] - problem.fill(index, others))}
        seats.append(_Seat(holder, others, gaps))
    return seats


def _loss_of_outsider(court: _Court, node: Node) -> Loss:
    """Say why a location was not even a candidate."""
    if node.location_id in court.order.excluded_locations:
        return excluded(court.order, node.location_id)
    bar = method_bar(court.order, node, kilometres(node, court.order))
    if bar is not None:
        return Loss(bar.code, bar.words, bar.needed, bar.available)
    rule = court.held.barring(node)
    if rule is not None:
        return Loss("kept_out_by_rule", f"{rule.label} keeps it out")
    if not court.book.has_capacity(node):
        return Loss("no_capacity", parcels_taken(node.daily_capacity))
    if node.location_id in court.problem.unserved:
        return Loss("no_service", "no carrier service goes from there to this address")
    needs = court.problem.needs
    stocked = [need for need in needs if court.book.units_left(need.product_id, node.location_id)]
    if stocked:
        unable = sorted({want.capability for need in stocked for want in need.wants})
        available = sum(court.book.units_left(need.product_id, node.location_id) for need in stocked)
        return Loss("no_capability", cannot(unable), sum(need.quantity for need in stocked), available)
    need = max(needs, key=lambda need: need.quantity)
    everything = {at: one.quantity for at, one in enumerate(needs)}
    loss = without_parts(needs, everything, node, court.book)
    return loss or short(need.sku, need.quantity, 0, len(needs) - 1)


def _loss_of_candidate(court: _Court, index: int) -> Loss:
    """Compare a location with the holder of the seat that it comes closest to filling."""
    if court.limited:
        return _loss_under_limit(court, index)
    lacks_by_seat = [_lacks(court.problem, seat, index) for seat in court.seats]
    lacks, seat = min(zip(lacks_by_seat, court.seats, strict=True), key=lambda pair: sum(pair[0].values()))
    if lacks or seat.holder is None:
        return _loss_of_units(court, index, seat, lacks)
    return _loss_by_merit(court, index, seat.holder)


def _lacks(problem: Problem, seat: _Seat, index: int) -> dict[int, int]:
    """Return the units by need that would be missing with a location in a seat of the plan."""
    place, lacks = problem.places[index], {}
    for need, gap in seat.gaps.items():
        gain = 0
        if place.supply[need]:
            gain = problem.fill(need, (*seat.others, index)) - problem.fill(need, seat.others)
        if gain < gap:
            lacks[need] = gap - gain
    return lacks


def _loss_of_units(court: _Court, index: int, seat: _Seat, lacks: dict[int, int]) -> Loss:
    """Name the product that the location lacks most of, or the skill when it has units but not the skill."""
    problem, place = court.problem, court.problem.places[index]
    at = max(lacks, key=lambda candidate: (lacks[candidate], -candidate))
    need = problem.needs[at]
    needed = need.quantity - problem.fill(at, seat.others)
    available = court.book.units_left(need.product_id, place.node.location_id)
    unable = sorted({want.capability for want in need.wants if not place.can_serve(want.capability)})
    if unable and available:
        return Loss("no_capability", cannot(unable), needed, available)
    gaps = {one: problem.needs[one].quantity - problem.fill(one, seat.others) for one in seat.gaps}
    loss = without_parts(problem.needs, gaps, place.node, court.book)
    return loss or short(need.sku, needed, available, len(lacks) - 1)


def _loss_under_limit(court: _Court, index: int) -> Loss:
    """Say how many units fewer would ship if a location took part, when the number of parcels is limited."""
    problem, limit = court.problem, count(court.rules.max_parcels or 0, "parcel")
    best = max(court.seats, key=lambda seat: problem.units((*seat.others, index)))
    with_it, without_it = problem.units((*best.others, index)), problem.units(court.plan)
    if best.holder is not None and with_it == without_it:
        return _loss_by_merit(court, index, best.holder)
    words = f"only {limit} allowed, and with it {count(with_it, 'unit')} would ship instead of {without_it}"
    return Loss("parcel_limit", words, without_it, with_it)


def _loss_by_merit(court: _Court, index: int, holder: int) -> Loss:
    """Name the first criterion on which two places that could stand in for each other differ."""
    loser, winner = court.problem.places[index], court.problem.places[holder]
    if loser.counter is not None and winner.counter is not None:
        return _loss_by_cost(court, loser, winner, loser.counter, winner.counter)
    if index < holder:
        return Loss("not_needed", "it was not needed")
    names = criteria(court.rules)
    if loser.fee or winner.fee:
        loss = _by_fees(court, loser, winner)
        if loss is not None:
            return loss
        names = names[1:] if names[0] == "nearest" else names
    for criterion in names:
        loss = _MERITS[criterion](loser, winner, court.rules)
        if loss is not None:
            return loss
    return Loss("later_code", f"equal to {winner.node.name}, whose code {winner.node.code} comes first")


def _by_fees(court: _Court, loser: Place, winner: Place) -> Loss | None:
    """Compare what the rules add, together with the ways where those weigh as much."""
    near = criteria(court.rules)[0] == "nearest"
    there, here = (travel(winner, court.rules), travel(loser, court.rules)) if near else (0, 0)
    needed, asked = winner.fee + there, loser.fee + here
    if asked == needed:
        return None
    words = []
    if here > there:
        words.append(f"{kilometres_away(loser.km)}, {winner.node.name} is {winner.km} km")
    if loser.fee > winner.fee:
        shared = fees_of(court.held, winner, court.rules)
        words.append(enumeration([one for one in fees_of(court.held, loser, court.rules) if one not in shared]))
    by_rule = loser.fee - winner.fee > here - there
    return Loss("rule_adds" if by_rule else "farther", ", and ".join(words), needed, asked)


def fees_of(held: Standing, place: Place, rules: Rules) -> list[str]:
    """Return what adds to a parcel from a place, in words."""
    told = list(held.told(place.node))
    if place.last_of:
        told.append(f"its last unit of SKU {place.last_of} adds {amount(rules.last_unit_fee)}")
    return [*told, *place.health]


def _loss_by_cost(court: _Court, loser: Place, winner: Place, asks: Counter, wins: Counter) -> Loss:
    """Say what the consignment of the place that won would cost from the one that lost."""
    grams, load = court.grams[winner.node.location_id], court.loads[winner.node.location_id]
    mine, theirs = asks.quote(grams), wins.quote(grams)
    fee, their_fee = loser.toll.of(load), winner.toll.of(load)
    needed, asked = (total - court.rules.split_penalty for total in (theirs.total + their_fee, mine.total + fee))
    if asked == needed:
        farther = loser.km != winner.km
        why = f"is {kilometres_away(winner.km)}, not {kilometres_away(loser.km)}" if farther else "comes first"
        words = f"it asks as much as {winner.node.name}, which {why}"
        return Loss("farther" if farther else "later_code", words, needed, asked)
    if asked < needed:
        return Loss("not_needed", "it was not needed", needed, asked)
    currency = court.order.rate_currency
    words = f"it asks {asked_for(mine, court.rules, currency, fee)}, {winner.node.name} "
    code: ReasonCode = "dearer" if mine.total > theirs.total else "scarcer"
    return Loss(code, f"{words}{asked_for(theirs, court.rules, currency, their_fee)}", needed, asked)


def _by_distance(loser: Place, winner: Place, rules: Rules) -> Loss | None:
    """Compare the ways to the customer."""
    if travel(loser, rules) == travel(winner, rules):
        return None
    return Loss("farther", f"{kilometres_away(loser.km)}, {winner.node.name} is {winner.km} km")


def _by_stock(loser: Place, winner: Place, rules: Rules) -> Loss | None:
    """Compare the stock depths."""
    if loser.depth == winner.depth:
        return None
    words = f"{count(loser.depth, 'unit')} of the wanted products in stock, {winner.node.name} has {winner.depth}"
    return Loss("less_stock", words, winner.depth, loser.depth)


def _by_priority(loser: Place, winner: Place, rules: Rules) -> Loss | None:
    """Compare the priorities."""
    if loser.node.priority == winner.node.priority:
        return None
    return Loss("lower_priority", f"priority {loser.node.priority}, {winner.node.name} has {winner.node.priority}")


_MERITS = {"nearest": _by_distance, "most_stock": _by_stock, "priority": _by_priority}
