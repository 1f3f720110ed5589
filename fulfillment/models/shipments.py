"""Shipments: parcels, their labels and what the carrier tells about them."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from fulfillment.models.boxes import Box
from fulfillment.models.orders import Allocation, FulfillmentOrder
from fulfillment.states import DEAD_LABELS, TROUBLED_LABELS, LabelState, ShipmentState, TrackingStatus
from fulfillment.states_parcels import RefusedFor
from inventory.models import Location
from oms.foundation.aggregate import Aggregate, Versioned, words_check
from oms.foundation.claims import Claimable
from orders.models import Order

S, L = ShipmentState, LabelState


class Shipment(Aggregate):
    """Parcels that leave one location for one order with one carrier and service."""

    number = models.CharField(max_length=16, unique=True, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="shipments")
    fulfillment_order = models.ForeignKey(FulfillmentOrder, models.PROTECT, related_name="shipments")
    location = models.ForeignKey(Location, models.PROTECT, related_name="shipments")
    state = FSMField(max_length=12, default=S.PACKING, choices=S.choices, protected=True)
    carrier = models.CharField(max_length=24, blank=True, default="")
    service = models.CharField(max_length=40, blank=True, default="")
    rates = models.JSONField(default=list, blank=True, help_text="The rates compared when the label was bought.")
    rate_reason = models.CharField(max_length=300, blank=True, default="")
    turned_from = models.JSONField(
        default=list, blank=True, help_text="The carriers that others stand in for, with their rates and words."
    )
    stand_in_note = models.CharField(max_length=500, blank=True, default="", editable=False)
    stand_in_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    stand_in_asked = models.BooleanField("a person asked for a stand-in", default=False, editable=False)
    packed_at = models.DateTimeField(null=True, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        permissions = [
            ("label_shipment", "Can buy and print labels"),
            ("void_shipment", "Can void labels"),
            ("ship_shipment", "Can hand parcels to the carrier"),
        ]
        constraints = [words_check("state", S.values, "shipment_state_word")]
        indexes = [
            models.Index(fields=["state", "-id"], name="shipment_by_state"),
            models.Index(fields=["shipped_at"], name="shipment_left", condition=Q(shipped_at__isnull=False)),
            models.Index(
                fields=["stand_in_due_at"], name="shipment_stand_in", condition=Q(stand_in_due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def stream(self) -> str:
        """Return the order's stream."""
        return f"order:{self.order_id}"

    @transition(field=state, source=S.PACKING, target=S.PACKED)
    def pack(self, *, at: datetime) -> None:
        """Everything is in its parcels."""
        self.packed_at = at

    @transition(field=state, source=S.PACKED, target=S.LABELLED)
    def label(self) -> None:
        """Every parcel has its label."""

    @transition(field=state, source=[S.LABELLED, S.MANIFESTED], target=S.PACKED)
    def unlabel(self) -> None:
        """A label was voided."""

    @transition(field=state, source=S.LABELLED, target=S.MANIFESTED)
    def manifest(self) -> None:
        """The carrier was told of it."""

    @transition(field=state, source=S.MANIFESTED, target=S.LABELLED)
    def leave_manifest(self) -> None:
        """It does not go with that list."""

    @transition(field=state, source=[S.LABELLED, S.MANIFESTED], target=S.SHIPPED)
    def ship(self, *, at: datetime) -> None:
        """It was handed over."""
        self.shipped_at = at

    @transition(field=state, source=S.PACKED, target=S.SHIPPED)
    def hand_over(self, *, at: datetime) -> None:
        """It left without a label of ours: the customer has collected it, or a supplier has sent it."""
        self.shipped_at = at

    @transition(field=state, source=[S.PACKING, S.PACKED, S.LABELLED], target=S.CANCELLED)
    def cancel(self) -> None:
        """It will not leave."""


