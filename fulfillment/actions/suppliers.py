"""The acts on what suppliers and third parties are asked to send."""

from functools import partial

from fulfillment import forms, partner_forms
from fulfillment.models import SupplierRequest
from fulfillment.services import drop_shipping
from fulfillment.services.third_party import answering
from fulfillment.states import OPEN_REQUESTS, FulfillmentOrderState, RequestState
from oms.foundation.actions import Action, register


def _goes_on(row: SupplierRequest) -> bool:
    """Say whether it is still to be sent, as far as one knows."""
    if row.fulfillment_order.state == FulfillmentOrderState.FULFILLED:
        return False
    return bool(row.state in (RequestState.REQUESTED, RequestState.ACCEPTED))


def _of_supplier(row: SupplierRequest) -> bool:
    """Say whether a supplier still has something to do."""
    return _goes_on(row) and not row.is_at_third_party


def _of_third_party(row: SupplierRequest) -> bool:
    """Say whether a third party still has something to do."""
    return row.state in OPEN_REQUESTS and row.is_at_third_party


def _waits_to_cancel(row: SupplierRequest) -> bool:
    """Say whether a third party was asked to cancel."""
    return bool(row.state == RequestState.CANCELLING)


act = partial(
    Action,
    model=SupplierRequest,
    subject="request_id",
    permission="fulfillment.answer_supplierrequest",
    shown=_of_supplier,
)

register(
    act(
        name="accept",
        label="Accepted",
        service=drop_shipping.accept,
        conditions=drop_shipping.CAN_ACCEPT,
        form=forms.Accepted,
        shown=lambda row: row.state == RequestState.REQUESTED,
        inverse="cancel",
        inverse_values=lambda values: {"reason": "The answer was a mistake."},
        primary=True,
        icon="thumb_up",
        help="They will send it.",
    ),
    act(
        name="send",
        label="Sent",
        service=drop_shipping.send,
        conditions=drop_shipping.CAN_SEND,
        form=forms.SentBySupplier,
        bulk=False,
        irreversible="The parcels are on their way; what comes back is a return.",
        primary=True,
        icon="local_shipping",
        help="One parcel for each tracking number; the customer is told, and the money is collected.",
    ),
    act(
        name="confirm",
        label="Sent",
        service=answering.confirm,
        conditions=answering.CAN_CONFIRM,
        form=partner_forms.ConfirmSent,
        shown=_of_third_party,
        bulk=False,
        irreversible="The parcels are on their way; what comes back is a return.",
        primary=True,
        icon="local_shipping",
        help="What was not sent leaves the stock there, and the order is sourced again for it.",
    ),
    act(
        name="accept_cancel",
        label="They have stopped it",
        service=answering.accept_cancel,
        conditions=answering.CAN_ANSWER,
        form=partner_forms.Agreed,
        shown=_waits_to_cancel,
        irreversible="The pieces are free for others; “Source again” on the order asks for them anew.",
        primary=True,
        icon="task_alt",
        help="Nothing is sent: the pieces are free again.",
    ),
    act(
        name="refuse_cancel",
        label="They cannot stop it",
        service=answering.refuse_cancel,
        conditions=answering.CAN_ANSWER,
        form=forms.Reason,
        shown=_waits_to_cancel,
        irreversible="It will be sent; ask them to cancel once more if they can after all.",
        icon="block",
        help="It will be sent: the pieces stay promised to the order.",
    ),
    act(
        name="ask_to_cancel",
        label="Ask to cancel",
        permission="fulfillment.cancel_fulfillmentorder",
        service=answering.ask_to_cancel,
        conditions=answering.CAN_ASK,
        form=partner_forms.AskToCancel,
        shown=lambda row: _goes_on(row) and row.is_at_third_party,
        irreversible="They were asked; wait for their answer.",
        danger=True,
        icon="cancel_schedule_send",
        help="They have the pieces in hands: the order waits until they answer.",
    ),
    act(
        name="reject",
        label="Rejected",
        service=drop_shipping.reject,
        conditions=drop_shipping.CAN_REJECT,
        form=forms.Reason,
        shown=_goes_on,
        irreversible="The order is sourced elsewhere; “Source again” on the order allows the location anew.",
        danger=True,
        icon="thumb_down",
        help="They cannot send it; the next location is found at once.",
    ),
    act(
        name="cancel",
        label="Cancel request",
        service=drop_shipping.cancel,
        conditions=drop_shipping.CAN_CANCEL,
        form=forms.Reason,
        irreversible="The order is sourced elsewhere; “Source again” on the order allows the supplier anew.",
        danger=True,
        icon="cancel",
        help="We want it no more: the supplier is told, and another location is found.",
    ),
)
