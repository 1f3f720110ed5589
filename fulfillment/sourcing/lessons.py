"""What a past day teaches: scarcity fees for the orders to come, from those that were decided and what there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from fulfillment.sourcing.counters import Counter, counter_of
from fulfillment.sourcing.geography import distance_km
from fulfillment.sourcing.optimal.shipping import ShippingOrder, Supply, Tariff
from fulfillment.sourcing.rules import Standing, standing
from fulfillment.sourcing.snapshot import Fee, Node, OrderSnapshot, Rules, Snapshot, Want

UNFILLED = 6000
"""What an unfilled line counts for at least, in minor units; it moves the fees and leaves no line unfilled."""
NOBODY = Tariff((0,), (0,))
"""Stands for a location that cannot ship any line of an order."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """Fees, largest first, with what an unfilled line counted for."""

    fees: tuple[Fee, ...]
    unfilled: int


def learn_from(
    seen: Iterable[Snapshot],
    units: Mapping[tuple[int, int], int],
    rules: Rules,
    parcels: Mapping[int, int] | None = None,
) -> Lesson:
    """Return what stock and a day's parcels are worth when orders like these come once more.

    :param seen: what the decisions of a day saw, one order each, the oldest first
    :param units: free units by (product, location)
    :param parcels: what a location can send while these orders come, where that is not its day's capacity
    :raises SolverFailed: when the solver fails
    """
    # numpy and the solver are loaded where fees are learned, not by every process that starts
    from fulfillment.sourcing.optimal.learning import learn_fees

    snapshots = [one for one in seen if _plain(one.orders[0])]
    nodes = {node.location_id: node for one in snapshots for node in one.nodes}
    places = sorted(nodes)
    past = [_shipping_order(one, places, rules) for one in snapshots]
    at_of = {place: at for at, place in enumerate(places)}
    supply = Supply(
        stock={(at_of[place], product): have for (product, place), have in units.items() if place in at_of},
        capacity=[(parcels or {}).get(place, nodes[place].daily_capacity) for place in places],
    )
    unfilled = max(UNFILLED, _dear(past))
    learned = learn_fees(past, supply, horizon=len(past), unfilled=unfilled)
    found = [Fee(places[at], 0, fee) for at, fee in learned.parcels.items()]
    there = learned.units.items()
    found += [Fee(places[at], product, fee) for (at, product), fee in there if supply.stock.get((at, product))]
    return Lesson(tuple(sorted(found, key=lambda one: (-one.amount, one.location_id, one.product_id))), unfilled)


def _plain(order: OrderSnapshot) -> list[Want]:
    """Return the wants that fees are learned from: of a kit no piece need lie anywhere, so it teaches nothing."""
    return [want for want in order.wants if want.quantity and not want.parts]


def _dear(orders: Sequence[ShippingOrder]) -> int:
    """Return what the dearest location asks for nineteen of twenty orders."""
    asked = sorted(
        max(tariff.parcel(sum(order.weights_g), len(order.weights_g)) for tariff in order.tariffs) for order in orders
    )
    return asked[len(asked) * 19 // 20] if asked else 0


def _shipping_order(seen: Snapshot, places: Sequence[int], rules: Rules) -> ShippingOrder:
    """Return an order as least-cost sourcing sees it, with every location of the day."""
    (order,) = seen.orders
    held, nodes = standing(order, rules), {node.location_id: node for node in seen.nodes}
    wants = _plain(order)
    counters = [_counter(order, nodes.get(place), held, rules) for place in places]
    return ShippingOrder(
        weights_g=tuple(want.weight_g * want.quantity for want in wants),
        tariffs=tuple(NOBODY if counter is None else counter.tariff for counter in counters),
        products=tuple(want.product_id for want in wants),
        quantities=tuple(want.quantity for want in wants),
        able=tuple(
            0 if counter is None else _able(nodes[place], wants)
            for place, counter in zip(places, counters, strict=True)
        ),
    )


def _counter(order: OrderSnapshot, node: Node | None, held: Standing, rules: Rules) -> Counter | None:
    """Return what a location's carriers ask for an order; None where it may not ship it."""
    if node is None or node.location_id in order.excluded_locations or held.barring(node):
        return None
    known = node.point is not None and order.destination is not None
    km = round(distance_km(node.point, order.destination)) if known else None  # type: ignore[arg-type]  # both known
    return counter_of(node, km, order, rules, held.fee(node))


def _able(node: Node, wants: Sequence[Want]) -> int:
    """Return the lines whose skill a location has, bit by bit."""
    return sum(
        (not want.capability or want.capability in node.capabilities) << at for at, want in enumerate(wants)
    )  # fmt: skip


def with_fees(seen: Snapshot, fees: Mapping[int, Sequence[Fee]], run: int) -> Snapshot:
    """Return a snapshot whose orders see some fees, given by product; none are left of those that it had.

    :param fees: by product, 0 for parcels
    """
    return replace(seen, orders=tuple(_dressed(order, fees, run) for order in seen.orders))


def _dressed(order: OrderSnapshot, fees: Mapping[int, Sequence[Fee]], run: int) -> OrderSnapshot:
    """Return an order with the fees of its products and of parcels."""
    found = fees_for((want.product_id for want in order.wants), fees)
    return replace(order, fees=found, fees_run=run if found else 0)


def fees_for(products: Iterable[int], fees: Mapping[int, Sequence[Fee]]) -> tuple[Fee, ...]:
    """Return the fees that an order of some products sees."""
    return tuple(fee for product in (0, *sorted(set(products))) for fee in fees.get(product, ()))


def by_product(fees: Iterable[Fee]) -> dict[int, list[Fee]]:
    """Return fees by product, 0 for parcels."""
    found: dict[int, list[Fee]] = {}
    for one in fees:
        found.setdefault(one.product_id, []).append(one)
    return found
