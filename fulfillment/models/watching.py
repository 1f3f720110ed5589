"""What was promised and expected of a parcel, and whether it is at risk."""

from django.db import models
from django.db.models import Q

from fulfillment.models.shipments import Package
from fulfillment.states_parcels import DayKind, RiskLevel, RiskReason
from oms.foundation.aggregate import Versioned, words_check


class ExpectedDay(models.Model):
    """A day on which a parcel was to arrive, as it was promised or told; append-only, the last one told holds."""

    package = models.ForeignKey(Package, models.PROTECT, related_name="expected_days")
    kind = models.CharField(max_length=10, choices=DayKind.choices)
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = "expected day"
        constraints = [
            words_check("kind", DayKind.values, "expected_day_word"),
            models.UniqueConstraint(
                fields=["package", "kind"], condition=~Q(kind=DayKind.CHANGE), name="expected_day_begins_once"
            ),
        ]
        indexes = [models.Index(fields=["package", "-id"], name="expected_day_last")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.day:%Y-%m-%d}"


class ParcelRisk(Versioned):
    """Why a parcel is at risk, and what was done about it; kept once it is over, with nothing against the parcel."""

    package = models.OneToOneField(Package, models.PROTECT, related_name="risk")
    level = models.CharField(max_length=8, choices=RiskLevel.choices, editable=False)
    reason = models.CharField(max_length=10, blank=True, default="", choices=RiskReason.choices, editable=False)
    sentence = models.CharField("what is wrong", max_length=300, blank=True, default="", editable=False)
    limit = models.CharField("what would change it", max_length=60, blank=True, default="", editable=False)
    since = models.DateTimeField("at risk since", null=True, blank=True, editable=False)
    changed_at = models.DateTimeField(editable=False)
    told_at = models.DateTimeField("customer told", null=True, blank=True, editable=False)
    asked_at = models.DateTimeField("carrier asked", null=True, blank=True, editable=False)
    snoozed_until = models.DateField("put off until", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "parcel at risk"
        verbose_name_plural = "parcels at risk"
        permissions = [("handle_parcelrisk", "Can look after parcels at risk")]
        constraints = [
            words_check("level", RiskLevel.values, "parcel_risk_level_word"),
            words_check("reason", ["", *RiskReason.values], "parcel_risk_reason_word"),
            models.CheckConstraint(
                condition=Q(level=RiskLevel.NONE, reason="", since=None)
                | ~Q(level=RiskLevel.NONE) & ~Q(reason="") & Q(since__isnull=False),
                name="parcel_risk_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["since", "id"], name="parcel_risk_open", condition=~Q(level=RiskLevel.NONE)),
        ]

    def __str__(self) -> str:
        return str(self.package)

    @property
    def stream(self) -> str:
        """Return the order's stream."""
        return self.package.shipment.stream
