"""The acts on what suppliers are asked to send."""

from functools import partial

from fulfillment import forms
from fulfillment.models import SupplierRequest
from fulfillment.services import drop_shipping
from fulfillment.states import OPEN_REQUESTS, FulfillmentOrderState, RequestState
from oms.foundation.actions import Action, register


def _is_open(row: SupplierRequest) -> bool:
    """Say whether the supplier still has something to do."""
    return row.state in OPEN_REQUESTS and row.fulfillment_order.state != FulfillmentOrderState.FULFILLED


act = partial(
    Action,
    model=SupplierRequest,
    subject="request_id",
    permission="fulfillment.answer_supplierrequest",
    shown=_is_open,
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
        help="The supplier will send it.",
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
        name="reject",
        label="Rejected",
        service=drop_shipping.reject,
        conditions=drop_shipping.CAN_END,
        form=forms.Reason,
        irreversible="The order is sourced elsewhere; “Source again” on the order allows the supplier anew.",
        danger=True,
        icon="thumb_down",
        help="The supplier cannot send it; the next location is found at once.",
    ),
    act(
        name="cancel",
        label="Cancel request",
        service=drop_shipping.cancel,
        conditions=drop_shipping.CAN_END,
        form=forms.Reason,
        irreversible="The order is sourced elsewhere; “Source again” on the order allows the supplier anew.",
        danger=True,
        icon="cancel",
        help="We want it no more: the supplier is told, and another location is found.",
    ),
)
