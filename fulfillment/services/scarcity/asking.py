"""Asking for scarcity fees: a worker learns them from the orders of a past day."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from fulfillment.conditions import FOR_LEAST_FREIGHT, IN_FORCE
from fulfillment.locks import lock_rule_sets
from fulfillment.models import ScarcityRun, SourcingDecision
from fulfillment.services.replaying.history import Period
from fulfillment.services.scarcity.clearing import clear_away
from fulfillment.services.sourcing.rule_sets import active_rules
from fulfillment.services.sourcing.run import Trigger
from fulfillment.states import ScarcityState
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from oms.foundation.refusals import NotFound, refuse_if
from oms.foundation.work import ring

CAN_LEARN = (IN_FORCE, FOR_LEAST_FREIGHT)
NIGHT = 2
"""The hour after which the day before is learned from, on the desk's clock."""
RENEWED_AFTER = 50
"""So many orders placed make fees that are in force old."""
A_DAY = timedelta(days=1)
FARTHEST = timedelta(days=31)


@transaction.atomic
def learn_fees_of_day(*, rule_set_id: int, day: datetime, actor: Actor) -> ScarcityRun:
    """Let a worker learn scarcity fees from the orders of a day that began at a moment.

    :raises Refused: unless the rule set is in force and prefers the least freight, or when nothing was decided then.
    """
    row = next((one for one in lock_rule_sets() if one.pk == rule_set_id), None)
    if row is None:
        raise NotFound("There is no such set of sourcing rules.")
    refuse_unless(row, *CAN_LEARN)
    refuse_if(actor.now - day > FARTHEST, "Choose one of the last 31 days.", code="too_long_ago")
    ends = min(day + timedelta(days=1), actor.now)
    refuse_if(ends <= day, "This day has not begun yet; choose another.", code="no_period")
    placed = Period(day, ends).decisions.filter(trigger=Trigger.PLACED)
    refuse_if(not placed.exists(), "No order was placed on this day; choose another.", code="nothing_placed")
    return ask_for_fees(begins=day, ends=ends, takes_over=False, actor=actor)


@transaction.atomic
def learn_every_night(*, actor: Actor) -> str:
    """Let a worker learn from the day before, once a night, while the rules in force prefer the least freight.

    What is learned takes over from fees that are in force; where none are, it waits for somebody to switch it on.
    """
    now = actor.now.astimezone(timezone.get_default_timezone())
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if now.hour < NIGHT or active_rules().prefer != "cheapest":
        return "nothing to do"
    if ScarcityRun.objects.filter(takes_over=True, ends=today).exists():
        return "done already"
    clear_away(actor.now)
    ask_for_fees(begins=_day_before(today), ends=today, takes_over=True, actor=actor)
    return "asked"


@transaction.atomic
def renew_fees(*, actor: Actor) -> str:
    """Let a worker bring the fees in force up to date when many orders were placed since: stock and parcels went.

    Also when they are at their end: what was plenty is scarce after many orders.
    """
    run = ScarcityRun.objects.filter(state=ScarcityState.ACTIVE).first()
    waits = ScarcityRun.objects.filter(state=ScarcityState.QUEUED)
    if run is None or waits.exists() or active_rules().prefer != "cheapest":
        return "nothing to do"
    since = SourcingDecision.objects.filter(trigger=Trigger.PLACED, decided_at__gt=_last_learned(run))
    if len(since.order_by("decided_at").values_list("pk")[:RENEWED_AFTER]) < RENEWED_AFTER:
        return "new enough"
    ask_for_fees(begins=actor.now - A_DAY, ends=actor.now, takes_over=True, actor=actor)
    return "asked"


def _last_learned(run: ScarcityRun) -> datetime:
    """Return when somebody last looked for what is scarce, be it that nothing was, or that it failed."""
    ended = ScarcityRun.objects.filter(takes_over=True).exclude(state=ScarcityState.QUEUED).order_by("-pk")
    runs = [run, *ended[:1]]
    return max(one.learned_at or one.created_at for one in runs)


def _day_before(today: datetime) -> datetime:
    """Return when yesterday began on the desk's clock, on days of 23 and 25 hours too."""
    return timezone.make_aware(today.replace(tzinfo=None) - timedelta(days=1))


@transaction.atomic
def ask_for_fees(*, begins: datetime, ends: datetime, takes_over: bool, actor: Actor) -> ScarcityRun:
    """Let a worker learn from the orders of a stretch of time; what is learned begins with the caps that hold then.

    ``takes_over``: what is learned takes the place of fees that are in force then.
    """
    run = ScarcityRun.objects.create(
        begins=begins,
        ends=ends,
        takes_over=takes_over,
        created_by=actor.label[:150],
        created_at=actor.now,
        next_try_at=actor.now,
    )
    told = f"From the orders of {begins.astimezone(timezone.get_default_timezone()):%-d %b %Y}."
    record_many(actor, [Act("fulfillment.learn_fees", run, note=told, created=True)])
    ring("bulk")
    return run
