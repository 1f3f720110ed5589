"""The way of a walk in words and on the floor: into which aisle from which end, how far, and the picture of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from fulfillment.models import PickList, PickTask
from fulfillment.picking.drawing import Drawing, drawn
from fulfillment.picking.site import BACK, FRONT, Leg, Site
from fulfillment.services.walking.stops import first_bin, site_at

SIDES = {FRONT: "from the front", BACK: "from the back"}


@dataclass(frozen=True, slots=True)
class Way:
    """Hints by stop, and the floor with the stops that are left."""

    hints: dict[int, str]
    drawing: Drawing | None


def way_of(walk: PickList, left: Sequence[PickTask]) -> Way:
    """Return how to get to each of the stops of a walk that are left, in two statements at most."""
    site = site_at(walk.location_id)
    codes = [first_bin(task.bin) for task in left]
    return Way(hints_of(site, left), drawn(site, {walk.turn or 1: codes}) if left else None)


def hints_of(site: Site, stops: Sequence[PickTask]) -> dict[int, str]:
    """Return by stop into which aisle one goes from where, and how far; nothing where its bin was not measured."""
    known = [task for task in stops if site.point(first_bin(task.bin)) is not None]
    legs = site.legs([first_bin(task.bin) for task in known])
    return {task.pk: in_words(leg) for task, leg in zip(known, legs, strict=False)}


def in_words(leg: Leg) -> str:
    """Return a way in words: the aisle where it is another one, and the metres."""
    metres = f"{max(1, round(leg.length / 1000))} m" if leg.length else "here"
    if leg.side in SIDES and leg.aisle:
        return f"aisle {leg.aisle} {SIDES[leg.side]}, {metres}"
    return f"same aisle, {metres}" if leg.side and leg.length else metres
