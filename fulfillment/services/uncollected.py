"""What nobody collects: the customer is reminded, then the pieces go back to stock and their part of the order ends."""

from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from fulfillment.events import PickupDue, PickupExpired
from fulfillment.locks import lock_orders, lock_pickup, lock_pickups, open_allocations_of
from fulfillment.models import Pickup
from fulfillment.services.collecting import take_from_shelf
from fulfillment.services.packing import cancel_unsent
from fulfillment.services.sourcing.verdicts import STOCK
from fulfillment.services.sourcing.withdrawal import withdraw
from fulfillment.states import PickupState
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import publish
from oms.foundation.refusals import Refused
from orders.models import OrderLine
from orders.screening.verdict import CLOSED, Verdict
from orders.services.cancel import cancel_line, cancel_order

BEFORE = timedelta(days=2)
"""So long before the end the customer is reminded; half-way where the store keeps it for less than four days."""
AGAIN_AFTER = timedelta(hours=1)
"""So long after a refusal it is tried again to give the pieces back."""
BATCH = 200


@transaction.atomic
def remind_late(*, actor: Actor) -> int:
    """Remind the customers whose time to collect is over soon, each once; return how many there were."""
    found = dict(_to_remind(actor.now).order_by("expires_at", "pk")[:BATCH].values_list("pk", "shipment__order_id"))
    lock_orders(found.values())
    locked = lock_pickups(found)
    still = set(_to_remind(actor.now).filter(pk__in=found).values_list("pk", flat=True))
    due = [one for one in locked if one.pk in still]
    for one in due:
        one.reminded_at = actor.now
    save_many(due, ["reminded_at"])
    record_many(actor, [Act("fulfillment.remind", one, one.told) for one in due])
    publish(*(_told_due(one, found[one.pk], actor.now) for one in due))
    return len(due)


def _told_due(pickup: Pickup, order_id: int, now: datetime) -> PickupDue:
    """Return the fact that a pick-up is over soon, with its last day on the store's calendar."""
    until = pickup.expires_at.astimezone(pickup.shipment.location.zone).date()
    return PickupDue(at=now, order_id=order_id, pickup_id=pickup.pk, until=until.isoformat())


def _to_remind(now: datetime) -> "QuerySet[Pickup]":
    """Return what is over soon: those that are not due yet fill no batch."""
    waiting = Pickup.objects.filter(state=PickupState.WAITING, reminded_at=None)
    soon = waiting.filter(expires_at__gt=now, expires_at__lte=now + BEFORE)
    return soon.annotate(left=F("expires_at") - Value(now), waited=Value(now) - F("ready_at")).filter(
        left__lte=F("waited")
    )


def expire_late(*, actor: Actor) -> int:
    """Give back what nobody has collected in time, each in a transaction of its own; return how many there were.

    One that may not end now, because money is moving or a hold blocks it, says so on its page and is tried again after
    an hour, behind those that are due before.
    """
    late = Pickup.objects.filter(state=PickupState.WAITING, expires_at__lte=actor.now)
    due = late.filter(Q(next_try_at=None) | Q(next_try_at__lte=actor.now))
    first = due.order_by(Coalesce("next_try_at", "expires_at"), "pk")
    ended = 0
    for pk in list(first.values_list("pk", flat=True)[:BATCH]):
        try:
            ended += _expire(pk, actor)
        except Refused as refusal:
            _put_off(pk, refusal.sentence, actor.now)
    return ended


def _put_off(pickup_id: int, why: str, now: datetime) -> None:
    """Note why a pick-up could not end, and when it is tried again; its version stays, so that open forms stand."""
    most = Pickup._meta.get_field("kept_why").max_length
    waiting = Pickup.objects.filter(pk=pickup_id, state=PickupState.WAITING)
    waiting.update(next_try_at=now + AGAIN_AFTER, kept_why=why[:most])


@transaction.atomic
def _expire(pickup_id: int, actor: Actor) -> bool:
    """End one pick-up: stock back, work and shipment cancelled, the pieces cancelled and their money given back."""
    pickup = lock_pickup(pickup_id)
    if pickup.state != PickupState.WAITING or pickup.expires_at > actor.now:
        return False
    shipment = pickup.shipment
    work, order = shipment.fulfillment_order, shipment.order
    pickup.expire()
    take_from_shelf(pickup)
    reason = f"Not collected at {shipment.location.name} in time."
    record_many(actor, [Act("fulfillment.expire_pickup", pickup, f"{pickup.told} Nobody came.")])
    pieces: Counter[int] = Counter()
    for one in open_allocations_of([work.pk]):
        pieces[one.order_line_id] += one.quantity
    cancel_unsent(work, actor)
    verdict = Verdict(STOCK, CLOSED, "not_collected", reason)
    withdraw([work], act="fulfillment.uncollected", verdicts={order.pk: verdict}, note=reason, actor=actor)
    _cancel(order.pk, pieces, reason, actor)
    publish(PickupExpired(at=actor.now, order_id=order.pk, pickup_id=pickup.pk))
    return True


def _cancel(order_id: int, pieces: Counter[int], reason: str, actor: Actor) -> None:
    """Cancel the pieces by line id; the whole order, at once, when nothing else of it is open or was shipped."""
    lines = {line.pk: line for line in OrderLine.objects.filter(order=order_id)}
    if all(line.quantity_open == pieces[pk] and not line.quantity_shipped for pk, line in lines.items()):
        cancel_order(order_id=order_id, reason=reason, tells_customer=False, actor=actor)
        return
    for pk, quantity in sorted(pieces.items()):
        left = min(quantity, lines[pk].quantity_open)
        if left:
            cancel_line(order_id=order_id, line=lines[pk].position, quantity=left, reason=reason, actor=actor)
