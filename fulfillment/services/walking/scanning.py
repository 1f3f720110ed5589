"""What the handheld sends of a stop: each reading counts once, however often it is sent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from fulfillment.locks import lock_fulfillment_orders
from fulfillment.locks_walks import lock_pick_list, lock_pick_task
from fulfillment.models import PickList, PickScan, PickTask
from fulfillment.services.tracing import forget_stops
from fulfillment.services.walking.answers import DONE, GONE, OK, WRONG, Answer
from fulfillment.services.walking.claiming import LEASE, refuse_stranger
from fulfillment.services.walking.lots import asked_before, take_lot
from fulfillment.services.walking.missing import leave_bins, report_missing, trace_of
from fulfillment.services.walking.reading import is_wanted
from fulfillment.services.walking.settling import settle
from fulfillment.services.walking.stops import BETWEEN_BINS
from fulfillment.services.walking.totes import label_in, put_on_cart
from fulfillment.states import LIVE_TASKS, PickTaskState
from inventory.models import Product
from inventory.queries import product_by_code
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.refusals import NotFound, Refused


@dataclass(frozen=True, slots=True)
class Read:
    """What a handheld read at a stop: a key of its own, so that it may be sent again, and when by its own clock.

    A device that reads product and lot at once says the ``lot`` beside the code.
    """

    key: UUID
    task_id: int
    code: str = ""
    quantity: int = 1
    read_at: datetime | None = None
    lot: str = ""


def scan(*, pick_list_id: int, picker_id: int, read: Read, actor: Actor) -> Answer:
    """Count scanned pieces of the stop; a code that is not its product's counts nothing and is named.

    :raises Refused: when the person does not hold the walk. :raises NotFound: for a stop of another walk.
    """
    return _once(pick_list_id, picker_id, read, actor, _take)


def report_short(*, pick_list_id: int, picker_id: int, read: Read, actor: Actor) -> Answer:
    """Note that the bin has no more; the order is sourced again for what is missing as soon as its stops are done."""
    return _once(pick_list_id, picker_id, read, actor, _miss)


def skip(*, pick_list_id: int, picker_id: int, read: Read, actor: Actor) -> Answer:
    """Put the stop at the end of the walk."""
    return _once(pick_list_id, picker_id, read, actor, _skip)


@transaction.atomic
def _once(
    pick_list_id: int, picker_id: int, read: Read, actor: Actor, act: Callable[[PickTask, Read, Actor], Answer]
) -> Answer:
    """Do what was read, or answer as the first time."""
    stop = PickTask.objects.filter(pk=read.task_id, pick_list=pick_list_id)
    work = list(stop.values_list("fulfillment_order", flat=True))
    if not work:
        raise NotFound("This stop belongs to another walk; reload the page.")
    lock_fulfillment_orders(work)
    walk = lock_pick_list(pick_list_id)
    earlier = PickScan.objects.filter(key=read.key).first()
    if earlier is not None:
        return Answer(earlier.tone, earlier.sentence)
    refuse_stranger(walk, picker_id)
    task = lock_pick_task(read.task_id)
    answer = _answered(task, read, actor, act)
    _note(walk, task, read, answer, picker_id, actor)
    walk.leased_until = actor.now + LEASE
    walk.save(update_fields=["leased_until"])
    if task.state not in LIVE_TASKS:
        settle(walk, work, actor)
    return answer


@transaction.atomic
def end_walk(*, pick_list_id: int, picker_id: int, actor: Actor) -> PickList:
    """End a walk whose last stops the desk has stopped; what it changed instead comes as new stops."""
    left = PickTask.objects.filter(pick_list=pick_list_id, state__in=LIVE_TASKS)
    work = {row.pk for row in lock_fulfillment_orders(left.values_list("fulfillment_order", flat=True))}
    walk = lock_pick_list(pick_list_id)
    refuse_stranger(walk, picker_id)
    if any(is_wanted(one) for one in left.select_related("fulfillment_order", "allocation", "part")):
        raise Refused("There is still something to pick on this walk.", code="not_done")
    settle(walk, work, actor)
    return walk


def _answered(task: PickTask, read: Read, actor: Actor, act: Callable[[PickTask, Read, Actor], Answer]) -> Answer:
    """Do the act if the pieces are still to be picked."""
    number = task.fulfillment_order.order.number
    if task.state in LIVE_TASKS:
        if is_wanted(task):
            return act(task, read, actor)
        task.cancel()
        task.save(update_fields=["state"])
        forget_stops([task])
        record(actor, "floor.drop", task, note=f"Order {number} was stopped or changed.")
    elif task.state != PickTaskState.CANCELLED and task.put_back_at is None:
        return Answer(GONE, "This stop was done already; go on with what the page shows.")
    return Answer(
        GONE,
        f"Order {number} was stopped or changed at the desk. Put its pieces back, book them in with Put away; go on.",
    )


def _take(task: PickTask, read: Read, actor: Actor) -> Answer:
    """Count pieces into the tote."""
    product, code = task.level.product, read.code.strip()
    if code and code.casefold() in task.bin.casefold().split(BETWEEN_BINS):
        return Answer(OK, f"Right bin. Now scan {product.sku}.")
    own = code.casefold() in (product.sku.casefold(), product.barcode.casefold() or None)
    if not own and (label := label_in(code)):
        return put_on_cart(task, label, actor)
    if task.level.is_followed:
        return _take_followed(task, read, actor)
    if not own:
        return Answer(WRONG, _what_it_is(code, product))
    if read.quantity > task.missing:
        return Answer(WRONG, f"Only {task.missing} more are wanted, not {read.quantity}. Nothing was counted.")
    leave_bins(task, read.quantity, actor)
    return _counted(task, read.quantity, product.sku, actor)


def _take_followed(task: PickTask, read: Read, actor: Actor) -> Answer:
    """Count pieces into the tote of which it is known which lot or serial number they are."""
    product = task.level.product
    quantity = max(read.quantity, asked_before(task))
    try:
        lot = take_lot(task, read.code.strip(), read.lot, quantity, actor)
    except Refused as refusal:
        return Answer(WRONG, refusal.sentence)
    if lot is None:
        return Answer(OK, f"Right product. Now scan its {product.followed_word}.")
    return _counted(task, quantity, f"{product.sku} {lot.number}", actor)


def _counted(task: PickTask, quantity: int, what: str, actor: Actor) -> Answer:
    """Count pieces that were taken; with the last one the stop is done."""
    task.picked += quantity
    if task.missing:
        task.save(update_fields=["picked"])
        return Answer(OK, f"{task.picked} of {task.quantity} {what} in tote {task.tote}.")
    task.pick()
    task.save(update_fields=["picked", "state"])
    record(actor, "floor.pick", task, note=task.told)
    return Answer(DONE, f"{task.quantity} × {what} in tote {task.tote}.")


def _what_it_is(code: str, wanted: Product) -> str:
    """Return which product a wrong code belongs to."""
    found = product_by_code(code)
    this = f"That is {found.sku} {found.title}".strip() if found else f"“{code}” is no product that is known here"
    return f"{this}. This stop wants {wanted.sku} {wanted.title}".strip()[:298] + "."


def _miss(task: PickTask, read: Read, actor: Actor) -> Answer:
    """End the stop without the pieces that are not there."""
    task.trace = trace_of(task)
    task.miss()
    task.save(update_fields=["state", "trace"])
    return Answer(DONE, report_missing(task, actor))


def _skip(task: PickTask, read: Read, actor: Actor) -> Answer:
    """Let the stop come last."""
    last: int = PickTask.objects.filter(pick_list=task.pick_list_id).aggregate(last=Max("position"))["last"]
    task.skip(position=last + 1)
    task.save(update_fields=["state", "position"])
    record(actor, "floor.skip", task, note=task.told)
    return Answer(DONE, "Skipped; it comes again at the end of the walk.")


def _note(walk: PickList, task: PickTask, read: Read, answer: Answer, picker_id: int, actor: Actor) -> None:
    """Keep what was read and answered."""
    PickScan.objects.create(
        key=read.key,
        pick_list=walk,
        task=task,
        person_id=picker_id,
        code=read.code[:64],
        quantity=read.quantity,
        tone=answer.tone,
        sentence=answer.sentence[:300],
        at=actor.now,
        read_at=read.read_at,
    )
