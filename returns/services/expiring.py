"""Expiring returns that never came, so that their pieces can be announced again."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from orders.locks import lock_orders
from returns.locks import lock_returns
from returns.models import Return
from returns.states import ON_THE_WAY, ReturnState

WAITED, WAITED_UNDERWAY = timedelta(days=30), timedelta(days=60)
BATCH = 500


@transaction.atomic
def expire_returns(*, actor: Actor) -> int:
    """End approved returns after thirty days, those on their way after sixty, and return how many ended."""
    never_sent = Q(state=ReturnState.APPROVED, approved_at__lt=actor.now - WAITED)
    never_came = Q(state=ReturnState.IN_TRANSIT, approved_at__lt=actor.now - WAITED_UNDERWAY)
    silent = Return.objects.filter(never_sent | never_came).order_by("pk")
    rows = list(silent.values_list("pk", "order_id")[:BATCH])
    lock_orders({order_id for _, order_id in rows})
    late = [one for one in lock_returns(pk for pk, _ in rows) if one.state in ON_THE_WAY]
    for one in late:
        one.expire()
    save_many(late, ["state"])
    record_many(actor, [Act("returns.expire_return", one, f"{one.number}: nothing arrived in time.") for one in late])
    return len(late)
