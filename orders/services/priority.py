"""The priority of an order: which back-orders are served before others."""

from django.db import transaction

from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.refusals import Invalid
from orders.locks import lock_order
from orders.models import Order
from orders.services.conditions import CHANGEABLE
from orders.states import MOST_PRIORITY


@transaction.atomic
def set_priority(*, order_id: int, priority: int | None = None, actor: Actor) -> Order:
    """Give the order a priority of its own, 0 to 9; None lets it have its customer's.

    It counts from the next time stock comes in; what is promised already stays where it is.

    :raises Refused: when the order has ended. :raises Invalid: for a number beyond these.
    """
    order = lock_order(order_id)
    refuse_unless(order, CHANGEABLE)
    if priority is not None and not 0 <= priority <= MOST_PRIORITY:
        raise Invalid(f"A priority is a number from 0 to {MOST_PRIORITY}.", code="bad_priority", field="priority")
    before = order.priority
    if priority != before:
        order.priority = priority
        order.save(update_fields=["priority"])
        note = "That of the customer again." if priority is None else f"{priority} of {MOST_PRIORITY}."
        record(actor, "orders.set_priority", order, note=note, data={"before": before, "after": priority})
    return order
