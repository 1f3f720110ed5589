"""The worker that looks for a carrier to stand in: asks others what they take, outside of any transaction."""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Prefetch, QuerySet

from fulfillment.carriers.registry import gateway_of
from fulfillment.models import Label, Shipment
from fulfillment.parcels import parcels_of
from fulfillment.queries import packages_with_labels
from fulfillment.services.dearer import most_for
from fulfillment.services.rate_shopping import stand_in_for
from fulfillment.services.standing_in import (
    MAY_GO,
    WAITS_HERE,
    Failed,
    due_by_itself,
    failed_of,
    is_wanted,
    newest_labels,
    put_date,
    turns_for,
)
from fulfillment.services.turning import AGAIN_AFTER, end_search, put_off, settle_nobody, turn_to
from fulfillment.states import LabelState
from oms.foundation.actions import unmet
from oms.foundation.actor import Actor
from oms.foundation.locks import lock_free
from oms.foundation.work import Apart, drainer

PATIENCE = timedelta(minutes=10)
"""After a worker has died with a shipment it is looked at again so much later."""
SOON = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=1)
"""A label that is due for longer was tried by no worker: its carrier's silence may be over."""
LONGEST_SECONDS = 5.0
"""After so much time no further shipment is looked at before the queue's other work has had its turn."""


def _next_due() -> datetime | None:
    """Return when another carrier is looked for next."""
    moment: datetime | None = Shipment.objects.aggregate(at=Min("stand_in_due_at"))["at"]
    return moment


def _due(now: datetime) -> "QuerySet[Shipment]":
    """Return the shipments for which another carrier is looked for now."""
    return Shipment.objects.filter(stand_in_due_at__lte=now)


@drainer("carriers", next_due=_next_due, due=_due)
def find_stand_ins(actor: Actor, limit: int) -> int:
    """Look for carriers that stand in, one shipment after the other; one that fails stops none of the others.

    For those for whom no time is left another worker may look at once, and the queue's other work comes in between.
    """
    until = time.monotonic() + min(LONGEST_SECONDS, settings.LEASE_SECONDS / 2)
    count = 0
    with Apart() as apart:
        while count < limit and (not count or time.monotonic() < until):
            shipment_id = _take(actor)
            if shipment_id is None:
                break
            count += 1
            apart.run(f"stand-in for shipment {shipment_id}", find_stand_in, shipment_id, actor)
    return count


@transaction.atomic
def _take(actor: Actor) -> int | None:
    """Return the shipment that has waited longest, its next time noted already; None when none is due."""
    due = lock_free(_due(actor.now).order_by("stand_in_due_at", "pk"), 1)
    for shipment in due:
        put_date(shipment, actor.now + PATIENCE)
        return shipment.pk
    return None


def find_stand_in(shipment_id: int, actor: Actor) -> None:
    """Look who stands in for the carrier of one shipment, and turn to it."""
    rows = Shipment.objects.select_related("order__channel", "location")
    shipment = rows.prefetch_related(Prefetch("packages", packages_with_labels())).get(pk=shipment_id)
    failed = failed_of(newest_labels(shipment))
    again_at = _not_now(shipment, failed, actor.now)
    if again_at is not None:
        put_off(shipment, again_at)
    elif failed is None or unmet(shipment, WAITS_HERE) or not is_wanted(shipment, failed, actor.now):
        end_search(seen=shipment, actor=actor)
    else:
        _ask_others(shipment, failed, actor)


def _not_now(shipment: Shipment, failed: Failed | None, now: datetime) -> datetime | None:
    """Return when to look instead of now: a label's own carrier comes first, a hold stands, silence is too short."""
    if unmet(shipment, WAITS_HERE):
        return None
    if any(_goes_first(one, shipment, now) for one in newest_labels(shipment)):
        return now + SOON
    if failed is None:
        return None
    if unmet(shipment, MAY_GO):
        return now + AGAIN_AFTER
    at = None if shipment.stand_in_asked else due_by_itself(failed, now)
    return at if at is not None and at > now else None


def _goes_first(label: Label, shipment: Shipment, now: datetime) -> bool:
    """Return whether a worker has the label, or nobody has tried it for so long that its carrier may be there again."""
    if label.state != LabelState.REQUESTED:
        return False
    is_left = label.next_try_at is not None and label.next_try_at < now - LONGEST_REST
    return label.lease_until is not None or (is_left and not shipment.stand_in_asked)


def _ask_others(shipment: Shipment, failed: Failed, actor: Actor) -> None:
    """Ask the accounts that may stand in, and write down what came of it."""
    turns = [[gateway_of(one) for one in accounts] for accounts in turns_for(shipment, failed)]
    parcels = list(parcels_of([shipment])[shipment.pk].values())
    now = actor.now.astimezone(shipment.location.zone)
    found = stand_in_for(shipment, parcels, turns, most_for(shipment, failed), now)
    choice = found.choice
    if choice is None:
        settle_nobody(seen=shipment, failed=failed, found=found, actor=actor)
    elif not turn_to(shipment_id=shipment.pk, failed=failed, choice=choice, rates=found.rates, actor=actor):
        put_off(shipment, actor.now + SOON)
