"""Capture: takes orders that have happened, each exactly once by its channel account and the channel's number."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import publish
from oms.foundation.inserts import insert_new
from oms.foundation.numbers import random_code
from oms.foundation.refusals import Invalid
from orders.events import OrderPlaced
from orders.intake import OrderIn
from orders.intake.limits import faults_of
from orders.models import ChannelAccount, Customer, Order
from orders.services.capture_checks import write_gates
from orders.services.capture_known import Known, known_orders, look_up
from orders.services.capture_money import write_payments
from orders.services.capture_rows import order_row, write_parts

NUMBER_TRIES = 5


@dataclass(frozen=True, slots=True)
class Captured:
    """The order, whether this call made it, and the stated total − the computed one in minor units."""

    order: Order
    created: bool
    difference: int


def capture_orders(
    *, account_id: int, orders: Sequence[OrderIn], actor: Actor, account: ChannelAccount | None = None
) -> list[Captured]:
    """Store every order once, with all that belongs to it, and tell the rooms on the right; answers in input order.

    What is known already is answered as it stands, whatever the repetition says. ``account`` saves reading it when the
    caller has it at hand, its channel included. The number of statements does not grow with the number of orders.

    :raises Invalid: for an order that no table could hold; what is merely wrong is stored with its data gate closed.
    """
    for order in orders:
        _refuse_impossible(order)
    with transaction.atomic(savepoint=False):
        account = account or ChannelAccount.objects.select_related("channel").get(pk=account_id)
        wanted = {order.external_id: order for order in reversed(orders)}
        known = look_up(account, list(wanted.values()))
        fresh = [order for key, order in wanted.items() if key not in known.orders]
        made = _capture_fresh(account, fresh, known, actor)
        found = known_orders(account, [key for key in wanted if key not in made])
    return _in_order(orders, made, found)


def _refuse_impossible(order: OrderIn) -> None:
    """Raise :class:`Invalid` for an order that cannot be stored."""
    faults = faults_of(order)
    if faults:
        raise Invalid(reasons=faults)


def _capture_fresh(account: ChannelAccount, fresh: list[OrderIn], known: Known, actor: Actor) -> dict[str, Order]:
    """Store the orders that nobody has stored yet and return those that this call made, by the channel's number."""
    if not fresh:
        return {}
    _make_customers(fresh, known, actor)
    made = _insert_orders(account, sorted(fresh, key=lambda order: order.external_id), known, actor)
    pairs = [(made[order.external_id], order) for order in fresh if order.external_id in made]
    if pairs:
        write_parts(pairs, known, actor)
        write_payments(pairs, actor)
        write_gates(pairs, known, account.channel, actor)
        record_many(actor, [act for order, _ in pairs for act in _acts(order)])
        publish(*(OrderPlaced(at=actor.now, order_id=order.pk) for order, _ in pairs))
    return made


def _acts(order: Order) -> list[Act]:
    """Return the audit lines of a captured order and its payments."""
    data = {"external_id": order.external_id, "channel": order.channel.code}
    payments = [Act("orders.add_payment", payment, created=True) for payment in order.payments.all()]
    return [Act("orders.capture", order, data=data, created=True), *payments]


def _make_customers(orders: list[OrderIn], known: Known, actor: Actor) -> None:
    """Store the customers whose e-mail address is new, in the order of their addresses, and note their ids."""
    unknown = {key: one for one in orders if (key := known.email_of(one)) and key not in known.customers}
    rows = [
        Customer(
            email=email,
            name=unknown[email].customer.name[:200],
            phone=unknown[email].customer.phone[:40],
            created_at=actor.now,
        )
        for email in sorted(unknown)
    ]
    known.customers.update({row.email: row.pk for row in insert_new(rows, mark="email")})
    known.new_customers.update(unknown)
    late = [row.email for row in rows if row.email not in known.customers]
    if late:
        known.customers.update(Customer.objects.filter(email__in=late).values_list("email", "pk"))


def _insert_orders(account: ChannelAccount, orders: list[OrderIn], known: Known, actor: Actor) -> dict[str, Order]:
    """Insert the heads of the orders and return those that are new, by the channel's number.

    What another transaction inserted first is left to it; a number drawn twice is drawn again.
    """
    made: dict[str, Order] = {}
    waiting = orders
    for _ in range(NUMBER_TRIES):
        rows = [order_row(order, account, known, number=random_code(8), actor=actor) for order in waiting]
        made |= {row.external_id: row for row in insert_new(rows, mark="number")}
        waiting = [order for order in waiting if order.external_id not in made]
        if not waiting:
            return made
        taken = set(known_orders(account, [order.external_id for order in waiting]))
        waiting = [order for order in waiting if order.external_id not in taken]
        if not waiting:
            return made
    raise RuntimeError(f"no free number was found for {len(waiting)} orders")


def _in_order(orders: Sequence[OrderIn], made: dict[str, Order], found: dict[str, Order]) -> list[Captured]:
    """Return an answer for each order as it was given; a repetition inside the call is not created again."""
    answers, seen = [], set()
    for order in orders:
        key = order.external_id
        row = made.get(key) or found[key]
        answers.append(Captured(row, key in made and key not in seen, row.total_difference))
        seen.add(key)
    return answers
