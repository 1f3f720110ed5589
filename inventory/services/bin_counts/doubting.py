"""Pieces that may not be there: what the book still has in bins in which a picker did not find all."""

from collections import Counter
from collections.abc import Collection

from inventory.models import BinStock, CountSession
from inventory.states import LIVE_COUNTS


def doubtful_pieces(level_ids: Collection[int]) -> Counter[int]:
    """Return by level the pieces in bins that are to be counted after a short pick; one statement where there are none.

    They are promised to nobody before somebody has counted them.
    """
    found: Counter[int] = Counter()
    flagged = CountSession.objects.filter(state__in=LIVE_COUNTS, bin__isnull=False).exclude(trace="")
    bins = list(flagged.values_list("bin_id", flat=True))
    if bins:
        rows = BinStock.objects.filter(bin__in=bins, stock_level__in=list(level_ids), quantity__gt=0)
        for level, quantity in rows.values_list("stock_level_id", "quantity"):
            found[level] += quantity
    return found
