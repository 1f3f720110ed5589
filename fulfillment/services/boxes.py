"""Keeping the catalogue of boxes: rows from files, and boxes taken out of use."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from django.db import transaction
from django.db.models import Q, QuerySet

from fulfillment.conditions import IN_USE, OUT_OF_USE
from fulfillment.locks import lock_boxes
from fulfillment.models import Box
from fulfillment.services.linked_shelf import Link, LinkedShelf, switch
from inventory.models import Location, Product
from inventory.services.catalogue import plan_rows, store_rows
from inventory.services.shelves import Entry
from inventory.services.switching import Switch
from inventory.services.undoing import Back, plan_back, take_back
from oms.foundation.actor import Actor
from oms.foundation.imports.kinds import Undo
from oms.foundation.imports.plans import Plan, Seen
from oms.foundation.models import ImportRow


def boxes_at(location_id: int) -> "QuerySet[Box]":
    """Return the boxes in use at a location, by code."""
    return Box.objects.filter(Q(location=None) | Q(location=location_id), is_active=True).order_by("code")


@transaction.atomic
def stop_using_box(*, box_id: int, note: str = "", actor: Actor) -> Box:
    """Advise a box no more; raises :class:`Refused` when it is out of use already."""
    return _switch(box_id, False, note, actor)


@transaction.atomic
def use_box_again(*, box_id: int, note: str = "", actor: Actor) -> Box:
    """Advise a box again; raises :class:`Refused` when it is in use already."""
    return _switch(box_id, True, note, actor)


def _switch(box_id: int, on: bool, note: str, actor: Actor) -> Box:
    """Switch a locked box on or off."""
    (box,) = lock_boxes([box_id])
    act = "fulfillment.use_box_again" if on else "fulfillment.stop_using_box"
    switch(box, on, [OUT_OF_USE if on else IN_USE], act, note, actor)
    return box


STOP = Switch("fulfillment.stop_using_box", stop_using_box, "box_id")
AGAIN = Switch("fulfillment.use_box_again", use_box_again, "box_id")


class BoxShelf(LinkedShelf[Box]):
    """Boxes by code; the location by its code, what it is stocked as by its SKU."""

    model = Box
    links: ClassVar[Mapping[str, Link]] = {"location": (Location, "code"), "product": (Product, "sku")}
    on, off = AGAIN, STOP

    def lock(self, ids: Iterable[int]) -> list[Box]:
        """Lock boxes by primary key and return them."""
        return lock_boxes(ids)


def plan_boxes(*, entries: Sequence[Entry]) -> list[Plan]:
    """Return what :func:`store_boxes` would do."""
    return plan_rows(BoxShelf(), entries)


@transaction.atomic
def store_boxes(*, entries: Sequence[Entry], actor: Actor, seen: Seen | None = None) -> list[Plan]:
    """Create or change boxes by code; values that a file does not have stay as they are."""
    return store_rows(BoxShelf(), entries, actor, seen)


def plan_undo_boxes(*, rows: Sequence[ImportRow]) -> list[Undo]:
    """Return which imported boxes can be taken back now."""
    return plan_back(Back(BoxShelf(), rows))


@transaction.atomic
def undo_boxes(*, rows: Sequence[ImportRow], actor: Actor) -> list[Undo]:
    """Put former values back where nobody changed them since, and take new boxes out of use."""
    return take_back(Back(BoxShelf(), rows), actor)
