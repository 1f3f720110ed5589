"""What a carrier is asked to pay for a parcel that it lost or broke."""

from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from fulfillment.models.shipments import Package
from fulfillment.states_parcels import LIVE_CLAIMS, ClaimReason, ClaimState
from oms.foundation.aggregate import Aggregate, words_check
from oms.foundation.money import Money

S = ClaimState


class CarrierClaim(Aggregate):
    """A claim at a carrier for one parcel: how much, why, until when it must be handed in, and what came of it.

    Amounts are minor units of ``currency``; ``paid`` is what the carrier has paid in the end.
    """

    number = models.CharField(max_length=16, unique=True, editable=False)
    package = models.ForeignKey(Package, models.PROTECT, related_name="claims")
    state = FSMField(max_length=10, default=S.DRAFT, choices=S.choices, protected=True)
    reason = models.CharField(max_length=8, choices=ClaimReason.choices)
    amount = models.BigIntegerField()
    paid = models.BigIntegerField(null=True, blank=True, editable=False)
    currency = models.CharField(max_length=3)
    due_on = models.DateField("to be handed in by")
    reference = models.CharField("the carrier's number", max_length=60, blank=True, default="")
    note = models.CharField(max_length=300, blank=True, default="")
    answer = models.CharField("what the carrier says", max_length=300, blank=True, default="")
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "claim"
        permissions = [("handle_carrierclaim", "Can claim parcels from carriers")]
        constraints = [
            words_check("state", S.values, "claim_state_word"),
            words_check("reason", ClaimReason.values, "claim_reason_word"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="claim_positive"),
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(paid__isnull=False, paid__gt=0), name="claim_paid_how_much"
            ),
            models.UniqueConstraint(fields=["package"], condition=Q(state__in=LIVE_CLAIMS), name="claim_lives_once"),
        ]
        indexes = [models.Index(fields=["due_on", "id"], name="claim_due", condition=Q(state="draft"))]

    def __str__(self) -> str:
        return self.number

    @property
    def stream(self) -> str:
        """Return the order's stream."""
        return self.package.shipment.stream

    @property
    def money(self) -> Money:
        """Return what is claimed."""
        return Money(self.amount, self.currency)

    @property
    def told(self) -> str:
        """Return which claim it is, for a line of the timeline."""
        return f"{self.number}: {self.money} for parcel {self.package}."

    @transition(field=state, source=S.DRAFT, target=S.SUBMITTED)
    def submit(self, *, reference: str, at: datetime) -> None:
        """The carrier has it."""
        self.reference, self.submitted_at = reference, at

    @transition(field=state, source=S.SUBMITTED, target=S.ACCEPTED)
    def accept(self, *, answer: str) -> None:
        """The carrier means to pay."""
        self.answer = answer

    @transition(field=state, source=S.SUBMITTED, target=S.DECLINED)
    def decline(self, *, answer: str, at: datetime) -> None:
        """The carrier will not pay."""
        self.answer, self.ended_at = answer, at

    @transition(field=state, source=S.DECLINED, target=S.SUBMITTED)
    def appeal(self, *, note: str) -> None:
        """The carrier is asked again."""
        self.note, self.ended_at = note, None

    @transition(field=state, source=[S.SUBMITTED, S.ACCEPTED], target=S.PAID)
    def pay(self, *, amount: int, at: datetime) -> None:
        """The money has come."""
        self.paid, self.ended_at = amount, at

    @transition(field=state, source=[S.DRAFT, S.SUBMITTED, S.ACCEPTED], target=S.CLOSED)
    def close(self, *, at: datetime) -> None:
        """The parcel was found again."""
        self.ended_at = at

    @transition(field=state, source=[S.DRAFT, S.SUBMITTED, S.ACCEPTED], target=S.WITHDRAWN)
    def withdraw(self, *, at: datetime) -> None:
        """We do not claim it any more."""
        self.ended_at = at

    def is_overdue(self, today: date) -> bool:
        """Say whether it should have been handed in already."""
        return self.state == S.DRAFT and self.due_on < today
