"""The sourcing engine: decide which locations ship each order of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fulfillment.sourcing.assign import assign, shortages_of
from fulfillment.sourcing.book import Book
from fulfillment.sourcing.by_hand import decide_by_hand
from fulfillment.sourcing.costing import cheapest, freights_of
from fulfillment.sourcing.decision import Decision, Method, Portion, Shortage
from fulfillment.sourcing.demand import Problem, best_problem
from fulfillment.sourcing.explain import candidates_of, rejections_of
from fulfillment.sourcing.kits import assembled
from fulfillment.sourcing.search import Plan, find_plan
from fulfillment.sourcing.shortage import consequence_of
from fulfillment.sourcing.snapshot import OrderSnapshot, Rules, Snapshot
from fulfillment.sourcing.summary import sentence_of

UNPROVEN: Mapping[Method, Method] = {"exact": "greedy", "cheapest": "near_cheapest"}
"""How sure a plan is that could divide contested components otherwise."""


def decide(snapshot: Snapshot, rules: Rules) -> tuple[Decision, ...]:
    """Decide every order in its order in the snapshot; what one takes, the next cannot have.

    A plan is better when it fills more units, then uses fewer locations, then by the rules' preference (distance,
    stock depth or priority first), then by the other two, then by location code. Under the preference "cheapest" it is
    better when it fills more units, then when freight, the rules' weights and scarcity fees are a smaller sum. The same
    input always gives the same answer, and the order of lines and locations does not matter. What a person has chosen
    for an order stands, as far as there is stock for it.
    """
    book = Book(snapshot)
    return tuple(_decide_one(order, book, rules) for order in snapshot.orders)


def _decide_one(order: OrderSnapshot, book: Book, rules: Rules) -> Decision:
    """Decide one order, then take its portions and parcels out of the book."""
    problem = best_problem(order, book, rules)
    plan, portions, shortages, method = _planned(problem, book, rules)
    if order.chosen is not None:
        decision = decide_by_hand(order, order.chosen, [problem.places[at] for at in plan], book, rules)
        book.take(decision.portions)
        return decision
    if order.fees and sum(portion.quantity for portion in portions) < sum(problem.targets):
        # a limit of parcels leaves units unfilled: which ones is none of the fees' business
        order = replace(order, fees=(), fees_run=0)
        problem = best_problem(order, book, rules)
        plan, portions, shortages, method = _planned(problem, book, rules)
    if shortages and not rules.allow_partial:
        plan, portions, shortages = (), (), _all_missing(order)
    freights = freights_of(problem, plan, portions)
    rejections = rejections_of(order, problem, plan, book, rules, portions)
    spared = [one.location_id for one in rejections if one.reason_code == "scarcer"]
    told = consequence_of(order, portions, shortages)
    decision = Decision(
        order_id=order.order_id,
        portions=portions,
        shortages=shortages,
        candidates=candidates_of(problem, plan),
        rejections=rejections,
        sentence=f"{sentence_of(order, problem, plan, portions, freights, spared)} {told.sentence}".strip(),
        method=method,
        rules_version=rules.version,
        freights=freights,
        fees_run=order.fees_run if freights and order.fees else 0,
        when_short=told.when_short,
        expected_on=told.expected_on,
    )
    book.take(portions)
    return decision


def _planned(
    problem: Problem, book: Book, rules: Rules
) -> tuple[Plan, tuple[Portion, ...], tuple[Shortage, ...], Method]:
    """Return the least-cost plan where rates decide, else the places by parcels and preference."""
    found = _searched(problem, book, rules)
    if not any(need.parts for need in problem.needs):
        return found
    plan, portions, shortages, method = found
    portions = assembled(portions, {need.product_id: need.parts for need in problem.needs if need.parts}, book)
    return plan, portions, shortages, UNPROVEN.get(method, method) if problem.is_contested else method


def _searched(
    problem: Problem, book: Book, rules: Rules
) -> tuple[Plan, tuple[Portion, ...], tuple[Shortage, ...], Method]:
    """Return the plan as if every unit lay ready."""
    cheap = cheapest(problem, rules, book) if rules.prefer == "cheapest" else None
    if cheap is not None:
        return cheap.plan, cheap.portions, shortages_of(problem, cheap.portions), cheap.method
    plan, method = find_plan(problem, rules.max_parcels)
    portions, shortages = assign(problem, plan, book)
    return plan, portions, shortages, method


def _all_missing(order: OrderSnapshot) -> tuple[Shortage, ...]:
    """Report every line as missing, for an order that ships whole or not at all."""
    wants = sorted(order.wants, key=lambda want: want.line_id)
    return tuple(Shortage(want.line_id, want.product_id, want.sku, want.quantity) for want in wants if want.quantity)
