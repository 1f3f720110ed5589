"""Kits: products that can be assembled from pieces of others."""

from django.db import models
from django.db.models import F, Q

from inventory.models.catalogue import Product


class KitComponent(models.Model):
    """A product of which so many pieces go into one kit.

    A product with such rows is a kit; none is made of kits.
    """

    kit = models.ForeignKey(Product, models.CASCADE, related_name="components")
    component = models.ForeignKey(Product, models.PROTECT, related_name="part_of")
    quantity = models.PositiveIntegerField("pieces in one kit", default=1)

    class Meta:
        ordering = ["kit_id", "id"]
        verbose_name = "component"
        constraints = [
            models.UniqueConstraint(fields=["kit", "component"], name="kit_component_once"),
            models.CheckConstraint(condition=~Q(kit=F("component")), name="kit_component_is_another"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="kit_component_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.component.sku} in {self.kit.sku}"
