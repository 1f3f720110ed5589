"""The payment gate: may the order go as far as its money is concerned?"""

from collections.abc import Sequence

from oms.foundation.money import Money
from orders.models import Order, Payment
from orders.screening.verdict import CLOSED, OPEN, PENDING, Verdict
from orders.services.status import PROMISED
from orders.states import PaymentState

EXTERNAL = "external"


def payment_verdict(order: Order, payments: Sequence[Payment]) -> Verdict:
    """Return the verdict of the payment gate on an order's payments, with what to do when it is closed."""
    promised = sum(payment.authorized for payment in payments if payment.state in PROMISED)
    evidence = {"owed": order.owed, "promised": promised, "currency": order.currency}
    if order.owed <= 0:
        return Verdict("payment", OPEN, "nothing_to_pay", "There is nothing to pay.", evidence)
    if promised >= order.owed:
        return Verdict("payment", OPEN, "", "", evidence)
    state, code, sentence = _why(order, payments)
    if promised:
        sentence = f"{Money(promised, order.currency)} of {order.total_money} is promised. {sentence}"
    return Verdict("payment", state, code, sentence, evidence)


def _why(order: Order, payments: Sequence[Payment]) -> tuple[str, str, str]:
    """Return state, code and sentence of what is missing, the most hopeful first."""
    states = {payment.state for payment in payments}
    unknown = [payment for payment in payments if payment.state == PaymentState.UNKNOWN]
    if unknown:
        told = next((payment.failure for payment in unknown if payment.failure), "")
        state = CLOSED if told else PENDING
        return state, "payment_unknown", told or "The payment is being confirmed: the gateway is asked again."
    if any(payment.state == PaymentState.PENDING and payment.gateway == EXTERNAL for payment in payments):
        sentence = "Waiting for the bank transfer: when it arrives, record the payment."
        return CLOSED, "awaiting_transfer", sentence
    if states.intersection((PaymentState.CREATED, PaymentState.PENDING)):
        return PENDING, "payment_pending", "The gateway has not decided yet."
    if PaymentState.EXPIRED in states:
        sentence = "The authorization has expired: ask the customer for a new payment, then retry."
        return CLOSED, "authorization_expired", sentence
    if PaymentState.FAILED in states:
        last = [payment for payment in payments if payment.state == PaymentState.FAILED][-1]
        told = last.failure.rstrip(".") or "The payment failed"
        return CLOSED, "payment_failed", f"{told}: ask the customer for another payment method, then retry."
    return CLOSED, "no_payment", "No payment is known: record one or retry with a payment token."
