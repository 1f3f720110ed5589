"""Under the preference for the least cost, the sourcing engine …"""

from __future__ import annotations

from itertools import product

from hypothesis import given

from fulfillment.sourcing.counters import counter_of
from fulfillment.sourcing.decision import Decision
from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.geography import distance_km
from fulfillment.sourcing.snapshot import Node, OrderSnapshot, Rate, Rules, Snapshot, Want
from tests.fulfillment.sourcing.world import (
    CUSTOMER,
    EDINBURGH,
    LEEDS,
    LONDON,
    cost_rules,
    node,
    order,
    snapshots,
    stocked,
    want,
)

SAVER = Rate(None, "post", "saver", 400, 50, None, 2)
CHEAP = Rules(prefer="cheapest", split_penalty=0, distance_weight=0)


def decided(told: OrderSnapshot, *nodes: Node, rules: Rules = CHEAP, **units: int) -> Decision:
    """Decide one order."""
    (decision,) = decide(Snapshot((told,), nodes, stocked(**units)), rules)
    return decision


def priced(*wants: Want, rates: tuple[Rate, ...] = (SAVER,), **changes: object) -> OrderSnapshot:
    """Build an order that some services may carry."""
    plain = order(*wants)
    names = {name: getattr(plain, name) for name in ("order_id", "destination", "country", "wants")}
    return OrderSnapshot(**{**names, "rates": rates, "rate_currency": "EUR", **changes})  # type: ignore[arg-type]


@given(snapshots(most_nodes=3, most_lines=3), cost_rules())
def test_finds_nothing_cheaper_by_trying_everything(snapshot: Snapshot, rules: Rules) -> None:
    """No division of the units that are shipped, line by line, costs less."""
    (told,) = snapshot.orders
    (decision,) = decide(snapshot, rules)
    if decision.method != "cheapest":
        return
    shipped = {want.line_id: 0 for want in told.wants}
    for portion in decision.portions:
        shipped[portion.line_id] += portion.quantity
    nodes = [node for node in snapshot.nodes if node.capacity_left != 0]
    nodes = [node for node in nodes if node.location_id not in told.excluded_locations]
    lines = [want for want in told.wants if shipped[want.line_id]]
    whole = [line for line in lines if line.quantity == shipped[line.line_id]]
    if len(whole) < len(lines):
        return
    costs = [cost for shares in product(nodes, repeat=len(lines)) if (cost := _cost(snapshot, rules, lines, shares))]
    weighed = sum(one.weighed + one.scarcity for one in decision.freights)
    assert weighed == min((cost[0] for cost in costs), default=0)


def _cost(snapshot: Snapshot, rules: Rules, lines: list[Want], shares: tuple[Node, ...]) -> tuple[int] | None:
    """Return what giving each line to a location costs, None when that cannot be done."""
    (told,) = snapshot.orders
    units: dict[tuple[int, int], int] = {}
    grams: dict[int, int] = {}
    places = {place.location_id: place for place in shares}
    for line, place in zip(lines, shares, strict=True):
        if line.capability and line.capability not in place.capabilities:
            return None
        key = line.product_id, place.location_id
        units[key] = units.get(key, 0) + line.quantity
        grams[place.location_id] = grams.get(place.location_id, 0) + line.quantity * line.weight_g
    if any(snapshot.stock.get(key, (0, 0))[1] < wanted for key, wanted in units.items()):
        return None
    counters = {pk: counter_of(place, _km(place, told), told, rules) for pk, place in places.items()}
    quotes = [counter.quote(grams[pk]) for pk, counter in counters.items() if counter is not None]
    fees = {(fee.product_id, fee.location_id): fee.amount for fee in told.fees}
    scarcity = sum(fees.get(key, 0) * quantity for key, quantity in units.items())
    scarcity += sum(fees.get((0, pk), 0) for pk in places)
    return (sum(quote.total for quote in quotes) + scarcity,) if len(quotes) == len(places) else None


def _km(place: Node, told: OrderSnapshot) -> int | None:
    """Return the whole kilometres, None when unknown."""
    if place.point is None or told.destination is None:
        return None
    return round(distance_km(place.point, told.destination))


def test_takes_the_farther_place_that_sends_for_less():
    told = priced(want(1, 7, 1), rates=(SAVER, Rate(2, "van", "local", 250)))

    decision = decided(told, node(1, "London"), node(2, "Leeds", LEEDS), p7_l1=5, p7_l2=5)

    assert decision.location_ids == (2,)
    assert (decision.freight, decision.method) == (250, "cheapest")
    assert decision.sentence == "Leeds ships the only unit from 261 km away. Freight 2.50 EUR by van local."
    assert [lost.sentence for lost in decision.rejections] == ["London lost: it asks 4.00 EUR, Leeds 2.50 EUR."]
    assert (decision.rejections[0].needed, decision.rejections[0].available) == (250, 400)


def test_the_nearest_wins_between_places_that_ask_as_much():
    told = priced(want(1, 7, 1))

    decision = decided(told, node(1, "Leeds", LEEDS), node(2, "London"), p7_l1=50, p7_l2=5)

    assert decision.location_ids == (2,)
    assert [(lost.reason_code, lost.sentence) for lost in decision.rejections] == [
        ("farther", "Leeds lost: it asks as much as London, which is 12 km away, not 261 km away.")
    ]


def test_splits_where_two_parcels_cost_less_than_one():
    heavy = Rate(1, "post", "saver", 400, 500)
    local = Rate(2, "van", "local", 100)
    told = priced(Want(1, 7, "S7", 1, "", 4000), Want(2, 8, "S8", 1, "", 200), rates=(heavy, local))

    decision = decided(told, node(1, "London"), node(2, "Leeds", LEEDS), p7_l1=5, p7_l2=5, p8_l1=5)

    assert {portion.line_id: portion.location_id for portion in decision.portions} == {1: 2, 2: 1}
    assert "ship together, which costs less than one parcel." in decision.sentence


