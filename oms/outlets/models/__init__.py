"""The tables of the roof."""

from oms.outlets.models.messages import Notification, NotificationRule
from oms.outlets.models.webhooks import WebhookDelivery, WebhookEndpoint

__all__ = ["Notification", "NotificationRule", "WebhookDelivery", "WebhookEndpoint"]
