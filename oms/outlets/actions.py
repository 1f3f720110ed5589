"""What may be done with messages, and with what is known of a customer."""

from django import forms

from oms.foundation.actions import Action, register
from oms.outlets.conditions import HAS_ADDRESS, HAS_FAILED, HAS_LISTENER, IS_ENDED, IS_GIVEN_UP, IS_NOT_WAITING
from oms.outlets.models import Notification, WebhookDelivery
from oms.outlets.models.messages import NotificationState
from oms.outlets.models.webhooks import DeliveryState
from oms.outlets.privacy.erasing import CAN_BE_ERASED, erase_customer
from oms.outlets.services.endpoints import leave_delivery, replay_delivery
from oms.outlets.services.mails import leave_mail, resend_mail
from orders.models import Customer


class WhyForm(forms.Form):
    """Asks why nothing more is sent."""

    reason = forms.CharField(max_length=200, required=False)


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
        primary=True,
        icon="forward_to_inbox",
    ),
    Action(
        model=Notification,
        name="leave",
        label="Leave unsent",
        permission="outlets.resend_notification",
        service=leave_mail,
        subject="notification_id",
        conditions=(HAS_FAILED,),
        form=WhyForm,
        shown=lambda row: row.state == NotificationState.FAILED,
        inverse="resend",
        help="The customer was told in another way, or need not be told.",
        icon="unsubscribe",
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
        primary=True,
        icon="replay",
    ),
    Action(
        model=WebhookDelivery,
        name="leave",
        label="Leave unsent",
        permission="outlets.replay_webhookdelivery",
        service=leave_delivery,
        subject="delivery_id",
        conditions=(IS_GIVEN_UP,),
        form=WhyForm,
        shown=lambda row: row.state == DeliveryState.DEAD,
        inverse="replay",
        help="Its receiver knows already, or need not know.",
        icon="unsubscribe",
    ),
    Action(
        model=Customer,
        name="erase",
        label="Erase the customer",
        permission="orders.erase_personal_data",
        service=erase_customer,
        subject="customer_id",
        conditions=CAN_BE_ERASED,
        irreversible="name, addresses, mails, notes and papers are gone for good",
        help="Everything personal is erased, in all channels. Orders, pieces and money stay: the books still agree.",
        danger=True,
        bulk=False,
        icon="person_off",
    ),
)