class Package(Versioned):
    """One parcel: weight in grams, outer sizes in millimetres, and how far the carrier has brought it."""

    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="packages")
    position = models.PositiveSmallIntegerField(default=1)
    material = models.CharField("packaging", max_length=60, blank=True, default="")
    box = models.ForeignKey(Box, models.PROTECT, null=True, blank=True, related_name="packages", editable=False)
    advised = models.ForeignKey(
        Box, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name="box advised"
    )
    weight_g = models.PositiveIntegerField("weight (g)")
    length_mm = models.PositiveIntegerField(default=0)
    width_mm = models.PositiveIntegerField(default=0)
    height_mm = models.PositiveIntegerField(default=0)
    carrier = models.CharField(max_length=24, blank=True, default="")
    tracking_number = models.CharField(max_length=64, blank=True, default="")
    tracking_status = models.CharField(
        max_length=20, choices=TrackingStatus.choices, default=TrackingStatus.PRE_TRANSIT, editable=False
    )
    last_event_at = models.DateTimeField(null=True, blank=True, editable=False)
    expected_on = models.DateField("expected delivery", null=True, blank=True)
    promised_on = models.DateField("promised for", null=True, blank=True, editable=False)
    days_late = models.SmallIntegerField(
        null=True, blank=True, editable=False, help_text="Days after the carrier's day when it left; early is negative."
    )
    delivered_at = models.DateTimeField(null=True, blank=True, editable=False)
    tracking_due_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "parcel"
        permissions = [("track_package", "Can record tracking by hand")]
        constraints = [
            models.UniqueConstraint(fields=["shipment", "position"], name="package_position_once"),
            models.UniqueConstraint(
                fields=["carrier", "tracking_number"], condition=~Q(tracking_number=""), name="tracking_number_once"
            ),
            words_check("tracking_status", TrackingStatus.values, "package_tracking_word"),
        ]
        indexes = [
            models.Index(fields=["tracking_number"], name="package_tracking"),
            models.Index(fields=["tracking_status", "expected_on"], name="package_by_status"),
            models.Index(fields=["delivered_at"], name="package_arrived", condition=Q(delivered_at__isnull=False)),
            models.Index(
                fields=["tracking_due_at"], name="package_tracking_due", condition=Q(tracking_due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.tracking_number or f"parcel {self.position} of {self.shipment_id}"


class PackageItem(models.Model):
    """Pieces of one allocation inside one parcel."""

    package = models.ForeignKey(Package, models.CASCADE, related_name="items")
    allocation = models.ForeignKey(Allocation, models.PROTECT, related_name="package_items")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["package", "allocation"], name="package_item_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="package_item_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} pieces"


def surely_not_asked(label: Any) -> bool:
    """Return whether no worker has a label, and none has left it that may have asked its carrier."""
    return label.attempts == 0 and label.lease_until is None


class Label(Claimable, Aggregate):
    """A label asked of a carrier: the intent with its key, committed before the call, and what came of it."""

    package = models.ForeignKey(Package, models.PROTECT, related_name="labels")
    state = FSMField(max_length=16, default=L.REQUESTED, choices=L.choices, protected=True)
    key = models.CharField(max_length=120, unique=True)
    carrier = models.CharField(max_length=24)
    service = models.CharField(max_length=40, blank=True, default="")
    cost = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    carrier_reference = models.CharField(max_length=120, blank=True, default="")
    tracking_number = models.CharField(max_length=64, blank=True, default="")
    document = models.BinaryField(null=True, blank=True)
    zpl = models.TextField(blank=True, default="")
    failure = models.CharField(max_length=300, blank=True, default="")
    refused_for = models.CharField(max_length=8, choices=RefusedFor.choices, blank=True, default="", editable=False)
    silent_since = models.DateTimeField(null=True, blank=True, editable=False)
    by_hand = models.BooleanField("service named by a person", default=False, editable=False)
    prints = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            words_check("state", L.values, "label_state_word"),
            words_check("refused_for", ["", *RefusedFor.values], "label_refused_for_word"),
            models.UniqueConstraint(fields=["package"], condition=~Q(state__in=DEAD_LABELS), name="one_live_label"),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                name="label_due",
                condition=Q(state__in=["requested", "unknown", "void_requested"]),
            ),
            models.Index(fields=["package"], name="label_troubled", condition=Q(state__in=TROUBLED_LABELS)),
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_number}".strip()

    @property
    def stream(self) -> str:
        """Return the parcel's own stream."""
        return f"package:{self.package_id}"

    @transition(field=state, source=[L.REQUESTED, L.UNKNOWN], target=L.PURCHASED)
    def purchase(self) -> None:
        """The carrier has made it."""

    @transition(field=state, source=[L.REQUESTED, L.UNKNOWN], target=L.FAILED)
    def fail(self, *, why: str) -> None:
        """The carrier refuses to make it."""
        self.failure = why

    @transition(field=state, source=L.REQUESTED, target=L.FAILED, conditions=[surely_not_asked])
    def give_way(self, *, why: str) -> None:
        """Another carrier stands in; only before the carrier was asked, so that nothing is bought twice."""
        self.failure = why

    @transition(field=state, source=L.REQUESTED, target=L.UNKNOWN)
    def lose_answer(self) -> None:
        """The carrier was asked, and its answer was lost."""

    @transition(field=state, source=[L.PURCHASED, L.PRINTED], target=L.PRINTED)
    def print(self) -> None:
        """It was sent to a printer."""
        self.prints += 1

    @transition(field=state, source=[L.PURCHASED, L.PRINTED], target=L.VOID_REQUESTED)
    def request_void(self) -> None:
        """The carrier is asked to take it back."""

    @transition(field=state, source=L.VOID_REQUESTED, target=L.VOIDED)
    def void(self) -> None:
        """The carrier has taken it back."""

    @transition(field=state, source=L.VOID_REQUESTED, target=L.PURCHASED)
    def keep(self, *, why: str) -> None:
        """The carrier will not take it back."""
        self.failure = why


class TrackingEvent(models.Model):
    """One thing a carrier told about a parcel; append-only, each once, late ones included."""

    package = models.ForeignKey(Package, models.CASCADE, related_name="tracking_events")
    source_id = models.CharField(max_length=160)
    status = models.CharField(max_length=20, choices=TrackingStatus.choices)
    raw_code = models.CharField(max_length=40, blank=True, default="")
    description = models.CharField(max_length=300, blank=True, default="")
    place = models.CharField(max_length=120, blank=True, default="")
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["package", "source_id"], name="tracking_event_once"),
            words_check("status", TrackingStatus.values, "tracking_event_word"),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.occurred_at:%Y-%m-%d %H:%M}"
