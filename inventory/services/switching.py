"""Switching products and locations on and off; nothing is deleted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F

from inventory.conditions import IS_CLOSED, IS_NOT_SOLD, IS_OPEN, IS_SOLD
from inventory.events import StockGrew
from inventory.locks import lock_location, lock_product
from inventory.models import Location, Product
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.facts import publish
from oms.foundation.objections import refuse_objections

PRODUCTS_IN_A_FACT = 500


@transaction.atomic
def stop_selling(*, product_id: int, note: str = "", actor: Actor) -> Product:
    """Offer a product no more; what was ordered of it is still shipped. Raises :class:`Refused` when not sold."""
    product = lock_product(product_id)
    refuse_unless(product, IS_SOLD)
    refuse_objections("inventory.stop_selling", product.pk)
    product.is_active = False
    product.save(update_fields=["is_active"])
    record(actor, "inventory.stop_selling", product, note=note)
    return product


@transaction.atomic
def sell_again(*, product_id: int, note: str = "", actor: Actor) -> Product:
    """Offer a product again; raises :class:`Refused` when it is sold already."""
    product = lock_product(product_id)
    refuse_unless(product, IS_NOT_SOLD)
    product.is_active = True
    product.save(update_fields=["is_active"])
    record(actor, "inventory.sell_again", product, note=note)
    return product


@transaction.atomic
def close_location(*, location_id: int, note: str = "", actor: Actor) -> Location:
    """Give a location no new orders; those it has stay. Raises :class:`Refused` when it is closed already."""
    location = lock_location(location_id)
    refuse_unless(location, IS_OPEN)
    refuse_objections("inventory.close_location", location.pk)
    location.is_active = False
    location.save(update_fields=["is_active"])
    record(actor, "inventory.close_location", location, note=note)
    return location


@transaction.atomic
def reopen_location(*, location_id: int, note: str = "", actor: Actor) -> Location:
    """Let a location ship again and tell what is free there; raises :class:`Refused` when it is open already."""
    location = lock_location(location_id)
    refuse_unless(location, IS_CLOSED)
    location.is_active = True
    location.save(update_fields=["is_active"])
    record(actor, "inventory.reopen_location", location, note=note)
    free = location.stock_levels.filter(on_hand__gt=F("allocated") + F("safety_stock"))
    ids = list(free.order_by("product_id").values_list("product_id", flat=True))
    chunks = [ids[start : start + PRODUCTS_IN_A_FACT] for start in range(0, len(ids), PRODUCTS_IN_A_FACT)]
    publish(*(StockGrew(at=actor.now, location_id=location.pk, product_ids=chunk) for chunk in chunks))
    return location


@dataclass(frozen=True, slots=True)
class Switch:
    """One direction of a switch: the act that rooms on the right may object to, and the service that does it."""

    act: str
    service: Callable[..., Any]
    subject: str

    def turn(self, pk: int, *, note: str, actor: Actor) -> None:
        """Switch one row; raises :class:`Refused` as the service does."""
        self.service(**{self.subject: pk}, note=note, actor=actor)


STOP_SELLING = Switch("inventory.stop_selling", stop_selling, "product_id")
SELL_AGAIN = Switch("inventory.sell_again", sell_again, "product_id")
CLOSE = Switch("inventory.close_location", close_location, "location_id")
REOPEN = Switch("inventory.reopen_location", reopen_location, "location_id")
