"""The acts on orders that a third party holds, and on the messages of third parties."""

from fulfillment import partner_forms
from fulfillment.models import PartnerMessage, SupplierRequest
from fulfillment.services.third_party import answering, settling
from fulfillment.states import RequestState
from fulfillment.states_partners import MessageDirection, MessageState
from inventory.models.places import LocationKind
from oms.foundation.actions import Action, register
from orders.models import Order
from orders.states import OrderState


def _is_held(order: Order) -> bool:
    """Say whether a third party has a part of an order that it was not asked to stop."""
    held = SupplierRequest.objects.filter(
        fulfillment_order__order=order,
        fulfillment_order__location__kind=LocationKind.THIRD_PARTY,
        state__in=[RequestState.REQUESTED, RequestState.ACCEPTED],
    )
    return order.state == OrderState.RELEASED and held.exists()


register(
    Action(
        model=Order,
        subject="order_id",
        name="ask_to_cancel",
        label="Ask the 3PL to cancel",
        permission="fulfillment.cancel_fulfillmentorder",
        service=answering.ask_order_to_cancel,
        form=partner_forms.AskOrderToCancel,
        shown=_is_held,
        bulk=False,
        irreversible="They were asked; wait for their answer.",
        danger=True,
        icon="cancel_schedule_send",
        help="A 3PL has a part of it in hands: the order waits until it answers.",
    ),
    Action(
        model=PartnerMessage,
        subject="message_id",
        name="read_again",
        label="Read again",
        permission="fulfillment.settle_partnermessage",
        service=settling.read_again,
        conditions=settling.CAN_READ_AGAIN,
        shown=lambda row: row.state == MessageState.PERSON and row.direction == MessageDirection.IN,
        irreversible="What it says is done, or a sentence says why not.",
        primary=True,
        icon="refresh",
        help="Once what was in its way is gone, such as a hold.",
    ),
    Action(
        model=PartnerMessage,
        subject="message_id",
        name="mark_seen",
        label="Looked at",
        permission="fulfillment.settle_partnermessage",
        service=settling.mark_seen,
        conditions=settling.CAN_SEE,
        form=partner_forms.Done,
        shown=lambda row: row.state in (MessageState.PERSON, MessageState.REFUSED),
        irreversible="It stays in the list of all messages.",
        icon="done_all",
        help="You have done what was to be done about it.",
    ),
)
