"""A floor with two released orders, two pickers, and what their handhelds send."""

from uuid import uuid4

from fulfillment.models import FulfillmentOrder, PickList
from fulfillment.services import walking
from fulfillment.services.walking import Read, walk_of
from oms.foundation.invariants import check
from tests.factories import NOW, make_actor


def claim(place, person, orders=2, now=NOW) -> PickList:
    """Begin a walk."""
    work = FulfillmentOrder.objects.all()
    actor = make_actor(now=now)
    return walking.claim_work(work=work, location_id=place.pk, orders=orders, picker_id=person.pk, actor=actor)


def at_stop(act, walk, person, code="", quantity=1, *, now=NOW, key=None, task=None) -> walking.Answer:
    """Do something at the stop that the page shows."""
    task_id = task or walk_of(walk).now.task.pk
    read = Read(key or uuid4(), task_id, code, quantity)
    return act(pick_list_id=walk.pk, picker_id=person.pk, read=read, actor=make_actor(now=now))


def again(row):
    """Read a row again."""
    return type(row).objects.get(pk=row.pk)


def states(walk) -> list[str]:
    """Return the states of its stops along the walk."""
    return list(walk.tasks.order_by("position").values_list("state", flat=True))


def broken() -> list[str]:
    """Return the invariants that do not hold; the orders of this shop have no money."""
    return [
        one.invariant.id
        for one in check(NOW, classes=["A"])
        if not one.holds and one.invariant.id not in ("I13", "I30")
    ]
