"""What waits to be done: facts going out, messages come in, and jobs of the clock."""

from django.db import models
from django.db.models import Q

from oms.foundation.aggregate import words_check
from oms.foundation.claims import Claimable


class DeliveryState(models.TextChoices):
    """How far a fact or message is."""

    RECEIVED = "received", "received"
    RETRY_WAIT = "retry_wait", "waiting to retry"
    DONE = "done", "done"
    DEAD = "dead", "dead"
    IGNORED = "ignored", "ignored"


WAITING = (DeliveryState.RECEIVED, DeliveryState.RETRY_WAIT)


class OutboxEvent(Claimable):
    """A fact on its way to its handlers, written in the transaction that made it true."""

    stream = models.CharField(max_length=64)
    kind = models.CharField(max_length=64)
    payload = models.JSONField()
    state = models.CharField(max_length=12, choices=DeliveryState.choices, default=DeliveryState.RECEIVED)
    occurred_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "fact"
        constraints = [words_check("state", DeliveryState.values, "outbox_state_word")]
        indexes = [
            models.Index(fields=["next_try_at", "id"], name="outbox_due", condition=Q(state__in=WAITING)),
            models.Index(fields=["id"], name="outbox_queue", condition=Q(state__in=WAITING)),
            models.Index(fields=["lease_until"], name="outbox_held", condition=Q(lease_until__isnull=False)),
            models.Index(fields=["state", "kind", "-id"], name="outbox_list"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.stream})"


class HandledEvent(models.Model):
    """Proof that one handler had its effect for one fact; written in the handler's own transaction."""

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="handled")
    handler = models.CharField(max_length=120)
    handled_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="handled_once")]

    def __str__(self) -> str:
        return f"{self.handler} of {self.event_id}"


class InboxMessage(Claimable):
    """A message from outside, stored raw before it is answered and worked from the row."""

    source = models.CharField(max_length=64)
    message_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    account = models.CharField(max_length=64, blank=True, default="")
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    state = models.CharField(max_length=12, choices=DeliveryState.choices, default=DeliveryState.RECEIVED)
    received_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "message_id"], name="inbox_once"),
            words_check("state", DeliveryState.values, "inbox_state_word"),
        ]
        indexes = [
            models.Index(fields=["next_try_at", "id"], name="inbox_due", condition=Q(state__in=WAITING)),
            models.Index(fields=["state", "-id"], name="inbox_list"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.message_id}"


class PeriodicJob(models.Model):
    """A job of the clock: when it is due next, how its last run ended, and the row to which its rounds have come."""

    name = models.CharField(max_length=80, unique=True)
    due_at = models.DateTimeField()
    last_run_at = models.DateTimeField(null=True, blank=True)
    last_result = models.CharField(max_length=500, blank=True, default="")
    last_ok = models.BooleanField(default=True)
    come_to = models.PositiveBigIntegerField(default=0, editable=False)

    def __str__(self) -> str:
        return self.name
