"""Acts on a refund that waits for a second person, and on a payment whose gateway a person has to look at."""

from functools import partial

from oms.foundation.actions import Action, Condition, register
from orders.actions import forms
from orders.models import Payment, Refund
from orders.services import clearing, payments, refunds
from orders.services.conditions import REFUND_NOT_HELD
from orders.states import PaymentState, RefundState


def _waits(refund: Refund) -> str | None:
    """Return why there is nothing to decide."""
    if refund.state == RefundState.REQUESTED:
        return None
    return f"The refund is {refund.get_state_display()}: there is nothing to decide."


def _authorized(payment: Payment) -> str | None:
    """Return why there is no promise to give back."""
    return None if payment.state == PaymentState.AUTHORIZED else "Only an authorized payment can be given back."


WAITS = Condition("refund_decided", _waits)
act = partial(Action, model=Refund, subject="refund_id")

register(
    act(
        name="approve",
        label="Approve refund",
        permission="orders.approve_refund",
        service=refunds.approve_refund,
        conditions=(WAITS, REFUND_NOT_HELD),
        irreversible="Money that went back can only be asked for again.",
        primary=True,
        icon="check",
        help="Pays the refund out; not for the person who asked for it.",
    ),
    act(
        name="cancel",
        label="Drop refund",
        permission="orders.approve_refund",
        service=refunds.cancel_refund,
        conditions=(WAITS,),
        irreversible="Ask for the refund again on the order.",
        icon="close",
        help="The refund is not paid out.",
    ),
    Action(
        model=Payment,
        subject="payment_id",
        name="void",
        label="Give authorization back",
        permission="orders.capture_order",
        service=payments.void_payment,
        conditions=(Condition("not_authorized", _authorized),),
        irreversible="Have the money promised again by another payment.",
        danger=True,
        icon="undo",
        help="Tells the gateway that the promised money is not wanted.",
    ),
    Action(
        model=Payment,
        subject="payment_id",
        name="ask_again",
        label="Ask the gateway again",
        permission="orders.pay_order",
        service=clearing.ask_gateway_again,
        conditions=(clearing.WAITS_FOR_PERSON,),
        shown=lambda payment: clearing.WAITS_FOR_PERSON.check(payment) is None,
        irreversible="It asks what became of it; nothing is paid twice.",
        primary=True,
        icon="sync",
        help="Asks the gateway by the key of what it was asked; what it has never seen is sent once more.",
    ),
    Action(
        model=Payment,
        subject="payment_id",
        name="settle_by_hand",
        label="Settle by hand",
        permission="orders.settle_payment",
        service=clearing.settle_by_hand,
        conditions=(clearing.WAITS_FOR_PERSON,),
        form=forms.SettleForm,
        shown=lambda payment: clearing.WAITS_FOR_PERSON.check(payment) is None,
        bulk=False,
        irreversible="Money facts are never changed; a wrong one is mended by a refund or another payment.",
        danger=True,
        icon="fact_check",
        help="Write down what the gateway's own pages say became of it.",
    ),
)
