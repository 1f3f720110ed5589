"""What is to be counted: planned at the desk, or flagged because pieces were not where the books say."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from inventory.conditions import IS_LIVE_COUNT
from inventory.locks import lock_bin, lock_bins, lock_count, lock_level
from inventory.models import Bin, BinStock, CountSession, StockLevel
from inventory.services.growing import publish_growth
from inventory.states import LIVE_COUNTS, CountOrigin
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record, record_many
from oms.foundation.numbers import random_code
from oms.foundation.refusals import Refused


@transaction.atomic
def plan_count(*, bin_id: int, note: str = "", actor: Actor) -> CountSession:
    """Let a bin be counted; raises :class:`Refused` when it is to be counted already."""
    row = lock_bin(bin_id)
    return _planned(actor, note, bin=row, location_id=row.location_id)


@transaction.atomic
def plan_level_count(*, stock_level_id: int, note: str = "", actor: Actor) -> CountSession:
    """Let the pieces of a level be counted that lie in no bin, lot by lot; raises as :func:`plan_count` does."""
    level = lock_level(stock_level_id)
    return _planned(actor, note, stock_level=level, location_id=level.location_id)


@transaction.atomic
def flag_for_count(
    *, stock_level_id: int, codes: Sequence[str], note: str, trace: str, lies_about: bool = False, actor: Actor
) -> list[CountSession]:
    """Let the bins be counted in which pieces of a level were not found; without a bin the level itself.

    So is the level where pieces are to ``lie about`` in no bin, and by the books none of them in these bins. One that
    is to be counted already stays as it is and is told why once more. The note names the short pick.
    """
    place = StockLevel.objects.filter(pk=stock_level_id).values_list("location_id", flat=True)[0]
    here = Bin.objects.filter(location=place, code__in=list(codes)).values_list("pk", flat=True)
    bins = lock_bins(here)
    whats: list[dict[str, Any]] = [{"bin": one} for one in bins]
    lying = BinStock.objects.filter(stock_level=stock_level_id, bin__in=bins, quantity__gt=0)
    if not whats or (lies_about and not lying.exists()):
        whats.append({"stock_level_id": stock_level_id})
    found: list[CountSession] = []
    told: dict[str, Any] = {"origin": CountOrigin.SHORT_PICK, "trace": trace, "location_id": place}
    for what in whats:
        live = _live(**what)
        if live is None and "bin" not in what:  # a level is locked after its count, which may have come meanwhile
            lock_level(stock_level_id)
            live = _live(**what)
        found.append(_flagged(live.pk, note, trace, actor) if live else make_count(actor, note, **what, **told))
    return found


def _flagged(pk: int, note: str, trace: str, actor: Actor) -> CountSession:
    """Note on a live count that a picker did not find all; it keeps the number of the first short pick."""
    row = lock_count(pk)
    row.trace = row.trace or trace
    row.save(update_fields=["trace"])
    record(actor, "inventory.flag_count", row, note=note, data={"trace": trace})
    return row


def make_count(actor: Actor, note: str, *, origin: str = CountOrigin.DESK, **what: Any) -> CountSession:
    """Make the count of a bin or level that is locked and has none."""
    row = CountSession(number=random_code(7, prefix="C"), origin=origin, note=note[:300], created_at=actor.now, **what)
    row.save()
    told = f"{row.told} {note}".strip()
    record_many(actor, [Act("inventory.plan_count", row, told, {"trace": row.trace}, created=True)])
    return row


def _planned(actor: Actor, note: str, **what: Any) -> CountSession:
    """Plan a count at the desk, unless there is one."""
    row = _live(**{name: value for name, value in what.items() if name != "location_id"})
    if row is not None:
        sentence = f"{row.what} is counted already: {row.number} is {row.get_state_display()}."
        raise Refused(sentence, code="count_planned")
    return make_count(actor, note, **what)


def _live(**what: Any) -> CountSession | None:
    """Return the live count of a locked bin or level."""
    return CountSession.objects.filter(state__in=LIVE_COUNTS, **what).first()


@transaction.atomic
def cancel_count(*, count_session_id: int, note: str = "", actor: Actor) -> CountSession:
    """Call a count off; what was counted changes nothing."""
    row = lock_count(count_session_id)
    refuse_unless(row, IS_LIVE_COUNT)
    if row.trace:
        in_bin = StockLevel.objects.filter(bin_stock__bin=row.bin_id, bin_stock__quantity__gt=0)
        in_none = StockLevel.objects.filter(counts=row)
        publish_growth(in_bin if row.bin_id else in_none, actor)
    row.cancel()
    row.save(update_fields=["state", "leased_until"])
    record(actor, "inventory.cancel_count", row, note=f"{row.told} {note}".strip())
    return row
