"""The sandbox gateway: keeps a book of its own, answers by idempotency key, sends events later, and can misbehave."""

import json
import secrets
import time
from datetime import timedelta
from typing import Any

from django.conf import settings

from oms.foundation.inserts import insert_new
from orders.models import SandboxCharge
from orders.payments.gateway import FAILED, OK, PENDING, Answer, AnswerLost, Ask, GatewayEvent, UnreadableEvent

TOKENS = ("tok_ok", "tok_declined", "tok_timeout", "tok_error", "tok_pending", "tok_duplicate_events")
REFUSALS = {
    "tok_declined": ("declined", "The bank declined the card."),
    "tok_error": ("gateway_error", "The gateway failed before it reached the bank."),
    "unknown_token": ("unknown_token", "The gateway does not know this payment token."),
}
ANSWER_IS_LOST = ("tok_timeout", "tok_error")
PROMISE_LASTS = timedelta(days=7)
SETTLES_AFTER = timedelta(seconds=2)
DUPLICATES = 3


class SandboxGateway:
    """Behaves like a company of its own: every effect is a row of its book, written in a transaction of its own."""

    code = "sandbox"

    def authorize(self, ask: Ask) -> Answer:
        """Promise the money as the token says."""
        return self._do(ask)

    def capture(self, ask: Ask) -> Answer:
        """Collect promised money."""
        return self._do(ask)

    def void(self, ask: Ask) -> Answer:
        """Give a promise back."""
        return self._do(ask)

    def refund(self, ask: Ask) -> Answer:
        """Pay collected money back."""
        return self._do(ask)

    def find_by_key(self, ask: Ask) -> Answer | None:
        """Return what the book says about the key, or None."""
        charge = SandboxCharge.objects.filter(key=ask.key).first()
        return answer_of(charge) if charge else None

    def parse_event(self, body: bytes) -> GatewayEvent:
        """Read a message that the sandbox sent."""
        try:
            data: dict[str, Any] = json.loads(body)
            answer = Answer(
                outcome=str(data["status"]),
                transaction_id=str(data["transaction_id"]),
                amount=int(data["amount"]),
                currency=str(data.get("currency", "")),
                code=str(data.get("code", "")),
                message=str(data.get("message", "")),
            )
            return GatewayEvent(key=str(data["key"]), answer=answer)
        except (ValueError, KeyError, TypeError) as error:
            raise UnreadableEvent(f"not a sandbox event: {type(error).__name__}") from None

    def _do(self, ask: Ask) -> Answer:
        """Enter the ask in the book once, and answer or lose the answer."""
        if settings.SANDBOX_LATENCY:
            time.sleep(settings.SANDBOX_LATENCY)
        charge = _entry(ask)
        if not insert_new([charge], mark="key"):
            return self.find_by_key(ask) or self._do(ask)
        if ask.token in ANSWER_IS_LOST:
            raise AnswerLost(f"no answer to {ask.key}")
        return answer_of(charge)


def _entry(ask: Ask) -> SandboxCharge:
    """Return the unsaved row of the book for an ask."""
    charge = SandboxCharge(
        key=ask.key,
        kind=ask.kind,
        transaction_id=f"sb_{secrets.token_hex(12)}",
        parent_id=ask.parent,
        token=ask.token,
        currency=ask.currency,
        amount=ask.amount,
        status=OK,
        created_at=ask.now,
    )
    if ask.kind == "authorize":
        charge.status = {"tok_declined": FAILED, "tok_pending": PENDING}.get(ask.token, OK)
    if ask.token == "tok_error" or ask.token not in TOKENS:  # noqa: S105  a test token, no password
        charge.status = FAILED
    if charge.status == PENDING:
        charge.event_due_at, charge.events_left = ask.now + SETTLES_AFTER, 1
    if ask.token == "tok_duplicate_events":  # noqa: S105  a test token, no password
        charge.event_due_at, charge.events_left = ask.now, DUPLICATES
    return charge


def answer_of(charge: SandboxCharge) -> Answer:
    """Return what the book says about a charge."""
    code, message = "", ""
    if charge.status == FAILED:
        code, message = REFUSALS[charge.token if charge.token in REFUSALS else "unknown_token"]
    promised = charge.kind == "authorize" and charge.status == OK
    return Answer(
        outcome=charge.status,
        transaction_id=charge.transaction_id,
        amount=charge.amount,
        currency=charge.currency,
        code=code,
        message=message,
        expires_at=charge.created_at + PROMISE_LASTS if promised else None,
    )


def event_body(charge: SandboxCharge) -> bytes:
    """Return the message that the sandbox sends about a charge."""
    answer = answer_of(charge)
    data = {
        "key": charge.key,
        "transaction_id": charge.transaction_id,
        "kind": charge.kind,
        "status": answer.outcome,
        "amount": charge.amount,
        "currency": charge.currency,
        "code": answer.code,
        "message": answer.message,
    }
    return json.dumps(data).encode()
