"""Incoming stock: pieces that are on their way to a location, and the day on which they are expected."""

from django.db import models
from django.db.models import F, Q

from inventory.models.catalogue import Product
from inventory.models.places import Location
from oms.foundation.aggregate import Versioned


class IncomingStock(Versioned):
    """Pieces of a product expected at a location on a day; closed when they have come, or come no more.

    ``received`` is written by its services alone and is the sum of the movements that name it; more may come than were
    expected.
    """

    product = models.ForeignKey(Product, models.PROTECT, related_name="incoming")
    location = models.ForeignKey(Location, models.PROTECT, related_name="incoming")
    reference = models.CharField(max_length=64, help_text="The supplier's or the purchase order's number.")
    quantity = models.PositiveIntegerField("expected pieces")
    expected_on = models.DateField()
    received = models.PositiveIntegerField(default=0, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "incoming stock"
        verbose_name_plural = "incoming stock"
        ordering = ["expected_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["reference", "product", "location"], name="incoming_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0, quantity__lte=1_000_000), name="incoming_positive"),
            models.CheckConstraint(condition=~Q(reference=""), name="incoming_reference_given"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False) | Q(received__lt=F("quantity")), name="incoming_all_here_is_closed"
            ),
        ]
        indexes = [
            models.Index(fields=["product", "expected_on"], name="incoming_open", condition=Q(closed_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product.sku} to {self.location.code}, {self.reference}"

    @property
    def missing(self) -> int:
        """Return the pieces that are still on their way."""
        return 0 if self.closed_at else max(0, self.quantity - self.received)
