"""Returns: what comes back of an order, how it was found, and the refund it earns."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from inventory.models import Location
from oms.foundation.aggregate import Aggregate, words_check
from orders.models import Order, OrderLine, Refund
from returns.states import Acceptance, Disposition, Reception, ReturnReason, ReturnState

S = ReturnState


class Return(Aggregate):
    """Pieces of one order on their way back (RMA); it may be received at any location."""

    number = models.CharField(max_length=16, unique=True, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="returns")
    state = FSMField(max_length=12, default=S.REQUESTED, choices=S.choices, protected=True)
    reason = models.CharField(max_length=20, choices=ReturnReason.choices, default=ReturnReason.OTHER)
    note = models.CharField(max_length=1000, blank=True, default="")
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, related_name="returns")
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, blank=True, related_name="returns")
    refund_shipping = models.BooleanField(default=False)
    approved_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            words_check("state", S.values, "return_state_word"),
            words_check("reason", ReturnReason.values, "return_reason_word"),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="return_by_state")]
        permissions = [
            ("request_return", "Can announce returns"),
            ("approve_return", "Can approve and decline returns"),
            ("send_return", "Can tell that a returned parcel is on its way"),
            ("receive_return", "Can receive returned parcels"),
            ("inspect_return", "Can inspect returned pieces"),
            ("complete_return", "Can complete returns and refund them"),
            ("cancel_return", "Can cancel returns"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def stream(self) -> str:
        """Return the order's stream."""
        return f"order:{self.order_id}"

    @transition(field=state, source=S.REQUESTED, target=S.APPROVED)
    def approve(self, *, at: datetime) -> None:
        """The customer may send it."""
        self.approved_at = at

    @transition(field=state, source=S.APPROVED, target=S.IN_TRANSIT)
    def dispatch(self) -> None:
        """The customer has sent it."""

    @transition(field=state, source=[S.APPROVED, S.IN_TRANSIT], target=S.RECEIVED)
    def receive(self, *, at: datetime) -> None:
        """The parcel is here."""
        self.received_at = at

    @transition(field=state, source=S.RECEIVED, target=S.COMPLETED)
    def complete(self, *, at: datetime) -> None:
        """Everything was inspected and the money is on its way."""
        self.completed_at = at

    @transition(field=state, source=S.REQUESTED, target=S.DECLINED)
    def decline(self) -> None:
        """The customer may not send it."""

    @transition(field=state, source=[S.REQUESTED, S.APPROVED, S.IN_TRANSIT], target=S.CANCELLED)
    def cancel(self) -> None:
        """The customer keeps it."""

    @transition(field=state, source=[S.APPROVED, S.IN_TRANSIT], target=S.EXPIRED)
    def expire(self) -> None:
        """It never came."""


class ReturnLine(models.Model):
    """Pieces of one order line within a return, on three axes: what arrived, whether accepted, what becomes of it."""

    return_order = models.ForeignKey(Return, models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(OrderLine, models.PROTECT, related_name="return_lines")
    quantity = models.PositiveIntegerField()
    quantity_received = models.PositiveIntegerField(default=0)
    quantity_restocked = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=20, choices=ReturnReason.choices, blank=True, default="")
    reception = models.CharField(max_length=12, choices=Reception.choices, default=Reception.AWAITING)
    acceptance = models.CharField(max_length=10, choices=Acceptance.choices, default=Acceptance.PENDING)
    disposition = models.CharField(max_length=20, choices=Disposition.choices, blank=True, default="")
    inspection_note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["return_order", "order_line"], name="return_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0)
                & Q(quantity_received__lte=F("quantity"))
                & Q(quantity_restocked__lte=F("quantity_received")),
                name="return_line_in_order",
            ),
            words_check("reception", Reception.values, "return_reception_word"),
            words_check("acceptance", Acceptance.values, "return_acceptance_word"),
            words_check("disposition", Disposition.values, "return_disposition_word"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.order_line.sku}"

    @property
    def is_inspected(self) -> bool:
        """Return whether somebody has decided about the received pieces."""
        return self.acceptance != Acceptance.PENDING and bool(self.disposition)


class ReturnReceipt(models.Model):
    """What one scan of a parcel added to a return; append-only, each scan once.

    Without a line it is something the customer did not announce: kept as found, never put to stock.
    """

    return_order = models.ForeignKey(Return, models.CASCADE, related_name="receipts")
    return_line = models.ForeignKey(ReturnLine, models.CASCADE, null=True, blank=True, related_name="receipts")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    scan = models.CharField(max_length=120)
    sku = models.CharField("SKU", max_length=64)
    quantity = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["return_order", "scan", "return_line"], name="return_scan_once"),
        ]
        indexes = [models.Index(fields=["return_order", "scan"], name="return_receipt_scan")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"
