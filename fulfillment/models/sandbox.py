"""The sandbox carrier's own book: what it would show if it were a company of its own."""

from django.db import models


class SandboxParcel(models.Model):
    """A label sold by the sandbox carrier, found again by our reference; it knows no idempotency keys of ours."""

    carrier_reference = models.CharField(max_length=40, unique=True)
    reference = models.CharField(max_length=120, db_index=True)
    tracking_number = models.CharField(max_length=40, unique=True)
    service = models.CharField(max_length=40)
    cost = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    request = models.JSONField(default=dict)
    bought_at = models.DateTimeField()
    manifest_number = models.CharField(max_length=40, blank=True, default="")
    voided_at = models.DateTimeField(null=True, blank=True)
    next_event = models.PositiveSmallIntegerField(default=0)
    event_due_at = models.DateTimeField(null=True, blank=True, db_index=True)

    def __str__(self) -> str:
        return self.tracking_number
