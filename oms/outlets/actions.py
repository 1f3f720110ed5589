"""What may be done with messages."""

from oms.foundation.actions import Action, register
from oms.outlets.conditions import HAS_ADDRESS, HAS_LISTENER, IS_ENDED, IS_NOT_WAITING
from oms.outlets.models import Notification, WebhookDelivery
from oms.outlets.services.endpoints import replay_delivery
from oms.outlets.services.mails import resend_mail

register(
    Action(
        model=Notification,
        name="resend",
        label="Send again",
        permission="outlets.resend_notification",
        service=resend_mail,
        subject="notification_id",
        conditions=(IS_NOT_WAITING, HAS_ADDRESS),
        irreversible="a mail that was sent cannot be called back",
        icon="forward_to_inbox",
    ),
    Action(
        model=WebhookDelivery,
        name="replay",
        label="Send again",
        permission="outlets.replay_webhookdelivery",
        service=replay_delivery,
        subject="delivery_id",
        conditions=(IS_ENDED, HAS_LISTENER),
        irreversible="a message that was sent cannot be called back; its receiver knows it by its id",
        icon="replay",
    ),
)
