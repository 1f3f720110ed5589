"""The sourcing engine: decide which locations ship each order of a batch."""

from __future__ import annotations

from fulfillment.sourcing.assign import assign
from fulfillment.sourcing.book import Book
from fulfillment.sourcing.decision import Decision, Shortage
from fulfillment.sourcing.demand import build_problem
from fulfillment.sourcing.explain import candidates_of, rejections_of
from fulfillment.sourcing.search import find_plan
from fulfillment.sourcing.snapshot import OrderSnapshot, Rules, Snapshot
from fulfillment.sourcing.summary import sentence_of


def decide(snapshot: Snapshot, rules: Rules) -> tuple[Decision, ...]:
    """Decide every order in its order in the snapshot; what one takes, the next cannot have.

    A plan is better when it fills more units, then uses fewer locations, then by the rules' preference (distance,
    stock depth or priority first), then by the other two, then by location code. The same input always gives the
    same answer, and the order of lines and locations does not matter.
    """
    book = Book(snapshot)
    return tuple(_decide_one(order, book, rules) for order in snapshot.orders)


def _decide_one(order: OrderSnapshot, book: Book, rules: Rules) -> Decision:
    """Decide one order, then take its portions and parcels out of the book."""
    problem = build_problem(order, book, rules)
    plan, method = find_plan(problem, rules.max_parcels)
    portions, shortages = assign(problem, plan, book)
    if shortages and not rules.allow_partial:
        plan, portions, shortages = (), (), _all_missing(order)
    decision = Decision(
        order_id=order.order_id,
        portions=portions,
        shortages=shortages,
        candidates=candidates_of(problem, plan),
        rejections=rejections_of(order, problem, plan, book, rules),
        sentence=sentence_of(problem, plan, portions),
        method=method,
        rules_version=rules.version,
    )
    book.take(portions)
    return decision


def _all_missing(order: OrderSnapshot) -> tuple[Shortage, ...]:
    """Report every line as missing, for an order that ships whole or not at all."""
    wants = sorted(order.wants, key=lambda want: want.line_id)
    return tuple(Shortage(want.line_id, want.product_id, want.sku, want.quantity) for want in wants if want.quantity)
