"""Messages to customers: which facts are told, and what was sent."""

from django.db import models
from django.db.models import Q

from oms.foundation.aggregate import words_check
from oms.foundation.claims import Claimable
from orders.models import Channel, Order


class NotificationRule(models.Model):
    """Switches one kind of message on or off, for one channel or for all."""

    kind = models.CharField(max_length=40)
    channel = models.ForeignKey(Channel, models.CASCADE, null=True, blank=True, related_name="notification_rules")
    is_active = models.BooleanField("sent", default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "channel"], name="notification_rule_once"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(channel__isnull=True), name="notification_rule_default_once"
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class NotificationState(models.TextChoices):
    """How far a message is."""

    WAITING = "waiting", "waiting"
    SENT = "sent", "sent"
    FAILED = "failed", "failed"
    SUPPRESSED = "suppressed", "not sent"


class Notification(Claimable):
    """One message to one customer about one fact, sent once."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=160, unique=True)
    recipient = models.CharField(max_length=254, blank=True, default="")
    subject = models.CharField(max_length=300, blank=True, default="")
    body = models.TextField(blank=True, default="")
    state = models.CharField(max_length=12, choices=NotificationState.choices, default=NotificationState.WAITING)
    note = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [words_check("state", NotificationState.values, "notification_state_word")]
        indexes = [
            models.Index(fields=["next_try_at", "id"], name="notification_due", condition=Q(state="waiting")),
            models.Index(fields=["id"], name="notification_failed", condition=Q(state="failed")),
        ]
        permissions = [("resend_notification", "Can send mails again")]

    def __str__(self) -> str:
        return self.subject or self.kind.replace("_", " ")

    @property
    def stream(self) -> str:
        """Return the order's stream: what the customer was told stands on the order's timeline."""
        return f"order:{self.order_id}"
