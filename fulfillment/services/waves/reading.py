"""A wave as its page shows it: walks with their progress, and the floor with their ways."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from fulfillment.models import PickList, PickTask, Wave, WaveOrder
from fulfillment.picking.drawing import Drawing, colour_of, drawn
from fulfillment.services.walking.stops import first_bin, site_at
from fulfillment.services.waves.planning import wants_of
from fulfillment.services.waves.releasing import plans_of
from fulfillment.states import LIVE_TASKS, WaveState


@dataclass(frozen=True, slots=True)
class ShownWalk:
    """A walk of a wave; of a draft it has no row yet."""

    turn: int
    zone: str
    orders: int
    stops: int
    length_mm: int | None
    codes: Sequence[str]
    row: PickList | None = None
    left: int = 0

    @property
    def metres(self) -> int | None:
        """Return how long it is, None where its bins are not measured."""
        return None if self.length_mm is None else round(self.length_mm / 1000)

    @property
    def colour(self) -> int:
        """Return the number of its colour on the floor plan."""
        return colour_of(self.turn)

    @property
    def done(self) -> int:
        """Return how many of its stops are made."""
        return self.stops - self.left

    @property
    def begun_at(self) -> datetime | None:
        """Return when somebody began it."""
        return self.row.begun_at if self.row else None


@dataclass(frozen=True, slots=True)
class ShownWave:
    """All walks of a wave and the floor; ``chosen`` is the number of the walk that alone is drawn, 0 for all."""

    walks: Sequence[ShownWalk]
    drawing: Drawing | None
    chosen: int = 0

    @property
    def one(self) -> ShownWalk | None:
        """Return the walk that alone is drawn."""
        return next((walk for walk in self.walks if walk.turn == self.chosen), None)


def shown_wave(wave: Wave, *, chosen: int = 0) -> ShownWave:
    """Read the walks of a wave, those of a draft as they would be now, in a constant number of statements."""
    if wave.state == WaveState.DRAFT or wave.released_at is None:
        walks = _of_draft(wave)
    else:
        walks = _released(wave)
    seen = chosen if any(walk.turn == chosen for walk in walks) else 0
    lines = {walk.turn: walk.codes for walk in walks if seen in (0, walk.turn)}
    return ShownWave(walks, drawn(site_at(wave.location_id), lines), seen)


def _of_draft(wave: Wave) -> list[ShownWalk]:
    """Return the walks that a release would make now."""
    wants = wants_of(list(WaveOrder.objects.filter(wave=wave).values_list("fulfillment_order", flat=True)))
    plans = plans_of(wave, site_at(wave.location_id), wants)
    return [
        ShownWalk(
            turn=turn,
            zone=plan.zone,
            orders=len(plan.orders),
            stops=len(plan.stops),
            length_mm=plan.length,
            codes=[first_bin(wants.bins[key]) for key in plan.stops],
            left=len(plan.stops),
        )
        for turn, plan in enumerate(plans, 1)
    ]


def _released(wave: Wave) -> list[ShownWalk]:
    """Return the walks that were made."""
    orders = Count("tasks__fulfillment_order", distinct=True)
    left = Count("tasks", filter=Q(tasks__state__in=LIVE_TASKS))
    rows = PickList.objects.filter(wave=wave).select_related("picker", "wave").order_by("turn")
    codes = _codes(wave)
    return [
        ShownWalk(
            turn=row.turn or 0,
            zone=row.zone,
            orders=row.order_count,
            stops=len(codes[row.pk]),
            length_mm=row.length_mm,
            codes=codes[row.pk],
            row=row,
            left=row.left_count,
        )
        for row in rows.annotate(order_count=orders, left_count=left)
    ]


def _codes(wave: Wave) -> Mapping[int, list[str]]:
    """Return the bins of every walk of a wave in its order."""
    found: dict[int, list[str]] = defaultdict(list)
    tasks = PickTask.objects.filter(pick_list__wave=wave).order_by("pick_list", "position")
    for walk, code in tasks.values_list("pick_list", "bin"):
        found[walk].append(first_bin(code))
    return found
