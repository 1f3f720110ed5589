"""What an order's page shows: facts, gates, lines, money, holds and addresses, read at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from oms.foundation.money import Money
from orders.models import Gate, Hold, Order, OrderAddress, OrderLine, Payment, PaymentEvent
from orders.models.orders import AddressKind
from orders.services.held import FLOOR
from orders.states import (
    EventKind,
    FulfillmentStatus,
    GateName,
    GateState,
    HeldAct,
    HoldReason,
    HoldState,
    OrderState,
    Outcome,
    ServiceLevel,
)

GONE_OUT = (FulfillmentStatus.PARTIALLY_SHIPPED, FulfillmentStatus.SHIPPED, FulfillmentStatus.DELIVERED)
BOUND = (ServiceLevel.PICKUP, ServiceLevel.SAME_DAY)
SIGNS = {EventKind.CAPTURE: 1, EventKind.REFUND: -1}


@dataclass(frozen=True, slots=True)
class GateRow:
    """One line of the checklist: its verdict, why, and what is to be done about each fault."""

    name: str
    label: str
    state: str
    state_label: str
    reason: str
    faults: Sequence[dict[str, str]]
    checked_at: datetime | None
    waived_by: str
    gate: Gate | None

    @property
    def is_open(self) -> bool:
        """Return whether the order may pass."""
        return self.state in (GateState.OPEN, GateState.WAIVED)


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of goods with its counters and money."""

    line: OrderLine
    unit_price: Money
    discount: Money
    subtotal: Money

    replaces: OrderLine | None

    @property
    def short(self) -> int:
        """Return the open pieces without stock."""
        return self.line.quantity_short


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One money fact, and what the shop holds of the customer's money after it."""

    at: datetime
    label: str
    method: str
    amount: Money
    outcome: str
    outcome_label: str
    transaction_id: str
    message: str
    balance: Money


