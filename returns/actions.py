"""What may be done with returns, and announcing one on the order's page."""

from oms.foundation.actions import Action, register
from orders.models import Order
from orders.states import OrderState
from returns.conditions import (
    CAN_CANCEL,
    HAS_RETURNABLE,
    IS_APPROVED,
    IS_EXPECTED,
    IS_INCOMPLETE,
    IS_INSPECTED,
    IS_RECEIVED,
    IS_REQUESTED,
    MONEY_NOT_HELD,
)
from returns.forms import CompleteForm, InspectForm, NoteForm, ReceiveForm, RequestForm
from returns.models import Return
from returns.services.completing import complete_return
from returns.services.inspecting import inspect_return
from returns.services.receiving import receive_return
from returns.services.requesting import approve_return, cancel_return, decline_return, mark_sent, request_return
from returns.states import ON_THE_WAY, ReturnState

SHIPPED_STATES = (OrderState.RELEASED, OrderState.COMPLETED, OrderState.CANCELLED)

register(
    Action(
        model=Order,
        name="request_return",
        label="Request return",
        permission="returns.request_return",
        service=request_return,
        subject="order_id",
        conditions=(HAS_RETURNABLE,),
        form=RequestForm,
        irreversible="the return stays on the books; cancel it on its own page",
        bulk=False,
        icon="assignment_return",
        shown=lambda order: order.state in SHIPPED_STATES,
    ),
    Action(
        model=Return,
        name="approve",
        label="Approve",
        permission="returns.approve_return",
        service=approve_return,
        subject="return_id",
        conditions=(IS_REQUESTED,),
        irreversible="the customer is told at once; cancel the return instead",
        primary=True,
        icon="check",
        shown=lambda one: one.state == ReturnState.REQUESTED,
    ),
    Action(
        model=Return,
        name="decline",
        label="Decline",
        permission="returns.approve_return",
        service=decline_return,
        subject="return_id",
        conditions=(IS_REQUESTED,),
        form=NoteForm,
        irreversible="the answer to the customer stands; request a new return instead",
        danger=True,
        icon="block",
        shown=lambda one: one.state == ReturnState.REQUESTED,
    ),
    Action(
        model=Return,
        name="mark_sent",
        label="Mark as sent",
        permission="returns.send_return",
        service=mark_sent,
        subject="return_id",
        conditions=(IS_APPROVED,),
        irreversible="it only tells that the parcel is on its way; receiving and cancelling stay possible",
        icon="local_shipping",
        shown=lambda one: one.state in ON_THE_WAY,
    ),
    Action(
        model=Return,
        name="receive",
        label="Receive parcel",
        permission="returns.receive_return",
        service=receive_return,
        subject="return_id",
        conditions=(IS_EXPECTED, IS_INCOMPLETE),
        form=ReceiveForm,
        irreversible="a parcel that is here stays here; what was found can be inspected or rejected",
        primary=True,
        bulk=False,
        icon="inventory",
        shown=lambda one: one.state in (*ON_THE_WAY, ReturnState.RECEIVED),
    ),
    Action(
        model=Return,
        name="inspect",
        label="Inspect",
        permission="returns.inspect_return",
        service=inspect_return,
        subject="return_id",
        conditions=(IS_RECEIVED,),
        form=InspectForm,
        irreversible="restocked pieces may be promised to other orders at once; correct them with a stock adjustment",
        primary=True,
        bulk=False,
        icon="fact_check",
        shown=lambda one: one.state == ReturnState.RECEIVED,
    ),
    Action(
        model=Return,
        name="complete",
        label="Complete and refund",
        permission="returns.complete_return",
        service=complete_return,
        subject="return_id",
        conditions=(IS_RECEIVED, IS_INSPECTED, MONEY_NOT_HELD),
        form=CompleteForm,
        irreversible="the money goes back to the customer",
        icon="payments",
        shown=lambda one: one.state == ReturnState.RECEIVED,
    ),
    Action(
        model=Return,
        name="cancel",
        label="Cancel return",
        permission="returns.cancel_return",
        service=cancel_return,
        subject="return_id",
        conditions=(CAN_CANCEL,),
        form=NoteForm,
        irreversible="request a new return for the same pieces instead",
        danger=True,
        icon="close",
        shown=lambda one: one.state in (ReturnState.REQUESTED, *ON_THE_WAY),
    ),
)
