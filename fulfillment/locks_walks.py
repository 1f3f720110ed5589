"""Locks of walks: after the fulfillment orders of whatever will be done to them; walk → stops → tote."""

from collections.abc import Iterable

from django.db.models import prefetch_related_objects

from fulfillment.models import LabelledTote, PickList, PickTask
from fulfillment.states import LIVE_TASKS, PickTaskState
from oms.foundation.locks import lock_row, lock_rows


def lock_pick_list(pk: int) -> PickList:
    """Lock a pick list, after the fulfillment orders of whatever will be done to it."""
    return lock_row(PickList, pk)


def lock_pick_lists(ids: Iterable[int]) -> list[PickList]:
    """Lock pick lists by primary key, after the fulfillment orders of whatever will be done to them."""
    return lock_rows(PickList, ids)


def lock_pick_task(pk: int) -> PickTask:
    """Lock a stop of a locked pick list and return it with its work, order, pieces, product and place."""
    lock_row(PickTask, pk)
    levels = [f"{of}__stock_level__{at}" for of in ("allocation", "part") for at in ("product", "location")]
    related = ("fulfillment_order__order", *levels)
    return PickTask.objects.select_related(*related).get(pk=pk)


def lock_made_tasks_of(pk: int) -> list[PickTask]:
    """Lock the stops of a locked fulfillment order whose pieces nobody has put back, by primary key."""
    made = PickTask.objects.filter(fulfillment_order=pk, put_back_at=None).exclude(state=PickTaskState.CANCELLED)
    return lock_rows(PickTask, made.values_list("pk", flat=True))


def lock_labelled_tote(code: str) -> LabelledTote | None:
    """Lock a tote that somebody uses, after the walk that it is wanted for; return it with the walk that it is on."""
    pk = LabelledTote.objects.filter(code=code, freed_at=None).values_list("pk", flat=True).first()
    if pk is None:
        return None
    row = lock_row(LabelledTote, pk)
    prefetch_related_objects([row], "pick_list")
    return row if row.freed_at is None else None


def lock_pick_tasks_of_work(ids: Iterable[int]) -> list[PickTask]:
    """Lock the stops of locked fulfillment orders that are still to be made, by primary key."""
    live = PickTask.objects.filter(fulfillment_order__in=sorted(set(ids)), state__in=LIVE_TASKS)
    return lock_rows(PickTask, live.values_list("pk", flat=True))
