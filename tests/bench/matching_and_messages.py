"""Fills the tables of matching, messages and the floor from the shape: work, parcels, labels, timeline, facts."""

from fulfillment.models import (
    Allocation,
    FulfillmentOrder,
    Label,
    Package,
    PackageItem,
    SandboxParcel,
    Shipment,
    SourcingDecision,
    TrackingEvent,
)
from oms.foundation.facts import SUBSCRIPTIONS
from oms.foundation.models import AuditLine, HandledEvent, OutboxEvent
from oms.foundation.retention import FACTS_KEPT
from oms.outlets.models import Notification
from tests.bench.filling import insert, literal
from tests.bench.shape import CANCELLED, HOME, OPEN, PACKED, SHIPPED_OR_PACKED, SHORT
from tests.bench.supply_and_demand import by_kind, when
from tests.bench.timeline import MOST, TIMELINES

WORK = {HOME: "fulfilled", CANCELLED: "cancelled", OPEN: "open", PACKED: "ready"}
PROMISES = {HOME: "shipped", CANCELLED: "released", OPEN: "allocated", PACKED: "picked"}
JOURNEY = [("PU", "picked_up", 1), ("DL", "delivered", 2)]
FACTS = {
    HOME: ["OrderPlaced", "PaymentAuthorized", "OrderReleased", "ShipmentShipped", "PaymentCaptured",
           "PackageDelivered", "OrderCompleted"],
    CANCELLED: ["OrderPlaced", "PaymentAuthorized", "OrderCancelled"],
    SHORT: ["OrderPlaced", "PaymentAuthorized", "OrderBackordered"],
    OPEN: ["OrderPlaced", "PaymentAuthorized", "OrderReleased"],
    PACKED: ["OrderPlaced", "PaymentAuthorized", "OrderReleased"],
}  # fmt: skip
OUTCOME = '{"portions": [], "shortages": [], "candidates": [], "rejections": []}'
MAILS = {"order_confirmed": "true", "order_shipped": "kind = 'home'"}


def fill_work() -> None:
    """Fill fulfillment orders, allocations and the decisions behind them."""
    insert(
        SourcingDecision, f"from seed where kind <> '{SHORT}'", order_id="i", decided_at="placed_at",
        trigger="'placed'", rules_version="1", snapshot="decode(repeat('00ff', 200), 'hex')",
        outcome=f"{literal(OUTCOME)}::jsonb", outcome_hash="md5(i::text)", parcels="1",
        sentence="'All of it ships from WH' || location || ', the nearest with stock.'",
    )  # fmt: skip
    insert(
        FulfillmentOrder, f"from seed where kind <> '{SHORT}' order by i", id="i", number="'F' || code", order_id="i",
        location_id="location", state=by_kind(WORK), ship_by="placed_at + interval '1 day'", created_at="placed_at",
        opened_at=when(HOME, OPEN, PACKED, then="placed_at"), picked_at=when(HOME, PACKED, then="placed_at"),
        packed_at=when(HOME, PACKED, then="placed_at"), fulfilled_at=when(HOME, then="placed_at + interval '2 hours'"),
    )  # fmt: skip
    insert(
        Allocation, f"from seed_line where kind <> '{SHORT}' order by id", id="id", order_line_id="id",
        fulfillment_order_id="i", stock_level_id="level", quantity="quantity", state=by_kind(PROMISES),
        created_at="placed_at",
    )  # fmt: skip


