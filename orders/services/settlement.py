"""Settlement: what a gateway said becomes money facts, once, whether by answer, by event or by asking again."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import Fact, publish
from oms.foundation.money import Money
from oms.foundation.updates import update_each
from orders.events import PaymentAuthorized, PaymentCaptured, PaymentFailed, RefundSettled
from orders.locks import lock_open_events, lock_orders, lock_payments, lock_refunds
from orders.models import Order, OrderLine, Payment, PaymentEvent, Refund
from orders.payments.gateway import FAILED, OK, PENDING, UNKNOWN, Answer
from orders.services.after_settlement import follow_up
from orders.services.comparing import reported_otherwise
from orders.services.holding import Stop
from orders.states import EventKind, HoldReason, Outcome, PaymentState

WAITING_CODE, WORN_OUT_CODE = "waiting", "worker_stopped"
WORN_OUT = (
    "The worker stopped three times while it asked the gateway to {kind} {amount}. Look at the gateway whether it"
    " happened; then have it asked again, or settle it by hand."
)


@dataclass(slots=True)
class Case:
    """An intent whose outcome was open, with its locked rows and what the gateway said."""

    event: PaymentEvent
    payment: Payment
    order: Order
    refund: Refund | None
    answer: Answer


@dataclass(slots=True)
class Book:
    """What settling a batch changes: collected first, written together."""

    actor: Actor
    payments: dict[int, Payment] = field(default_factory=dict)
    refunds: list[Refund] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    approved_late: list[Payment] = field(default_factory=list)
    unfinished: set[int] = field(default_factory=set)
    by_order: dict[int, list[Payment]] = field(default_factory=lambda: defaultdict(list))

    def tell(self, act: str, case: Case, note: str = "") -> None:
        """Note the payment as changed, with its audit line."""
        self.payments[case.payment.pk] = case.payment
        data = {"amount": case.event.amount, "transaction": case.event.transaction_id, "key": case.event.key}
        self.acts.append(Act(f"orders.{act}", case.payment, note, data))


@transaction.atomic
def settle(*, answers: Mapping[int, Answer], actor: Actor) -> int:
    """Record answers by intent id and draw the consequences; return how many intents were still open.

    An intent whose outcome is known already is passed over: answer and event have one effect.
    """
    order_ids = PaymentEvent.objects.filter(pk__in=list(answers)).values_list("payment__order_id", flat=True)
    orders = lock_orders(order_ids)
    payments = lock_payments([order.pk for order in orders])
    events = lock_open_events(answers)
    cases = _cases(events, orders, payments, answers)
    book = Book(actor, unfinished=_unfinished(cases))
    for payment in payments:
        book.by_order[payment.order_id].append(payment)
    for case in cases:
        _settle_one(case, book)
    _write(cases, book)
    follow_up(orders, payments, book.stops, book.approved_late, actor)
    return len(cases)


def _cases(
    events: Sequence[PaymentEvent], orders: Sequence[Order], payments: Sequence[Payment], answers: Mapping[int, Answer]
) -> list[Case]:
    """Bring each open intent together with its locked rows."""
    by_order = {order.pk: order for order in orders}
    by_payment = {payment.pk: payment for payment in payments}
    refunds = {refund.pk: refund for refund in lock_refunds(one.refund_id for one in events if one.refund_id)}
    cases = []
    for event in events:
        payment = by_payment[event.payment_id]
        refund = refunds[event.refund_id] if event.refund_id else None
        cases.append(Case(event, payment, by_order[payment.order_id], refund, answers[event.pk]))
    return cases


def _unfinished(cases: Sequence[Case]) -> set[int]:
    """Return the ids of orders with captures at hand of which pieces are still open."""
    captured = [case.order.pk for case in cases if case.event.kind == EventKind.CAPTURE]
    if not captured:
        return set()
    return set(OrderLine.objects.filter(order__in=captured, quantity_open__gt=0).values_list("order_id", flat=True))


def _settle_one(case: Case, book: Book) -> None:
    """Record one answer on its intent, payment and refund."""
    if case.answer.code == WORN_OUT_CODE:
        _worn_out(case, book)
    elif case.answer.outcome == UNKNOWN:
        _lost(case, book)
    elif case.answer.outcome == PENDING:
        _waits(case, book)
    elif note := reported_otherwise(case.event, case.answer):
        _differs(case, note, book)
    else:
        _close(case, book.actor)
        RECORDERS[case.event.kind, case.answer.outcome](case, book)


def _close(case: Case, actor: Actor) -> None:
    """Write the final outcome on the intent."""
    event, answer = case.event, case.answer
    event.outcome = Outcome.OK if answer.outcome == OK else Outcome.FAILED
    event.transaction_id = answer.transaction_id or event.transaction_id
    event.code, event.message = answer.code[:48], answer.message[:300]
    event.settled_at, event.next_try_at, event.last_error = actor.now, None, ""


def ask_again_after(attempts: int) -> timedelta:
    """Return the wait before the gateway is asked again about an intent."""
    waits = settings.UNKNOWN_ASK_SECONDS
    return timedelta(seconds=waits[min(max(attempts, 1), len(waits)) - 1])


def _lost(case: Case, book: Book) -> None:
    """Keep the outcome unknown and ask again later with the same key."""
    event = case.event
    if event.outcome != Outcome.UNKNOWN:
        event.outcome, event.code = Outcome.UNKNOWN, "answer_lost"
        if case.payment.state in (PaymentState.CREATED, PaymentState.PENDING):
            case.payment.lose_answer()
        book.tell("lost_answer", case, f"No answer to “{event.kind}”; the gateway is asked again.")
    event.next_try_at = book.actor.now + ask_again_after(event.attempts)
    event.last_error = case.answer.message[:500]


def _worn_out(case: Case, book: Book) -> None:
    """Leave an intent unknown that no worker has outlasted: it is not asked about until a person says so."""
    event = case.event
    note = WORN_OUT.format(kind=event.get_kind_display(), amount=Money(event.amount, event.currency))
    event.outcome, event.code, event.message, event.next_try_at = Outcome.UNKNOWN, WORN_OUT_CODE, note, None
    if case.payment.state in (PaymentState.CREATED, PaymentState.PENDING):
        case.payment.lose_answer()
    if case.payment.state == PaymentState.UNKNOWN:
        case.payment.failure = note
    book.tell("needs_person", case, note)


def _waits(case: Case, book: Book) -> None:
    """Keep the outcome open until the gateway's event, and ask when none comes."""
    event = case.event
    event.outcome, event.transaction_id = Outcome.PENDING, case.answer.transaction_id
    if event.code != WAITING_CODE:
        event.code, event.message = WAITING_CODE, case.answer.message[:300]
        if case.payment.state in (PaymentState.CREATED, PaymentState.UNKNOWN):
            case.payment.wait()
        book.tell("payment_pending", case, "The gateway will tell later.")
    event.next_try_at = book.actor.now + max(ask_again_after(event.attempts), timedelta(seconds=30))


