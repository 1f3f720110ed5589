"""Releasing by hand, and the decisions of people about gates."""

from django.db import transaction

from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import publish
from oms.foundation.refusals import Invalid, Refused
from orders.events import OrderLinesChanged
from orders.locks import lock_order
from orders.models import Gate, Order
from orders.screening.verdict import PENDING, Verdict
from orders.services.conditions import GATES_OPEN, IS_PLACED, LIVE, RELEASE_NOT_HELD
from orders.services.gates import PASSABLE, apply_verdicts, gates_of, release_open, write_gates
from orders.services.rechecks import screen, verdict_of_payment
from orders.states import GateName, GateState


@transaction.atomic
def release_order(*, order_id: int, actor: Actor) -> Order:
    """Let the order go to the floor; it happens by itself as soon as every gate is open and no hold stands.

    :raises Refused: while a gate is closed or a hold stands; carries every reason.
    """
    order = lock_order(order_id)
    refuse_unless(order, IS_PLACED, GATES_OPEN, RELEASE_NOT_HELD)
    release_open([order], gates_of([order]), actor)
    return order


@transaction.atomic
def waive_gate(*, order_id: int, gate: str, reason: str, actor: Actor) -> Gate:
    """Let the order pass a gate by a person's decision, which no later check undoes.

    :raises Refused: when the gate is open. :raises Invalid: without a reason.
    """
    order = lock_order(order_id)
    refuse_unless(order, LIVE)
    if not reason.strip():
        raise Invalid("Say why the order may pass this gate.", code="reason_missing", field="reason")
    gates = gates_of([order])
    row = gates[order.pk].setdefault(gate, Gate(order=order, name=gate))
    if row.state in PASSABLE:
        raise Refused(f"The {row.get_name_display()} gate lets the order pass already.", code="gate_open", field="gate")
    row.evidence = {**row.evidence, "waived": {"from": row.state, "why": reason, "was": row.reason}}
    row.state, row.reason, row.waived_by, row.checked_at = GateState.WAIVED, reason[:1000], actor.label, actor.now
    write_gates([row])
    record_many(actor, [Act("orders.waive_gate", order, reason, {"gate": gate, "code": row.code})])
    release_open([order], gates, actor)
    return row


@transaction.atomic
def reinstate_gate(*, order_id: int, gate: str, actor: Actor) -> None:
    """Take a waiver back and let the check decide again.

    :raises Refused: when the gate is not waived.
    """
    order = lock_order(order_id)
    refuse_unless(order, IS_PLACED)
    row = gates_of([order])[order.pk].get(gate)
    if row is None or row.state != GateState.WAIVED:
        raise Refused("This gate is not waived.", code="gate_not_waived", field="gate")
    row.state, row.code, row.reason, row.waived_by = GateState.PENDING, "", "", ""
    write_gates([row])
    record_many(actor, [Act("orders.reinstate_gate", order, "The check decides again.", {"gate": gate})])
    if gate == GateName.STOCK:
        publish(OrderLinesChanged(at=actor.now, order_id=order.pk))
    apply_verdicts([order], {order.pk: [_verdict(order, gate)]}, actor)


def _verdict(order: Order, gate: str) -> Verdict:
    """Return what the check of a gate says now; stock is for the room on the right to decide."""
    if gate == GateName.PAYMENT:
        return verdict_of_payment(order)
    found = {verdict.name: verdict for verdict in screen([order])[order.pk]}
    return found.get(gate, Verdict(gate, PENDING))
