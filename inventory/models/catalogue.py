"""Products: one row a SKU; the variants of one article share a parent."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from oms.foundation.aggregate import Versioned, words_check
from oms.foundation.history import person_of


class FollowedBy(models.TextChoices):
    """By what the pieces of a product are followed from the supplier to the customer."""

    NOTHING = "none", "nothing"
    LOT = "lot", "lot"
    SERIAL = "serial", "serial number"


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
    followed_by = models.CharField(
        max_length=8,
        choices=FollowedBy.choices,
        default=FollowedBy.NOTHING,
        help_text="Every scan of it asks for that, from receiving to the parcel.",
    )
    expires = models.BooleanField(
        "has a best-before date", default=False, help_text="Asked for with each new lot or serial number."
    )
    is_active = models.BooleanField("sold", default=True)
    history = HistoricalRecords(get_user=person_of)

    class Meta:
        ordering = ["sku"]
        constraints = [
            models.CheckConstraint(condition=Q(unit_price__gte=0) & Q(unit_cost__gte=0), name="product_money"),
            models.CheckConstraint(condition=~Q(sku=""), name="product_sku_given"),
            words_check("followed_by", FollowedBy.values, "product_followed_by_word"),
            models.CheckConstraint(condition=Q(expires=False) | ~Q(followed_by="none"), name="product_expires_by_lot"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.title}".strip()

    @property
    def is_followed(self) -> bool:
        """Return whether each of its pieces is of a known lot, or has a known serial number."""
        return self.followed_by != FollowedBy.NOTHING

    @property
    def has_serials(self) -> bool:
        """Return whether each of its pieces has a number of its own."""
        return self.followed_by == FollowedBy.SERIAL

    @property
    def followed_word(self) -> str:
        """Return what is asked for, as a sentence names it."""
        return "serial number" if self.has_serials else "lot"
