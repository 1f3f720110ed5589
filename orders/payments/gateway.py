"""What a payment gateway is asked and answers; amounts in minor units."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

OK, FAILED, PENDING, UNKNOWN = "ok", "failed", "pending", "unknown"


class AnswerLost(Exception):
    """No answer came: the gateway may or may not have done it; ask with the same key later."""


class UnreadableEvent(Exception):
    """The gateway's message cannot be understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One thing asked of a gateway; the same ``key`` never has a second effect.

    ``parent`` is the transaction that a capture, void or refund belongs to.
    """

    key: str
    kind: str
    amount: int
    currency: str
    token: str = ""
    parent: str = ""
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the gateway says became of an ask: ok, failed, pending (it tells later) or unknown (the answer was lost).

    ``amount`` and ``currency`` are what moved, where the gateway tells; ``message`` is a sentence for the clerk;
    ``expires_at`` is when a promise of money runs out.
    """

    outcome: str
    transaction_id: str = ""
    amount: int | None = None
    currency: str = ""
    code: str = ""
    message: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayEvent:
    """A message of the gateway about the ask with this key."""

    key: str
    answer: Answer


class PaymentGateway(Protocol):
    """A provider that moves money. Every method may raise :class:`AnswerLost`."""

    code: str

    def authorize(self, ask: Ask) -> Answer:
        """Have the money promised."""
        ...

    def capture(self, ask: Ask) -> Answer:
        """Collect promised money."""
        ...

    def void(self, ask: Ask) -> Answer:
        """Give a promise back."""
        ...

    def refund(self, ask: Ask) -> Answer:
        """Pay collected money back."""
        ...

    def find_by_key(self, ask: Ask) -> Answer | None:
        """Return what became of an earlier ask with this key, or None when the gateway never saw it."""
        ...

    def parse_event(self, body: bytes) -> GatewayEvent:
        """Read a message of the gateway; raises :class:`UnreadableEvent`."""
        ...
