"""Money facts: payments, what was asked of their gateways, and refunds. Amounts in minor units."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from oms.foundation.aggregate import Aggregate, words_check
from oms.foundation.claims import Claimable
from oms.foundation.money import Money
from oms.foundation.secrets import EncryptedTextField
from orders.models.orders import Order
from orders.states import OPEN_OUTCOMES, EventKind, Outcome, PaymentState, RefundState


def _something_left(payment: Any) -> bool:
    """Return whether some of the promised money was not collected yet."""
    return bool(payment.captured < payment.authorized)


class Payment(Aggregate):
    """One way of paying an order: how much was authorized, captured and refunded at its gateway."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="payments")
    gateway = models.CharField(max_length=24)
    method = models.CharField(max_length=32)
    token = EncryptedTextField(blank=True, default="")
    state = FSMField(max_length=20, default=PaymentState.CREATED, choices=PaymentState.choices, protected=True)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    authorized = models.BigIntegerField(default=0, editable=False)
    captured = models.BigIntegerField(default=0, editable=False)
    refunded = models.BigIntegerField(default=0, editable=False)
    reference = models.CharField("transaction", max_length=120, blank=True, default="", db_index=True)
    failure = models.CharField(max_length=300, blank=True, default="")
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            words_check("state", PaymentState.values, "payment_state_word"),
            models.CheckConstraint(
                condition=Q(refunded__gte=0) & Q(refunded__lte=F("captured")) & Q(captured__lte=F("authorized")),
                name="payment_money_in_order",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="payment_amount_not_negative"),
        ]
        permissions = [("settle_payment", "Can settle payments by hand")]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.method}"

    @property
    def stream(self) -> str:
        """Return the order's stream: money stands on the order's timeline."""
        return f"order:{self.order_id}"

    @property
    def told(self) -> str:
        """Return how much is paid how, in words."""
        return f"{Money(self.amount, self.currency)} by {self.method.replace('_', ' ')}"

    @transition(field=state, source=[PaymentState.CREATED, PaymentState.UNKNOWN], target=PaymentState.PENDING)
    def wait(self) -> None:
        """The gateway will tell later."""

    @transition(
        field=state,
        source=[PaymentState.CREATED, PaymentState.PENDING, PaymentState.UNKNOWN],
        target=PaymentState.AUTHORIZED,
    )
    def authorize(self, *, amount: int, expires_at: datetime | None) -> None:
        """The money is promised."""
        self.authorized, self.expires_at, self.failure = amount, expires_at, ""

    @transition(
        field=state,
        source=[PaymentState.CREATED, PaymentState.PENDING, PaymentState.UNKNOWN],
        target=PaymentState.CAPTURED,
    )
    def receive(self, *, amount: int) -> None:
        """The money has arrived without a promise: it is authorized and collected at once."""
        self.authorized, self.captured, self.expires_at, self.failure = amount, amount, None, ""

    @transition(
        field=state,
        source=[PaymentState.CREATED, PaymentState.PENDING, PaymentState.UNKNOWN],
        target=PaymentState.FAILED,
    )
    def fail(self, *, why: str) -> None:
        """The money is refused."""
        self.failure = why

    @transition(field=state, source=[PaymentState.CREATED, PaymentState.PENDING], target=PaymentState.UNKNOWN)
    def lose_answer(self) -> None:
        """The gateway was asked, and its answer was lost."""

    @transition(
        field=state,
        source=[PaymentState.AUTHORIZED, PaymentState.PARTIALLY_CAPTURED],
        target=PaymentState.PARTIALLY_CAPTURED,
        conditions=[_something_left],
    )
    def capture_part(self, *, amount: int) -> None:
        """Some of the promised money was collected."""
        self.captured += amount

    @transition(
        field=state, source=[PaymentState.AUTHORIZED, PaymentState.PARTIALLY_CAPTURED], target=PaymentState.CAPTURED
    )
    def capture_rest(self, *, amount: int) -> None:
        """All of the promised money that is wanted was collected."""
        self.captured += amount

    @transition(
        field=state,
        source=[PaymentState.CREATED, PaymentState.PENDING, PaymentState.AUTHORIZED, PaymentState.UNKNOWN],
        target=PaymentState.VOIDED,
    )
    def void(self) -> None:
        """The promise was given back."""

    @transition(field=state, source=PaymentState.AUTHORIZED, target=PaymentState.EXPIRED)
    def expire(self) -> None:
        """The promise is over."""


class Refund(Aggregate):
    """Money that goes back to the customer through the payment it came from."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="refunds")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    state = FSMField(max_length=12, default=RefundState.REQUESTED, choices=RefundState.choices, protected=True)
    key = models.CharField(max_length=120, unique=True)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=300, blank=True, default="")
    failure = models.CharField(max_length=300, blank=True, default="")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            words_check("state", RefundState.values, "refund_state_word"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive"),
        ]
        permissions = [("approve_refund", "Can approve refunds of others")]

    def __str__(self) -> str:
        return f"refund {self.key}"

    @property
    def told(self) -> str:
        """Return how much goes back, in words."""
        return str(Money(self.amount, self.currency))

    @property
    def stream(self) -> str:
        """Return the order's stream."""
        return f"order:{self.order_id}"

    @transition(field=state, source=RefundState.REQUESTED, target=RefundState.APPROVED)
    def approve(self) -> None:
        """It may be paid out."""

    @transition(field=state, source=RefundState.APPROVED, target=RefundState.SUBMITTED)
    def submit(self) -> None:
        """The gateway is asked to pay it out."""

    @transition(field=state, source=RefundState.SUBMITTED, target=RefundState.SETTLED)
    def settle(self, *, at: datetime) -> None:
        """The gateway has paid it out."""
        self.settled_at = at

    @transition(field=state, source=RefundState.SUBMITTED, target=RefundState.FAILED)
    def fail(self, *, why: str) -> None:
        """The gateway refuses to pay it out."""
        self.failure = why

    @transition(field=state, source=[RefundState.REQUESTED, RefundState.APPROVED], target=RefundState.CANCELLED)
    def cancel(self) -> None:
        """It will not be paid out."""


class PaymentEvent(Claimable):
    """One thing asked of a gateway: the intent with its key, committed before the call, and what became of it."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="events")
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, blank=True, related_name="events")
    kind = models.CharField(max_length=10, choices=EventKind.choices)
    gateway = models.CharField(max_length=24)
    key = models.CharField(max_length=120, unique=True)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.PENDING)
    transaction_id = models.CharField(max_length=120, blank=True, default="")
    code = models.CharField(max_length=48, blank=True, default="")
    message = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            words_check("kind", EventKind.values, "payment_event_kind_word"),
            words_check("outcome", Outcome.values, "payment_event_outcome_word"),
            models.UniqueConstraint(
                fields=["gateway", "transaction_id", "kind"], condition=~Q(transaction_id=""), name="transaction_once"
            ),
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(kind__in=["capture", "void"]) & Q(outcome__in=["pending", "unknown"]),
                name="one_capture_or_void_in_flight",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0) & Q(amount__lte=10**12), name="payment_event_amount_sane"
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at", "id"], name="payment_event_due", condition=Q(outcome__in=OPEN_OUTCOMES))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.get_outcome_display()}"
