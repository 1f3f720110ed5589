"""Decision records: what sourcing saw, what it chose, and why everything else lost."""

from django.db import models

from orders.models import Order


class SourcingDecision(models.Model):
    """One decision on one order: compressed inputs, outcome and sentences; never changed, replayed to the same hash."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="sourcing_decisions")
    decided_at = models.DateTimeField()
    trigger = models.CharField(max_length=32)
    rules_version = models.PositiveIntegerField()
    snapshot = models.BinaryField()
    outcome = models.JSONField()
    outcome_hash = models.CharField(max_length=64)
    sentence = models.CharField(max_length=1000)
    parcels = models.PositiveSmallIntegerField()
    units_short = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["order", "-id"], name="decision_by_order"),
            models.Index(fields=["decided_at", "id"], name="decision_by_moment"),
            models.Index(fields=["rules_version", "-id"], name="decision_by_rules"),
            models.Index(fields=["-id"], name="decision_short", condition=models.Q(units_short__gt=0)),
        ]

    def __str__(self) -> str:
        return self.sentence