def test_keeps_to_few_parcels_where_the_rules_make_them_dear():
    heavy, local = Rate(1, "post", "saver", 400, 500), Rate(2, "van", "local", 100)
    told = priced(Want(1, 7, "S7", 1, "", 4000), Want(2, 8, "S8", 1, "", 200), rates=(heavy, local))
    rules = Rules(prefer="cheapest", split_penalty=10_000, distance_weight=0)

    decision = decided(told, node(1, "London"), node(2, "Leeds", LEEDS), rules=rules, p7_l1=5, p7_l2=5, p8_l1=5)

    assert decision.location_ids == (1,)
    assert decision.freight == 400 + 5 * 500


def test_pays_for_the_faster_service_when_the_promise_is_worth_it():
    fast = Rate(None, "post", "express", 900, 50, None, 1)
    told = priced(want(1, 7, 1), rates=(SAVER, fast), deliver_by="2026-12-02")
    leaves = node(1, "London", leaves_on="2026-12-01")

    on_time = decided(told, leaves, rules=Rules(prefer="cheapest", late_day_fee=1500), p7_l1=1)
    cheap = decided(told, leaves, rules=CHEAP, p7_l1=1)

    assert [(one.service, one.late_days) for one in on_time.freights] == [("express", 0)]
    assert [(one.service, one.late_days) for one in cheap.freights] == [("saver", 1)]
    assert cheap.sentence.endswith("Freight 4.00 EUR by post saver; 1 day later than promised.")


def test_a_sunday_is_no_day_of_delivery():
    told = priced(want(1, 7, 1), deliver_by="2026-11-29")  # a Sunday
    friday = node(1, "London", leaves_on="2026-11-27")

    assert [one.late_days for one in decided(told, friday, p7_l1=1).freights] == [1]


def test_says_what_lateness_costs_a_place():
    told = priced(want(1, 7, 1), deliver_by="2026-12-03")
    soon, later = node(1, "London", leaves_on="2026-12-01"), node(2, "Leeds", LEEDS, leaves_on="2026-12-03")
    rules = Rules(prefer="cheapest", split_penalty=0, distance_weight=0, late_day_fee=1500)

    decision = decided(told, soon, later, rules=rules, p7_l1=1, p7_l2=1)

    assert [lost.sentence for lost in decision.rejections] == [
        "Leeds lost: it asks 4.00 EUR and 30.00 EUR for coming 2 days late, London 4.00 EUR."
    ]


def test_sends_a_heavy_consignment_in_several_parcels():
    steps = (Rate(None, "post", "small", 300, 0, 2000), Rate(None, "post", "large", 700, 0, 10_000))

    light = decided(priced(Want(1, 7, "S7", 1, "", 1500), rates=steps), node(1, "London"), p7_l1=1)
    middle = decided(priced(Want(1, 7, "S7", 1, "", 5000), rates=steps), node(1, "London"), p7_l1=1)
    heavy = decided(priced(Want(1, 7, "S7", 5, "", 5000), rates=steps), node(1, "London"), p7_l1=5)

    assert [(one.freights[0].service, one.freight) for one in (light, middle, heavy)] == [
        ("small", 300),
        ("large", 700),
        ("large", 2100),
    ]


def test_a_location_s_own_rates_stand_before_those_of_all():
    told = priced(want(1, 7, 1), rates=(SAVER, Rate(1, "post", "saver", 900)))

    assert decided(told, node(1, "London"), p7_l1=1).freight == 900


def test_splits_a_line_that_no_place_has_whole():
    told = priced(want(1, 7, 8))

    decision = decided(told, node(1, "London"), node(2, "Leeds", LEEDS), node(3, "Edi", EDINBURGH), p7_l1=5, p7_l2=4)

    assert sorted((one.location_id, one.quantity) for one in decision.portions) == [(1, 5), (2, 3)]
    assert decision.is_complete and decision.method == "near_cheapest"


def test_without_a_service_to_the_address_nothing_is_promised():
    told = priced(want(1, 7, 1), rates=())

    decision = decided(told, node(1, "London"), p7_l1=5)

    assert not decision.portions
    assert decision.sentence == "No carrier service goes to this address, so none of the 1 unit can be shipped."
    assert [lost.reason_code for lost in decision.rejections] == ["no_service"]


def test_orders_of_hundreds_of_lines_are_decided_too():
    told = priced(*(Want(at, at, f"S{at}", 1, "", 100) for at in range(1, 201)))
    units = {f"p{at}_l{at % 2 + 1}": 1 for at in range(1, 201)}

    decision = decided(told, node(1, "London"), node(2, "Leeds", LEEDS), **units)

    assert decision.is_complete and decision.method == "near_cheapest"
    assert [one.grams for one in decision.freights] == [10_000, 10_000]


def test_distance_weighs_where_the_rules_say_so():
    told, way = priced(want(1, 7, 1)), Rules(prefer="cheapest", split_penalty=0, distance_weight=1)

    decision = decided(told, node(1, "London", LONDON), node(2, "Leeds", LEEDS), rules=way, p7_l1=1, p7_l2=1)

    assert told.destination == CUSTOMER and decision.location_ids == (1,)
    assert decision.rejections[0].sentence == (
        "Leeds lost: it asks 4.00 EUR and 2.61 EUR for distance and rules, London 4.00 EUR and 0.12 EUR for"
        " distance and rules."
    )
