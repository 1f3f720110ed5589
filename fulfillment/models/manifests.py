"""Handing over: the list of the day of one carrier at one location, the parcels on it, and what a handheld read."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from fulfillment.models.shipments import Package
from fulfillment.states import WAITING_LISTS, HandOverWay, ManifestState
from inventory.models import Location
from oms.foundation.aggregate import Aggregate, words_check
from oms.foundation.claims import Claimable

M = ManifestState


class Manifest(Claimable, Aggregate):
    """The parcels that leave a location with one carrier on one day.

    Each location loads one list of a carrier at a time. ``carrier_number`` is the carrier's own for it, where it closes
    the day; ``failure`` why it did not, or what a person has to find out.
    """

    number = models.CharField(max_length=16, unique=True, editable=False)
    location = models.ForeignKey(Location, models.PROTECT, related_name="manifests")
    carrier = models.CharField(max_length=24)
    day = models.DateField()
    state = FSMField(max_length=12, default=M.OPEN, choices=M.choices, protected=True)
    carrier_number = models.CharField("number at the carrier", max_length=64, blank=True, default="", editable=False)
    failure = models.CharField(max_length=300, blank=True, default="", editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    handed_over_at = models.DateTimeField(null=True, blank=True, editable=False)
    way = models.CharField("how it left", max_length=8, choices=HandOverWay.choices, blank=True, default="")
    driver = models.CharField(max_length=120, blank=True, default="", editable=False)

    class Meta:
        permissions = [("load_manifest", "Can load parcels, close the day and hand over to the driver")]
        constraints = [
            words_check("state", M.values, "manifest_state_word"),
            words_check("way", ["", *HandOverWay.values], "manifest_way_word"),
            models.UniqueConstraint(
                fields=["location", "carrier"], condition=Q(state="open"), name="one_open_manifest"
            ),
            models.CheckConstraint(
                condition=~Q(state="handed_over") | Q(handed_over_at__isnull=False), name="manifest_left_when"
            ),
        ]
        indexes = [
            models.Index(fields=["location", "-day"], name="manifest_by_day"),
            models.Index(fields=["next_try_at", "id"], name="manifest_due", condition=Q(state__in=WAITING_LISTS)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def told(self) -> str:
        """Return which list it is, for a line of the timeline."""
        return f"{self.number} of {self.carrier} at {self.location.code}."

    @transition(field=state, source=[M.OPEN, M.FAILED], target=M.CLOSED)
    def close(self, *, at: datetime) -> None:
        """Nothing more is loaded; the carrier need not be told."""
        self.closed_at, self.failure = at, ""

    @transition(field=state, source=[M.OPEN, M.FAILED], target=M.CLOSING)
    def ask_carrier(self, *, at: datetime) -> None:
        """Nothing more is loaded; a worker tells the carrier."""
        self.closed_at, self.failure = at, ""

    @transition(field=state, source=M.CLOSING, target=M.UNKNOWN)
    def lose_answer(self) -> None:
        """The carrier was told, and its answer was lost."""

    @transition(field=state, source=[M.CLOSING, M.UNKNOWN], target=M.CLOSED)
    def confirm(self, *, number: str) -> None:
        """The carrier has it on its list."""
        self.carrier_number, self.failure = number, ""

    @transition(field=state, source=[M.CLOSING, M.UNKNOWN], target=M.FAILED)
    def fail(self, *, why: str) -> None:
        """The carrier has taken none of it."""
        self.failure = why

    @transition(field=state, source=[M.CLOSED, M.FAILED], target=M.OPEN)
    def reopen(self) -> None:
        """More is loaded, or something is taken off."""
        self.closed_at, self.failure = None, ""

    @transition(field=state, source=M.CLOSED, target=M.HANDED_OVER)
    def hand_over(self, *, at: datetime, way: str, driver: str) -> None:
        """The carrier has the parcels."""
        self.handed_over_at, self.way, self.driver = at, way, driver

    @transition(field=state, source=[M.OPEN, M.FAILED], target=M.DROPPED)
    def drop(self) -> None:
        """Nothing of it goes."""


class ManifestParcel(models.Model):
    """One parcel on a list, under the tracking number that was on it; ``left_at`` is when it was taken off again.

    ``told_at`` is when its carrier was told that it comes; it is told of one number once.
    """

    manifest = models.ForeignKey(Manifest, models.PROTECT, related_name="rows")
    package = models.ForeignKey(Package, models.PROTECT, related_name="manifest_rows")
    tracking_number = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()
    loaded_by = models.CharField(max_length=150, blank=True, default="")
    told_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    left_why = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["package"], condition=Q(left_at=None), name="parcel_on_one_manifest"),
        ]
        indexes = [models.Index(fields=["manifest", "left_at"], name="manifest_rows")]

    def __str__(self) -> str:
        return self.tracking_number


class LoadScan(models.Model):
    """What a handheld sent at the truck, once: the same key again is answered with what came of it the first time."""

    key = models.UUIDField(unique=True, editable=False)
    manifest = models.ForeignKey(Manifest, models.PROTECT, related_name="scans")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    code = models.CharField(max_length=64, blank=True, default="")
    tone = models.CharField(max_length=8)
    sentence = models.CharField(max_length=300)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, help_text="When the handheld read it, by its own clock.")

    class Meta:
        constraints = [words_check("tone", ["ok", "done", "wrong", "gone"], "load_scan_tone_word")]

    def __str__(self) -> str:
        return f"{self.code} {self.tone}"