def _differs(case: Case, note: str, book: Book) -> None:
    """Leave an intent unknown for which the gateway moved other money than we asked, and call a person."""
    event = case.event
    event.outcome, event.code, event.message, event.next_try_at = Outcome.UNKNOWN, "amount_differs", note, None
    book.tell("amount_differs", case, note)
    book.stops.append(Stop(case.order, HoldReason.TOTAL_DIFFERENCE, note))


def _authorized(case: Case, book: Book) -> None:
    """Note a promise; one for a cancelled order is given back."""
    if case.payment.state not in (PaymentState.CREATED, PaymentState.PENDING, PaymentState.UNKNOWN):
        return
    case.payment.authorize(amount=case.event.amount, expires_at=case.answer.expires_at)
    case.payment.reference = case.answer.transaction_id
    book.tell("authorize_payment", case, str(Money(case.event.amount, case.event.currency)))
    book.facts.append(PaymentAuthorized(at=book.actor.now, order_id=case.order.pk, payment_id=case.payment.pk))
    if not case.order.is_live:
        book.approved_late.append(case.payment)


def _declined(case: Case, book: Book) -> None:
    """Note a refused payment; a live order waits for another one."""
    if case.payment.state not in (PaymentState.CREATED, PaymentState.PENDING, PaymentState.UNKNOWN):
        return
    why = case.answer.message or "The gateway refused the payment."
    case.payment.fail(why=why[:300])
    book.tell("fail_payment", case, why)
    book.facts.append(PaymentFailed(at=book.actor.now, order_id=case.order.pk, payment_id=case.payment.pk))
    if case.order.is_live:
        book.stops.append(Stop(case.order, HoldReason.PAYMENT_FAILED, why, "payment_open"))


