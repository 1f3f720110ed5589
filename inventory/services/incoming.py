"""Announcing stock that is on its way, changing what is expected, and receiving it."""

from datetime import date

from django.db import transaction

from inventory.conditions import IS_EXPECTED, STAYS_AWAY
from inventory.locks import lock_incoming
from inventory.models import IncomingStock, Location, Product
from inventory.models.stock import MovementReason
from inventory.services.stock import MAX_PIECES, Change, known_pair, move_stock, open_levels
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.refusals import Invalid
from oms.foundation.wording import count

LONGEST_REFERENCE = 64


@transaction.atomic
def announce_stock(
    *, sku: str, location: str, quantity: int, expected_on: date, reference: str, actor: Actor
) -> IncomingStock:
    """Note pieces that are on their way to a location.

    :raises NotFound: for an unknown SKU or location.
    :raises Invalid: for an absurd quantity, or a reference that announces the product there already.
    """
    product, place = known_pair(sku=sku, location=location)
    _refuse_absurd(quantity, least=1)
    _refuse_known(reference, product, place)
    row = IncomingStock.objects.create(
        product=product, location=place, quantity=quantity, expected_on=expected_on, reference=reference
    )
    record(actor, "inventory.announce_stock", row, note=told(row))
    return row


@transaction.atomic
def reschedule_stock(
    *, incoming_id: int, quantity: int, expected_on: date, note: str = "", actor: Actor
) -> IncomingStock:
    """Expect another number of pieces in all, or another day.

    :raises Refused: when they have come. :raises Invalid: for no more pieces than have come already.
    """
    row = lock_incoming(incoming_id)
    refuse_unless(row, IS_EXPECTED)
    _refuse_absurd(quantity, least=row.received + 1)
    before = [row.quantity, row.expected_on]
    row.quantity, row.expected_on = quantity, expected_on
    row.save(update_fields=["quantity", "expected_on"])
    data = {"quantity": [before[0], quantity], "expected_on": [str(before[1]), str(expected_on)]}
    record(actor, "inventory.reschedule_stock", row, note=f"{told(row)} {note}".strip(), data=data)
    return row


@transaction.atomic
def receive_stock(
    *, incoming_id: int, quantity: int, note: str = "", lot_id: int | None = None, actor: Actor
) -> IncomingStock:
    """Put pieces that have come on the shelf, through a movement; when all are there the announcement is closed.

    :raises Refused: when it is closed. :raises Invalid: for an absurd quantity. :raises LotMissing: when the product is
        followed by lot, and nobody says which has come.
    """
    row = lock_incoming(incoming_id)
    refuse_unless(row, IS_EXPECTED)
    _refuse_absurd(quantity, least=1)
    (level,) = open_levels([(row.product_id, row.location_id)]).values()
    reference = f"incoming:{row.pk}:{row.version}"
    told_so = f"{row.reference} {note}".strip()[:300]
    change = Change(level.pk, quantity, MovementReason.RECEIPT, reference, told_so, lot_id)
    row.received += quantity
    if row.received >= row.quantity:
        row.closed_at = actor.now
    row.save(update_fields=["received", "closed_at"])
    move_stock(changes=[change], actor=actor)
    came = f"{count(quantity, 'piece')} came, {row.received} of {row.quantity} are here."
    record(actor, "inventory.receive_stock", row, note=f"{came} {note}".strip(), data={"quantity": quantity})
    return row


@transaction.atomic
def close_incoming(*, incoming_id: int, note: str = "", actor: Actor) -> IncomingStock:
    """Expect the pieces that have not come no more; raises :class:`Refused` when it is closed already."""
    row = lock_incoming(incoming_id)
    refuse_unless(row, IS_EXPECTED)
    missing = row.missing
    row.closed_at = actor.now
    row.save(update_fields=["closed_at"])
    record(actor, "inventory.close_incoming", row, note=f"{count(missing, 'piece')} will not come. {note}".strip())
    return row


@transaction.atomic
def reopen_incoming(*, incoming_id: int, note: str = "", actor: Actor) -> IncomingStock:
    """Expect the missing pieces again; raises :class:`Refused` when it is open or all have come."""
    row = lock_incoming(incoming_id)
    refuse_unless(row, STAYS_AWAY)
    row.closed_at = None
    row.save(update_fields=["closed_at"])
    record(actor, "inventory.reopen_incoming", row, note=f"{count(row.missing, 'piece')} are expected. {note}".strip())
    return row


def told(row: IncomingStock) -> str:
    """Return what is expected as the timeline shows it."""
    return f"{count(row.quantity, 'piece')} expected on {row.expected_on:%d %b %Y}."


def _refuse_absurd(quantity: int, *, least: int) -> None:
    """Raise for a number of pieces that nobody can expect."""
    if not least <= quantity <= MAX_PIECES:
        sentence = f"Write {least:,} to {MAX_PIECES:,} pieces; {quantity:,} cannot be."
        raise Invalid(sentence, code="absurd_quantity", field="quantity")


def _refuse_known(reference: str, product: Product, place: Location) -> None:
    """Raise for a reference that cannot be stored, or that announces the same already."""
    if not 0 < len(reference) <= LONGEST_REFERENCE:
        sentence = f"Give a reference of 1 to {LONGEST_REFERENCE} characters, such as the purchase order's number."
        raise Invalid(sentence, code="bad_reference", field="reference")
    if IncomingStock.objects.filter(reference=reference, product=product, location=place).exists():
        sentence = f"“{reference}” announces {product.sku} at {place.code} already; change that."
        raise Invalid(sentence, code="reference_used", field="reference")
