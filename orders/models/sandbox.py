"""The sandbox gateway's own book: what it would show if it were a company of its own."""

from django.db import models


class SandboxCharge(models.Model):
    """One effect at the sandbox gateway, once per idempotency key."""

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=10)
    transaction_id = models.CharField(max_length=40, unique=True)
    parent_id = models.CharField(max_length=40, blank=True, default="")
    token = models.CharField(max_length=64, blank=True, default="")
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    status = models.CharField(max_length=12, default="ok")
    asked = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    event_due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    events_left = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.transaction_id
