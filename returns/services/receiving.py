"""Receiving parcels: what was found in them is counted once for each scan, whatever it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from inventory.models import Location
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.facts import publish
from oms.foundation.refusals import Invalid, Refused
from oms.foundation.wording import count
from orders.services.progress import mark_returned
from returns.conditions import IS_EXPECTED, IS_INCOMPLETE
from returns.entries import Arrived
from returns.events import ReturnReceived
from returns.locks import lock_return, lock_return_lines
from returns.models import Return, ReturnLine, ReturnReceipt
from returns.services.lots import note_lots
from returns.states import Reception, ReturnState


@dataclass(frozen=True, slots=True)
class Found:
    """Pieces found in a parcel: of a line of the return, or, without a line, of something nobody announced."""

    line: ReturnLine | None
    sku: str
    quantity: int
    reception: str
    lots: tuple[tuple[str, int], ...] = ()


@transaction.atomic
def receive_return(
    *,
    return_id: int,
    lines: Sequence[Arrived] = (),
    location: Location | None = None,
    scan: str = "",
    actor: Actor,
) -> Return:
    """Note what was found in the parcel; a scan that was noted before changes nothing.

    ``scan`` is what the scanner read, such as the parcel's tracking number; without it the return's own number counts.
    Without lines everything announced has arrived.

    :raises Invalid: for more pieces than announced, or without a location.
    """
    order, one = lock_return(return_id)
    scan = scan.strip() or one.number
    if ReturnReceipt.objects.filter(return_order=one, scan=scan).exists():
        return one
    refuse_unless(one, IS_EXPECTED, IS_INCOMPLETE)
    place = location or one.location
    if place is None:
        raise Invalid("Choose the location where the parcel arrived.", code="no_location", field="location")
    found = _found(lock_return_lines(one.pk), lines)
    _note_receipts(one, found, place, scan, actor)
    strange = [note_lots(item.line, item.lots, item.quantity, actor) for item in found if item.line is not None]
    came = {item.line.order_line_id: item.quantity for item in found if item.line and item.quantity}
    first = one.state != ReturnState.RECEIVED
    if first:
        one.receive(at=actor.now)
    one.location = place
    one.save(update_fields=["state", "received_at", "location"])
    if came:
        mark_returned(order_id=order.pk, lines=came, actor=actor)
    data = {"scan": scan, "location": place.code, "pieces": sum(item.quantity for item in found)}
    note = "; ".join([_told(one, place, found), *filter(None, strange)])[:500]
    record(actor, "returns.receive_return", one, note=note, data=data)
    if first:
        publish(ReturnReceived(at=actor.now, order_id=order.pk, return_id=one.pk))
    return one


def _found(lines: Sequence[ReturnLine], entries: Sequence[Arrived]) -> list[Found]:
    """Return what was found, by line; without entries everything still expected."""
    if not entries:
        return [
            Found(line, line.order_line.sku, line.quantity - line.quantity_received, "")
            for line in lines
            if line.quantity > line.quantity_received
        ]
    found = [item for entry in entries for item in _found_of(entry, lines)]
    named = [item.line.pk for item in found if item.line]
    if len(named) != len(set(named)):
        raise Invalid("A line stands twice in the list.", code="line_twice", field="lines")
    return found


def _found_of(entry: Arrived, lines: Sequence[ReturnLine]) -> Iterable[Found]:
    """Return what one entry means: pieces of one or more lines, or something nobody announced."""
    meant = [line for line in lines if _is_meant(line, entry)]
    if not meant:
        if not entry.ref.sku:
            raise Invalid(f"The return has no {entry.ref}.", code="unknown_line", field=entry.ref.path)
        return [Found(None, entry.ref.sku, entry.quantity, Reception.WRONG_ITEM)]
    if entry.reception in (Reception.WRONG_ITEM, Reception.LOST):
        return [Found(line, line.order_line.sku, 0, entry.reception) for line in meant]
    free = sum(line.quantity - line.quantity_received for line in meant)
    if entry.quantity > free:
        sentence = f"{entry.ref}: {entry.quantity} found, but {free} more expected. Announce a return for the rest."
        raise Invalid(sentence, code="more_than_announced", field=f"{entry.ref.path}.quantity")
    if any(line.is_inspected for line in meant):
        raise Refused(f"{entry.ref} was inspected already; announce another return.", code="already_inspected")
    if entry.lots and len(meant) > 1:
        sentence = f"{entry.ref} stands on several lines: name the line whose lots these are."
        raise Invalid(sentence, code="ambiguous_line", field=f"{entry.ref.path}.lots")
    return _split(entry, meant)


def _is_meant(line: ReturnLine, entry: Arrived) -> bool:
    """Return whether an entry names the line."""
    if entry.ref.position is not None:
        return line.order_line.position == entry.ref.position
    return line.order_line.sku == entry.ref.sku


def _split(entry: Arrived, meant: Sequence[ReturnLine]) -> list[Found]:
    """Give the pieces to the lines of one SKU, the first line first."""
    left, found = entry.quantity, []
    for line in meant:
        part = min(left, line.quantity - line.quantity_received)
        found.append(Found(line, line.order_line.sku, part, entry.reception, entry.lots))
        left -= part
    return found


def _note_receipts(one: Return, found: Sequence[Found], place: Location, scan: str, actor: Actor) -> None:
    """Write a receipt for everything found and bring the lines up to it."""
    ReturnReceipt.objects.bulk_create(
        [
            ReturnReceipt(
                return_order=one,
                return_line=item.line,
                location=place,
                scan=scan,
                sku=item.sku,
                quantity=item.quantity,
                at=actor.now,
            )
            for item in found
        ]
    )
    changed = []
    for item in found:
        if item.line is not None:
            item.line.quantity_received += item.quantity
            item.line.reception = _reception(item.line, item.reception)
            changed.append(item.line)
    ReturnLine.objects.bulk_update(changed, ["quantity_received", "reception"])


def _reception(line: ReturnLine, stated: str) -> str:
    """Return what the line's reception is now: as stated, or by counting."""
    if stated in (Reception.WRONG_ITEM, Reception.LOST):
        return stated
    return Reception.RECEIVED if line.quantity_received == line.quantity else Reception.SHORT


def _told(one: Return, place: Location, found: Sequence[Found]) -> str:
    """Return what arrived where, and what of it was unexpected, for the timeline."""
    pieces = count(sum(item.quantity for item in found if item.line), "piece")
    strange: Mapping[str, int] = {item.sku: item.quantity for item in found if item.line is None}
    wrong = [item.sku for item in found if item.line and item.reception == Reception.WRONG_ITEM]
    parts = [f"unexpected: {quantity} × {sku}" for sku, quantity in strange.items()]
    parts += [f"wrong item instead of {sku}" for sku in wrong]
    return "; ".join([f"{one.number}: {pieces} at {place.name}", *parts])[:500]
