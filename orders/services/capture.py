"""Capture: takes orders that have happened, each exactly once by its channel account and the channel's number."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction

from oms.foundation.actor import Actor
from oms.foundation.audit import Act, lines_of
from oms.foundation.facts import FLOW, events_of
from oms.foundation.inserts import insert_new, insert_rows, insert_together
from oms.foundation.numbers import random_code
from oms.foundation.refusals import Invalid
from oms.foundation.work import ring
from orders.events import OrderPlaced
from orders.intake import OrderIn
from orders.intake.limits import faults_of
from orders.models import Channel, ChannelAccount, Order
from orders.services.capture_checks import gate_rows
from orders.services.capture_known import customers_of, forget_strangers, insert_customers, known_orders, reps_of
from orders.services.capture_money import event_rows, payment_rows
from orders.services.capture_rows import (
    Pair,
    address_rows,
    discount_rows,
    line_rows,
    order_row,
    products_of,
    remember_rows,
)
from orders.services.intents import PAYMENTS

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
        made = _capture(account, list(wanted.values()), actor)
        found = known_orders(account, [key for key in wanted if key not in made])
    return _in_order(orders, made, found)


def _refuse_impossible(order: OrderIn) -> None:
    """Raise :class:`Invalid` for an order that cannot be stored."""
    faults = faults_of(order)
    if faults:
        raise Invalid(reasons=faults)


def _capture(account: ChannelAccount, orders: list[OrderIn], actor: Actor) -> dict[str, Order]:
    """Store the orders that nobody has stored yet and return those that this call made, by the channel's number."""
    newcomers = insert_customers(orders, actor)
    made = _insert_orders(account, sorted(orders, key=lambda order: order.external_id), actor)
    pairs = [(made[order.external_id], order) for order in orders if order.external_id in made]
    forget_strangers(newcomers, [order for _, order in pairs])
    if pairs:
        _write_parts(pairs, newcomers, account.channel, actor)
    return made


def _write_parts(pairs: Sequence[Pair], newcomers: Collection[str], channel: Channel, actor: Actor) -> None:
    """Store all that belongs to new orders, keep it on them, and wake the workers who go on with them."""
    lines = line_rows(pairs)
    insert_rows(lines, pointer=products_of(lines, pairs))
    addresses, payments = address_rows(pairs, actor), payment_rows(pairs, actor)
    insert_together(addresses, payments)
    remember_rows(pairs, lines=lines, addresses=addresses, payments=payments)
    discounts, events = discount_rows(pairs), event_rows(pairs, actor)
    gates = gate_rows(pairs, newcomers, channel, actor)
    acts = lines_of(actor, [act for order, _ in pairs for act in _acts(order)])
    facts = events_of([OrderPlaced(at=actor.now, order_id=order.pk) for order, _ in pairs])
    insert_together(discounts, events, gates, acts, facts)
    remember_rows(pairs, discounts=discounts, gates=gates, holds=[], refunds=[])
    ring(FLOW)
    if any(event.next_try_at for event in events):
        ring(PAYMENTS)


def _acts(order: Order) -> list[Act]:
    """Return the audit lines of a captured order and its payments."""
    data = {"external_id": order.external_id, "channel": order.channel.code}
    payments = [Act("orders.add_payment", payment, payment.told, created=True) for payment in order.payments.all()]
    note = f"From {order.channel.name}, number there {order.external_id}."
    return [Act("orders.capture", order, note, data, created=True), *payments]


def _insert_orders(account: ChannelAccount, orders: list[OrderIn], actor: Actor) -> dict[str, Order]:
    """Insert the heads of the orders and return those that are new, by the channel's number.

    What another transaction inserted first is left to it; a number drawn twice is drawn again.
    """
    made: dict[str, Order] = {}
    waiting, reps = orders, reps_of(orders)
    for _ in range(NUMBER_TRIES):
        rows = [order_row(order, account, number=random_code(8), reps=reps, actor=actor) for order in waiting]
        made |= {row.external_id: row for row in insert_new(rows, mark="number", pointer=customers_of(waiting))}
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
