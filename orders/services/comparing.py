"""Comparing what a gateway reports with what it was asked: the amount and its currency."""

from oms.foundation.money import Money
from oms.foundation.refusals import Invalid
from orders.models import PaymentEvent
from orders.payments.gateway import OK, Answer


def reported_otherwise(event: PaymentEvent, answer: Answer) -> str:
    """Return in a sentence that another amount or currency moved than was asked for; nothing when it was that."""
    amount = event.amount if answer.amount is None else answer.amount
    currency = answer.currency or event.currency
    if answer.outcome != OK or (amount, currency) == (event.amount, event.currency):
        return ""
    theirs, ours = _told(amount, currency), Money(event.amount, event.currency)
    return f"The gateway reports {theirs} for “{event.kind}”, we asked {ours}: compare with its dashboard."


def _told(amount: int, currency: str) -> str:
    """Return an amount as people write it, whatever the gateway calls its currency."""
    try:
        return str(Money(amount, currency))
    except Invalid:
        return f"{amount} “{currency[:8]}”"