def _captured(case: Case, book: Book) -> None:
    """Note collected money."""
    payment, amount = case.payment, case.event.amount
    collected = amount + sum(one.captured for one in book.by_order[case.order.pk])
    more = case.order.pk in book.unfinished or collected < case.order.owed
    if more and payment.captured + amount < payment.authorized:
        payment.capture_part(amount=amount)
    else:
        payment.capture_rest(amount=amount)
    book.tell("capture_payment", case, str(Money(amount, case.event.currency)))
    fact = PaymentCaptured(at=book.actor.now, order_id=case.order.pk, payment_id=payment.pk, amount=amount)
    book.facts.append(fact)


def _not_captured(case: Case, book: Book) -> None:
    """Note that money for shipped pieces was refused and call a person."""
    why = f"Collecting {Money(case.event.amount, case.event.currency)} failed: {case.answer.message or 'refused'}"
    book.tell("fail_capture", case, why)
    book.stops.append(Stop(case.order, HoldReason.PAYMENT_FAILED, why, "payment_open"))


def _voided(case: Case, book: Book) -> None:
    """Note a promise given back."""
    case.payment.void()
    book.tell("void_payment", case, str(Money(case.event.amount, case.event.currency)))


def _not_voided(case: Case, book: Book) -> None:
    """Note that the gateway would not take the promise back; it runs out by itself."""
    book.tell("fail_void", case, f"{case.answer.message or 'refused'}; the authorization runs out by itself.")


def _refunded(case: Case, book: Book) -> None:
    """Note money that went back."""
    refund, amount = case.refund, case.event.amount
    if refund is None:
        raise LookupError(f"intent {case.event.pk} has no refund")
    refund.settle(at=book.actor.now)
    case.payment.refunded += amount
    book.refunds.append(refund)
    book.acts.append(Act("orders.settle_refund", refund, str(Money(amount, refund.currency)), {"amount": amount}))
    book.payments[case.payment.pk] = case.payment
    book.facts.append(RefundSettled(at=book.actor.now, order_id=case.order.pk, refund_id=refund.pk, amount=amount))


def _not_refunded(case: Case, book: Book) -> None:
    """Note a refund that the gateway refused; it may be asked for anew."""
    if case.refund is None:
        raise LookupError(f"intent {case.event.pk} has no refund")
    case.refund.fail(why=(case.answer.message or "The gateway refused.")[:300])
    book.refunds.append(case.refund)
    book.acts.append(Act("orders.fail_refund", case.refund, case.refund.failure))


RECORDERS: dict[tuple[str, str], Callable[[Case, Book], None]] = {
    (EventKind.AUTHORIZE, OK): _authorized,
    (EventKind.AUTHORIZE, FAILED): _declined,
    (EventKind.CAPTURE, OK): _captured,
    (EventKind.CAPTURE, FAILED): _not_captured,
    (EventKind.VOID, OK): _voided,
    (EventKind.VOID, FAILED): _not_voided,
    (EventKind.REFUND, OK): _refunded,
    (EventKind.REFUND, FAILED): _not_refunded,
}
EVENT_FIELDS = (
    "outcome",
    "transaction_id",
    "code",
    "message",
    "settled_at",
    "next_try_at",
    "lease_until",
    "last_error",
    "crashes",
)
MONEY_FIELDS = ("state", "authorized", "captured", "refunded", "expires_at", "failure", "reference")


def _write(cases: Sequence[Case], book: Book) -> None:
    """Write everything that changed, tables in the order of the locks."""
    save_many(book.payments.values(), MONEY_FIELDS)
    save_many(book.refunds, ["state", "failure", "settled_at"])
    for case in cases:
        case.event.lease_until, case.event.crashes = None, 0
    update_each([case.event for case in cases], EVENT_FIELDS)
    record_many(book.actor, book.acts)
    publish(*book.facts)
