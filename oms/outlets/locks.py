"""Row locks of the roof."""

from oms.foundation.locks import lock_row
from oms.outlets.models import Notification, WebhookDelivery, WebhookEndpoint


def lock_notification(notification_id: int) -> Notification:
    """Lock a mail; raises :class:`NotFound` when there is none."""
    return lock_row(Notification, notification_id)


def lock_endpoint(endpoint_id: int) -> WebhookEndpoint:
    """Lock an endpoint; raises :class:`NotFound` when there is none."""
    return lock_row(WebhookEndpoint, endpoint_id)


def lock_delivery(delivery_id: int) -> WebhookDelivery:
    """Lock a delivery; raises :class:`NotFound` when there is none."""
    return lock_row(WebhookDelivery, delivery_id)
