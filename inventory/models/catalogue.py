"""Products: one row a SKU; the variants of one article share a parent."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from oms.foundation.aggregate import Versioned
from oms.foundation.history import person_of


class Product(Versioned):
    """A thing that is sold and stocked under one SKU; prices in minor units, weight in grams, sizes in millimetres."""

    sku = models.CharField("SKU", max_length=64, unique=True)
    title = models.CharField(max_length=200, blank=True, default="")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="variants")
    attributes = models.JSONField(default=dict, blank=True, help_text='What tells variants apart: {"size": "M"}.')
    barcode = models.CharField(max_length=64, blank=True, default="", db_index=True)
    unit_price = models.BigIntegerField(default=0, help_text="Minor units, such as cents.")
    unit_cost = models.BigIntegerField(default=0, help_text="Minor units, such as cents.")
    currency = models.CharField(max_length=3, default="EUR")
    weight_g = models.PositiveIntegerField("weight (g)", default=0)
    length_mm = models.PositiveIntegerField("length (mm)", default=0)
    width_mm = models.PositiveIntegerField("width (mm)", default=0)
    height_mm = models.PositiveIntegerField("height (mm)", default=0)
    capability = models.CharField(
        max_length=32, blank=True, default="", help_text="What a location must be able to do to ship it: gift_wrap …"
    )
    fragile = models.BooleanField(default=False, help_text="Nothing may lie above it in a parcel.")
    this_side_up = models.BooleanField(default=False, help_text="It may not be tipped over in a parcel.")
    ships_alone = models.BooleanField(default=False, help_text="Each piece is a parcel by itself, in its own carton.")
    packing_note = models.CharField(
        "how to pack it", max_length=200, blank=True, default="", help_text="Shown to whoever packs it: wrap twice …"
    )
    is_active = models.BooleanField("sold", default=True)
    history = HistoricalRecords(get_user=person_of)

    class Meta:
        ordering = ["sku"]
        constraints = [
            models.CheckConstraint(condition=Q(unit_price__gte=0) & Q(unit_cost__gte=0), name="product_money"),
            models.CheckConstraint(condition=~Q(sku=""), name="product_sku_given"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.title}".strip()
