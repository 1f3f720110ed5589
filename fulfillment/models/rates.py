"""Rate cards: what a carrier's service costs from a location to a destination, by weight."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from inventory.models import Location
from oms.foundation.aggregate import Versioned, words_check
from oms.foundation.history import person_of
from orders.states import ServiceLevel


class ShippingRate(Versioned):
    """One row of a rate card; money in minor units of ``currency``, which all rates share.

    A parcel costs ``price`` and ``per_started_kg`` for each started kilogram. The most telling row of a service holds
    for a destination: the longest postcode beginning, then the country, then everywhere; a location's own rows before
    those of all locations.
    """

    code = models.CharField(max_length=48, unique=True, help_text="Its name in files, such as dhl-express-de.")
    carrier = models.CharField(max_length=32)
    service = models.CharField(max_length=48)
    level = models.CharField(
        "shipping method", max_length=12, choices=ServiceLevel.choices, default=ServiceLevel.STANDARD
    )
    location = models.ForeignKey(
        Location,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="shipping_rates",
        help_text="Empty is from every location.",
    )
    country = models.CharField(max_length=2, blank=True, default="", help_text="Two letters; empty is everywhere.")
    postal_prefix = models.CharField(
        "postcode begins with",
        max_length=10,
        blank=True,
        default="",
        validators=[RegexValidator(r"^[A-Z0-9]*$", "Write capitals and digits without blanks, like LS1.")],
    )
    up_to_g = models.PositiveIntegerField(
        "heaviest parcel (g)", default=0, help_text="0 is any weight; heavier consignments go in several parcels."
    )
    price = models.BigIntegerField(default=0)
    per_started_kg = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="EUR")
    usual_days = models.PositiveSmallIntegerField(default=1, help_text="Days to the door of every second parcel.")
    transit_days = models.PositiveSmallIntegerField(default=2, help_text="Days to the door of nine of ten parcels.")
    is_active = models.BooleanField("in use", default=True)
    history = HistoricalRecords(get_user=person_of)

    class Meta:
        ordering = ["code"]
        constraints = [
            words_check("level", ServiceLevel.values, "rate_level_word"),
            models.CheckConstraint(condition=Q(price__gte=0) & Q(per_started_kg__gte=0), name="rate_not_negative"),
            models.CheckConstraint(condition=~Q(code=""), name="rate_code_given"),
            models.CheckConstraint(condition=Q(postal_prefix="") | ~Q(country=""), name="rate_postcode_in_a_country"),
            models.CheckConstraint(condition=Q(usual_days__lte=models.F("transit_days")), name="rate_usual_is_sooner"),
        ]
        indexes = [models.Index(fields=["country", "level"], name="rate_by_country", condition=Q(is_active=True))]

    def __str__(self) -> str:
        return f"{self.code}: {self.carrier} {self.service}"
