"""One run of sourcing over a batch of orders: take back, decide, promise."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from fulfillment.models import SourcingDecision
from fulfillment.services.scarcity.reading import NONE_IN_FORCE, FeesInForce, fees_in_force
from fulfillment.services.sourcing.cases import Case, ComingParts, Goods, gather, products_of
from fulfillment.services.sourcing.outcome import Outcome
from fulfillment.services.sourcing.outlook import Outlook, read_outlook
from fulfillment.services.sourcing.pieces import pieces_by_level
from fulfillment.services.sourcing.promise import write
from fulfillment.services.sourcing.rates import RateCard
from fulfillment.services.sourcing.rule_sets import active_rules
from fulfillment.services.sourcing.supply import Supply, cart_keys, lock_supply
from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.snapshot import Rules
from inventory.services.reservations import end_reservations
from oms.foundation.actor import Actor
from orders.models.channels import ShortagePolicy


class Trigger:
    """Why orders are sourced: the words of :attr:`SourcingDecision.trigger`."""

    PLACED: Final = "placed"
    STOCK: Final = "stock_grew"
    SWEEP: Final = "sweep"
    ADDRESS: Final = "address_changed"
    METHOD: Final = "method_changed"
    LINES: Final = "lines_changed"
    MISSED: Final = "pieces_missed"
    REDUCED: Final = "order_reduced"
    SWAPPED: Final = "pieces_swapped"
    PAID: Final = "paid"
    REROUTE: Final = "rerouted"
    REJECTED: Final = "rejected"
    STAFF: Final = "asked_by_staff"
    MOVED: Final = "moved_by_hand"
    TRADED: Final = "traded_by_hand"
    SAVING: Final = "moved_to_save"


# these look at orders that are known to be short: what they leave as it was needs no new record
QUIET = frozenset({Trigger.STOCK, Trigger.SWEEP})


@transaction.atomic
def source_orders(
    *,
    order_ids: Sequence[int],
    trigger: str,
    actor: Actor,
    taken_back: Collection[int] = (),
    forgiving: bool = False,
    ahead: Sequence[int] = (),
) -> list[SourcingDecision]:
    """Decide who ships each live order, oldest id in the list first, and promise the stock; in a fixed number of SQL.

    Orders ``ahead`` wait for stock and are asked before the others, as if stock had come in. Planned fulfillment orders
    are taken back first, but for those whose location a person chose (``forgiving`` takes them too), and those named in
    ``taken_back`` (their locations count as having rejected the order). Pieces that other carts have in hand are not
    promised. Missing pieces close the stock gate with a sentence; what is there stays promised.
    """
    cases = gather([*ahead, *order_ids], taken_back=taken_back, forgiving=forgiving)
    if taken_back:
        _exclude_taken_back(cases, taken_back)
    products = products_of(cases)
    rules = active_rules()
    supply = _supply(cases, products, rules, actor.now)
    card, fees = prices_of(cases, products, rules, actor)
    outlook = outlook_of(cases, actor.now)
    outcomes = []
    for case in cases:
        coming = coming_for(case, outlook, actor.now)
        snapshot = supply.snapshot(case.snapshot(products, card, fees, coming))
        (decision,) = decide(snapshot, rules)
        supply.take(case.order.pk, decision.portions)
        outcomes.append(Outcome(case, snapshot, decision, Trigger.STOCK if case.order.pk in ahead else trigger))
    outcomes = [one for one in outcomes if not (one.trigger in QUIET and one.changes_nothing)]
    decisions = write(outcomes, taken_back=taken_back, actor=actor) if outcomes else []
    if supply.own:
        end_reservations(keys=[key for case in cases for key in cart_keys(case.order)], actor=actor)
    return decisions


def _supply(cases: Sequence[Case], products: Goods, rules: Rules, now: datetime) -> Supply:
    """Lock the stock of the products and return what is free, with what is taken back, and its age where it weighs."""
    freed = pieces_by_level(one for case in cases for one in case.freed)
    replaced = [one.pk for case in cases for one in case.replaced]
    orders = [case.order for case in cases]
    supply = lock_supply(products, orders=orders, freed=freed, replaced=replaced, now=now)
    if rules.young_stock_fee:
        supply.look_at_ages(products, now)
    return supply


def prices_of(
    cases: Sequence[Case], product_ids: Collection[int], rules: Rules, actor: Actor
) -> tuple[RateCard | None, FeesInForce]:
    """Return the rates to where the orders go and the scarcity fees in force; neither unless rules look for both."""
    if rules.prefer != "cheapest":
        return None, NONE_IN_FORCE
    card = RateCard({case.address[0] for case in cases if case.address})
    return card, fees_in_force(product_ids, currency=card.currency, now=actor.now)


def _is_backordered(case: Case) -> bool:
    """Return whether the order is to be told the day on which what it lacks is expected."""
    return case.when_short[0] == ShortagePolicy.BACKORDER


def coming_for(case: Case, outlook: Outlook, now: datetime) -> ComingParts:
    """Return what is on its way that nobody waits for before an order; nothing for one that is told no day."""
    return outlook.left_for(case.turn(now), case.product_ids) if _is_backordered(case) else ()


def outlook_of(cases: Sequence[Case], now: datetime) -> Outlook:
    """Return what is on its way for the orders that are told a day; nothing is asked when there are none."""
    lines = (line for case in cases if _is_backordered(case) for line in case.lines)
    return read_outlook((line.product_id for line in lines if line.product_id is not None), now)


def _exclude_taken_back(cases: Sequence[Case], taken_back: Collection[int]) -> None:
    """Keep each order away from the locations it is taken from."""
    for case in cases:
        places = {one.location_id: one.reject_reason for one in case.replaced if one.pk in taken_back}
        case.excluded = case.excluded | places.keys()
        case.refusals |= {place: why for place, why in places.items() if why}
