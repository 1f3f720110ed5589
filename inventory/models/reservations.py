"""Reservations: soft promises for carts and quotes that expire by themselves."""

from django.db import models
from django.db.models import Q

from inventory.models.catalogue import Product


class Reservation(models.Model):
    """Pieces of a product kept for a cart or quote until a moment, at no particular location."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="reservations")
    key = models.CharField(max_length=120)
    quantity = models.PositiveIntegerField()
    expires_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "key"], name="reservation_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="reservation_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product.sku} for {self.key}"
