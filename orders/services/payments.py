"""Payments by staff: money that arrived, another try, collecting and giving back; and promises that run out."""

from datetime import timedelta

from django.db import transaction

from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import publish
from oms.foundation.models import AuditLine
from oms.foundation.money import Money
from oms.foundation.refusals import Invalid, NotFound, Refused
from orders.events import PaymentAuthorized, PaymentCaptured, PaymentFailed
from orders.locks import lock_order, lock_orders, lock_payments
from orders.models import Order, Payment, PaymentEvent
from orders.services.after_settlement import refresh_money, void_payments
from orders.services.captures import COLLECTABLE, asked_of, request_act
from orders.services.holding import Stop, put_holds
from orders.services.intents import authorize_intent, capture_intent, write_intents
from orders.services.payment_gate import EXTERNAL
from orders.services.status import PROMISED
from orders.states import EventKind, HoldReason, Outcome, PaymentState

WARNED_BEFORE = timedelta(hours=24)
WAITING = (PaymentState.CREATED, PaymentState.PENDING, PaymentState.UNKNOWN)


@transaction.atomic
def record_payment(
    *, order_id: int, amount: int | None = None, reference: str = "", method: str = "bank transfer", actor: Actor
) -> Payment:
    """Record money that arrived outside a gateway, such as a bank transfer; by default all that is missing.

    :raises Refused: when nothing is missing, for more than is missing, or for a reference recorded before.
    """
    order = lock_order(order_id)
    _refuse_unpayable(order)
    payments = lock_payments([order_id])
    missing = order.owed - sum(one.authorized for one in payments if one.state in PROMISED)
    amount = _amount_that_fits(order, amount, missing)
    if reference and PaymentEvent.objects.filter(gateway=EXTERNAL, transaction_id=reference).exists():
        raise Refused(f"“{reference}” was recorded before.", code="payment_recorded", field="reference")
    payment = _awaited(order, payments, method, actor)
    payment.receive(amount=amount)
    payment.reference = reference or payment.reference
    payment.save(update_fields=["state", "authorized", "captured", "expires_at", "failure", "reference"])
    _write_arrived(payment, amount, reference, actor)
    record_many(actor, [Act("orders.record_payment", payment, f"{Money(amount, order.currency)} {reference}".strip())])
    others = [one for one in payments if one.pk != payment.pk]
    refresh_money([order], [*others, payment], actor)
    publish(
        PaymentAuthorized(at=actor.now, order_id=order.pk, payment_id=payment.pk),
        PaymentCaptured(at=actor.now, order_id=order.pk, payment_id=payment.pk, amount=amount),
    )
    return payment


def _refuse_unpayable(order: Order) -> None:
    """Raise unless the order still takes money."""
    if not order.is_live:
        sentence = f"Order {order.number} is {order.get_state_display()}: it takes no money any more."
        raise Refused(sentence, code="order_not_live")


def _amount_that_fits(order: Order, amount: int | None, missing: int) -> int:
    """Return the amount to record; raises :class:`Refused` when the order does not need it."""
    if missing <= 0:
        raise Refused("All of the money is there or promised already.", code="nothing_missing")
    if amount is None:
        return missing
    if amount <= 0:
        raise Invalid("The amount must be more than zero.", code="bad_amount", field="amount")
    if amount > missing:
        sentence = f"Only {Money(missing, order.currency)} is missing: record that and return the rest."
        raise Refused(sentence, code="more_than_missing", field="amount")
    return amount


def _awaited(order: Order, payments: list[Payment], method: str, actor: Actor) -> Payment:
    """Return the external payment that waits for money, or a new one."""
    for payment in payments:
        if payment.gateway == EXTERNAL and payment.state in WAITING:
            return payment
    payment = Payment.objects.create(order=order, gateway=EXTERNAL, method=method, currency=order.currency, amount=0)
    record_many(actor, [Act("orders.add_payment", payment, payment.told, created=True)])
    return payment


def _write_arrived(payment: Payment, amount: int, reference: str, actor: Actor) -> None:
    """Write the money facts of money that has arrived: promised and collected at once."""
    waiting = PaymentEvent.objects.filter(payment=payment, kind=EventKind.AUTHORIZE, outcome=Outcome.PENDING)
    waiting.update(outcome=Outcome.FAILED, code="recorded", settled_at=actor.now, next_try_at=None)
    number = PaymentEvent.objects.filter(payment=payment).count() + 1
    PaymentEvent.objects.bulk_create(
        PaymentEvent(
            payment=payment,
            kind=kind,
            gateway=payment.gateway,
            key=f"arrived:{payment.pk}:{number}:{kind}",
            currency=payment.currency,
            amount=amount,
            outcome=Outcome.OK,
            transaction_id=reference,
            created_at=actor.now,
            settled_at=actor.now,
        )
        for kind in (EventKind.AUTHORIZE, EventKind.CAPTURE)
    )