@dataclass(frozen=True, slots=True)
class MoneyBox:
    """The order's sums and its ledger, oldest fact first."""

    total: Money
    owed: Money
    authorized: Money
    captured: Money
    refunded: Money
    balance: Money
    rows: Sequence[LedgerRow]
    payments: Sequence[Payment]
    unsettled: Sequence[Payment]


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Everything on the page of one order."""

    order: Order
    header: Sequence[tuple[str, Any]]
    gates: Sequence[GateRow]
    waits_for: str
    lines: Sequence[LineRow]
    money: MoneyBox
    open_holds: Sequence[Hold]
    ended_holds: Sequence[Hold]
    shipping_address: OrderAddress | None
    billing_address: OrderAddress | None
    earlier_addresses: Sequence[OrderAddress]


def order_page(order: Order) -> OrderPage:
    """Return the page of an order; the statements do not grow with its lines, payments or history."""
    holds = list(Hold.objects.filter(order=order).select_related("owner").order_by("-pk"))
    addresses = list(OrderAddress.objects.filter(order=order).order_by("-pk"))
    current = {one.kind: one for one in addresses if one.replaced_at is None}
    lines = {line.pk: line for line in order.lines.all()}
    gates = gate_rows(order)
    open_holds = [one for one in holds if one.state == HoldState.OPEN]
    return OrderPage(
        order=order,
        header=_header(order),
        gates=gates,
        waits_for=waits_for(order, gates, open_holds),
        lines=[_line_row(line, lines, order.currency) for line in lines.values()],
        money=_money(order),
        open_holds=open_holds,
        ended_holds=[one for one in holds if one.state != HoldState.OPEN],
        shipping_address=current.get(AddressKind.SHIPPING),
        billing_address=current.get(AddressKind.BILLING),
        earlier_addresses=[one for one in addresses if one.replaced_at is not None],
    )


def _header(order: Order) -> list[tuple[str, Any]]:
    """Return the facts at the head of the page, without those that are blank."""
    facts = [
        ("Channel", order.channel.name),
        ("Channel's number", order.external_id),
        ("Customer", order.customer_name),
        ("Placed", order.placed_at),
        ("Total", order.total_money),
        ("Shipping method", f"{order.get_service_level_display()} {order.pickup_location}".strip()),
        ("Channel wants it shipped by", order.ship_by),
        ("Promised to the customer for", order.deliver_by),
        ("Kept by the channel", Money(order.channel_fee, order.currency) if order.channel_fee else None),
        ("Sales representative", order.sales_rep),
        ("PO number", order.purchase_order),
        ("Tags", ", ".join(str(tag) for tag in order.tags)),
    ]
    return [(label, value) for label, value in facts if value]


def gate_rows(order: Order) -> list[GateRow]:
    """Return the checklist in the order of the checks; a gate that does not exist yet is being checked."""
    known = {gate.name: gate for gate in order.gates.all()}
    return [_gate_row(name, known.get(name)) for name in GateName]


def _gate_row(name: GateName, gate: Gate | None) -> GateRow:
    """Return one line of the checklist."""
    state = GateState(gate.state) if gate else GateState.PENDING
    evidence = gate.evidence if gate else {}
    return GateRow(
        name=name.value,
        label=str(name.label),
        state=state.value,
        state_label=str(state.label),
        reason=gate.reason if gate else "",
        faults=[*evidence.get("faults", ()), *evidence.get("rules", ())],
        checked_at=gate.checked_at if gate else None,
        waived_by=gate.waived_by if gate else "",
        gate=gate,
    )


def waits_for(order: Order, gates: Sequence[GateRow], open_holds: Sequence[Hold]) -> str:
    """Return the first reason why a live order does not go on, holds before gates; blank when nothing keeps it."""
    if not order.is_live:
        return ""
    stopping = FLOOR if order.released_at is not None else (HeldAct.RELEASE,)
    for hold in open_holds:
        if set(stopping) & set(hold.blocks):
            return f"Held from {hold.blocked}: {hold.why}"
    if order.released_at is not None:
        return ""
    closed = [gate for gate in gates if gate.state == GateState.CLOSED]
    pending = [gate for gate in gates if gate.state == GateState.PENDING]
    for gate in [*closed, *pending]:
        return f"{gate.label}: {gate.reason or 'still being checked.'}"
    return ""


LETTING_GO = {
    HoldReason.PAYMENT_FAILED: ["retry_payment", "record_payment"],
    HoldReason.ADDRESS_QUESTION: ["edit_address"],
    HoldReason.FRAUD_REVIEW: ["waive_gate"],
}
MENDING = {
    GateName.DATA: ["recheck", "edit_contact"],
    GateName.ADDRESS: ["edit_address", "waive_gate"],
    GateName.FRAUD: ["waive_gate", "cancel"],
    GateName.PAYMENT: ["retry_payment", "record_payment"],
    GateName.STOCK: ["source_again", "cancel_line"],
}


def acts_that_mend(order: Order) -> list[str]:
    """Return the acts that help with what the order waits for, most helpful first; else those of its stage."""
    if order.state == OrderState.DRAFT:
        return ["place", "change_lines"]
    held = [hold for hold in order.holds.all() if hold.state == HoldState.OPEN]
    if order.is_live and held:
        return [*LETTING_GO.get(HoldReason(held[-1].reason), ()), "release_hold", "override_hold"]
    if not order.is_live or order.released_at is not None:
        return ["request_return"] if order.fulfillment_status in GONE_OUT else []
    closed = [gate for gate in gate_rows(order) if gate.state == GateState.CLOSED]
    if not closed:
        return ["release"]
    bound = closed[0].name == GateName.STOCK and order.service_level in BOUND
    return [*(["change_shipping"] if bound else []), *MENDING[GateName(closed[0].name)], "release"]


def _line_row(line: OrderLine, known: dict[int, OrderLine], currency: str) -> LineRow:
    """Return one line with its money, and the line that it replaces."""
    return LineRow(
        replaces=known.get(line.replaces_id) if line.replaces_id else None,
        line=line,
        unit_price=Money(line.unit_price, currency),
        discount=Money(line.discount, currency),
        subtotal=Money(line.subtotal - line.discount, currency),
    )


def _money(order: Order) -> MoneyBox:
    """Return the sums and the ledger of an order."""
    payments = list(order.payments.all())
    names = {payment.pk: payment.method for payment in payments}
    events = [event for payment in payments for event in payment.events.all()]
    rows, held = [], 0
    for event in sorted(events, key=lambda one: (one.settled_at or one.created_at, one.pk)):
        if event.outcome == Outcome.OK:
            held += SIGNS.get(EventKind(event.kind), 0) * event.amount
        rows.append(_ledger_row(event, names[event.payment_id], Money(held, order.currency)))
    sums = [sum(getattr(one, name) for one in payments) for name in ("authorized", "captured", "refunded")]
    authorized, captured, refunded = (Money(amount, order.currency) for amount in sums)
    return MoneyBox(
        total=order.total_money,
        owed=Money(order.owed, order.currency),
        authorized=authorized,
        captured=captured,
        refunded=refunded,
        balance=captured - refunded,
        rows=rows,
        payments=payments,
        unsettled=[payment for payment in payments if any(_is_unsettled(event) for event in payment.events.all())],
    )


def _is_unsettled(event: PaymentEvent) -> bool:
    """Return whether nobody asks any more what became of something asked of the gateway."""
    return event.outcome == Outcome.UNKNOWN and event.next_try_at is None


def _ledger_row(event: PaymentEvent, method: str, balance: Money) -> LedgerRow:
    """Return one money fact."""
    return LedgerRow(
        at=event.settled_at or event.created_at,
        label=str(event.get_kind_display()),
        method=method,
        amount=Money(event.amount, event.currency),
        outcome=event.outcome,
        outcome_label=str(event.get_outcome_display()),
        transaction_id=event.transaction_id,
        message=event.message,
        balance=balance,
    )
