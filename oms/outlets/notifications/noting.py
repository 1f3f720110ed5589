"""Noting mails: a row for every fact a customer is told of, suppressed with a word where none is to be sent."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from oms.foundation.actor import Actor
from oms.foundation.models import AuditLine
from oms.foundation.work import ring
from oms.outlets.models import Notification, NotificationRule
from oms.outlets.models.messages import NotificationState
from oms.outlets.notifications.kinds import KINDS, MailKind, Recipients, kinds_of, named
from orders.models import Order
from orders.states import OrderState

OLD = timedelta(days=7)
QUEUE = "notifications"


def note_mails(facts: Sequence[Any], actor: Actor) -> None:
    """Write the rows of the mails that facts of one kind call for; a row that exists already is left alone."""
    noted = [row for kind in kinds_of(type(facts[0])) for row in _rows(kind, facts, actor)]
    Notification.objects.bulk_create(noted, ignore_conflicts=True, batch_size=1000)
    if any(row.state == NotificationState.WAITING for row in noted):
        ring(QUEUE)


def _rows(kind: MailKind, facts: Sequence[Any], actor: Actor) -> list[Notification]:
    """Return the rows of one kind of mail."""
    keys = kind.keys(facts)
    if not keys:
        return []
    orders = Order.objects.select_related("channel", "customer").in_bulk(sorted(set(keys.values())))
    if kind.recipients is not None:
        return _to_others(kind, kind.recipients, {key: orders[pk] for key, pk in keys.items() if pk in orders}, actor)
    switches = _switches(kind)
    migrated = _migrated(list(orders.values()))
    return [
        _row(
            kind,
            key,
            orders[order_id],
            why_not=_why_not(kind, orders[order_id], switches, migrated),
            to=address_of(orders[order_id]),
            actor=actor,
        )
        for key, order_id in keys.items()
        if order_id in orders
    ]


def _to_others(kind: MailKind, recipients: Recipients, orders: Mapping[str, Order], actor: Actor) -> list[Notification]:
    """Return the rows of mails that do not go to the customer: no switch for customers' mails keeps them back."""
    addresses = recipients({named(key) for key in orders})
    to = {key: addresses.get(named(key), "") for key in orders}
    why = {key: "" if is_usable(to[key]) else "the location has no usable e-mail address" for key in orders}
    return [_row(kind, key, order, why_not=why[key], to=to[key], actor=actor) for key, order in orders.items()]


def _row(kind: MailKind, key: str, order: Order, *, why_not: str, to: str, actor: Actor) -> Notification:
    """Return one mail, waiting or suppressed with the reason."""
    return Notification(
        order=order,
        kind=kind.name,
        key=key,
        recipient=to[:254],
        state=NotificationState.SUPPRESSED if why_not else NotificationState.WAITING,
        note=why_not,
        created_at=actor.now,
        next_try_at=None if why_not else actor.now,
    )


def address_of(order: Order) -> str:
    """Return the e-mail address the order's mails go to."""
    return (order.email or (order.customer.email if order.customer else "")).strip()


def is_for_customer(row: Notification) -> bool:
    """Say whether a mail goes to the customer."""
    return row.kind not in KINDS or KINDS[row.kind].recipients is None


def recipient_of(row: Notification) -> str:
    """Return where a mail goes as things are today: to the customer, or to whom its kind says."""
    kind = KINDS.get(row.kind)
    if kind is None or kind.recipients is None:
        return address_of(row.order)
    return kind.recipients([named(row.key)]).get(named(row.key), "")


def is_usable(address: str) -> bool:
    """Return whether an address can be mailed to at all."""
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True


def _switches(kind: MailKind) -> dict[int | None, bool]:
    """Return whether the kind is sent, by channel; None holds the default of all channels."""
    rules = NotificationRule.objects.filter(kind=kind.name).values_list("channel_id", "is_active")
    return {None: kind.on_by_default, **dict(rules)}


def _migrated(orders: Sequence[Order]) -> set[int]:
    """Return the orders that came out of a file more than seven days after they were placed.

    Their customers were told by the system they came from; a migration must not write to thousands of them.
    """
    late = [order.pk for order in orders if order.placed_at and order.received_at - order.placed_at > OLD]
    if not late:
        return set()
    captured = AuditLine.objects.filter(entity="orders.order", entity_id__in=late, act="orders.capture")
    return set(late) - set(captured.filter(actor_kind="api").values_list("entity_id", flat=True))


def _why_not(kind: MailKind, order: Order, switches: Mapping[int | None, bool], migrated: set[int]) -> str:
    """Return why the mail is not sent, or nothing."""
    reasons = [
        (order.pk in migrated, "order is older than 7 days"),
        (not switches.get(order.channel_id, switches[None]), "this kind of mail is switched off"),
        (not order.channel.sends_mail, "the channel sends its own mails"),
        (not order.notifies_customer, "mails are switched off for this order"),
        (kind.name == "order_confirmed" and not _is_on(order), "the order was cancelled before"),
        (not is_usable(address_of(order)), "the order has no usable e-mail address"),
    ]
    return next((reason for holds, reason in reasons if holds), "")


def _is_on(order: Order) -> bool:
    """Return whether the order still stands."""
    return order.state not in (OrderState.DRAFT, OrderState.CANCELLED)
