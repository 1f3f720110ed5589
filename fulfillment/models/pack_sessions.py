"""Packing by scans: a session is one packing of a location's work, with its parcels and what was scanned into each."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from fulfillment.models.boxes import Box
from fulfillment.models.orders import Allocation, FulfillmentOrder
from fulfillment.models.shipments import Package, Shipment
from fulfillment.states import Mispack, PackSessionState
from inventory.models import Product
from oms.foundation.aggregate import Aggregate, words_check

S = PackSessionState


class PackSession(Aggregate):
    """One packing of a fulfillment order, piece by piece.

    It is held by one person until ``leased_until``; every scan renews that. Then anybody may go on where it stands.
    ``advice`` is the plan for the pieces that are not in a closed parcel yet.
    """

    fulfillment_order = models.ForeignKey(FulfillmentOrder, models.PROTECT, related_name="pack_sessions")
    state = FSMField(max_length=12, default=S.OPEN, choices=S.choices, protected=True)
    packer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    advice = models.JSONField(default=dict, blank=True, editable=False)
    shipment = models.OneToOneField(
        Shipment, models.PROTECT, null=True, blank=True, related_name="pack_session", editable=False
    )
    done_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            words_check("state", S.values, "pack_session_state_word"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(shipment__isnull=False), name="pack_session_done_has_shipment"
            ),
            models.UniqueConstraint(
                fields=["fulfillment_order"], condition=Q(state="open"), name="one_open_pack_session"
            ),
        ]

    def __str__(self) -> str:
        return f"packing {self.pk}"

    @property
    def stream(self) -> str:
        """Return the order's stream: who packed what stands on the order's timeline."""
        return f"order:{self.fulfillment_order.order_id}"

    def is_free(self, now: datetime) -> bool:
        """Return whether anybody may go on with it."""
        return self.packer_id is None or self.leased_until is None or self.leased_until <= now

    @transition(field=state, source=S.OPEN, target=S.DONE)
    def finish(self, *, shipment: Shipment, at: datetime) -> None:
        """Every piece is in a closed parcel, and the shipment is made."""
        self.shipment, self.done_at, self.leased_until = shipment, at, None

    @transition(field=state, source=S.OPEN, target=S.DROPPED)
    def drop(self) -> None:
        """The work was packed otherwise, stopped or changed; what was scanned counts no more."""
        self.leased_until = None


class PackParcel(models.Model):
    """A parcel of a session: its box and the one that was advised; open until it is closed."""

    session = models.ForeignKey(PackSession, models.PROTECT, related_name="parcels")
    position = models.PositiveSmallIntegerField()
    box = models.ForeignKey(Box, models.PROTECT, null=True, blank=True, related_name="+")
    advised = models.ForeignKey(Box, models.PROTECT, null=True, blank=True, related_name="+")
    weight_g = models.PositiveIntegerField("weighed (g)", null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    package = models.OneToOneField(Package, models.PROTECT, null=True, blank=True, related_name="packed_as")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "position"], name="pack_parcel_position"),
            models.UniqueConstraint(
                fields=["session"], condition=Q(closed_at__isnull=True), name="one_open_pack_parcel"
            ),
        ]

    def __str__(self) -> str:
        return f"parcel {self.position}"


class PackItem(models.Model):
    """Pieces of one allocation that were scanned into one parcel; none any more where it was emptied."""

    parcel = models.ForeignKey(PackParcel, models.CASCADE, related_name="items")
    allocation = models.ForeignKey(Allocation, models.PROTECT, related_name="pack_items")
    quantity = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parcel", "allocation"], name="pack_item_once"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} pieces"


class PackScan(models.Model):
    """What a packer sent, once: the same key again is answered with what came of it the first time.

    ``mispack`` says what the scan kept from going into a parcel; ``product`` is what was scanned, where it is known.
    """

    key = models.UUIDField(unique=True, editable=False)
    session = models.ForeignKey(PackSession, models.PROTECT, related_name="scans")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    act = models.CharField(max_length=8)
    code = models.CharField(max_length=64, blank=True, default="")
    quantity = models.PositiveIntegerField(default=0)
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True, related_name="+")
    tone = models.CharField(max_length=8)
    sentence = models.CharField(max_length=300)
    mispack = models.CharField(max_length=8, blank=True, default="", choices=Mispack.choices)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = "mispack caught", "mispacks caught"
        ordering = ["-id"]
        constraints = [
            words_check("tone", ["ok", "done", "wrong", "gone"], "pack_scan_tone_word"),
            words_check("mispack", ["", *Mispack.values], "pack_scan_mispack_word"),
        ]
        indexes = [
            models.Index(F("at").desc(), name="pack_scan_mispacks", condition=~Q(mispack="")),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.tone}"
