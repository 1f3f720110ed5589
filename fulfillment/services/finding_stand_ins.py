"""The worker that looks for a carrier to stand in: asks others what they take, outside of any transaction."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Prefetch, QuerySet

from fulfillment.carriers.registry import gateway_of
from fulfillment.locks import lock_shipment
from fulfillment.models import CarrierAccount, Shipment
from fulfillment.parcels import parcels_of
from fulfillment.queries import packages_with_labels
from fulfillment.services.rate_shopping import StandIn, stand_in_for
from fulfillment.services.standing_in import (
    Failed,
    end_search,
    failed_of,
    newest_labels,
    settle_nobody,
    turn_to,
    turns_for,
)
from oms.foundation.actor import Actor
from oms.foundation.locks import lock_free
from oms.foundation.updates import update_each
from oms.foundation.work import Apart, drainer

TOGETHER = 20
PATIENCE = timedelta(minutes=10)
"""After a worker has died with a shipment it is looked at again so much later."""
AGAIN_AFTER = timedelta(minutes=5)
LONGEST_NOTE = 500


def _next_due() -> datetime | None:
    """Return when another carrier is looked for next."""
    moment: datetime | None = Shipment.objects.aggregate(at=Min("stand_in_due_at"))["at"]
    return moment


def _due(now: datetime) -> "QuerySet[Shipment]":
    """Return the shipments for which another carrier is looked for now."""
    return Shipment.objects.filter(stand_in_due_at__lte=now)


@drainer("carriers", next_due=_next_due, due=_due)
def find_stand_ins(actor: Actor, limit: int) -> int:
    """Look for carriers that stand in, for some shipments; one that fails stops none of the others."""
    until = time.monotonic() + settings.LEASE_SECONDS / 2
    taken = _take(actor, min(limit, TOGETHER))
    with Apart() as apart:
        for shipment in taken:
            if time.monotonic() < until:
                apart.run(f"stand-in for shipment {shipment.pk}", find_stand_in, shipment.pk, actor)
    return len(taken)


@transaction.atomic
def _take(actor: Actor, limit: int) -> list[Shipment]:
    """Return the shipments that are due, their next time noted already."""
    due = lock_free(_due(actor.now).order_by("stand_in_due_at", "pk"), limit)
    for shipment in due:
        shipment.stand_in_due_at = actor.now + PATIENCE
    update_each(due, ["stand_in_due_at"])
    return due


def find_stand_in(shipment_id: int, actor: Actor) -> None:
    """Look who stands in for the carrier of one shipment, and turn to it."""
    rows = Shipment.objects.select_related("order__channel", "location")
    shipment = rows.prefetch_related(Prefetch("packages", packages_with_labels())).get(pk=shipment_id)
    failed = failed_of(newest_labels(shipment))
    if failed is None or not _wanted(shipment, failed):
        _end(shipment_id)
        return
    turns = [[gateway_of(one) for one in accounts] for accounts in turns_for(shipment, failed)]
    parcels = list(parcels_of([shipment])[shipment.pk].values())
    here = actor.now.astimezone(shipment.location.zone)
    found = stand_in_for(shipment, parcels, turns, here)
    if found.choice is not None:
        turn_to(shipment_id=shipment_id, failed=failed, choice=found.choice, rates=found.rates, actor=actor)
        return
    again_at = _again_at(failed, found, actor)
    settle_nobody(shipment_id=shipment_id, note=_note(shipment, failed, found.said), again_at=again_at, actor=actor)


def _wanted(shipment: Shipment, failed: Failed) -> bool:
    """Return whether a person asked for it, or the carrier's account still lets others stand in by themselves."""
    if shipment.stand_in_asked:
        return True
    return failed.goes_by_itself and CarrierAccount.objects.filter(code=failed.carrier, others_stand_in=True).exists()


@transaction.atomic
def _end(shipment_id: int) -> None:
    """Look for nobody any more."""
    end_search(lock_shipment(shipment_id))


def _again_at(failed: Failed, found: StandIn, actor: Actor) -> datetime | None:
    """Return when to look again: while the carrier, or somebody who could stand in, is silent."""
    return actor.now + AGAIN_AFTER if found.is_silent or not failed.is_refused else None


def _note(shipment: Shipment, failed: Failed, said: Sequence[tuple[str, str]]) -> str:
    """Return the sentence that nobody stands in, and which carrier said what."""
    earlier = [(one["carrier"], one["said"]) for one in shipment.turned_from]
    own = [(failed.carrier or f"service {failed.service}", failed.said)]
    told = " ".join(f"{who}: {words or 'no answer.'}" for who, words in [*earlier, *own, *said])
    return f"Nobody is left to stand in. {told}"[:LONGEST_NOTE]
