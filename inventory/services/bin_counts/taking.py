"""Counting on the floor: a bin is one person's until it is finished; what the book expects is not shown."""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta

from django.db import transaction

from inventory.conditions import IS_COUNTED
from inventory.locks import lock_bin, lock_count, lock_level, lock_levels
from inventory.models import Bin, BinStock, CountLine, CountSession, Lot
from inventory.services.bin_counts.planning import make_count
from inventory.services.stock import MAX_PIECES
from inventory.states import LIVE_COUNTS, CountOrigin, CountState
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.refusals import NotFound, Refused
from oms.foundation.wording import count

LEASE = timedelta(minutes=15)
Place = tuple[int, int | None]
"""(stock level, lot): a product that is followed by lot is counted lot by lot."""
InHands = Callable[[Collection[int]], Mapping[Place, int]]
"""Tells by level and lot how many pieces are in somebody's hands: picked, and not sent yet."""


def live_count(bin_: Bin) -> CountSession | None:
    """Return the count of a bin that is planned, going on or looked at."""
    return CountSession.objects.filter(bin=bin_, state__in=LIVE_COUNTS).select_related("counter").first()


@transaction.atomic
def begin_count(
    *, bin_id: int | None = None, count_session_id: int | None = None, person_id: int, in_hands: InHands, actor: Actor
) -> CountSession:
    """Begin to count a bin, planned or not, or a planned count; whoever counts it goes on.

    :raises Refused: while somebody else counts it, or when its result waits at the desk.
    """
    row = _locked(bin_id, count_session_id, actor)
    _refuse_taken(row, person_id, actor)
    mine = row.state == CountState.COUNTING and row.counter_id == person_id
    if not mine:
        _open_lines(row, _book(row, in_hands))
    row.begin(person_id=person_id, until=actor.now + LEASE)
    row.save(update_fields=["state", "counter", "leased_until"])
    if not mine:
        record(actor, "inventory.begin_count", row, note=row.told)
    return row


def _open_lines(row: CountSession, book: Mapping[Place, int]) -> None:
    """Let the lines of a locked count have nothing counted, and expect what is in the book."""
    lines = lines_of(row)
    for place in lines.keys() | book.keys():
        line = lines.get(place) or CountLine(session=row, stock_level_id=place[0], lot_id=place[1])
        line.expected, line.counted, line.difference = book.get(place, 0), 0, None
        line.save()


def lines_of(row: CountSession) -> dict[Place, CountLine]:
    """Return the lines of a count by level and lot."""
    return {(line.stock_level_id, line.lot_id): line for line in row.lines.all()}


def _locked(bin_id: int | None, count_session_id: int | None, actor: Actor) -> CountSession:
    """Lock the bin and its live count, which is made when there is none."""
    if bin_id is None:
        if count_session_id is None:
            raise NotFound("There is no count with this number.")
        found = CountSession.objects.filter(pk=count_session_id).values_list("bin", flat=True).first()
        if found is not None:
            lock_bin(found)
        return lock_count(count_session_id)
    bin_ = lock_bin(bin_id)
    live = live_count(bin_)
    if live is not None:
        return lock_count(live.pk)
    return make_count(actor, "", bin=bin_, location_id=bin_.location_id, origin=CountOrigin.FLOOR)


def _refuse_taken(row: CountSession, person_id: int, actor: Actor) -> None:
    """Raise when somebody else counts it, or it was counted."""
    if row.is_held_by_another(person_id, actor.now):
        since = ((row.leased_until or actor.now) - LEASE).astimezone(row.location.zone)
        sentence = f"{row.counter} is counting {row.what} and scanned last at {since:%H:%M}. Count another bin."
        raise Refused(sentence, code="is_counted")
    if row.state not in (CountState.PLANNED, CountState.COUNTING):
        raise Refused(f"{row.what}: count {row.number} is {row.get_state_display()}.", code="was_counted")


