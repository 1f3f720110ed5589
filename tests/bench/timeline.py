"""What the timeline of an order of each kind tells: the state changes and acts of its rows, in their order."""

from tests.bench.shape import CANCELLED, HOME, OPEN, PACKED, SHORT

ORDER, PAYMENT, WORK = "orders.order", "orders.payment", "fulfillment.fulfillmentorder"
SHIPMENT, LABEL = "fulfillment.shipment", "fulfillment.label"
Line = tuple[str, str, str, str]

ARRIVES: list[Line] = [
    (ORDER, "orders.capture", "", "placed"),
    (PAYMENT, "orders.add_payment", "", "created"),
    (PAYMENT, "orders.authorize_payment", "created", "authorized"),
]
PLANNED: list[Line] = [(WORK, "fulfillment.plan", "", "planned")]
OPENED: list[Line] = [(ORDER, "orders.release", "placed", "released"), (WORK, "fulfillment.open", "planned", "open")]
LABELLED: list[Line] = [
    (WORK, "fulfillment.start_picking", "open", "in_progress"),
    (WORK, "fulfillment.pack", "in_progress", "ready"),
    (SHIPMENT, "fulfillment.make_shipment", "", "packed"),
    (LABEL, "fulfillment.request_label", "", "requested"),
    (LABEL, "fulfillment.label", "requested", "purchased"),
    (SHIPMENT, "fulfillment.label", "packed", "labelled"),
]
SENT: list[Line] = [
    (SHIPMENT, "fulfillment.ship", "labelled", "shipped"),
    (WORK, "fulfillment.fulfill", "ready", "fulfilled"),
    (ORDER, "orders.ship", "", ""),
    (PAYMENT, "orders.capture_payment", "authorized", "captured"),
    (ORDER, "orders.complete", "released", "completed"),
]
ENDED: list[Line] = [
    (ORDER, "orders.cancel", "placed", "cancelled"),
    (WORK, "fulfillment.cancel", "planned", "cancelled"),
    (PAYMENT, "orders.void_payment", "authorized", "voided"),
]
TIMELINES: dict[str, list[Line]] = {
    HOME: [*ARRIVES, *PLANNED, *OPENED, *LABELLED, *SENT],
    CANCELLED: [*ARRIVES, *PLANNED, *ENDED],
    SHORT: ARRIVES,
    OPEN: [*ARRIVES, *PLANNED, *OPENED],
    PACKED: [*ARRIVES, *PLANNED, *OPENED, *LABELLED],
}
MOST = max(map(len, TIMELINES.values()))
