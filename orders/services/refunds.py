"""Refunds: money that goes back, never more than was collected, each paid out once."""

from collections import Counter
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.models import AuditLine
from oms.foundation.money import Money
from oms.foundation.refusals import Denied, Invalid, Refused
from orders.locks import lock_order, lock_payments, lock_refunds
from orders.models import Order, Payment, Refund
from orders.services.conditions import REFUND_NOT_HELD
from orders.services.intents import refund_intent, write_intents
from orders.states import RefundState

UNDECIDED = (RefundState.REQUESTED, RefundState.APPROVED, RefundState.SUBMITTED)


class TooMuch(Refused):
    """More would go back than was collected."""

    code = "refund_too_large"


def refundable(order: Order) -> int:
    """Return what may still go back of an order, in minor units: collected − refunded − refunds under way."""
    payments = list(Payment.objects.filter(order=order))
    return sum(refundable_by_payment(payments).values())


def refundable_by_payment(payments: Sequence[Payment]) -> dict[int, int]:
    """Return what may still go back through each payment."""
    reserved: Counter[int] = Counter()
    under_way = Refund.objects.filter(payment__in=[payment.pk for payment in payments], state__in=UNDECIDED)
    for payment_id, amount in under_way.values_list("payment_id", "amount"):
        reserved[payment_id] += amount
    return {one.pk: one.captured - one.refunded - reserved[one.pk] for one in payments}


@transaction.atomic
def request_refund(*, order_id: int, amount: int, reason: str = "", key: str = "", actor: Actor) -> list[Refund]:
    """Send an amount of minor units back through the payments it came from; the same key asks only once.

    A refund by a person above ``REFUND_APPROVAL_ABOVE`` waits for a second person.

    :raises TooMuch: above what was collected and not yet given back. :raises Invalid: unless the amount is positive.
    """
    order = lock_order(order_id)
    return refund_locked(order, lock_payments([order_id]), amount=amount, reason=reason, key=key, actor=actor)


def refund_locked(
    order: Order, payments: Sequence[Payment], *, amount: int, reason: str, key: str, actor: Actor
) -> list[Refund]:
    """Refund a locked order through its locked payments, oldest payment first; a hold may block it."""
    if amount <= 0:
        raise Invalid("A refund must be more than zero.", code="bad_amount", field="amount")
    known = list(Refund.objects.filter(order=order, key__startswith=f"{key}/").order_by("pk")) if key else []
    if known:
        return known
    refuse_unless(order, REFUND_NOT_HELD)
    left = refundable_by_payment(payments)
    if amount > sum(left.values()):
        most = Money(max(0, sum(left.values())), order.currency)
        sentence = f"At most {most} can still go back to the customer of order {order.number}."
        raise TooMuch(sentence, field="amount")
    refunds = _parts(order, payments, left, amount, reason, key or _next_key(order))
    Refund.objects.bulk_create(refunds)
    acts = [
        Act("orders.refund", one, f"{one.told}. {reason}".rstrip(". "), {"amount": one.amount}, created=True)
        for one in refunds
    ]
    record_many(actor, acts)
    if not _needs_second_person(amount, actor):
        submit(refunds, actor)
    return refunds


def _next_key(order: Order) -> str:
    """Return a key for a refund that a person asks for; the order's lock makes it unique."""
    return f"order:{order.pk}:{Refund.objects.filter(order=order).count() + 1}"


def _parts(
    order: Order, payments: Sequence[Payment], left: dict[int, int], amount: int, reason: str, key: str
) -> list[Refund]:
    """Return a refund for each payment that gives a part of the amount."""
    refunds: list[Refund] = []
    for payment in payments:
        part = min(amount, left[payment.pk])
        if part <= 0:
            continue
        amount -= part
        refunds.append(
            Refund(
                order=order,
                payment=payment,
                key=f"{key}/{len(refunds) + 1}",
                currency=payment.currency,
                amount=part,
                reason=reason[:300],
            )
        )
    return refunds


def _needs_second_person(amount: int, actor: Actor) -> bool:
    """Return whether a person asks for more than one person may give away."""
    limit = settings.REFUND_APPROVAL_ABOVE
    return actor.kind == "user" and limit > 0 and amount > limit


def submit(refunds: Sequence[Refund], actor: Actor) -> None:
    """Approve locked requested refunds and have their gateways asked."""
    for refund in refunds:
        refund.approve()
    save_many(refunds, ["state"])
    record_many(actor, [Act("orders.approve_refund", refund, refund.told) for refund in refunds])
    for refund in refunds:
        refund.submit()
    save_many(refunds, ["state"])
    record_many(actor, [Act("orders.submit_refund", refund, refund.told) for refund in refunds])
    write_intents(refund_intent(refund.payment, refund, actor) for refund in refunds)


@transaction.atomic
def approve_refund(*, refund_id: int, actor: Actor) -> Refund:
    """Approve a refund that another person asked for, and have it paid out.

    :raises Denied: for the person who asked for it. :raises Refused: when it no longer waits, or a hold blocks it.
    """
    refund = _waiting(refund_id)
    asker = AuditLine.objects.filter(entity="orders.refund", entity_id=refund.pk, act="orders.refund").first()
    if asker is not None and (asker.actor_kind, asker.actor_id) == (actor.kind, actor.id):
        raise Denied("You asked for this refund yourself: a second person has to approve it.", code="four_eyes")
    refuse_unless(refund, REFUND_NOT_HELD)
    submit([refund], actor)
    return refund


@transaction.atomic
def cancel_refund(*, refund_id: int, actor: Actor) -> Refund:
    """Drop a refund that was not submitted yet; raises :class:`Refused` when it was."""
    refund = _waiting(refund_id)
    refund.cancel()
    refund.save(update_fields=["state"])
    record_many(actor, [Act("orders.cancel_refund", refund, refund.told)])
    return refund


def _waiting(refund_id: int) -> Refund:
    """Lock a refund with its order and payments and return it; raises :class:`Refused` unless it waits."""
    order_ids = Refund.objects.filter(pk=refund_id).values_list("order_id", flat=True)
    for order_id in list(order_ids):
        lock_order(order_id)
        lock_payments([order_id])
    found = lock_refunds([refund_id])
    if not found or found[0].state != RefundState.REQUESTED:
        raise Refused("Only a refund that waits for approval can be decided.", code="refund_decided")
    return found[0]