def _book(row: CountSession, in_hands: InHands) -> dict[Place, int]:
    """Return by level and lot the pieces that the book has where a count looks."""
    if row.bin_id is not None:
        rows = BinStock.objects.filter(bin=row.bin_id, quantity__gt=0)
        return {(level, lot): pieces for level, lot, pieces in rows.values_list("stock_level_id", "lot_id", "quantity")}
    level = lock_level(row.stock_level_id or 0)
    book: dict[Place, int] = {(level.pk, None): level.without_bin}
    if level.is_followed:
        loose = BinStock.objects.filter(stock_level=level, bin__isnull=True, quantity__gt=0)
        book = {(level.pk, lot): pieces for lot, pieces in loose.values_list("lot_id", "quantity")}
    held = in_hands([level.pk])
    return {place: max(0, pieces - held.get(place, 0)) for place, pieces in book.items()}


@transaction.atomic
def count_pieces(
    *,
    count_session_id: int,
    person_id: int,
    stock_level_id: int,
    quantity: int,
    lot_id: int | None = None,
    actor: Actor,
) -> CountLine:
    """Add pieces of a level to what was counted; raises :class:`Refused` for a count that somebody else has."""
    row = lock_count(count_session_id)
    _refuse_stranger(row, person_id)
    lot = Lot.objects.get(pk=lot_id) if lot_id is not None else None
    line, _ = CountLine.objects.get_or_create(session=row, stock_level_id=stock_level_id, lot=lot)
    if lot is not None and line.counted + quantity > 1 and line.stock_level.product.has_serials:
        raise Refused("This serial number was counted already: it is one piece.", code="counted_twice")
    if line.counted + quantity > MAX_PIECES:
        raise Refused(f"No bin holds more than {MAX_PIECES:,} pieces.", code="absurd_quantity")
    line.counted += quantity
    line.save(update_fields=["counted"])
    row.leased_until = actor.now + LEASE
    row.save(update_fields=["leased_until"])
    return line


@transaction.atomic
def finish_count(*, count_session_id: int, person_id: int, in_hands: InHands, actor: Actor) -> CountSession:
    """Compare what was counted with the book of this moment; what was not scanned is not there.

    It waits to be looked at; where the book has changed since the count began, it says so.
    """
    row = _locked(None, count_session_id, actor)
    _refuse_stranger(row, person_id)
    lines = lines_of(row)
    wanted = set(lines) | set(_book(row, in_hands))
    lock_levels(level for level, _ in wanted)
    book = _book(row, in_hands)
    stirred = any(line.expected != book.get(at, 0) for at, line in lines.items()) or bool(book.keys() - lines.keys())
    for place in wanted | book.keys():
        line = lines.get(place) or CountLine(session=row, stock_level_id=place[0], lot_id=place[1])
        line.expected = book.get(place, 0)
        line.difference = line.counted - line.expected
        line.save()
    row.finish(at=actor.now, stirred=stirred)
    row.save(update_fields=["state", "leased_until", "counted_at", "stirred"])
    record(actor, "inventory.finish_count", row, note=f"{row.told} {differences_told(row)}")
    return row


def differences_told(row: CountSession) -> str:
    """Return the differences of a count in words."""
    lines = row.lines.exclude(difference=0).select_related("stock_level__product", "lot")
    told = [f"{line.what} {line.difference:+d}" for line in lines]
    return f"{', '.join(told)}." if told else "As in the book."


@transaction.atomic
def count_again(*, count_session_id: int, note: str = "", actor: Actor) -> CountSession:
    """Let a count be made anew; what was counted changes nothing."""
    row = lock_count(count_session_id)
    refuse_unless(row, IS_COUNTED)
    told = f"{row.told} {differences_told(row)} {note}".strip() if row.state == CountState.REVIEW else row.told
    _open_lines(row, {})
    row.count_again()
    row.save(update_fields=["state", "counter", "leased_until", "counted_at", "stirred"])
    record(actor, "inventory.count_again", row, note=told)
    return row


def _refuse_stranger(row: CountSession, person_id: int) -> None:
    """Raise unless the person counts it."""
    if row.state != CountState.COUNTING or row.counter_id != person_id:
        raise Refused(f"{row.what} is not counted by you any more. Scan the bin again.", code="not_yours")


def counted_told(line: CountLine, named: str, what: str) -> str:
    """Return what was counted so far of one product, or of one lot."""
    return f"{count(line.counted, 'piece')} of {named} counted in {what}."
