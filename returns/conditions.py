"""Preconditions of the acts on returns, each with the sentence that says how to mend it."""

from django.db.models import F

from oms.foundation.actions import Condition
from orders.models import Order
from orders.services.conditions import REFUND_NOT_HELD
from returns.models import Return
from returns.queries import returnable
from returns.states import ON_THE_WAY, Acceptance, ReturnState


def _in_states(code: str, states: tuple[str, ...], sentence: str) -> Condition:
    """Return the condition that a return is in one of the states."""

    def check(row: Return) -> str | None:
        """Return the sentence, with the state it is in, unless it fits."""
        return None if row.state in states else sentence.format(state=row.get_state_display())

    return Condition(code, check)


def _has_returnable(order: Order) -> str | None:
    """Return why nothing of the order can come back, or None."""
    if returnable([order.pk]):
        return None
    return "Nothing of this order can come back: no piece was shipped that is not returned or announced already."


def _all_inspected(row: Return) -> str | None:
    """Return which lines wait for inspection, or None."""
    if row.state != ReturnState.RECEIVED:
        return None
    waiting = [line.order_line.sku for line in row.lines.select_related("order_line") if is_to_inspect(line)]
    return f"Inspect {', '.join(waiting[:5])} first." if waiting else None


def _something_expected(row: Return) -> str | None:
    """Return why no parcel is expected any more, or None."""
    if row.state != ReturnState.RECEIVED or row.lines.filter(quantity__gt=F("quantity_received")).exists():
        return None
    return "Everything that was announced has arrived; announce another return for more."


def _refund_not_held(row: Return) -> str | None:
    """Return which hold keeps the money of accepted pieces, or None."""
    accepted = row.lines.filter(acceptance=Acceptance.ACCEPTED).exists()
    return REFUND_NOT_HELD.check(row) if accepted else None


def is_to_inspect(line: object) -> bool:
    """Return whether pieces of the line arrived that nobody has decided about."""
    return bool(getattr(line, "quantity_received", 0)) and not getattr(line, "is_inspected", False)


HAS_RETURNABLE = Condition("nothing_to_return", _has_returnable)
IS_REQUESTED = _in_states(
    "not_requested", (ReturnState.REQUESTED,), "This return is {state}; only a requested one can be decided."
)
IS_APPROVED = _in_states(
    "not_approved", (ReturnState.APPROVED,), "This return is {state}; only an approved one can be marked as sent."
)
IS_EXPECTED = _in_states(
    "not_expected",
    (*ON_THE_WAY, ReturnState.RECEIVED),
    "This return is {state}; only an approved one can be received. Approve it first, or request a new one.",
)
IS_RECEIVED = _in_states("not_received", (ReturnState.RECEIVED,), "This return is {state}; receive its parcel first.")
IS_INCOMPLETE = Condition("all_arrived", _something_expected)
MONEY_NOT_HELD = Condition("order_held", _refund_not_held)
IS_INSPECTED = Condition("not_inspected", _all_inspected)
CAN_CANCEL = _in_states(
    "not_cancellable",
    (ReturnState.REQUESTED, *ON_THE_WAY),
    "This return is {state}; it can be cancelled only before its parcel is here.",
)
