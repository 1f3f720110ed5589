"""Gates: writing the verdicts of checks, and releasing every order that nothing keeps back any more."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import publish
from orders.events import OrderReleased
from orders.locks import lock_orders
from orders.models import Gate, Hold, Order
from orders.screening.verdict import Verdict
from orders.states import GateName, GateState, HeldAct, HoldState, OrderState

Gates = dict[int, dict[str, Gate]]
PASSABLE = (GateState.OPEN, GateState.WAIVED)
RELEASED = "Every gate is open, and no hold keeps it."
OPENED: dict[str, str] = {
    GateName.DATA: "Nothing is missing.",
    GateName.ADDRESS: "It can be delivered to.",
    GateName.FRAUD: "No rule asks for a person.",
    GateName.PAYMENT: "The money is there or promised.",
    GateName.STOCK: "Everything is allocated.",
}
FIELDS = ("state", "code", "reason", "evidence", "checked_at")


@transaction.atomic
def set_gates(*, verdicts: Mapping[int, Sequence[Verdict]], actor: Actor) -> None:
    """Write verdicts by order id and release what is ready; a waived gate stays waived."""
    apply_verdicts(lock_orders(verdicts), verdicts, actor)


def apply_verdicts(orders: Sequence[Order], verdicts: Mapping[int, Sequence[Verdict]], actor: Actor) -> None:
    """Write verdicts of locked orders and release what is ready, in at most six statements and two inserts."""
    gates = gates_of(orders)
    changed: list[Gate] = []
    acts: list[Act] = []
    for order in orders:
        for verdict in verdicts.get(order.pk, ()):
            gate = gates[order.pk].setdefault(verdict.name, Gate(order=order, name=verdict.name))
            if gate.state == GateState.WAIVED:
                continue
            if (gate.state, gate.code, gate.reason) != (verdict.state, verdict.code, verdict.reason):
                acts.append(Act("orders.gate", order, verdict.reason or OPENED.get(gate.name, ""), _told(verdict)))
            _take(gate, verdict, actor)
            changed.append(gate)
    write_gates(changed)
    record_many(actor, acts)
    release_open(orders, gates, actor)


def _told(verdict: Verdict) -> dict[str, str]:
    """Return what the timeline keeps of a verdict."""
    return {"gate": verdict.name, "state": verdict.state, "code": verdict.code}


def _take(gate: Gate, verdict: Verdict, actor: Actor) -> None:
    """Bring a gate to a verdict."""
    gate.state, gate.code, gate.reason = verdict.state, verdict.code[:48], verdict.reason[:1000]
    gate.evidence, gate.checked_at = dict(verdict.evidence), actor.now


def write_gates(gates: Sequence[Gate]) -> None:
    """Insert or update gates in one statement."""
    Gate.objects.bulk_create(
        [Gate(order_id=gate.order_id, name=gate.name, waived_by=gate.waived_by, **_values(gate)) for gate in gates],
        update_conflicts=True,
        unique_fields=["order", "name"],
        update_fields=[*FIELDS, "waived_by"],
        batch_size=1000,
    )


def _values(gate: Gate) -> dict[str, object]:
    """Return the fields of a gate that a verdict sets."""
    return {name: getattr(gate, name) for name in FIELDS}


def gates_of(orders: Iterable[Order]) -> Gates:
    """Return the gates of orders, by order id and name."""
    found: Gates = {order.pk: {} for order in orders}
    for gate in Gate.objects.filter(order__in=list(found)):
        found[gate.order_id][gate.name] = gate
    return found


@transaction.atomic
def release_ready(*, order_ids: Iterable[int], actor: Actor) -> list[int]:
    """Release every placed order whose gates are open and that no hold keeps; return their ids."""
    orders = lock_orders(order_ids)
    return release_open(orders, gates_of(orders), actor)


def release_open(orders: Iterable[Order], gates: Gates, actor: Actor) -> list[int]:
    """Let go of holds whose rule is met and release locked orders that are ready; return the ids of the released."""
    placed = [order for order in orders if order.state == OrderState.PLACED]
    kept = _blocked(placed, gates, actor)
    ready = [order for order in placed if passes(gates[order.pk]) and order.pk not in kept]
    if not ready:
        return []
    for order in ready:
        order.release(at=actor.now)
    save_many(ready, ["state", "released_at"])
    record_many(actor, [Act("orders.release", order, RELEASED) for order in ready])
    publish(*(OrderReleased(at=actor.now, order_id=order.pk) for order in ready))
    return [order.pk for order in ready]


def passes(gates: Mapping[str, Gate]) -> bool:
    """Return whether all five gates of an order let it pass."""
    return all(name in gates and gates[name].state in PASSABLE for name in GateName.values)


def _blocked(orders: Sequence[Order], gates: Gates, actor: Actor) -> set[int]:
    """Release the open holds whose rule is met and return the ids of orders that others still block."""
    standing = open_holds(orders)
    let_go = [hold for hold in standing if _rule_met(hold, gates[hold.order_id])]
    for hold in let_go:
        hold.release(by=actor.label, at=actor.now)
    save_many(let_go, ["state", "ended_by", "ended_at"])
    record_many(actor, [Act("orders.release_hold", hold, f"{hold.why}: its reason is gone.") for hold in let_go])
    return {hold.order_id for hold in standing if hold.state == HoldState.OPEN and HeldAct.RELEASE in hold.blocks}


def _rule_met(hold: Hold, gates: Mapping[str, Gate]) -> bool:
    """Return whether the gate that a hold waits for is open, as in ``payment_open``."""
    name, _, wanted = hold.released_when.partition("_")
    return wanted == "open" and name in gates and gates[name].state in PASSABLE


def open_holds(orders: Iterable[Order]) -> list[Hold]:
    """Return the open holds of locked orders; the order's lock protects them."""
    holds = Hold.objects.filter(order__in=[order.pk for order in orders], state=HoldState.OPEN).order_by("pk")
    return list(holds)


def holds_by_order(holds: Iterable[Hold]) -> dict[int, list[Hold]]:
    """Return holds grouped by their order's id."""
    grouped: dict[int, list[Hold]] = defaultdict(list)
    for hold in holds:
        grouped[hold.order_id].append(hold)
    return grouped
