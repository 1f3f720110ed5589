"""A small network to source from: short builders and random instances."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from fulfillment.sourcing.snapshot import Fee, Node, OrderSnapshot, Point, Rate, Rules, Snapshot, Want

LONDON, LEEDS, EDINBURGH = Point(51.50, -0.12), Point(53.80, -1.55), Point(55.95, -3.19)
CUSTOMER = Point(51.60, -0.20)


def node(location_id: int, name: str, point: Point | None = LONDON, *able: str, **changes: Any) -> Node:
    """Build a location whose code is the start of its name."""
    return Node(location_id, name[:3].upper(), name, "warehouse", point, frozenset(able), **changes)


def want(line_id: int, product_id: int, quantity: int, capability: str = "") -> Want:
    """Build one line; the SKU is "S" and the product."""
    return Want(line_id, product_id, f"S{product_id}", quantity, capability)


def order(*wants: Want, order_id: int = 1, to: Point | None = CUSTOMER, without: tuple[int, ...] = ()) -> OrderSnapshot:
    """Build one order to a customer near London."""
    return OrderSnapshot(order_id, to, "GB", wants, frozenset(without))


def stocked(**units: int) -> dict[tuple[int, int], tuple[int, int]]:
    """Read ``p7_l2=5`` as five units of product 7 at location 2."""
    stock = {}
    for name, available in units.items():
        product, location = (int(part[1:]) for part in name.split("_"))
        stock[product, location] = (product * 1000 + location, available)
    return stock


def _nodes(most: int) -> st.SearchStrategy[tuple[Node, ...]]:
    """Draw locations with skills, full ones and ones of unknown position among them."""

    @st.composite
    def one(draw: st.DrawFn, number: int) -> Node:
        return Node(
            location_id=number,
            code=f"L{number:02}",
            name=f"Location {number}",
            kind="store",
            point=draw(st.sampled_from([LONDON, LEEDS, EDINBURGH, None])),
            capabilities=draw(st.frozensets(st.sampled_from(["gift_wrap", "kitting"]))),
            capacity_left=draw(st.sampled_from([None, None, 0, 1, 2])),
            priority=draw(st.integers(0, 2)),
            leaves_on=draw(st.sampled_from(["", "2026-12-01", "2026-12-03"])),
        )

    return st.integers(1, most).flatmap(lambda count: st.tuples(*(one(number) for number in range(1, count + 1))))


@st.composite
def _orders(draw: st.DrawFn, order_id: int, most_lines: int) -> OrderSnapshot:
    """Draw an order whose lines may repeat a product with other wishes."""
    line = st.tuples(st.integers(1, 3), st.integers(0, 6), st.sampled_from(["", "", "gift_wrap", "kitting"]))
    lines = draw(st.lists(line, max_size=most_lines))
    deliver_by = draw(st.sampled_from(["", "", "2026-12-02", "2026-12-04"]))
    return OrderSnapshot(
        order_id=order_id,
        destination=draw(st.sampled_from([CUSTOMER, EDINBURGH, None])),
        country="GB",
        wants=tuple(
            replace(want(order_id * 100 + number, *wish), weight_g=draw(st.sampled_from([0, 300, 1700])))
            for number, wish in enumerate(lines)
        ),
        excluded_locations=draw(st.frozensets(st.integers(1, 5), max_size=1)),
        rates=tuple(draw(st.lists(_rates(), max_size=6, unique_by=lambda rate: (rate.location_id, rate.service)))),
        rate_currency="EUR",
        deliver_by=deliver_by,
        fees=tuple(draw(st.lists(_fees(), max_size=4, unique_by=lambda fee: (fee.location_id, fee.product_id)))),
        fees_run=7,
    )


def _fees() -> st.SearchStrategy[Fee]:
    """Draw a scarcity fee of a parcel or of a unit of a product."""
    return st.builds(
        Fee, location_id=st.integers(1, 4), product_id=st.integers(0, 3), amount=st.sampled_from([1, 90, 400, 2500])
    )


def _rates() -> st.SearchStrategy[Rate]:
    """Draw a rate of one location or of all, with and without a heaviest parcel."""
    return st.builds(
        Rate,
        location_id=st.sampled_from([None, None, 1, 2, 3]),
        carrier=st.just("post"),
        service=st.sampled_from(["saver", "plus", "night"]),
        price=st.integers(0, 900),
        per_started_kg=st.integers(0, 200),
        up_to_g=st.sampled_from([None, None, 1000, 5000]),
        transit_days=st.integers(0, 4),
    )


@st.composite
def snapshots(draw: st.DrawFn, most_orders: int = 1, most_nodes: int = 5, most_lines: int = 5) -> Snapshot:
    """Draw a small network with scarce stock and a few orders."""
    nodes = draw(_nodes(most_nodes))
    count = draw(st.integers(1, most_orders))
    stock = {
        (product, place.location_id): (product * 1000 + place.location_id, draw(st.integers(-1, 8)))
        for product in (1, 2, 3)
        for place in nodes
        if draw(st.booleans())
    }
    return Snapshot(tuple(draw(_orders(number, most_lines)) for number in range(1, count + 1)), nodes, stock)


def rule_sets(*, priced: bool = True) -> st.SearchStrategy[Rules]:
    """Draw rules of every preference, that for the least cost where ``priced``, with and without limits."""
    ranked = st.builds(
        Rules,
        prefer=st.sampled_from(["nearest", "most_stock", "priority"]),
        allow_partial=st.booleans(),
        max_parcels=st.sampled_from([None, None, 1, 2]),
        distance_weight=st.sampled_from([0, 1]),
    )
    return st.one_of(ranked, cost_rules(max_parcels=st.sampled_from([None, None, 1, 2]))) if priced else ranked


def cost_rules(**fixed: Any) -> st.SearchStrategy[Rules]:
    """Draw rules that look for the least cost."""
    return st.builds(
        Rules,
        prefer=st.just("cheapest"),
        split_penalty=st.sampled_from([0, 150, 10_000_000]),
        distance_weight=st.sampled_from([0, 1]),
        late_day_fee=st.sampled_from([0, 500]),
        **fixed,
    )
