"""Reservations: pieces that a cart or quote has in hand for a while; they run out by themselves."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from inventory.locks import lock_levels_of
from inventory.models import Product, Reservation
from inventory.queries import available_by_location, reserved_pieces
from inventory.services.stock import MAX_PIECES
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from oms.foundation.refusals import Invalid, NotFound, Reason, Refused

LONGEST_KEY = 120


class NotEnoughAvailable(Refused):
    """Fewer pieces can be promised than were asked for."""

    code = "not_enough_available"


@transaction.atomic
def reserve_pieces(*, key: str, pieces: Mapping[str, int], expires_at: datetime, actor: Actor) -> list[Reservation]:
    """Keep pieces by SKU for a cart or quote until a moment; asking again with the key replaces what it had.

    :raises NotEnoughAvailable: when less is available at all locations together; nothing changes then.
    :raises Invalid: for no pieces, an absurd number, a key that cannot be stored, or a moment that has passed.
    :raises NotFound: for an unknown SKU.
    """
    _refuse_absurd(key, pieces, expires_at, actor)
    products = {product.sku: product for product in Product.objects.filter(sku__in=list(pieces))}
    _refuse_unknown(pieces, products)
    ids = [product.pk for product in products.values()]
    lock_levels_of(ids)
    Reservation.objects.filter(key=key).delete()
    free, reserved = available_by_location(ids), reserved_pieces(ids, now=actor.now)
    left = {pk: max(0, sum(free.get(pk, {}).values()) - reserved.get(pk, 0)) for pk in ids}
    short = [sku for sku, wanted in pieces.items() if left[products[sku].pk] < wanted]
    if short:
        raise NotEnoughAvailable(reasons=[_short(sku, pieces[sku], left[products[sku].pk]) for sku in short])
    rows = Reservation.objects.bulk_create(
        [
            Reservation(product=products[sku], key=key, quantity=quantity, expires_at=expires_at, created_at=actor.now)
            for sku, quantity in pieces.items()
        ]
    )
    record_many(
        actor, [Act("inventory.reserve_pieces", row, data={"key": key, "pieces": row.quantity}) for row in rows]
    )
    return rows


@transaction.atomic
def release_reservation(*, key: str, actor: Actor) -> int:
    """Give back what a cart or quote has in hand and return the number of pieces; an unknown key has none."""
    rows = list(Reservation.objects.filter(key=key))
    lock_levels_of([row.product_id for row in rows])
    record_many(actor, [Act("inventory.release_reservation", row, data={"key": key}) for row in rows])
    Reservation.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return sum(row.quantity for row in rows)


def expire_reservations(*, actor: Actor) -> int:
    """Forget the reservations that ran out, which nobody counts any more, and return how many there were."""
    return Reservation.objects.filter(expires_at__lte=actor.now).delete()[0]


def _refuse_absurd(key: str, pieces: Mapping[str, int], expires_at: datetime, actor: Actor) -> None:
    """Raise for what no reservation can be."""
    if not 0 < len(key) <= LONGEST_KEY:
        raise Invalid(f"Give the reservation a key of 1 to {LONGEST_KEY} characters.", code="bad_key", field="key")
    if not pieces or any(not 0 < quantity <= MAX_PIECES for quantity in pieces.values()):
        sentence = f"Reserve 1 to {MAX_PIECES:,} pieces of at least one product."
        raise Invalid(sentence, code="absurd_quantity", field="quantity")
    if expires_at <= actor.now:
        raise Invalid("The reservation would have run out already.", code="in_the_past", field="expires_at")


def _refuse_unknown(pieces: Mapping[str, int], products: Mapping[str, Product]) -> None:
    """Raise for SKUs that nothing is known of."""
    unknown = sorted(set(pieces) - set(products))
    if unknown:
        reasons = [Reason("unknown_sku", f"There is no product with the SKU “{sku[:64]}”.", "sku") for sku in unknown]
        raise NotFound(reasons=reasons)


def _short(sku: str, wanted: int, left: int) -> Reason:
    """Return why the pieces cannot be kept."""
    return Reason(NotEnoughAvailable.code, f"{wanted} pieces of {sku} are wanted, {left} are available.", "quantity")
