"""Putting a count into the books: promised pieces that are not there are missed, and their orders sourced again."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from fulfillment.events import PiecesMissed
from fulfillment.locks import lock_fulfillment_orders, open_allocations_of
from fulfillment.models import Allocation, FulfillmentOrder
from fulfillment.services.missing import Place, units_missed
from fulfillment.services.picking import miss_pieces
from fulfillment.services.sourcing.withdrawal import give_back
from fulfillment.services.walking.missing import pieces_in_hands
from fulfillment.sourcing.wording import enumeration
from fulfillment.states import AllocationState, FulfillmentOrderState
from inventory.models import BinStock, CountSession, StockLevel
from inventory.services import bin_counts
from inventory.services.scanning import Answer
from inventory.services.scanning.counting import going_on
from inventory.services.scanning.once import DONE, Scan
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import publish
from oms.foundation.numbers import random_code
from oms.foundation.refusals import Refused
from oms.foundation.wording import count

S = FulfillmentOrderState
NOT_BEGUN = (S.PLANNED, S.OPEN, S.ON_HOLD)


@transaction.atomic
def post_count(*, count_session_id: int, note: str = "", actor: Actor) -> CountSession:
    """Put the differences of a count into the books.

    Promised pieces that are not there are taken from the orders that came last and are not begun; those are sourced
    again. :raises Refused: when orders that are being picked or packed hold them; it names these.
    """
    lacking = bin_counts.missing_promises(count_session_id)
    if lacking:
        work = {row.pk: row for row in lock_fulfillment_orders(work_at(lacking))}
        row = bin_counts.lock_for_posting(count_session_id)
        _miss(row, work, bin_counts.missing_promises(count_session_id), actor)
    return bin_counts.post_count(count_session_id=count_session_id, note=note, actor=actor)


def finish_scan(scan: Scan) -> Answer:
    """End the count that a person has in hand; small differences go into the books, others wait for the desk.

    :raises Refused: when the person counts nothing.
    """
    row = going_on(scan)
    if row is None:
        raise Refused("You are not counting a bin. Scan one first.", code="counts_nothing")
    lock_fulfillment_orders(work_at(_may_lack(row)))
    counted = bin_counts.finish_count(
        count_session_id=row.pk, person_id=scan.person_id, in_hands=pieces_in_hands, actor=scan.actor
    )
    largest = max((abs(line.difference or 0) for line in counted.lines.all()), default=0)
    pieces = sum(line.counted for line in counted.lines.all())
    told = f"{row.what}: {count(pieces, 'piece')} counted."
    if counted.stirred or largest > settings.COUNT_TOLERANCE or not _posted(counted, scan.actor):
        return Answer(DONE, f"{told} The desk looks at it. Next bin.")
    return Answer(DONE, f"{told} It is in the books. Next bin.")


def again_scan(scan: Scan) -> Answer:
    """Forget what was counted in the bin at hand, which is to be counted anew."""
    row = going_on(scan)
    if row is None:
        raise Refused("You are not counting a bin. Scan one first.", code="counts_nothing")
    bin_counts.count_again(count_session_id=row.pk, actor=scan.actor)
    return Answer(DONE, f"{row.what} is counted anew: scan it again.")


def _may_lack(row: CountSession) -> dict[int, int]:
    """Return by level the promised pieces that a small difference would lack: their orders are locked before bins."""
    missing: Counter[int] = Counter()
    book = Q(bin=row.bin_id) if row.bin_id else Q(bin__isnull=True, stock_level=row.stock_level_id)
    for pk, pieces in BinStock.objects.filter(book).values_list("stock_level_id", "quantity"):
        missing[pk] += pieces
    for (pk, _), pieces in (pieces_in_hands([row.stock_level_id]) if row.stock_level_id else {}).items():
        missing[pk] -= pieces
    for pk, pieces in row.lines.values_list("stock_level_id", "counted"):
        missing[pk] -= pieces
    levels = StockLevel.objects.in_bulk(list(missing))
    lacking = {pk: levels[pk].allocated - levels[pk].on_hand + pieces for pk, pieces in missing.items()}
    return {pk: pieces for pk, pieces in lacking.items() if pieces > 0 and missing[pk] <= settings.COUNT_TOLERANCE}


def _posted(row: CountSession, actor: Actor) -> bool:
    """Put a small difference into the books; what cannot be stays for the desk."""
    try:
        post_count(count_session_id=row.pk, note="Within what is let pass.", actor=actor)
    except Refused:
        return False
    return True


def work_at(level_ids: Mapping[int, int]) -> list[int]:
    """Return the work that has promised pieces of some levels which nobody has picked."""
    rows = Allocation.objects.filter(_of_levels(level_ids), state=AllocationState.ALLOCATED)
    return list(rows.values_list("fulfillment_order", flat=True).distinct())


def _of_levels(level_ids: Iterable[int]) -> Q:
    """Return the condition of allocations with pieces of some levels, those of kits that are assembled too."""
    ids = list(level_ids)
    return Q(stock_level__in=ids, is_assembled=False) | Q(parts__stock_level__in=ids)


def newest_first(waiting: Sequence[Allocation], lacking: Mapping[int, int]) -> tuple[dict[Place, int], Counter[int]]:
    """Return which promises lack pieces by level, the newest first, and how many pieces no promise waits for."""
    gone: dict[Place, int] = {}
    left = Counter(lacking)
    for one in reversed(waiting):
        for level, pieces in one.takes.items():
            part = min(pieces, left[level])
            if part:
                gone[one.pk, level] = part
                left[level] -= part
    return gone, left


def _miss(row: CountSession, work: Mapping[int, FulfillmentOrder], lacking: Mapping[int, int], actor: Actor) -> None:
    """Take the promises of pieces that are not there from locked work, the newest first."""
    free = [pk for pk, one in work.items() if one.state in NOT_BEGUN]
    waiting = [one for one in open_allocations_of(free) if one.takes.keys() & lacking.keys()]
    gone, left = newest_first(waiting, lacking)
    if any(left.values()):
        raise _refusal(row, +left, work)
    ended = miss_pieces(waiting, units_missed(waiting, gone), actor)
    trace = row.trace or random_code(7, prefix="S")
    why = f"not there by count {row.number}, short pick {trace}"
    end_promises(list(ended.values()), work, Told("fulfillment.short_count", why, trace, {"count": row.pk}), actor)


@dataclass(frozen=True, slots=True)
class Told:
    """Why promises end, for the timeline: the act, the words after the number of pieces, the short pick, what else."""

    act: str
    why: str
    trace: str
    data: Mapping[str, Any]


def end_promises(ended: Sequence[Allocation], work: Mapping[int, FulfillmentOrder], told: Told, actor: Actor) -> None:
    """Free the pieces of ended promises, cancel work that has no other, and have the orders sourced again."""
    touched = {one.fulfillment_order_id for one in ended}
    full = {one.fulfillment_order_id for one in open_allocations_of(touched)}
    acts = []
    for pk in sorted(touched):
        pieces = sum(one.quantity for one in ended if one.fulfillment_order_id == pk)
        if pk not in full:
            work[pk].cancel()
            work[pk].save(update_fields=["state"])
        note = f"{count(pieces, 'piece')} {told.why}. {work[pk].told}"
        acts.append(Act(told.act, work[pk], note, {"trace": told.trace, **told.data}))
    record_many(actor, acts)
    give_back(ended, verdicts={}, actor=actor)
    orders = sorted({work[pk].order_id for pk in touched})
    publish(*(PiecesMissed(at=actor.now, order_id=pk, trace=told.trace) for pk in orders))


def _refusal(row: CountSession, left: Mapping[int, int], work: Mapping[int, FulfillmentOrder]) -> Refused:
    """Return why a count cannot be in the books yet: which orders hold pieces that are not there."""
    skus = StockLevel.objects.filter(pk__in=list(left)).values_list("pk", "product__sku")
    told = enumeration([f"{left[pk]} × {sku}" for pk, sku in skus])
    pieces = Allocation.objects.filter(_of_levels(left), state__in=["allocated", "picked"])
    begun = pieces.exclude(fulfillment_order__state__in=NOT_BEGUN).order_by("pk")
    numbers = list(dict.fromkeys(begun.values_list("fulfillment_order__order__number", flat=True)))
    orders = enumeration(numbers[:10]) or "orders"
    sentence = (
        f"{told} that {row.number} did not find are promised to orders that are picked or packed: {orders}."
        " Stop or finish these first, or count again."
    )
    return Refused(sentence, code="promised")
