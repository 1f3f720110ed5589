"""Bins: the places within a location, and which pieces of a stock level lie in which."""

from django.db import models
from django.db.models import Q

from inventory.models.lots import Lot
from inventory.models.places import Location
from inventory.models.stock import StockLevel
from oms.foundation.aggregate import Versioned, words_check


class BinKind(models.TextChoices):
    """What a bin is for."""

    PICK = "pick", "pick face"
    RESERVE = "reserve", "reserve"
    RECEIVING = "receiving", "receiving"
    PACKING = "packing", "packing"
    QUARANTINE = "quarantine", "quarantine"


class Bin(Versioned):
    """One place within a location: where it is, in which turn it is walked to, and how much goes in."""

    location = models.ForeignKey(Location, models.PROTECT, related_name="bins")
    code = models.CharField(max_length=32)
    kind = models.CharField(max_length=12, choices=BinKind.choices, default=BinKind.PICK)
    zone = models.CharField(max_length=16, blank=True, default="")
    aisle = models.CharField(max_length=16, blank=True, default="")
    bay = models.CharField(max_length=16, blank=True, default="")
    level = models.CharField(max_length=16, blank=True, default="")
    x_mm = models.PositiveIntegerField("x (mm)", null=True, blank=True)
    y_mm = models.PositiveIntegerField("y (mm)", null=True, blank=True)
    sequence = models.PositiveIntegerField("turn", default=0, help_text="Bins are walked to in this order.")
    capacity_mm3 = models.PositiveBigIntegerField(
        "room (mm³)", null=True, blank=True, help_text="Empty means without limit."
    )
    capacity_g = models.PositiveIntegerField("load (g)", null=True, blank=True, help_text="Empty means without limit.")
    is_active = models.BooleanField("in use", default=True)

    class Meta:
        ordering = ["location__code", "sequence", "code"]
        constraints = [
            models.UniqueConstraint(fields=["location", "code"], name="bin_once"),
            models.CheckConstraint(condition=~Q(code=""), name="bin_code_given"),
            words_check("kind", BinKind.values, "bin_kind_word"),
        ]
        indexes = [models.Index(fields=["location", "sequence", "code"], name="bin_by_turn")]

    def __str__(self) -> str:
        return f"{self.code} at {self.location.code}"


class BinStock(models.Model):
    """The pieces of one stock level in one bin; written by the services of bins alone, under the level's lock.

    What is followed by lot or serial number has a row for each of these; then pieces in no bin have rows as well,
    without a bin, so that every piece on hand has its lot. ``single`` says that the row is of one numbered piece.
    """

    bin = models.ForeignKey(Bin, models.PROTECT, null=True, blank=True, related_name="stock")
    stock_level = models.ForeignKey(StockLevel, models.PROTECT, related_name="bin_stock")
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, blank=True, related_name="stock", editable=False)
    single = models.BooleanField(default=False, editable=False)
    quantity = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        indexes = [
            # each number that was sold leaves an empty row behind
            models.Index(fields=["stock_level"], condition=Q(quantity__gt=0), name="bin_stock_that_lies")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["bin", "stock_level"], condition=Q(lot__isnull=True), name="bin_stock_once"
            ),
            models.UniqueConstraint(
                fields=["bin", "stock_level", "lot"], condition=Q(lot__isnull=False), name="bin_stock_of_lot_once"
            ),
            models.UniqueConstraint(
                fields=["stock_level", "lot"], condition=Q(bin__isnull=True), name="bin_stock_in_no_bin_once"
            ),
            models.UniqueConstraint(
                fields=["lot"], condition=Q(single=True, quantity__gt=0), name="serial_in_one_place"
            ),
            models.CheckConstraint(
                condition=Q(bin__isnull=False) | Q(lot__isnull=False), name="bin_stock_in_no_bin_has_lot"
            ),
            models.CheckConstraint(
                condition=Q(single=False) | Q(lot__isnull=False, quantity__lte=1), name="serial_is_one_piece"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="bin_stock_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} in {self.where}"

    @property
    def where(self) -> str:
        """Return where it lies."""
        return self.bin.code if self.bin is not None else "no bin"


class BinReason(models.TextChoices):
    """Why pieces came into a bin, or went out of it."""

    PUT_AWAY = "put_away", "put away"
    MOVED = "moved", "moved between bins"
    TAKEN_OUT = "taken_out", "taken out, in no bin"
    LEFT = "left", "left the location"
    PICKED = "picked", "picked for an order"
    COUNTED = "counted", "counted"
    CAME = "came", "came, in no bin yet"


class BinMovement(models.Model):
    """Pieces that came (+) into a bin or went (−) out of it; append-only, each reference once."""

    bin_stock = models.ForeignKey(BinStock, models.PROTECT, related_name="movements")
    quantity = models.IntegerField()
    reason = models.CharField(max_length=12, choices=BinReason.choices)
    reference = models.CharField(max_length=64, unique=True)
    note = models.CharField(max_length=300, blank=True, default="")
    actor_label = models.CharField(max_length=150, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(quantity=0), name="bin_movement_moves"),
            words_check("reason", BinReason.values, "bin_movement_reason_word"),
        ]
        indexes = [models.Index(fields=["bin_stock", "-at"], name="bin_movement_by_stock")]

    def __str__(self) -> str:
        return f"{self.signed} {self.reason}"

    @property
    def signed(self) -> str:
        """Return the pieces with their sign."""
        return f"{self.quantity:+d}"
