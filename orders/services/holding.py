"""Holds placed by rules: one of a reason at a time, and none where a person has overridden it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import publish
from orders.events import OrderHeld
from orders.models import Hold, Order
from orders.states import HeldAct, HoldReason, HoldState


@dataclass(frozen=True, slots=True)
class Stop:
    """A hold that a rule wants on a locked order."""

    order: Order
    reason: HoldReason
    note: str
    released_when: str = ""


def put_holds(stops: Sequence[Stop], actor: Actor) -> list[Hold]:
    """Put the holds that do not stand yet; a reason that a person has overridden stays so."""
    if not stops:
        return []
    standing = set(
        Hold.objects.filter(
            order__in=[stop.order.pk for stop in stops], state__in=[HoldState.OPEN, HoldState.OVERRIDDEN]
        ).values_list("order_id", "reason")
    )
    wanted = {(stop.order.pk, str(stop.reason)): stop for stop in stops}
    holds = [
        Hold(
            order=stop.order,
            reason=stop.reason,
            note=stop.note[:1000],
            blocks=[HeldAct.RELEASE],
            released_when=stop.released_when,
        )
        for key, stop in wanted.items()
        if key not in standing
    ]
    return insert_holds(holds, actor)


def insert_holds(holds: Iterable[Hold], actor: Actor) -> list[Hold]:
    """Save new holds, each with its audit line and its fact."""
    rows = Hold.objects.bulk_create(list(holds))
    record_many(actor, [_act(row) for row in rows])
    publish(*(OrderHeld(at=actor.now, order_id=row.order_id, hold_id=row.pk) for row in rows))
    return rows


def _act(hold: Hold) -> Act:
    """Return the timeline's line of a new hold: why, and what must wait."""
    note = f"{hold.why}. It blocks {hold.blocked}."
    return Act("orders.hold", hold, note[:1].upper() + note[1:], {"reason": hold.reason}, created=True)
