"""The stock ledger: a level per product and location, and the movements that made it."""

from django.db import models
from django.db.models import F, Q

from inventory.models.catalogue import Product
from inventory.models.places import Location, LocationKind
from oms.foundation.aggregate import Versioned, words_check

OWN_KINDS = (LocationKind.WAREHOUSE, LocationKind.STORE)
"""Where our own people handle the pieces."""


class StockLevel(Versioned):
    """What lies at one location of one product: pieces on hand, promised to orders, kept back for safety.

    ``on_hand`` and ``allocated`` are written by the stock services alone, ``in_bins`` by those of bins, under the row's
    lock; ``blocked`` are those of them whose lot is blocked or has expired.
    """

    product = models.ForeignKey(Product, models.PROTECT, related_name="stock_levels")
    location = models.ForeignKey(Location, models.PROTECT, related_name="stock_levels")
    bin = models.CharField(max_length=32, blank=True, default="")
    on_hand = models.PositiveIntegerField(default=0, editable=False)
    allocated = models.PositiveIntegerField(default=0, editable=False)
    in_bins = models.PositiveIntegerField(default=0, editable=False)
    blocked = models.PositiveIntegerField(default=0, editable=False)
    safety_stock = models.PositiveIntegerField(default=0, help_text="Pieces never promised to a channel's order.")

    class Meta:
        ordering = ["product__sku", "location__code"]
        constraints = [
            models.UniqueConstraint(fields=["product", "location"], name="stock_level_once"),
            models.CheckConstraint(
                condition=Q(allocated__gte=0) & Q(allocated__lte=F("on_hand")), name="stock_never_oversold"
            ),
            models.CheckConstraint(
                condition=Q(in_bins__gte=0) & Q(in_bins__lte=F("on_hand")), name="stock_in_bins_is_there"
            ),
            models.CheckConstraint(
                condition=Q(blocked__gte=0) & Q(blocked__lte=F("in_bins")), name="stock_blocked_lies_in_bins"
            ),
        ]
        indexes = [models.Index(fields=["location", "product"], name="stock_by_location")]
        permissions = [("adjust_stocklevel", "Can adjust and count stock")]

    def __str__(self) -> str:
        return f"{self.product.sku} at {self.location.code}"

    @property
    def available(self) -> int:
        """Return the pieces that may be promised: on hand − allocated − safety stock − blocked, never below zero."""
        return max(0, self.on_hand - self.allocated - self.safety_stock - self.blocked)

    @property
    def is_followed(self) -> bool:
        """Return whether each of its pieces has its lot or serial number here; what others keep for us has none."""
        return self.product.is_followed and self.location.kind in OWN_KINDS

    @property
    def without_bin(self) -> int:
        """Return the pieces of which nobody has said in which bin they lie."""
        return self.on_hand - self.in_bins


class MovementReason(models.TextChoices):
    """Why stock moved."""

    OPENING = "opening", "opening stock"
    IMPORT = "import", "stock file"
    ADJUSTMENT = "adjustment", "adjustment"
    RECEIPT = "receipt", "goods received"
    SHIPMENT = "shipment", "shipped"
    RETURN = "return", "returned to stock"
    TRANSFER = "transfer", "moved between locations"
    DAMAGE = "damage", "damaged or lost"
    PACKAGING = "packaging", "used to pack"


class StockMovement(models.Model):
    """Pieces that came (+) or went (−) at one level; append-only, each reference once."""

    stock_level = models.ForeignKey(StockLevel, models.PROTECT, related_name="movements")
    quantity = models.IntegerField()
    reason = models.CharField(max_length=12, choices=MovementReason.choices)
    reference = models.CharField(max_length=120, unique=True)
    note = models.CharField(max_length=300, blank=True, default="")
    actor_label = models.CharField(max_length=150, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(quantity=0), name="movement_moves"),
            words_check("reason", MovementReason.values, "movement_reason_word"),
        ]
        indexes = [models.Index(fields=["stock_level", "-at"], name="movement_by_level")]

    def __str__(self) -> str:
        return f"{self.signed} {self.reason}"

    @property
    def signed(self) -> str:
        """Return the pieces with their sign."""
        return f"{self.quantity:+d}"
