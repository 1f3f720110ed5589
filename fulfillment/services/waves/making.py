"""Making a wave: what was proposed is kept as a draft, which takes nothing from anybody."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from fulfillment.models import FulfillmentOrder, Wave, WaveOrder
from fulfillment.services.waves.choosing import Size, Wanted
from fulfillment.services.waves.planning import Proposal, propose
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.inserts import insert_rows
from oms.foundation.numbers import random_code
from oms.foundation.refusals import Refused
from oms.foundation.wording import count
from orders.states import ServiceLevel

SIZES = {Size.ONE: "one piece", Size.SMALL: "2 to 5 pieces", Size.LARGE: "6 pieces or more"}


def make_wave(*, work: "QuerySet[FulfillmentOrder]", wanted: Wanted, actor: Actor) -> Wave:
    """Plan a wave of somebody's work, without a lock, and keep it as a draft.

    :raises Refused: when nothing waits that fits.
    """
    found = propose(work=work, wanted=wanted)
    if not found.plan.walks:
        raise Refused("Nothing waits there that fits. Let more through the filters.", code="nothing_to_pick")
    return _keep(found, actor)


@transaction.atomic
def _keep(found: Proposal, actor: Actor) -> Wave:
    """Save a proposal as a draft."""
    wanted = found.wanted
    wave = Wave(
        number=random_code(8, prefix="W"),
        location_id=wanted.location_id,
        strategy=wanted.strategy.value,
        totes=wanted.totes,
        tote_pieces=wanted.tote_pieces,
        tote_litres=wanted.tote_litres,
        chosen=in_words(found),
        plan=plain(found),
        length_mm=found.plan.length,
        by_code_mm=found.plan.by_code,
        created_at=actor.now,
    )
    wave.save()
    insert_rows(
        [
            WaveOrder(wave=wave, fulfillment_order_id=one.key, position=position)
            for position, one in enumerate(found.wants.demands, 1)
        ]
    )
    orders, walks = count(len(found.wants.demands), "order"), count(len(found.plan.walks), "walk")
    record(actor, "fulfillment.make_wave", wave, note=f"{wave.told} {orders}, {walks}.")
    return wave


def plain(found: Proposal) -> list[dict[str, Any]]:
    """Return the walks of a proposal as plain values."""
    return [
        {"zone": walk.zone, "orders": list(walk.orders), "tour": list(zip(walk.stops, found.codes(walk), strict=True))}
        for walk in found.plan.walks
    ]


def in_words(found: Proposal) -> str:
    """Return what a wave was narrowed by, in words."""
    wanted = found.wanted
    zone = next((row.location.zone for row in found.orders), None)
    by = wanted.leaves_by and wanted.leaves_by.astimezone(zone)
    told = [
        f"leaves by {by:%-d %b %H:%M}" if by else "",
        str(dict(ServiceLevel.choices).get(wanted.service, "")),
        f"probably with {wanted.carrier}" if wanted.carrier else "",
        SIZES.get(wanted.size, ""),
        f"zone {wanted.zone}" if wanted.zone else "",
    ]
    return ", ".join(word for word in told if word) or "everything that waits"
