"""Walks of released waves on the floor's home: ready to be begun with one tap."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from fulfillment.models import PickList, PickTask
from fulfillment.states import PickListState
from oms.foundation.scope import scoped
from oms.foundation.wording import count

MOST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Ready:
    """A walk that nobody has begun: which it is, and how much work."""

    number: str
    wave: str
    turn: int
    told: str


def ready_walks(user: Any, location_id: int) -> dict[str, Any]:
    """Return the first walks of waves at a location that a person may begin, and how many more there are."""
    rows = scoped(user, PickList).filter(location=location_id, state=PickListState.RELEASED, begun_at=None)
    waiting = rows.filter(wave__isnull=False).select_related("wave").order_by("wave", "turn")
    counted = waiting.annotate(
        order_count=Count("tasks__fulfillment_order", distinct=True), stop_count=Count("tasks", distinct=True)
    )
    seen = all_seen(user, list(counted))
    shown = [Ready(one.number, str(one.wave), one.turn or 0, _told(one)) for one in seen[:MOST_SHOWN]]
    return {"waves": shown, "more_waves": max(0, len(seen) - MOST_SHOWN)}


def _told(row: Any) -> str:
    """Return how much work a walk is."""
    metres = "" if row.metres is None else f", {row.metres:,} m"
    zone = f"zone {row.zone}: " if row.zone else ""
    return f"{zone}{count(row.order_count, 'order')}, {count(row.stop_count, 'stop')}{metres}"


def all_seen(user: Any, walks: Sequence[PickList]) -> list[PickList]:
    """Return the walks of which a person may see every stop."""
    stops = PickTask.objects.filter(pick_list__in=walks)
    hidden = set(stops.exclude(pk__in=scoped(user, PickTask).values("pk")).values_list("pick_list", flat=True))
    return [one for one in walks if one.pk not in hidden]
