"""Intents of which nobody knows what became: a person has the gateway asked again, or says what happened."""

from django.db import transaction

from oms.foundation.actions import Condition, refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.money import Money
from oms.foundation.refusals import Invalid, NotFound, Refused, refuse_if
from oms.foundation.work import ring
from orders.locks import lock_open_events, lock_order, lock_payments
from orders.models import Payment, PaymentEvent
from orders.payments.gateway import FAILED, OK, Answer
from orders.queries import unsettled_intents
from orders.services.after_settlement import refresh_money
from orders.services.settlement import settle


def _unsettled(payment: Payment) -> str | None:
    """Say that nothing waits for a person."""
    if unsettled_intents().filter(payment=payment).exists():
        return None
    return "Nothing asked of the gateway waits for a person: what is open is asked about by itself."


WAITS_FOR_PERSON = Condition("nothing_unsettled", _unsettled)


@transaction.atomic
def ask_gateway_again(*, payment_id: int, actor: Actor) -> Payment:
    """Have the gateway asked by their keys what became of the payment's unsettled intents; none is sent blindly.

    :raises Refused: when nothing waits for a person.
    """
    payment, events = _locked(payment_id)
    ids = [event.pk for event in events]
    PaymentEvent.objects.filter(pk__in=ids).update(
        next_try_at=actor.now, lease_until=None, attempts=0, crashes=0, message=""
    )
    if payment.failure:
        payment.failure = ""
        payment.save(update_fields=["failure"])
    kinds = ", ".join(event.get_kind_display() for event in events)
    record(actor, "orders.ask_gateway_again", payment, note=f"The gateway is asked by its key what became of: {kinds}.")
    refresh_money([payment.order], lock_payments([payment.order_id]), actor)
    ring("payments")
    return payment


@transaction.atomic
def settle_by_hand(
    *, payment_id: int, kind: str, happened: bool, reason: str, reference: str = "", actor: Actor
) -> Payment:
    """Settle an unsettled intent by the word of a person who has looked at the gateway.

    :raises Invalid: when it happened and the gateway's number of the transaction is missing or known already.
    :raises Refused: when no such intent waits for a person, or it is being asked about at this moment.
    """
    payment, events = _locked(payment_id)
    event = next((one for one in events if one.kind == kind), None)
    if event is None:
        raise Refused("Nothing of this kind waits for a person.", code="nothing_unsettled", field="kind")
    busy = event.lease_until is not None and event.lease_until > actor.now
    refuse_if(busy, "The gateway is being asked at this moment: try again in a minute.", code="being_asked")
    if happened:
        _refuse_bad_reference(event, reference)
    answer = Answer(
        outcome=OK if happened else FAILED,
        transaction_id=reference,
        code="by_hand",
        message=f"{reason} ({actor.label})"[:300],
    )
    amount = Money(event.amount, event.currency)
    word = "happened" if happened else "did not happen"
    note = f"{event.get_kind_display().capitalize()} {amount}: it {word}. {reason}"
    record(actor, "orders.settle_by_hand", payment, note=note, data={"key": event.key, "reference": reference})
    settle(answers={event.pk: answer}, actor=actor)
    return payment


def _locked(payment_id: int) -> tuple[Payment, list[PaymentEvent]]:
    """Lock order, payments and unsettled intents; raises :class:`Refused` when there are none of these."""
    order_id = Payment.objects.filter(pk=payment_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotFound("There is no payment with this number.")
    order = lock_order(order_id)
    payment = next(one for one in lock_payments([order_id]) if one.pk == payment_id)
    payment.order = order
    refuse_unless(payment, WAITS_FOR_PERSON)
    ids = unsettled_intents().filter(payment=payment).values_list("pk", flat=True)
    return payment, lock_open_events(list(ids))


def _refuse_bad_reference(event: PaymentEvent, reference: str) -> None:
    """Raise unless the reference can be this transaction's number."""
    if not reference.strip():
        sentence = "Write the gateway's number of the transaction: collecting and giving back need it."
        raise Invalid(sentence, code="reference_missing", field="reference")
    same = PaymentEvent.objects.filter(gateway=event.gateway, kind=event.kind, transaction_id=reference)
    if same.exclude(pk=event.pk).exists():
        raise Invalid(f"“{reference}” is recorded for another payment.", code="reference_taken", field="reference")
