"""Letting go of scarcity fees that are in no force any more: a large shop learns many thousands of them a day."""

from datetime import datetime, timedelta

from django.db.models import Q

from fulfillment.models import ScarcityFee, ScarcityRun
from fulfillment.states import ScarcityState

KEPT, RENEWED_KEPT = timedelta(days=30), timedelta(days=1)
"""So long the fees of a run are kept that is not in force; in the course of a day they are learned many times."""
AT_ONCE = 1000


def clear_away(now: datetime) -> None:
    """Let go of old fees that are in no force; what decisions saw of them stays in their records."""
    idle = ScarcityFee.objects.exclude(run__state=ScarcityState.ACTIVE)
    renewed = Q(run__takes_over=True, run__learned_at__lt=now - RENEWED_KEPT)
    idle.filter(renewed | Q(run__learned_at__lt=now - KEPT)).delete()


def let_go(superseded: ScarcityRun | None) -> None:
    """Let go of the fees of a renewal that another took over from, in small transactions; a night's are kept longer.

    Where a worker dies amidst them, the next night clears the rest away.
    """
    if superseded is None or not superseded.renews:
        return
    fees = ScarcityFee.objects.filter(run=superseded).order_by("pk").values_list("pk", flat=True)
    while batch := list(fees[:AT_ONCE]):
        ScarcityFee.objects.filter(pk__in=batch).delete()