def fill_parcels() -> None:
    """Fill shipments, parcels, labels, the sandbox carrier's book and what it told."""
    source = f"from seed where {SHIPPED_OR_PACKED} order by i"
    carrier = {"carrier": "'sandbox'", "service": "'ground'"}
    insert(
        Shipment, source, id="i", number="'S' || code", order_id="i", fulfillment_order_id="i", location_id="location",
        state=by_kind({HOME: "shipped", PACKED: "labelled"}), packed_at="placed_at", created_at="placed_at",
        shipped_at=when(HOME, then="placed_at + interval '2 hours'"), **carrier,
    )  # fmt: skip
    insert(
        Package, source, id="i", shipment_id="i", weight_g="500 + i % 900", carrier="'sandbox'",
        tracking_number="'SB' || lpad(i::text, 13, '0')", created_at="placed_at",
        tracking_status=by_kind({HOME: "delivered", PACKED: "pre_transit"}),
        last_event_at=when(HOME, then="placed_at + interval '2 days'"),
        delivered_at=when(HOME, then="placed_at + interval '2 days'"),
    )  # fmt: skip
    insert(
        PackageItem, f"from seed_line where {SHIPPED_OR_PACKED} order by id", package_id="i", allocation_id="id",
        quantity="quantity",
    )  # fmt: skip
    bought = {"carrier_reference": "'SBX' || i", "tracking_number": "'SB' || lpad(i::text, 13, '0')",
              "cost": "495", "currency": "'GBP'"}  # fmt: skip
    insert(
        Label, source, id="i", package_id="i", state="'purchased'", key="'label:' || i || ':1'", created_at="placed_at",
        **carrier, **bought,
    )  # fmt: skip
    insert(
        SandboxParcel, source, reference="'label:' || i || ':1'", service="'ground'", bought_at="placed_at", **bought
    )
    steps = ", ".join(f"({literal(code)}, {literal(status)}, {day})" for code, status, day in JOURNEY)
    moment = "placed_at + day * interval '1 day'"
    insert(
        TrackingEvent, f"from seed, (values {steps}) told(code_, status_, day) where kind = '{HOME}'",
        package_id="i", source_id="i || ':' || day", status="status_", raw_code="code_", occurred_at=moment,
        received_at=moment,
    )  # fmt: skip


def fill_timeline() -> None:
    """Fill the audit trail: the lines of an order have numbers in their order."""
    lines = ", ".join(
        f"({literal(kind)}, {place}, {', '.join(map(literal, line))})"
        for kind, timeline in TIMELINES.items()
        for place, line in enumerate(timeline)
    )
    insert(
        AuditLine,
        f"from seed join (values {lines}) told(for_kind, place, entity_, act_, before, after) on for_kind = kind",
        id=f"i * {MOST} + place", at="placed_at + place * interval '1 minute'", entity="entity_", entity_id="i",
        subject="case when entity_ = 'fulfillment.label' then 'package:' else 'order:' end || i", act="act_",
        from_state="before", to_state="after", actor_kind="'system'", actor_label="'worker'",
    )  # fmt: skip


def fill_facts() -> None:
    """Fill the facts that are not forgotten yet, with the marks of their handlers."""
    lines = ", ".join(
        f"({literal(kind)}, {place}, {literal(fact)})"
        for kind, facts in FACTS.items()
        for place, fact in enumerate(facts)
    )
    young = f"placed_at > now() - interval '{FACTS_KEPT.days} days'"
    insert(
        OutboxEvent,
        f"from seed join (values {lines}) told(for_kind, place, fact) on for_kind = seed.kind where {young}",
        id="i * 8 + place", stream="'order:' || i", kind="fact", payload="jsonb_build_object('order_id', i)",
        state="'done'", occurred_at="placed_at", done_at="placed_at + place * interval '1 minute'", attempts="1",
    )  # fmt: skip
    marks = ", ".join(
        f"({literal(kind)}, {literal(one.name)})" for kind, known in SUBSCRIPTIONS.items() for one in known
    )
    insert(
        HandledEvent, f"from foundation_outboxevent e join (values {marks}) told(fact, name) on fact = e.kind",
        event_id="e.id", handler="name", handled_at="e.done_at",
    )  # fmt: skip


def fill_mails() -> None:
    """Fill the mails that customers got."""
    for name, condition in MAILS.items():
        insert(
            Notification, f"from seed where {condition} order by i", order_id="i", kind=literal(name),
            key=f"'{name}:' || i", recipient="'customer' || customer || '@example.com'",
            subject="'Your order ' || code", body="'Thank you for your order ' || code || '.'", state="'sent'",
            created_at="placed_at", sent_at="placed_at",
        )  # fmt: skip
