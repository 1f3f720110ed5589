"""Substitutes: what may be sent instead of a product when it is not there."""

from django.db import models
from django.db.models import F, Q

from inventory.models.catalogue import Product


class Substitute(models.Model):
    """A product that may be offered instead of another, the lowest rank first; ``both_ways`` holds in return too."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="substitutes")
    substitute = models.ForeignKey(Product, models.CASCADE, related_name="substitute_for")
    rank = models.PositiveSmallIntegerField(default=1, help_text="The lowest is offered first.")
    both_ways = models.BooleanField(default=False, help_text="Each of the two may be offered instead of the other.")

    class Meta:
        ordering = ["product_id", "rank", "id"]
        constraints = [
            models.UniqueConstraint(fields=["product", "substitute"], name="substitute_once"),
            models.CheckConstraint(condition=~Q(product=F("substitute")), name="substitute_is_another"),
        ]

    def __str__(self) -> str:
        return f"{self.substitute.sku} instead of {self.product.sku}"
