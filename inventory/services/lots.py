"""Lots and serial numbers: known by their number, made when the first pieces come, blocked and let go."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, Sum

from inventory.conditions import IS_BLOCKED_LOT, IS_FREE_LOT
from inventory.events import LotBlocked
from inventory.locks import lock_levels_of, lock_lot, lock_lots, lock_product
from inventory.models import BinStock, Location, Lot, Product, StockLevel
from inventory.models.lots import LONGEST_NUMBER
from inventory.queries import lots_named
from inventory.services.growing import publish_growth
from inventory.services.lot_stock import LotMissing
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record, record_many
from oms.foundation.counters import add_to
from oms.foundation.facts import publish
from oms.foundation.refusals import Invalid, NotFound, Refused
from oms.foundation.work import Apart

BEHIND = timedelta(hours=12)
"""So much later than in Greenwich the day ends where it ends last."""
STEP = 500


class Unsellable(Refused):
    """Pieces of a lot that is blocked, or whose best-before date has passed, may not go to a customer."""

    code = "lot_unsellable"


def known_lot(product: Product, number: str) -> Lot:
    """Return a lot of a product by its number in any case; raises :class:`NotFound` for one that never came in."""
    found = lots_named(product.pk, [number]).get(number.strip().casefold())
    if found is None:
        sentence = f"{product.sku} has no {product.followed_word} “{number.strip()[:LONGEST_NUMBER]}”."
        raise NotFound(f"{sentence} It comes in under Receive.", code="unknown_lot", field="lot")
    found.product = product
    return found


def named_lot(level: StockLevel, number: str) -> Lot | None:
    """Return the lot that is meant at a level; none for a product that is not followed.

    :raises LotMissing: when nobody says which it is. :raises Invalid: for a lot of what is not followed.
    """
    product = level.product
    if not level.is_followed:
        if number:
            sentence = f"{product.sku} is not followed by lot or serial number here; leave that empty."
            raise Invalid(sentence, code="not_followed", field="lot")
        return None
    if not number.strip():
        sentence = f"{product.sku} is followed by {product.followed_word}: say which."
        raise LotMissing(sentence, code=LotMissing.code, field="lot")
    return known_lot(product, number)


def refuse_unsellable(lot: Lot, today: date) -> None:
    """Raise :class:`Unsellable` for a lot of which nothing may go to a customer today."""
    if lot.blocked_at is not None:
        raise Unsellable(f"{lot} is blocked: {lot.blocked_why}. Put it aside.", field="lot")
    if lot.expires_on is not None and not lot.may_go(today):
        raise Unsellable(f"{lot} was best before {lot.expires_on:%d %b %Y}. Put it aside.", field="lot")


@transaction.atomic
def lot_that_came(*, product_id: int, number: str, expires_on: date | None, actor: Actor) -> Lot:
    """Return the lot that came with some pieces, a new one where it is the first time.

    :raises Invalid: for a number that none can have, without a date that the product asks for, or with another date
        than the lot has.
    """
    known = lots_named(product_id, [number]).get(number.strip().casefold())
    # a numbered piece that two people take in at once, at two places, is in one of them: the second waits for the first
    is_settled = known is not None and not known.product.has_serials
    product, number = known.product if known and is_settled else lock_product(product_id), number.strip()
    if not 0 < len(number) <= LONGEST_NUMBER or not number.isprintable():
        sentence = f"A {product.followed_word} has 1 to {LONGEST_NUMBER} characters; “{number[:40]}” cannot be one."
        raise Invalid(sentence, code="bad_lot", field="lot")
    found = known if is_settled else lots_named(product_id, [number]).get(number.casefold())
    if found is None:
        if product.expires and expires_on is None:
            raise Invalid(f"When is {product.sku} {number} best before?", code="no_date", field="expires_on")
        found = Lot(product=product, number=number, expires_on=expires_on, created_at=actor.now)
        found.expired_at = actor.now if _has_passed(found, [], actor.now) else None
        found.save()
        record(actor, "inventory.create_lot", found, note=f"{found.named} came for the first time.")
    elif expires_on not in (None, found.expires_on):
        day = f"{found.expires_on:%d %b %Y}" if found.expires_on else "without a date"
        sentence = f"{found} is best before {day} in the books, not {expires_on:%d %b %Y}. The desk can change that."
        raise Invalid(sentence, code="other_date", field="expires_on")
    found.product = product
    return found


@transaction.atomic
def block_lot(*, lot_id: int, note: str, actor: Actor) -> Lot:
    """Let no piece of a lot go to a customer any more; promises that other lots cannot keep are taken back.

    :raises Refused: when it is blocked already, or without a reason.
    """
    row = lock_lot(lot_id)
    refuse_unless(row, IS_FREE_LOT)
    if not note.strip():
        raise Invalid("Say why: pickers are told it.", code="no_reason", field="note")
    row.blocked_at, row.blocked_why = actor.now, note.strip().rstrip(".")[:300]
    row.save(update_fields=["blocked_at", "blocked_why"])
    _count_withheld(row)
    record(actor, "inventory.block_lot", row, note=row.blocked_why)
    _tell_places({row: _places_of([row])[row.pk]}, actor)
    return row


def _tell_places(places: Mapping[Lot, Sequence[Location]], actor: Actor) -> None:
    """Tell each location where pieces of locked lots lie that they may not go."""
    facts = (
        LotBlocked(at=actor.now, location_id=place.pk, product_id=row.product_id, lot_id=row.pk)
        for row, lying in places.items()
        for place in lying
    )
    publish(*facts)


def _places_of(rows: Sequence[Lot]) -> dict[int, list[Location]]:
    """Return by lot the locations where pieces of it lie; two statements."""
    found: dict[int, list[Location]] = {row.pk: [] for row in rows}
    known = Location.objects.in_bulk()
    lying = BinStock.objects.filter(lot__in=rows, quantity__gt=0).order_by("lot", "stock_level__location")
    for lot, place in lying.values_list("lot", "stock_level__location").distinct():
        found[lot].append(known[place])
    return found


@transaction.atomic
def release_lot(*, lot_id: int, note: str = "", actor: Actor) -> Lot:
    """Let the pieces of a blocked lot go again, and tell that they are free; raises :class:`Refused` for a free one.

    Those of an expired lot stay withheld.
    """
    row = lock_lot(lot_id)
    refuse_unless(row, IS_BLOCKED_LOT)
    row.blocked_at, row.blocked_why = None, ""
    row.save(update_fields=["blocked_at", "blocked_why"])
    _count_withheld(row)
    record(actor, "inventory.release_lot", row, note=note)
    if not row.is_withheld:
        _tell_growth(row, actor)
    return row


def expire_lots(*, actor: Actor) -> int:
    """Withhold the lots whose best-before date has passed at a place where they lie; return how many.

    Where a lot lies in several time zones, the first midnight counts for all. One that fails stops none of the others.
    """
    soon = (actor.now + timedelta(days=1)).date()
    due: defaultdict[int, list[int]] = defaultdict(list)
    rows = Lot.objects.filter(expired_at__isnull=True, expires_on__lt=soon).order_by("pk")
    for product, pk in rows.values_list("product", "pk"):
        due[product].append(pk)
    parts = [(product, ids[at : at + STEP]) for product, ids in due.items() for at in range(0, len(ids), STEP)]
    with Apart() as apart:
        return sum(apart.run(f"expiry of lots of product {pk}", _expire, pk, ids, actor) or 0 for pk, ids in parts)


@transaction.atomic
def _expire(product_id: int, ids: Sequence[int], actor: Actor) -> int:
    """Withhold those of a product's lots whose day has passed; return how many."""
    due = [row for row in lock_lots(product_id, ids) if row.expired_at is None]
    places = _places_of(due)
    late = [row for row in due if _has_passed(row, places[row.pk], actor.now)]
    if not late:
        return 0
    for row in late:
        row.expired_at = actor.now
    save_many(late, ["expired_at"])
    _count_withheld(late[0])
    told = "Best before {:%d %b %Y} has passed: its pieces are promised to nobody."
    lying = [row for row in late if places[row.pk]]
    record_many(actor, [Act("inventory.expire_lot", row, told.format(row.expires_on)) for row in lying])
    _tell_places({row: places[row.pk] for row in lying}, actor)
    return len(late)


