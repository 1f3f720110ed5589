"""Importing order files: chunks of orders, each captured in a transaction of its own; every refused row is named."""

from collections.abc import Mapping, Sequence

from django.db import DataError, IntegrityError, transaction

from oms.foundation.actor import Actor
from oms.foundation.imports.plans import Plan, Seen, Verb, as_seen, refused
from oms.foundation.money import Money, minor_text
from oms.foundation.tables import RowFault
from orders.channels.files import Told
from orders.intake import OrderIn, add_up
from orders.models import ChannelAccount, Order
from orders.services.capture import Captured, capture_orders
from orders.services.capture_known import known_orders


def plan_orders(*, account: ChannelAccount, told: Sequence[Told]) -> list[Plan]:
    """Return which readable orders of a file would be captured, and which are known already."""
    known = known_orders(account, [one.order.external_id for one in told if one.order])
    return [_plan(one, known) for one in told]


def store_orders(
    *, account: ChannelAccount, told: Sequence[Told], actor: Actor, seen: Seen | None = None
) -> list[Plan]:
    """Capture readable orders of a file once, in one transaction; one that the database cannot hold is refused alone.

    ``account`` comes with its channel.
    """
    try:
        return _capture(account, told, actor, seen)
    except (DataError, IntegrityError) as error:
        if len(told) > 1:
            return [plan for one in told for plan in store_orders(account=account, told=[one], actor=actor, seen=seen)]
        sentence = f"order {told[0].key} cannot be stored: {str(error).splitlines()[0][:200]}"
        return [refused(told[0], RowFault(told[0].row, "", "not_storable", sentence))]


@transaction.atomic
def _capture(account: ChannelAccount, told: Sequence[Told], actor: Actor, seen: Seen | None) -> list[Plan]:
    """Capture the orders whose plan is what was seen; those that are known by now stay as they are."""
    plans = [as_seen(_plan(one, {}), seen) for one in told]
    orders = [one.order for one, plan in zip(told, plans, strict=True) if one.order and plan.verb == Verb.CREATE]
    captured = iter(capture_orders(account_id=account.pk, account=account, orders=orders, actor=actor))
    return [_done(plan, next(captured)) if plan.verb == Verb.CREATE else plan for plan in plans]


def _done(plan: Plan, captured: Captured) -> Plan:
    """Return what became of one order."""
    if captured.created:
        return plan.made(captured.order.pk)
    return Plan(plan.row, plan.key, Verb.SAME, object_id=captured.order.pk)


def _plan(told: Told, known: Mapping[str, Order]) -> Plan:
    """Return what capturing one readable order does."""
    order = told.order
    if order is None:
        return refused(told, *told.faults)
    if order.external_id in known:
        return Plan(told.row, told.key, Verb.SAME, object_id=known[order.external_id].pk)
    made = {
        "customer": [None, order.customer.name],
        "lines": [None, len(order.lines)],
        "total": [None, str(Money(order.total, order.currency))],
    }
    return Plan(told.row, told.key, Verb.CREATE, made, _note(order))


def _note(order: OrderIn) -> str:
    """Return what a person will have to look at."""
    difference = add_up(order).difference
    if not difference:
        return ""
    amount = minor_text(difference, order.currency)
    return f"Its total differs by {amount} from the sum of its parts: its data gate stays closed."
