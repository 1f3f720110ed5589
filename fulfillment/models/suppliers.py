"""Drop-ship: what suppliers are asked to send to our customers, and what they say."""

from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from fulfillment.models.orders import FulfillmentOrder
from fulfillment.states import OPEN_REQUESTS, RequestState
from oms.foundation.aggregate import Aggregate, words_check

S = RequestState


class SupplierRequest(Aggregate):
    """A purchase order to a supplier who sends straight to the customer; ``number`` is ours, ``reference`` theirs."""

    number = models.CharField(max_length=16, unique=True, editable=False)
    fulfillment_order = models.ForeignKey(FulfillmentOrder, models.PROTECT, related_name="requests")
    state = FSMField(max_length=10, default=S.REQUESTED, choices=S.choices, protected=True)
    reference = models.CharField("supplier's number", max_length=64, blank=True, default="", editable=False)
    asked_at = models.DateTimeField(editable=False)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    sends_on = models.DateField("will be sent on", null=True, blank=True, editable=False)
    answer = models.CharField("what was said", max_length=300, blank=True, default="", editable=False)

    class Meta:
        permissions = [("answer_supplierrequest", "Can enter what suppliers answer and send")]
        constraints = [
            words_check("state", S.values, "supplier_request_state_word"),
            models.UniqueConstraint(
                fields=["fulfillment_order"], condition=Q(state__in=OPEN_REQUESTS), name="supplier_asked_once"
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="supplier_request_by_state")]

    def __str__(self) -> str:
        return self.number

    @property
    def stream(self) -> str:
        """Return the order's stream: what a supplier says stands on the order's timeline."""
        return f"order:{self.fulfillment_order.order_id}"

    @property
    def told(self) -> str:
        """Return which request it is and to whom, for a line of the timeline."""
        return f"{self.number} to {self.fulfillment_order.location.name}."

    @transition(field=state, source=S.REQUESTED, target=S.ACCEPTED)
    def accept(self, *, at: datetime, reference: str, sends_on: date | None) -> None:
        """The supplier will send it."""
        self.answered_at, self.reference, self.sends_on = at, reference, sends_on

    @transition(field=state, source=[S.REQUESTED, S.ACCEPTED], target=S.REJECTED)
    def reject(self, *, at: datetime, why: str) -> None:
        """The supplier cannot send it."""
        self.answered_at, self.answer = at, why[:300]

    @transition(field=state, source=[S.REQUESTED, S.ACCEPTED], target=S.CANCELLED)
    def cancel(self, *, why: str) -> None:
        """We want it no more."""
        self.answer = why[:300]
