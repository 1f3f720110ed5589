"""Acts on a refund that waits for a second person."""

from functools import partial

from oms.foundation.actions import Action, Condition, register
from orders.models import Payment, Refund
from orders.services import payments, refunds
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
act = partial(Action, model=Refund, subject="refund_id", conditions=(WAITS,))

register(
    act(
        name="approve",
        label="Approve refund",
        permission="orders.approve_refund",
        service=refunds.approve_refund,
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
)
