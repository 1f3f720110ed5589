"""Webhooks out: who is told of which facts, and every delivery."""

from django.db import models
from django.db.models import Q

from oms.foundation.aggregate import Versioned, words_check
from oms.foundation.claims import Claimable
from oms.foundation.secrets import EncryptedTextField
from orders.models import ChannelAccount


class WebhookEndpoint(Versioned):
    """An address that is told of facts of one channel account, signed with its secret (Standard Webhooks)."""

    account = models.ForeignKey(ChannelAccount, models.CASCADE, related_name="webhook_endpoints")
    url = models.URLField(max_length=500)
    kinds = models.JSONField(default=list, blank=True, help_text="Kinds of fact; empty means all.")
    secret = EncryptedTextField()
    is_active = models.BooleanField(default=True)
    failures = models.PositiveSmallIntegerField(default=0, editable=False, help_text="Calls that failed in a row.")
    paused_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "url"], name="webhook_endpoint_once")]

    def __str__(self) -> str:
        return self.url


class DeliveryState(models.TextChoices):
    """How far a delivery is."""

    WAITING = "waiting", "waiting"
    DELIVERED = "delivered", "delivered"
    DEAD = "dead", "given up"
    LEFT = "left", "left unsent"


class WebhookDelivery(Claimable):
    """One fact on its way to one endpoint."""

    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="deliveries")
    message_id = models.CharField(max_length=80)
    kind = models.CharField(max_length=64)
    payload = models.JSONField()
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    give_up_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "message_id"], name="webhook_once"),
            words_check("state", DeliveryState.values, "webhook_state_word"),
        ]
        indexes = [
            models.Index(fields=["next_try_at", "id"], name="webhook_due", condition=Q(state="waiting")),
            models.Index(fields=["endpoint", "-id"], name="webhook_by_endpoint"),
            models.Index(fields=["id"], name="webhook_dead", condition=Q(state="dead")),
        ]
        permissions = [("replay_webhookdelivery", "Can send webhooks again")]

    def __str__(self) -> str:
        return f"{self.kind} {self.message_id}"
