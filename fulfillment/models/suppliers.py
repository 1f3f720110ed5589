"""What suppliers (drop-ship) and third parties (3PL) are asked to send to our customers, and what they say."""

from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from fulfillment.models.orders import FulfillmentOrder
from fulfillment.states import OPEN_REQUESTS, RequestState
from fulfillment.states_partners import AfterCancel
from inventory.models.places import LocationKind
from oms.foundation.aggregate import Aggregate, words_check

S = RequestState


class SupplierRequest(Aggregate):
    """What a supplier or third party is asked to send to the customer; ``number`` is ours, ``reference`` theirs.

    A supplier is told when we want it no more. A third party holds the pieces in hands: it is asked to cancel, and what
    becomes of them once it has agreed stands in ``after_cancel``.
    """

    number = models.CharField(max_length=16, unique=True, editable=False)
    fulfillment_order = models.ForeignKey(FulfillmentOrder, models.PROTECT, related_name="requests")
    state = FSMField(max_length=10, default=S.REQUESTED, choices=S.choices, protected=True)
    reference = models.CharField("their number", max_length=64, blank=True, default="", editable=False)
    asked_at = models.DateTimeField(editable=False)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    sends_on = models.DateField("will be sent on", null=True, blank=True, editable=False)
    answer = models.CharField("what was said", max_length=300, blank=True, default="", editable=False)
    cancel_asked_at = models.DateTimeField("asked to cancel", null=True, blank=True, editable=False)
    after_cancel = models.CharField(
        "once it is cancelled", max_length=12, choices=AfterCancel.choices, blank=True, default="", editable=False
    )

    class Meta:
        permissions = [("answer_supplierrequest", "Can enter what suppliers answer and send")]
        constraints = [
            words_check("state", S.values, "supplier_request_state_word"),
            words_check("after_cancel", ["", *AfterCancel.values], "supplier_request_after_word"),
            models.CheckConstraint(
                condition=~Q(state="cancelling") | Q(cancel_asked_at__isnull=False) & ~Q(after_cancel=""),
                name="supplier_request_cancel_asked",
            ),
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

    @property
    def is_at_third_party(self) -> bool:
        """Return whether a third party has it, which cannot simply be told that we want it no more."""
        return bool(self.fulfillment_order.location.kind == LocationKind.THIRD_PARTY)

    @transition(field=state, source=S.REQUESTED, target=S.ACCEPTED)
    def accept(self, *, at: datetime, reference: str, sends_on: date | None) -> None:
        """It will be sent."""
        self.answered_at, self.reference, self.sends_on = at, reference, sends_on

    @transition(field=state, source=OPEN_REQUESTS, target=S.REJECTED)
    def reject(self, *, at: datetime, why: str) -> None:
        """It cannot be sent."""
        self.answered_at, self.answer = at, why[:300]

    @transition(field=state, source=[S.REQUESTED, S.ACCEPTED], target=S.CANCELLING)
    def ask_to_cancel(self, *, at: datetime, why: str, then: str) -> None:
        """We want it no more, and ask whether it can still be stopped."""
        self.cancel_asked_at, self.answer, self.after_cancel = at, why[:300], then

    @transition(field=state, source=S.CANCELLING, target=S.ACCEPTED)
    def refuse_cancel(self, *, at: datetime, why: str) -> None:
        """It cannot be stopped any more: it will be sent."""
        self.answered_at, self.answer = at, why[:300]

    @transition(field=state, source=OPEN_REQUESTS, target=S.CANCELLED)
    def cancel(self, *, why: str) -> None:
        """It is not sent."""
        self.answer = why[:300]

    @transition(field=state, source=OPEN_REQUESTS, target=S.FULFILLED)
    def fulfill(self) -> None:
        """It is on its way."""
