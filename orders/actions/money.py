"""Acts on an order's money: record, retry, collect, give back."""

from functools import partial

from oms.foundation.actions import Action, register
from oms.foundation.actor import Actor
from oms.foundation.money import parse_minor
from orders.actions import forms
from orders.models import Order, Payment, PaymentEvent, Refund
from orders.services import conditions as when
from orders.services import payments
from orders.services.refunds import request_refund

act = partial(Action, model=Order, subject="order_id")


def _minor(order_id: int, text: str) -> int | None:
    """Return an amount such as 4.90 in minor units of the order's currency; None when blank."""
    if not text.strip():
        return None
    return parse_minor(text.strip(), Order.objects.values_list("currency", flat=True).get(pk=order_id))


def record_payment(*, order_id: int, amount: str, reference: str, actor: Actor) -> Payment:
    """Record money that has arrived."""
    return payments.record_payment(order_id=order_id, amount=_minor(order_id, amount), reference=reference, actor=actor)


def capture(*, order_id: int, amount: str, actor: Actor) -> list[PaymentEvent]:
    """Collect promised money now."""
    return payments.capture_payment(order_id=order_id, amount=_minor(order_id, amount), actor=actor)


def refund(*, order_id: int, amount: str, reason: str, actor: Actor) -> list[Refund]:
    """Give collected money back."""
    return request_refund(order_id=order_id, amount=_minor(order_id, amount) or 0, reason=reason, actor=actor)


register(
    act(
        name="record_payment",
        label="Record payment",
        permission="orders.pay_order",
        service=record_payment,
        form=forms.ArrivedForm,
        conditions=(when.LIVE, when.MONEY_MISSING),
        shown=lambda order: when.MONEY_MISSING.check(order) is None,
        inverse="refund",
        icon="payments",
        help="Money that arrived by bank transfer, cash or cheque.",
    ),
    act(
        name="retry_payment",
        label="Try another payment",
        permission="orders.pay_order",
        service=payments.retry_payment,
        form=forms.RetryForm,
        conditions=(when.LIVE, when.MONEY_MISSING),
        shown=lambda order: when.MONEY_MISSING.check(order) is None,
        bulk=False,
        inverse="cancel",
        icon="credit_card",
        help="Has the missing money promised by another card or wallet of the customer.",
    ),
    act(
        name="capture",
        label="Collect payment",
        permission="orders.capture_order",
        service=capture,
        form=forms.AmountForm,
        conditions=(when.MONEY_PROMISED, when.NO_MONEY_MOVING),
        shown=lambda order: when.MONEY_PROMISED.check(order) is None,
        inverse="refund",
        icon="price_check",
        help="Collects authorized money now; otherwise it is collected with each shipment.",
    ),
    act(
        name="refund",
        label="Refund",
        permission="orders.refund_order",
        service=refund,
        form=forms.RefundForm,
        conditions=(when.MONEY_COLLECTED, when.REFUND_NOT_HELD),
        shown=lambda order: when.MONEY_COLLECTED.check(order) is None,
        danger=True,
        irreversible="Money that went back can only be asked for again.",
        icon="currency_exchange",
        help="Gives collected money back the way it came.",
    ),
)