def _has_passed(row: Lot, places: Sequence[Location], now: datetime) -> bool:
    """Return whether a lot's day is over at one of the places where it lies, and everywhere if it lies in none."""
    days = [now.astimezone(place.zone).date() for place in places]
    return row.is_expired(max(days, default=(now - BEHIND).date()))


def _tell_growth(row: Lot, actor: Actor) -> None:
    """Tell that pieces of a locked lot may go."""
    publish_growth(StockLevel.objects.filter(bin_stock__lot=row, bin_stock__quantity__gt=0), actor)


def _count_withheld(row: Lot) -> None:
    """Count anew, at each level of a locked lot's product, the pieces in bins of which the lot is withheld."""
    levels = lock_levels_of([row.product_id])
    bad = Q(lot__blocked_at__isnull=False) | Q(lot__expired_at__isnull=False)
    lying = BinStock.objects.filter(bad, stock_level__in=levels, bin__isnull=False, quantity__gt=0).order_by()
    found = dict(lying.values_list("stock_level").annotate(pieces=Sum("quantity")))
    add_to(StockLevel, ["blocked"], {level.pk: (found.get(level.pk, 0) - level.blocked,) for level in levels})


@transaction.atomic
def date_lot(*, lot_id: int, expires_on: date | None, note: str = "", actor: Actor) -> Lot:
    """Set another best-before date on a lot; where it has passed, promises that no other lot keeps are taken back."""
    row = lock_lot(lot_id)
    before, row.expires_on = row.expires_on, expires_on
    places = _places_of([row])[row.pk]
    row.expired_at = (row.expired_at or actor.now) if _has_passed(row, places, actor.now) else None
    row.save(update_fields=["expires_on", "expired_at"])
    _count_withheld(row)
    told = f"best before {before or 'no date'} → {expires_on or 'no date'}. {note}".strip()
    record(actor, "inventory.date_lot", row, note=told, data={"expires_on": [str(before), str(expires_on)]})
    if expires_on is not None and expires_on < (before or date.max):
        _tell_places({row: places}, actor)
    elif not row.is_withheld:
        _tell_growth(row, actor)
    return row
