"""Reservations: pieces that a cart or quote has in hand for a while; they run out by themselves."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from inventory.locks import lock_levels_of
from inventory.models import Product, Reservation, StockLevel
from inventory.queries import available_by_location, parts_of_kits, reserved_pieces
from inventory.services.growing import publish_growth
from inventory.services.stock import MAX_PIECES
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from oms.foundation.refusals import Invalid, NotFound, Reason, Refused

LONGEST_KEY = 120


def cart_key(account_id: int, number: str) -> str:
    """Return the key of a cart that a channel's system keeps: its account, then the number that its order will have."""
    return f"{account_id}:{number}"


class NotEnoughAvailable(Refused):
    """Fewer pieces can be promised than were asked for."""

    code = "not_enough_available"


@transaction.atomic
def reserve_pieces(*, key: str, pieces: Mapping[str, int], expires_at: datetime, actor: Actor) -> list[Reservation]:
    """Keep pieces by SKU for a cart or quote until a moment; asking again with the key replaces what it had.

    An order whose number at its channel is the key gets the pieces; nobody else does while they are kept.

    :raises NotEnoughAvailable: when less is available at all locations together; nothing changes then.
    :raises Invalid: for no pieces, an absurd number, a key that cannot be stored, or a moment that has passed.
    :raises NotFound: for an unknown SKU.
    """
    _refuse_absurd(key, pieces, expires_at, actor)
    products = {product.sku: product for product in Product.objects.filter(sku__in=list(pieces))}
    _refuse_unknown(pieces, products)
    ids = [product.pk for product in products.values()]
    lock_levels_of([*ids, *(part.product_id for parts in parts_of_kits(ids).values() for part in parts)])
    before = dict(Reservation.objects.filter(key=key).values_list("product_id", "quantity"))
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
    now_in_hand = {row.product_id: row.quantity for row in rows}
    _tell_free([pk for pk, quantity in before.items() if quantity > now_in_hand.get(pk, 0)], actor)
    return rows


@transaction.atomic
def release_reservation(*, key: str, actor: Actor) -> int:
    """Give back what a cart or quote has in hand and return the number of pieces; an unknown key has none."""
    rows = list(Reservation.objects.filter(key=key))
    lock_levels_of([row.product_id for row in rows])
    return _let_go(rows, actor)


@transaction.atomic
def end_reservations(*, keys: Iterable[str], actor: Actor) -> int:
    """Let go of what carts had in hand that have become orders, and return the number of pieces."""
    return _let_go(list(Reservation.objects.filter(key__in=list(keys))), actor)


def _let_go(rows: Sequence[Reservation], actor: Actor) -> int:
    """Forget reservations before their time, with their audit lines, and tell that pieces are free."""
    record_many(actor, [Act("inventory.release_reservation", row, data={"key": row.key}) for row in rows])
    Reservation.objects.filter(pk__in=[row.pk for row in rows]).delete()
    _tell_free([row.product_id for row in rows], actor)
    return sum(row.quantity for row in rows)


@transaction.atomic
def expire_reservations(*, actor: Actor) -> int:
    """Forget the reservations that ran out, which nobody counts any more, and return how many there were."""
    over = dict(Reservation.objects.filter(expires_at__lte=actor.now).values_list("pk", "product_id"))
    Reservation.objects.filter(pk__in=list(over), expires_at__lte=actor.now).delete()
    _tell_free(over.values(), actor)
    return len(over)


def _tell_free(product_ids: Iterable[int], actor: Actor) -> None:
    """Tell those who wait that pieces of the products may be free, wherever they lie."""
    wanted = sorted(set(product_ids))
    if wanted:
        publish_growth(StockLevel.objects.filter(product__in=wanted), actor)


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
