"""Conditions of the acts on an order: each says in a sentence how to mend what is missing."""

from oms.foundation.actions import Condition
from orders.models import Gate, Order, PaymentEvent
from orders.services.gates import PASSABLE
from orders.services.held import not_held
from orders.services.status import PROMISED
from orders.states import OPEN_OUTCOMES, EventKind, GateName, HeldAct, HoldState, OrderState, PaymentState


def _live(order: Order) -> str | None:
    """Return why an order takes no more acts."""
    if order.is_live:
        return None
    if order.state == OrderState.DRAFT:
        return "This is a draft: place it first."
    return f"The order is {order.get_state_display()}: nothing of it can change any more."


def _holdable(order: Order) -> str | None:
    """Return why nothing of an order can be held any more."""
    return None if order.state == OrderState.COMPLETED else _live(order)


def _changeable(order: Order) -> str | None:
    """Return why nothing of an order can be corrected any more."""
    return None if order.state == OrderState.DRAFT else _live(order)


def _draft(order: Order) -> str | None:
    """Return why an order is no draft."""
    return None if order.state == OrderState.DRAFT else "Only a draft can be changed like this."


def _placed(order: Order) -> str | None:
    """Return why an order cannot be released by hand."""
    if order.state == OrderState.RELEASED:
        return "The order is released already."
    return _live(order)


def _cancellable(order: Order) -> str | None:
    """Return why an order's state does not let it be cancelled."""
    if order.state in (OrderState.DRAFT, OrderState.PLACED, OrderState.RELEASED):
        return None
    return f"The order is {order.get_state_display()}: there is nothing left to cancel."


def _nothing_shipped(order: Order) -> str | None:
    """Return why shipped pieces keep an order from being cancelled as a whole."""
    if not any(line.quantity_shipped for line in order.lines.all()):
        return None
    return "Pieces have been shipped: cancel the open pieces by line, and take the rest back by a return."


def _no_money_moving(order: Order) -> str | None:
    """Return why an answer of a gateway has to come first."""
    moving = [
        event
        for payment in order.payments.all()
        for event in payment.events.all()
        if event.kind != EventKind.AUTHORIZE and event.outcome in OPEN_OUTCOMES
    ]
    return _waits_for(moving[0]) if moving else None


def _waits_for(event: PaymentEvent) -> str:
    """Return what is waited for."""
    return f"A {event.get_kind_display()} is under way: wait for the gateway's answer, then try again."


def _gates_open(order: Order) -> str | None:
    """Return which gates keep an order, and why."""
    gates = {gate.name: gate for gate in order.gates.all()}
    closed = [_missing(name, gates.get(name)) for name in GateName if not _passes(gates.get(name))]
    return " ".join(closed) or None


def _passes(gate: Gate | None) -> bool:
    """Return whether a gate lets pass."""
    return gate is not None and gate.state in PASSABLE


def _missing(name: GateName, gate: Gate | None) -> str:
    """Return why a gate does not let pass."""
    if gate is None or not gate.reason:
        return f"{name.label}: still being checked."
    return f"{name.label}: {gate.reason}"


def _has_open_hold(order: Order) -> str | None:
    """Return that nothing holds the order."""
    return None if any(one.state == HoldState.OPEN for one in order.holds.all()) else "No hold stands on this order."


def _has_closed_gate(order: Order) -> str | None:
    """Return that there is no gate to waive."""
    closed = any(gate.state not in PASSABLE for gate in order.gates.all())
    return None if closed else "Every gate is open."


def _has_waived_gate(order: Order) -> str | None:
    """Return that there is no waiver to take back."""
    waived = any(gate.state == "waived" for gate in order.gates.all())
    return None if waived else "No gate of this order is waived."


def _money_missing(order: Order) -> str | None:
    """Return that all of the money is there or promised."""
    promised = sum(one.authorized for one in order.payments.all() if one.state in PROMISED)
    return None if promised < order.owed else "All of the money is there or promised already."


def _money_promised(order: Order) -> str | None:
    """Return that nothing can be collected."""
    collectable = (PaymentState.AUTHORIZED, PaymentState.PARTIALLY_CAPTURED)
    return None if any(one.state in collectable for one in order.payments.all()) else "No money is authorized."


def _money_collected(order: Order) -> str | None:
    """Return that nothing can go back."""
    left = sum(one.captured - one.refunded for one in order.payments.all())
    return None if left > 0 else "Nothing was collected that could go back."


def _nothing_to_refund_held(order: Order) -> str | None:
    """Return which hold keeps the collected money that cancelling would give back."""
    return None if _money_collected(order) else REFUND_NOT_HELD.check(order)


def _has_open_pieces(order: Order) -> str | None:
    """Return that no piece is left to cancel."""
    return None if any(line.quantity_open for line in order.lines.all()) else "No piece of this order is open."


CHANGEABLE = Condition("order_ended", _changeable)
LIVE = Condition("order_not_live", _live)
HOLDABLE = Condition("order_not_live", _holdable)
IS_DRAFT = Condition("order_not_draft", _draft)
IS_PLACED = Condition("order_not_placed", _placed)
CANCELLABLE = Condition("order_not_cancellable", _cancellable)
NOTHING_SHIPPED = Condition("pieces_shipped", _nothing_shipped)
NO_MONEY_MOVING = Condition("payment_under_way", _no_money_moving)
GATES_OPEN = Condition("gate_closed", _gates_open)
RELEASE_NOT_HELD = not_held(HeldAct.RELEASE)
CANCEL_NOT_HELD = not_held(HeldAct.CANCEL)
REFUND_NOT_HELD = not_held(HeldAct.REFUND)
MONEY_NOT_HELD = Condition("order_held", _nothing_to_refund_held)
HAS_OPEN_HOLD = Condition("no_hold", _has_open_hold)
HAS_CLOSED_GATE = Condition("no_closed_gate", _has_closed_gate)
HAS_WAIVED_GATE = Condition("no_waived_gate", _has_waived_gate)
MONEY_MISSING = Condition("nothing_missing", _money_missing)
MONEY_PROMISED = Condition("nothing_authorized", _money_promised)
MONEY_COLLECTED = Condition("nothing_collected", _money_collected)
HAS_OPEN_PIECES = Condition("nothing_open", _has_open_pieces)
