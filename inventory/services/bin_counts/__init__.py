"""Counting bins: planned or flagged, counted blind on the floor, and put into the books."""

from inventory.services.bin_counts.planning import cancel_count, flag_for_count, plan_count, plan_level_count
from inventory.services.bin_counts.posting import lock_for_posting, missing_promises, post_count
from inventory.services.bin_counts.taking import LEASE, begin_count, count_again, count_pieces, finish_count, live_count

__all__ = [
    "LEASE",
    "begin_count",
    "cancel_count",
    "count_again",
    "count_pieces",
    "finish_count",
    "flag_for_count",
    "live_count",
    "lock_for_posting",
    "missing_promises",
    "plan_count",
    "plan_level_count",
    "post_count",
]
