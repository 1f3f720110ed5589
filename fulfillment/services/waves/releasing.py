"""Releasing a wave: its orders are begun under their locks, and its walks are free to be claimed."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import QuerySet

from fulfillment.conditions import in_state
from fulfillment.locks import lock_fulfillment_orders, lock_wave
from fulfillment.locks_walks import lock_pick_tasks_of_work
from fulfillment.models import FulfillmentOrder, PickList, Wave, WaveOrder
from fulfillment.picking.carts import Cart
from fulfillment.picking.plan import Group, PlannedWalk, Strategy, arranged, length_by_code, total
from fulfillment.picking.site import Site
from fulfillment.services.picking import start_together
from fulfillment.services.tracing import today_at
from fulfillment.services.walking.stops import TOTES, Stops, Turned, drop_stops, make_stops, site_at
from fulfillment.services.waves.choosing import MM3_PER_LITRE, refuse_others
from fulfillment.services.waves.planning import Wants, wants_of
from fulfillment.states import WaveState
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record, record_many
from oms.foundation.inserts import insert_rows
from oms.foundation.numbers import random_code
from oms.foundation.refusals import Refused
from oms.foundation.wording import count

CAN_RELEASE = (in_state([WaveState.DRAFT], "released"),)
NAMED = 5
"""So many passed over orders are named in a line of the timeline."""


@transaction.atomic
def release_wave(*, wave_id: int, within: "QuerySet[FulfillmentOrder]", actor: Actor) -> Wave:
    """Begin the orders of a draft and make its walks; what is held or was changed is passed over and named.

    :raises Refused: when nothing of it can be begun any more, or orders of it are not ``within`` what the person sees.
    """
    refuse_others(wave_id, within)
    own = list(WaveOrder.objects.filter(wave=wave_id).order_by("position"))
    ids = [one.fulfillment_order_id for one in own]
    lock_fulfillment_orders(ids)
    wave = lock_wave(wave_id)
    refuse_unless(wave, *CAN_RELEASE)
    started = start_together(fulfillment_order_ids=ids, actor=actor)
    if not started.done:
        raise Refused("Nothing of it can be begun: all is held, begun or cancelled meanwhile.", code="nothing_to_pick")
    passed = _note_passed_over(own, started.refused)
    walks = _make_walks(wave, [pk for pk in ids if pk in started.done], actor)
    wave.release(at=actor.now)
    wave.save(update_fields=["state", "released_at", "length_mm", "by_code_mm"])
    told = f"{wave.told} {count(len(started.done), 'order')}, {count(len(walks), 'walk')}.{passed}"
    record(actor, "fulfillment.release_wave", wave, note=told)
    return wave


def _note_passed_over(own: Sequence[WaveOrder], refused: Mapping[int, Refused]) -> str:
    """Keep why orders were left out, and return it in words."""
    over = [one for one in own if one.fulfillment_order_id in refused]
    for one in over:
        one.passed_over = refused[one.fulfillment_order_id].reasons[0].code
    WaveOrder.objects.bulk_update(over, ["passed_over"])
    numbers = WaveOrder.objects.filter(pk__in=[one.pk for one in over]).order_by("position")
    named = list(numbers.values_list("fulfillment_order__number", flat=True)[:NAMED])
    more = f" and {len(over) - NAMED} more" if len(over) > NAMED else ""
    return f" Passed over: {', '.join(named)}{more}." if over else ""


def _make_walks(wave: Wave, work: Sequence[int], actor: Actor) -> list[PickList]:
    """Make the walks of begun orders, on the floor as it is now; stops of earlier walks for them end."""
    drop_stops(lock_pick_tasks_of_work(work), "The work was begun anew.", actor)
    wants, site = wants_of(work, today_at(wave.location, actor.now)), site_at(wave.location_id)
    plans = plans_of(wave, site, wants)
    walks = [
        PickList(
            number=random_code(8, prefix="P"),
            location_id=wave.location_id,
            wave=wave,
            turn=turn,
            zone=plan.zone,
            length_mm=plan.length,
            created_at=actor.now,
        )
        for turn, plan in enumerate(plans, 1)
    ]
    insert_rows(walks)
    notes = [f"{count(len(plan.orders), 'order')}, {count(len(plan.stops), 'stop')}." for plan in plans]
    acts = zip(walks, notes, strict=True)
    record_many(actor, [Act("floor.make_walk", walk, note, created=True) for walk, note in acts])
    make_stops([_stops(walk, plan, wants) for walk, plan in zip(walks, plans, strict=True)], actor)
    wave.length_mm, wave.by_code_mm = total(plan.length for plan in plans), length_by_code(site, wants.demands)
    return walks


def cart_of(wave: Wave) -> Cart:
    """Return the cart that a wave is picked with."""
    return Cart(wave.totes, wave.tote_pieces, wave.tote_litres and wave.tote_litres * MM3_PER_LITRE)


def plans_of(wave: Wave, site: Site, wants: Wants) -> list[PlannedWalk]:
    """Return the walks as they were planned, for what is there; what lies elsewhere now gets walks of its own."""
    strategy, cart = Strategy(wave.strategy), cart_of(wave)
    plans = []
    for one in wave.plan:
        group, tour = Group(one["zone"], tuple(one["orders"])), [(key, code) for key, code in one["tour"]]
        plans.append(arranged(site, wants.demands, group, strategy, cart, tour=tour))
    planned = {key for plan in plans for key in plan.stops}
    moved: dict[str, list[int]] = {}
    for demand in wants.demands:
        for zone in sorted({site.zones.get(one.bin, "") for one in demand.pieces if one.key not in planned}):
            moved.setdefault(zone, []).append(demand.key)
    late = [arranged(site, wants.demands, Group(zone, tuple(own)), strategy, cart) for zone, own in moved.items()]
    return [plan for plan in (*plans, *late) if plan.stops]


def _stops(walk: PickList, plan: PlannedWalk, wants: Wants) -> Stops:
    """Return what becomes the stops of a walk."""
    totes = {wants.rows[key].key: TOTES[tote] for key, tote in plan.totes.items()}
    bins = {wants.rows[key].key: wants.bins[key] for key in plan.stops}
    return Stops(walk, Turned([wants.rows[key] for key in plan.stops], bins, plan.length), totes)
