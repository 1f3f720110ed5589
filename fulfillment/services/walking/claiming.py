"""Who walks: work is claimed for as long as its person goes on, and is free for others when they do not."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from fulfillment.conditions import in_state
from fulfillment.locks_walks import lock_pick_list, lock_pick_tasks_of_work
from fulfillment.models import Allocation, FulfillmentOrder, PickList, PickTask
from fulfillment.services.picking import CAN_START, start_together
from fulfillment.services.walking.following import follow_wave
from fulfillment.services.walking.stops import TOTES, Stops, drop_stops, make_stops, pieces_in_turn
from fulfillment.states import AllocationState, FulfillmentOrderState, PickListState
from oms.foundation.actions import refuse_unless, unmet
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record, record_many
from oms.foundation.locks import lock_row
from oms.foundation.numbers import random_code
from oms.foundation.refusals import Invalid, Refused
from oms.foundation.wording import count

LEASE = timedelta(minutes=15)
MOST_ORDERS = len(TOTES)
MOST_ROUNDS = 25
"""How often somebody who was beaten to some work looks for the next."""
PAGE, MOST_LOOKED = 50, 1000
"""How many waiting orders are read at once, and at most, to pass over those that are held."""


def claim_work(
    *, work: "QuerySet[FulfillmentOrder]", location_id: int, orders: int, picker_id: int, actor: Actor
) -> PickList:
    """Begin a walk for the most urgent of somebody's work at a location: at most ``orders``, each into its own tote.

    What is held is passed over, and what others begin at the same moment; then the next is taken.

    :raises Refused: when the person has a walk already, or nothing is left that may be picked.
    """
    if not 1 <= orders <= MOST_ORDERS:
        raise Invalid(f"Take 1 to {MOST_ORDERS} orders at once.", code="bad_number", field="orders")
    waiting = work.filter(location=location_id, state=FulfillmentOrderState.OPEN).order_by("ship_by", "pk")
    taken: set[int] = set()
    for _ in range(MOST_ROUNDS):
        ids = _fit(waiting.exclude(pk__in=taken), orders)
        walk = _begin(ids, location_id, picker_id, actor) if ids else None
        if walk is not None:
            return walk
        if not ids:
            break
        taken.update(ids)
    why = (
        "What waits here is held: the desk must let go of it."
        if waiting.exists()
        else "Nothing waits to be picked here."
    )
    raise Refused(why, code="nothing_to_pick")


def _fit(waiting: "QuerySet[FulfillmentOrder]", orders: int) -> list[int]:
    """Return the first so many that may be picked as far as one sees without a lock."""
    found: list[int] = []
    rows = waiting.select_related("order", "location").prefetch_related("order__holds")
    for start in range(0, MOST_LOOKED, PAGE):
        page = list(rows[start : start + PAGE])
        found += [row.pk for row in page if not unmet(row, CAN_START)]
        if len(found) >= orders or len(page) < PAGE:
            break
    return found[:orders]


@transaction.atomic
def _begin(ids: Sequence[int], location_id: int, picker_id: int, actor: Actor) -> PickList | None:
    """Begin a walk with what of some work is still free under its lock; None when nothing is."""
    _lock_without_walk(picker_id)
    started = start_together(fulfillment_order_ids=ids, actor=actor)
    if not started.done:
        return None
    walk = PickList(number=random_code(8, prefix="P"), location_id=location_id, created_at=actor.now)
    walk.take(picker_id=picker_id, until=actor.now + LEASE, at=actor.now)
    tasks = _tasks(walk, [pk for pk in ids if pk in started.done], actor)
    note = f"{count(len(started.done), 'order')}, {count(len(tasks), 'stop')}."
    record_many(actor, [Act("floor.claim", walk, note, created=True)])
    return walk


@transaction.atomic
def take_over(*, pick_list_id: int, picker_id: int, actor: Actor) -> PickList:
    """Go on with a walk that its person gave back, or did not touch for as long as a lease lasts."""
    _lock_without_walk(picker_id, but=pick_list_id)
    walk = lock_pick_list(pick_list_id)
    mine = walk.picker_id == picker_id and walk.state == PickListState.IN_PROGRESS
    if not mine and not walk.is_free(actor.now):
        raise Refused(f"{walk.number} is in somebody else's hands or done.", code="not_free")
    is_first = walk.begun_at is None
    walk.take(picker_id=picker_id, until=actor.now + LEASE, at=actor.now)
    walk.save(update_fields=["state", "picker", "leased_until", "begun_at"])
    record(actor, "floor.claim" if is_first else "floor.take_over", walk, note=walk.told)
    if is_first and walk.wave_id:
        follow_wave(walk.wave_id, actor)
    return walk


@transaction.atomic
def give_back(*, pick_list_id: int, picker_id: int, actor: Actor) -> PickList:
    """Leave a walk where it stands; what is in its totes stays there for whoever goes on."""
    walk = lock_pick_list(pick_list_id)
    refuse_stranger(walk, picker_id)
    return _put_down(walk, "floor.give_back", actor)


@transaction.atomic
def free_walk(*, pick_list_id: int, actor: Actor) -> PickList:
    """Take a walk out of its person's hands before the lease ends."""
    walk = lock_pick_list(pick_list_id)
    refuse_unless(walk, in_state([PickListState.IN_PROGRESS], "freed"))
    return _put_down(walk, "floor.free", actor)


def _put_down(walk: PickList, act: str, actor: Actor) -> PickList:
    """Leave a locked walk to whoever takes it over."""
    walk.give_back()
    walk.save(update_fields=["state", "picker", "leased_until"])
    record(actor, act, walk, note=walk.told)
    return walk


def refuse_stranger(walk: PickList, picker_id: int) -> None:
    """Raise :class:`Refused` unless the person holds the walk; a lapsed lease that nobody took is still theirs."""
    if walk.state != PickListState.IN_PROGRESS:
        words = walk.get_state_display()
        raise Refused(f"{walk.number} is {words}; take it over or claim new work.", code="not_yours")
    if walk.picker_id != picker_id:
        raise Refused(f"{walk.number} was taken over by somebody else. Claim new work.", code="not_yours")


def _lock_without_walk(picker_id: int, *, but: int = 0) -> None:
    """Lock a person, before any order, so that two handhelds of theirs begin no two walks at once.

    :raises Refused: when they hold a walk, other than one
    """
    lock_row(User, picker_id)
    held = PickList.objects.filter(picker=picker_id, state=PickListState.IN_PROGRESS).exclude(pk=but).first()
    if held is not None:
        raise Refused(f"You are picking {held.number}; finish it or give it back first.", code="has_a_walk")


def _tasks(walk: PickList, work: Collection[int], actor: Actor) -> list[PickTask]:
    """Make the stops of a walk that is not saved yet; stops of an earlier walk for the same work end."""
    drop_stops(lock_pick_tasks_of_work(work), "The work was begun anew.", actor)
    waiting = Allocation.objects.filter(fulfillment_order__in=work, state=AllocationState.ALLOCATED)
    turned = pieces_in_turn(walk.location_id, waiting, actor.now)
    walk.length_mm = turned.length
    walk.save()
    totes = {pk: TOTES[place] for place, pk in enumerate(work)}
    by_piece = {one.key: totes[one.allocation.fulfillment_order_id] for one in turned.rows}
    return make_stops([Stops(walk, turned, by_piece)], actor)
