"""Asking for a replay: the rules are kept as they are now, a worker does the rest."""

from datetime import datetime

from django.db import transaction

from fulfillment.models import SourcingReplay, SourcingRuleSet
from fulfillment.services.replaying.history import Period
from fulfillment.states import RuleSetState
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from oms.foundation.refusals import NotFound, refuse_if
from oms.foundation.work import ring


@transaction.atomic
def ask_for_replay(*, rule_set_id: int, begins: datetime, ends: datetime, user_id: int, actor: Actor) -> SourcingReplay:
    """Let a worker replay a period under a rule set.

    :raises NotFound: without such a set. :raises Refused: for a retired set, and for a period without any decision.
    """
    row = SourcingRuleSet.objects.prefetch_related("rows").filter(pk=rule_set_id).first()
    if row is None:
        raise NotFound("There is no such set of sourcing rules.")
    refuse_if(row.state == RuleSetState.RETIRED, "These rules are retired; copy them into a draft.", code="retired")
    refuse_if(ends <= begins, "The period ends before it begins.", code="no_period")
    total = Period(begins, ends).decisions.count()
    refuse_if(not total, "Nothing was sourced in these days; choose others.", code="nothing_sourced")
    replay = SourcingReplay(
        rule_set=row,
        rules=row.as_rules().to_json(),
        begins=begins,
        ends=ends,
        user_id=user_id,
        total=total,
        created_at=actor.now,
        next_try_at=actor.now,
    )
    replay.save()
    record_many(
        actor, [Act("fulfillment.ask_for_replay", replay, note=f"{row.told} {total:,} decisions.", created=True)]
    )
    ring("bulk")
    return replay