@transaction.atomic
def retry_payment(
    *, order_id: int, token: str, gateway: str = "sandbox", method: str = "card", actor: Actor
) -> Payment:
    """Have the missing money promised by another payment method.

    :raises Refused: while a payment is under way, or when nothing is missing.
    """
    order = lock_order(order_id)
    _refuse_unpayable(order)
    payments = lock_payments([order_id])
    if any(one.state in WAITING and one.gateway != EXTERNAL for one in payments):
        raise Refused("A payment is under way: wait for the gateway's answer.", code="payment_under_way")
    missing = order.owed - sum(one.authorized for one in payments if one.state in PROMISED)
    if missing <= 0:
        raise Refused("All of the money is there or promised already.", code="nothing_missing")
    payment = Payment.objects.create(
        order=order, gateway=gateway, method=method, token=token, currency=order.currency, amount=missing
    )
    write_intents([authorize_intent(payment, actor)])
    record_many(actor, [Act("orders.retry_payment", payment, str(Money(missing, order.currency)), created=True)])
    refresh_money([order], [*payments, payment], actor)
    return payment


@transaction.atomic
def capture_payment(*, order_id: int, amount: int | None = None, actor: Actor) -> list[PaymentEvent]:
    """Collect promised money by hand, before anything is shipped; by default all that the order still costs.

    :raises Refused: when nothing can be collected, or a capture is under way.
    """
    order = lock_order(order_id)
    every = lock_payments([order_id])
    payments = [one for one in every if one.state in COLLECTABLE]
    asked = asked_of(payments)
    if asked.busy:
        raise Refused("A capture or void is under way: wait for the gateway's answer.", code="capture_under_way")
    most = min(sum(one.authorized - one.captured for one in payments), order.owed - sum(one.captured for one in every))
    wanted = most if amount is None else amount
    if wanted <= 0 or wanted > most:
        sentence = f"At most {Money(max(0, most), order.currency)} can be collected now."
        raise Refused(sentence, code="nothing_to_capture", field="amount")
    intents = []
    for one in payments:
        part = min(wanted, one.authorized - one.captured)
        if part > 0:
            intents.append(capture_intent(one, part, asked.times[one.pk, EventKind.CAPTURE] + 1, actor))
            wanted -= part
    write_intents(intents)
    record_many(actor, [request_act(one) for one in intents])
    return intents


@transaction.atomic
def void_payment(*, payment_id: int, actor: Actor) -> Payment:
    """Give the promise of one payment back; raises :class:`Refused` when it has none, or a capture is under way."""
    order_id = Payment.objects.filter(pk=payment_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotFound("There is no payment with this number.")
    lock_order(order_id)
    payment = next(one for one in lock_payments([order_id]) if one.pk == payment_id)
    if payment.state != PaymentState.AUTHORIZED:
        raise Refused("Only an authorized payment can be given back.", code="not_authorized")
    if asked_of([payment]).busy:
        raise Refused("A capture or void is under way: wait for the gateway's answer.", code="capture_under_way")
    void_payments([payment], "given back by staff", actor)
    return payment


def expire_authorizations(actor: Actor, limit: int = 500) -> str:
    """Warn of promises that run out within a day, and end those that have; return a word about it."""
    warned = _warn(actor, limit)
    over = Payment.objects.filter(state=PaymentState.AUTHORIZED, expires_at__lte=actor.now).order_by("pk")
    ended = _expire(list(over.values_list("order_id", flat=True)[:limit]), actor)
    return f"{warned} warned, {ended} expired"


@transaction.atomic
def _warn(actor: Actor, limit: int) -> int:
    """Write a warning on the timeline, once for each promise that runs out within a day."""
    soon = Payment.objects.filter(
        state=PaymentState.AUTHORIZED, expires_at__gt=actor.now, expires_at__lte=actor.now + WARNED_BEFORE
    ).order_by("pk")
    rows = list(soon[:limit])
    told = set(
        AuditLine.objects.filter(
            entity="orders.payment", entity_id__in=[one.pk for one in rows], act="orders.authorization_ends"
        ).values_list("entity_id", flat=True)
    )
    fresh = [one for one in rows if one.pk not in told]
    note = "The authorization ends within a day: ship, or collect the money."
    record_many(actor, [Act("orders.authorization_ends", one, note) for one in fresh])
    return len(fresh)


@transaction.atomic
def _expire(order_ids: list[int], actor: Actor) -> int:
    """End the promises of some orders whose time is over, except those being collected."""
    orders = {order.pk: order for order in lock_orders(order_ids)}
    payments = lock_payments(orders)
    busy = asked_of(payments).busy
    free = [one for one in payments if one.state == PaymentState.AUTHORIZED and one.pk not in busy]
    over = [one for one in free if one.expires_at and one.expires_at <= actor.now]
    for one in over:
        one.expire()
    save_many(over, ["state"])
    note = "The authorization ran out before the money was collected."
    record_many(actor, [Act("orders.expire_payment", one, note) for one in over])
    live = [one for one in over if orders[one.order_id].is_live]
    put_holds([Stop(orders[one.order_id], HoldReason.PAYMENT_FAILED, note, "payment_open") for one in live], actor)
    refresh_money(list(orders.values()), payments, actor)
    publish(*(PaymentFailed(at=actor.now, order_id=one.order_id, payment_id=one.pk) for one in over))
    return len(over)
