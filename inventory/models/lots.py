"""Lots and serial numbers: of which batch pieces are, until when they are good, and whether they may go."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from inventory.models.catalogue import Product
from oms.foundation.aggregate import Versioned

LONGEST_NUMBER = 32


class Lot(Versioned):
    """Pieces of one product that were made together; of a product with serial numbers, one single piece."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="lots")
    number = models.CharField(max_length=LONGEST_NUMBER)
    expires_on = models.DateField("best before", null=True, blank=True)
    blocked_at = models.DateTimeField("blocked", null=True, blank=True, editable=False)
    blocked_why = models.CharField("why", max_length=300, blank=True, default="", editable=False)
    expired_at = models.DateTimeField("found expired", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "lot"
        ordering = ["product__sku", "number"]
        permissions = [("block_lot", "Can block lots and let them go")]
        constraints = [
            models.UniqueConstraint(fields=["product", "number"], name="lot_once"),
            models.UniqueConstraint("product", Upper("number"), name="lot_once_in_any_case"),
            models.CheckConstraint(condition=~Q(number=""), name="lot_number_given"),
            models.CheckConstraint(
                condition=Q(blocked_at__isnull=True) | ~Q(blocked_why=""), name="lot_is_blocked_for_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["number"], name="lot_by_number"),
            models.Index(fields=["expires_on"], name="lot_to_expire", condition=Q(expired_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.product.sku} {self.number}"

    @property
    def named(self) -> str:
        """Return it as a sentence names it: what it is, its number, and until when it is good."""
        best = f", best before {self.expires_on:%d %b %Y}" if self.expires_on else ""
        return f"{self.product.followed_word} {self.number}{best}"

    @property
    def is_withheld(self) -> bool:
        """Return whether its pieces in bins are counted as blocked, which nobody is promised."""
        return self.blocked_at is not None or self.expired_at is not None

    def may_go(self, today: date) -> bool:
        """Return whether its pieces may go to a customer."""
        return self.blocked_at is None and not self.is_expired(today)

    def is_expired(self, today: date) -> bool:
        """Return whether its best-before date has passed."""
        return self.expires_on is not None and self.expires_on < today
