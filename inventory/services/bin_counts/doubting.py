"""Pieces that are promised to nobody: those that may not be there, and those of lots that may not go."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q

from inventory.models import BinStock, CountSession, StockLevel
from inventory.states import LIVE_COUNTS


def doubtful_pieces(levels: Sequence[StockLevel], now: datetime) -> Counter[int]:
    """Return by level the pieces that nobody is promised; one statement where there are none.

    These are what the book has in bins, or by lot in no bin, that is to be counted after a short pick, until somebody
    has counted it, and what is of a lot that is blocked or has expired.
    """
    found: Counter[int] = Counter()
    flagged = CountSession.objects.filter(state__in=LIVE_COUNTS).exclude(trace="")
    bins, loose = _apart(flagged.values_list("bin_id", "stock_level_id"))
    days = {level.location_id: now.astimezone(level.location.zone).date() for level in levels if level.is_followed}
    wanted = Q(bin__in=bins) if bins else Q()
    if loose:
        wanted |= Q(bin__isnull=True, stock_level__in=loose)
    if days:
        wanted |= Q(lot__blocked_at__isnull=False)
    for place, day in days.items():
        wanted |= Q(stock_level__location=place, lot__expires_on__lt=day)
    if wanted:
        rows = BinStock.objects.filter(wanted, stock_level__in=[level.pk for level in levels], quantity__gt=0)
        for level, quantity in rows.values_list("stock_level_id", "quantity"):
            found[level] += quantity
    return found


def _apart(flagged: Iterable[tuple[int | None, int | None]]) -> tuple[list[int], list[int]]:
    """Return the bins, and the levels in no bin, of some counts."""
    pairs = list(flagged)
    return [bin_ for bin_, _ in pairs if bin_ is not None], [level for _, level in pairs if level is not None]
