"""Erases what is known of a customer. Orders, pieces and money stay as they are: the books still agree."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F, Q

from oms.foundation.actions import Condition, refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.locks import lock_row
from oms.foundation.models import ImportFile, ImportRow
from oms.foundation.models.imports import WORKING
from oms.outlets.models import Notification
from oms.outlets.models.messages import NotificationState
from oms.outlets.privacy.exporting import lines_about
from oms.outlets.privacy.register import ERASED, PARTS, TRACES, Trace
from oms.outlets.privacy.words import Words, words_of
from orders.locks import lock_orders
from orders.models import Customer, Order, PaymentEvent
from orders.states import OPEN_OUTCOMES, OrderState
from returns.models import Return
from returns.states import OPEN_RETURNS

STEP = 500
DONE = (OrderState.COMPLETED, OrderState.CANCELLED)


def _orders_open(customer: Customer) -> str | None:
    """Return which orders are not at their end yet."""
    numbers = list(Order.objects.filter(customer=customer).exclude(state__in=DONE).values_list("number", flat=True)[:5])
    return f"Orders are not completed or cancelled yet: {', '.join(numbers)}." if numbers else None


def _returns_open(customer: Customer) -> str | None:
    """Return which returns are not at their end yet."""
    rows = Return.objects.filter(order__customer=customer, state__in=OPEN_RETURNS)
    numbers = list(rows.values_list("number", flat=True)[:5])
    return f"Returns are not completed yet: {', '.join(numbers)}." if numbers else None


def _money_open(customer: Customer) -> str | None:
    """Return whether a gateway still owes an answer."""
    events = PaymentEvent.objects.filter(payment__order__customer=customer, outcome__in=OPEN_OUTCOMES)
    return "A payment is still being confirmed; wait for its answer." if events.exists() else None


def _mails_waiting(customer: Customer) -> str | None:
    """Return whether a mail still has to leave."""
    mails = Notification.objects.filter(order__customer=customer, state=NotificationState.WAITING)
    return "Mails to the customer are not sent yet." if mails.exists() else None


def _is_erased(customer: Customer) -> str | None:
    """Return whether there is nothing left to erase."""
    return "This customer was erased already." if customer.erased_at else None


CAN_BE_ERASED = (
    Condition("not_erased", _is_erased),
    Condition("orders_ended", _orders_open),
    Condition("returns_ended", _returns_open),
    Condition("money_settled", _money_open),
    Condition("mails_sent", _mails_waiting),
)


@transaction.atomic
def erase_customer(*, customer_id: int, actor: Actor) -> Customer:
    """Put nothing in the place of everything personal, wherever it lies; amounts, pieces, states and times stay.

    :raises Refused: while something of the customer's is under way.
    """
    customer = Customer.objects.get(pk=customer_id)
    lock_orders(Order.objects.filter(customer=customer).values_list("pk", flat=True))
    customer = lock_row(Customer, customer_id)
    refuse_unless(customer, *CAN_BE_ERASED)
    words = words_of(customer)
    lines_about(customer_id).update(note="", data={})
    _forget_files(customer_id)
    LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Customer), object_id=str(customer_id)
    ).update(object_repr=ERASED, change_message="")
    for trace in TRACES:
        _forget_trace(trace, words)
    for part in PARTS:
        rows = part.model._base_manager.filter(**{part.owner: customer_id})
        if part.columns:
            rows.update(**part.columns, **_newer(part.model))
    customer = lock_row(Customer, customer_id)
    customer.erased_at = actor.now
    customer.save(update_fields=["erased_at"])
    record(actor, "outlets.erase_customer", customer)
    return customer


def _newer(model: Any) -> dict[str, Any]:
    """Return a higher version where rows have one, so that no form that is open anywhere brings the old words back."""
    named = {one.name for one in model._meta.concrete_fields}
    return {"version": F("version") + 1} if "version" in named else {}


def _forget_files(customer_id: int) -> None:
    """Delete the files from which orders of the customer were taken; a packed one cannot be searched for words."""
    orders = Order.objects.filter(customer=customer_id)
    taken = ImportRow.objects.filter(session__kind="orders").filter(
        Q(object_id__in=orders.values("pk")) | Q(key__in=orders.values("external_id"))
    )
    ImportFile.objects.filter(sessions__in=taken.values("session")).exclude(sessions__state__in=WORKING).delete()


def _forget_trace(trace: Trace, words: Words) -> None:
    """Blank or delete those rows of a kind that mention the customer, read in steps."""
    last: Any = None
    rows = trace.model._base_manager.filter(trace.where).order_by("pk")
    while step := list(_after(rows, last).values_list("pk", *trace.columns)[:STEP]):
        last = step[-1][0]
        mentioned = trace.model._base_manager.filter(pk__in=[pk for pk, *values in step if words.stand_in(values)])
        if trace.deleted:
            mentioned.delete()
        else:
            mentioned.update(**trace.columns)


def _after(rows: Any, last: Any) -> Any:
    """Return the rows after the last one that was read."""
    return rows if last is None else rows.filter(Q(pk__gt=last))
