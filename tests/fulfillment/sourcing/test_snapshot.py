"""What a snapshot keeps: everything new comes back, and what earlier releases stored keeps its hash."""

from fulfillment.sourcing.decision import snapshot_hash
from fulfillment.sourcing.snapshot import Node, OrderSnapshot, Point, Rate, Snapshot, Want

OLD = {
    "orders": [
        {
            "order_id": 1,
            "destination": [53.8, -1.5],
            "country": "GB",
            "wants": [[1, 7, "TEA", 2, ""]],
            "excluded_locations": [4],
        }
    ],
    "nodes": [
        {
            "location_id": 3,
            "code": "LON",
            "name": "London",
            "kind": "warehouse",
            "point": [51.5, 0.1],
            "capabilities": ["fragile"],
            "capacity_left": None,
            "priority": 0,
            "daily_capacity": None,
        }
    ],
    "stock": [[7, 3, 12, 5]],
}


def test_what_an_earlier_release_stored_is_read_and_written_as_it_was():
    assert Snapshot.from_json(OLD).to_json() == OLD


def test_rates_weights_and_the_day_it_leaves_come_back():
    rates = (Rate(3, "sandbox", "saver", 395, 40, 30_000, 2), Rate(None, "sandbox", "saver", 495))
    order = OrderSnapshot(
        order_id=1,
        destination=None,
        country="GB",
        wants=(Want(1, 7, "TEA", 2, "", 250),),
        rates=rates,
        deliver_by="2026-12-24",
        channel="web",
        service_level="express",
        postal_code="LS1 4AP",
        tags=frozenset({"vip", "gift"}),
        total=1999,
    )
    node = Node(3, "LON", "London", "warehouse", Point(51.5, 0.1), leaves_on="2026-12-21")
    snapshot = Snapshot((order,), (node,), {(7, 3): (12, 5)})

    again = Snapshot.from_json(snapshot.to_json())

    assert again.to_json() == snapshot.to_json()
    assert again.nodes == snapshot.nodes and again.orders[0].wants == order.wants
    assert set(again.orders[0].rates) == set(rates)
    assert snapshot_hash(again) == snapshot_hash(snapshot)
