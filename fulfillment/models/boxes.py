"""The catalogue of boxes: what there is to pack into."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from inventory.models import Location, Product
from oms.foundation.aggregate import Versioned
from oms.foundation.history import person_of


class Box(Versioned):
    """One kind of carton or bag: inner sizes in millimetres, weights in grams, cost in minor units of ``currency``.

    ``product`` is what it is stocked as; each one used takes a piece of that from the location's stock.
    """

    code = models.CharField(max_length=32, unique=True, help_text="As its bar code and files name it, such as BOX-M.")
    title = models.CharField(max_length=60, blank=True, default="")
    location = models.ForeignKey(
        Location, models.PROTECT, null=True, blank=True, related_name="boxes", help_text="Empty is at every location."
    )
    product = models.ForeignKey(
        Product,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="boxes",
        verbose_name="stocked as",
        help_text="The product whose stock goes down by one for each box used; empty counts none.",
    )
    length_mm = models.PositiveIntegerField("inner length (mm)", validators=[MinValueValidator(1)])
    width_mm = models.PositiveIntegerField("inner width (mm)", validators=[MinValueValidator(1)])
    height_mm = models.PositiveIntegerField("inner height (mm)", validators=[MinValueValidator(1)])
    wall_mm = models.PositiveSmallIntegerField(
        "wall (mm)", default=4, help_text="Carriers are told the outer sizes: twice this more on each."
    )
    max_g = models.PositiveIntegerField("heaviest contents (g)", default=0, help_text="0 is any weight.")
    own_g = models.PositiveIntegerField("own weight (g)", default=0)
    cost = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="EUR")
    is_active = models.BooleanField("in use", default=True)
    history = HistoricalRecords(get_user=person_of)

    class Meta:
        verbose_name_plural = "boxes"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=~Q(code=""), name="box_code_given"),
            models.CheckConstraint(condition=Q(length_mm__gt=0, width_mm__gt=0, height_mm__gt=0), name="box_has_sizes"),
            models.CheckConstraint(condition=Q(cost__gte=0), name="box_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}".strip()

    @property
    def inner(self) -> tuple[int, int, int]:
        """Return the inner sizes."""
        return self.length_mm, self.width_mm, self.height_mm

    @property
    def outer(self) -> tuple[int, int, int]:
        """Return the outer sizes, as carriers are told."""
        return self.length_mm + 2 * self.wall_mm, self.width_mm + 2 * self.wall_mm, self.height_mm + 2 * self.wall_mm

    @property
    def sizes(self) -> str:
        """Return the inner sizes in words."""
        return f"{self.length_mm} × {self.width_mm} × {self.height_mm} mm"
