"""Bulk acts: previewed, worked off row by row, and taken back where the act has an inverse."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from oms.foundation.aggregate import Aggregate, words_check
from oms.foundation.claims import Claimable


class BulkState(models.TextChoices):
    """How far a bulk act is."""

    PREFLIGHT = "preflight", "previewed"
    RUNNING = "running", "running"
    DONE = "done", "done"
    PARTLY_DONE = "partly_done", "partly done"
    UNDONE = "undone", "taken back"
    CANCELLED = "cancelled", "cancelled"


class ItemOutcome(models.TextChoices):
    """What became of one row of a bulk act."""

    READY = "ready", "ready"
    REFUSED = "refused", "not possible"
    FAILED = "failed", "failed"
    DONE = "done", "done"


class BulkOperation(Claimable, Aggregate):
    """One act on many rows, as its person saw it before it ran."""

    model = models.CharField(max_length=80, editable=False)
    action = models.CharField(max_length=48, editable=False)
    label = models.CharField(max_length=120, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    state = FSMField(max_length=12, default=BulkState.PREFLIGHT, choices=BulkState.choices, protected=True)
    values = models.JSONField(default=dict, editable=False)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="undone_by")
    retries = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="retried_by")
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [words_check("state", BulkState.values, "bulk_state_word")]
        indexes = [models.Index(fields=["next_try_at"], name="bulk_due", condition=Q(state="running"))]

    def __str__(self) -> str:
        return f"{self.label} #{self.pk}"

    @transition(field=state, source=BulkState.PREFLIGHT, target=BulkState.RUNNING)
    def start(self, *, at: datetime) -> None:
        """Its person has seen the preview and said yes."""
        self.next_try_at = at

    @transition(field=state, source=BulkState.PREFLIGHT, target=BulkState.CANCELLED)
    def cancel(self) -> None:
        """Its person has seen the preview and said no."""

    @transition(field=state, source=BulkState.RUNNING, target=BulkState.DONE)
    def finish(self, *, at: datetime) -> None:
        """Every row was done."""
        self.finished_at = at

    @transition(field=state, source=BulkState.RUNNING, target=BulkState.PARTLY_DONE)
    def finish_partly(self, *, at: datetime) -> None:
        """Some rows were refused, or failed."""
        self.finished_at = at

    @transition(field=state, source=[BulkState.DONE, BulkState.PARTLY_DONE], target=BulkState.UNDONE)
    def undo(self) -> None:
        """Its inverse has run."""


class BulkItem(models.Model):
    """One row of a bulk act, with what came of it in words."""

    operation = models.ForeignKey(BulkOperation, models.CASCADE, related_name="items")
    object_id = models.BigIntegerField()
    label = models.CharField(max_length=120)
    outcome = models.CharField(max_length=8, choices=ItemOutcome.choices, default=ItemOutcome.READY)
    message = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["operation", "object_id"], name="bulk_item_once"),
            words_check("outcome", ItemOutcome.values, "bulk_outcome_word"),
        ]
        indexes = [models.Index(fields=["operation", "outcome", "id"], name="bulk_item_open")]

    def __str__(self) -> str:
        return self.label
