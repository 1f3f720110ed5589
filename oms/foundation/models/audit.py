"""The audit line: one row for every act, never changed; it is the timeline of every page."""

from django.db import models


class AuditLine(models.Model):
    """Who did what to which row, when, from which state to which; append-only.

    ``subject`` is the stream of the business object it belongs to (``order:12``), so that a page reads one index.
    """

    at = models.DateTimeField()
    entity = models.CharField(max_length=64)
    entity_id = models.BigIntegerField()
    subject = models.CharField(max_length=64)
    act = models.CharField(max_length=64)
    from_state = models.CharField(max_length=24, blank=True, default="")
    to_state = models.CharField(max_length=24, blank=True, default="")
    actor_kind = models.CharField(max_length=8)
    actor_id = models.CharField(max_length=40, blank=True, default="")
    actor_label = models.CharField(max_length=150)
    note = models.TextField(blank=True, default="")
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"], name="audit_subject"),
            # with the states in it, so that the invariants of the chains read the index alone
            models.Index(fields=["entity", "entity_id", "id"], include=["from_state", "to_state"], name="audit_entity"),
        ]

    def __str__(self) -> str:
        return f"{self.act} by {self.actor_label}"
