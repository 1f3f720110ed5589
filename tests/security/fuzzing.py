"""What the fuzz must know of the shop: the rows behind an address, and a body that is right for each operation."""

from typing import Any

from django.db.models import Model

from fulfillment.models import FulfillmentOrder, Package, Shipment
from inventory.models import Location, Product, StockLevel
from oms.outlets.models import WebhookEndpoint
from orders.models import Customer, Order, OrderLine
from returns.models import Return
from tests.factories import NOW
from tests.security.world import World

OTHER_ROWS = ("own", "other_channel")
MODELS: dict[str, type[Model]] = {
    "customers": Customer,
    "fulfillment-orders": FulfillmentOrder,
    "locations": Location,
    "orders": Order,
    "packages": Package,
    "products": Product,
    "returns": Return,
    "shipments": Shipment,
    "stock": StockLevel,
    "webhook-endpoints": WebhookEndpoint,
}
KEYS = ("id", "number", "code", "tracking_number", "sku")
ORDER: dict[str, Any] = {
    "external_id": "fuzzed",
    "placed_at": "2026-11-22T10:00:00Z",
    "currency": "EUR",
    "prices_include_tax": True,
    "customer": {"name": "Ada Example", "email": "ada@example.org", "phone": ""},
    "shipping_address": {
        "name": "Ada Example", "line1": "Street 1", "line2": "", "city": "Berlin", "region": "", "postal_code": "10115",
        "country": "DE", "phone": "",
    },
    "shipping": {"service_level": "standard", "amount": "4.90", "tax": "0.78"},
    "lines": [{"external_id": "1", "sku": "SHARED", "quantity": 2, "unit_price": "10.00", "tax": "3.19"}],
    "discounts": [],
    "payments": [{"method": "card", "gateway": "sandbox", "token": "tok_ok", "amount": "24.90"}],
    "total": "24.90",
    "tags": ["fuzzed"],
}  # fmt: skip

# what the fields of acts usually hold
USUAL: dict[str, list[Any]] = {
    "amount": ["1.00", "5"],
    "gate": ["data"],
    "kind": ["shipping"],
    "line": [1],
    "lines": ["1: 1", [{"line": 1, "quantity": 1}]],
    "location": ["HERE"],
    "note": ["Asked on the telephone."],
    "on_hand": [7],
    "parcels": [1, 2],
    "quantity": [1],
    "reason": ["correction", "Lost on the way."],
    "safety_stock": [1],
    "sku": ["SHARED"],
    "status": ["in_transit"],
    "weight_g": [500],
}


# one act of each kind of row that a client does on most days
USUAL_ACTS: dict[str, tuple[str, dict[str, Any]]] = {
    "fulfillment-orders": ("hold", {}),
    "locations": ("close_location", {}),
    "orders": ("add_note", {"note": "Asked on the telephone."}),
    "packages": ("record_event", {"status": "in_transit"}),
    "products": ("stop_selling", {}),
    "returns": ("approve", {}),
    "shipments": ("print_labels", {}),
    "stock": ("count", {"on_hand": 7}),
}
# the same of those that are done to many rows at once
USUAL_TOGETHER = {"fulfillment-orders": "start_picking", "shipments": "buy_labels"}


def send_the_parcel(world: World) -> None:
    """Let two more pieces of the own order have left: its parcel can be tracked, and something can come back."""
    OrderLine.objects.filter(order=world.own.rows[Order]).update(quantity=4, quantity_shipped=2)
    Shipment.objects.filter(pk=world.own.rows[Shipment].pk).update(state="shipped", shipped_at=NOW)


def usual_act(operation: Any, world: World) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the path and the body of the usual act on the own row behind an operation."""
    model, key = models_of(operation)
    word = words_of(operation)[0]
    if not key:
        return {"action_name": USUAL_TOGETHER[word]}, together_on(operation, world, {})
    act, body = USUAL_ACTS[word]
    return {key: str(getattr(world.row(model, "own"), key)), "action_name": act}, body


def together_on(operation: Any, world: World, values: Any) -> dict[str, Any]:
    """Return the body of an act on many rows: the own one, another channel's, and one that nobody has."""
    model, _ = models_of(operation)
    numbers = [world.row(model, relation).number for relation in OTHER_ROWS]
    return {"numbers": [*numbers, "NOBODYS"], "values": values}


def words_of(operation: Any) -> list[str]:
    """Return the words of an operation's path below the version."""
    return list(operation.path.removeprefix("/api/v1/").split("/"))


def models_of(operation: Any) -> tuple[type[Model] | None, str]:
    """Return the model of the rows behind an operation, and the place in its path that names one, "" for none."""
    key = next((name for name in KEYS if f"{{{name}}}" in operation.path), "")
    return (MODELS[words_of(operation)[0]], key) if key or "{action_name}" in operation.path else (None, "")


def bodies_of(operation: Any, world: World) -> Any:
    """Return a body that an operation takes, None where it takes none or any."""
    sku, place = "SHARED", world.own.location.code
    bodies = {
        "/api/v1/orders/": ORDER,
        "/api/v1/orders/bulk/": {"orders": [ORDER, {**ORDER, "external_id": "fuzzed too"}]},
        "/api/v1/stock/adjust/": {"sku": sku, "location": place, "quantity": 1, "reason": "correction"},
        "/api/v1/webhook-endpoints/": {"url": "https://93.184.216.34/told", "kinds": ["OrderPlaced"]},
        "/api/v1/returns/": {"order": world.own.rows[Order].number, "lines": [{"sku": sku, "quantity": 1}]},
    }
    return bodies.get(operation.path) if operation.method == "post" else None
