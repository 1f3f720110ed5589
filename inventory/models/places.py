"""Locations: warehouses, stores, suppliers and third parties that hold stock."""

import zoneinfo
from datetime import time
from itertools import combinations

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from oms.foundation.aggregate import Versioned, words_check
from oms.foundation.history import person_of


class LocationKind(models.TextChoices):
    """What a location is."""

    WAREHOUSE = "warehouse", "warehouse"
    STORE = "store", "store"
    SUPPLIER = "supplier", "supplier"
    THIRD_PARTY = "3pl", "3PL"


CAPABILITIES_BY_KIND = {
    LocationKind.WAREHOUSE: ["fragile", "gift_wrap", "kitting", "customization"],
    LocationKind.STORE: ["fragile", "gift_wrap", "pickup"],
    LocationKind.SUPPLIER: ["fragile"],
    LocationKind.THIRD_PARTY: ["fragile"],
}


EVERY_DAY = "1234567"
WORKING_DAYS = ["".join(days) for length in range(1, 8) for days in combinations(EVERY_DAY, length)]
"""The weeks that a location can have, as the ISO digits of its working days: 1 is Monday, 7 is Sunday."""
MOST_HANDLING_DAYS, MOST_CLOSED_DAYS = 90, 366
MOST_COURIER_KM, MOST_PICKUP_DAYS = 500, 90


class Location(Versioned):
    """A place with stock: where it is, what it can do, how many parcels a day, until when and on which days."""

    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=LocationKind.choices, default=LocationKind.WAREHOUSE)
    line1 = models.CharField("address", max_length=200, blank=True, default="")
    city = models.CharField(max_length=100, blank=True, default="")
    postal_code = models.CharField(max_length=20, blank=True, default="")
    country = models.CharField(max_length=2, default="GB")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    daily_capacity = models.PositiveIntegerField(
        null=True, blank=True, help_text="Parcels a day; empty means without limit."
    )
    cutoff = models.TimeField("cut-off", default=time(16, 0), help_text="Orders until then leave the same day.")
    timezone = models.CharField(max_length=40, default="Europe/London")
    handling_days = models.PositiveSmallIntegerField(
        default=0, help_text="Working days from the day an order comes in to the day it leaves."
    )
    working_days = models.CharField(
        max_length=7, default=EVERY_DAY, help_text="Parcels leave on these days; 1 is Monday, 7 is Sunday."
    )
    closed_on = models.JSONField(default=list, blank=True, help_text="Days on which no parcel leaves, as ISO dates.")
    capabilities = models.JSONField(default=list, blank=True)
    same_day_km = models.PositiveSmallIntegerField(
        "same-day radius (km)",
        default=30,
        help_text="How far a courier brings parcels on the same day; 0 is not at all.",
    )
    pickup_days = models.PositiveSmallIntegerField(
        "days to collect", default=7, help_text="So long an order waits to be collected; then it goes back to stock."
    )
    email = models.EmailField(
        "e-mail for orders", blank=True, default="", help_text="A supplier is asked here to send an order."
    )
    is_active = models.BooleanField("ships", default=True)
    history = HistoricalRecords(get_user=person_of)

    class Meta:
        ordering = ["code"]
        constraints = [
            words_check("kind", LocationKind.values, "location_kind_word"),
            words_check("working_days", WORKING_DAYS, "location_working_days"),
            models.CheckConstraint(
                condition=models.Q(handling_days__lte=MOST_HANDLING_DAYS), name="location_handling_days"
            ),
            models.CheckConstraint(
                condition=models.Q(same_day_km__lte=MOST_COURIER_KM), name="location_same_day_radius"
            ),
            models.CheckConstraint(
                condition=models.Q(pickup_days__gte=1, pickup_days__lte=MOST_PICKUP_DAYS), name="location_pickup_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """Return the location's time zone."""
        return zoneinfo.ZoneInfo(self.timezone)


class LocationMembership(models.Model):
    """Limits a person to some locations; a person without any sees all that the role allows."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="location_memberships")
    location = models.ForeignKey(Location, models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "location"], name="location_membership_once")]

    def __str__(self) -> str:
        return f"{self.user} at {self.location.code}"
