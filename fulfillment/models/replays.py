"""Replays: the orders of a past period under other rules, worked off in the background, with what came of it."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from fulfillment.models.rule_sets import SourcingRuleSet
from fulfillment.states import ReplayState
from oms.foundation.aggregate import Aggregate, words_check
from oms.foundation.claims import Claimable
from orders.models import Order


class SourcingReplay(Claimable, Aggregate):
    """One period replayed under one rule set as it was when it was asked for; the self-check stands in its report.

    ``done`` of ``total`` decisions are worked off; ``checkpoint`` is where the next worker goes on.
    """

    rule_set = models.ForeignKey(SourcingRuleSet, models.PROTECT, related_name="replays")
    rules = models.JSONField(editable=False)
    begins = models.DateTimeField("from", editable=False)
    ends = models.DateTimeField("up to", editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    state = FSMField(max_length=8, default=ReplayState.QUEUED, choices=ReplayState.choices, protected=True)
    done = models.PositiveIntegerField(default=0, editable=False)
    total = models.PositiveIntegerField(default=0, editable=False)
    changed = models.PositiveIntegerField(default=0, editable=False)
    checkpoint = models.BinaryField(null=True, editable=False)
    report = models.JSONField(default=dict, editable=False)
    sentence = models.CharField(max_length=1000, blank=True, default="", editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "replay"
        constraints = [
            words_check("state", ReplayState.values, "replay_state_word"),
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="replay_has_time"),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="replay_due", condition=Q(state__in=("queued", "running")))
        ]

    def __str__(self) -> str:
        return f"Replay {self.pk}"

    @transition(field=state, source=ReplayState.QUEUED, target=ReplayState.RUNNING)
    def run(self) -> None:
        """A worker has begun."""

    @transition(field=state, source=ReplayState.RUNNING, target=ReplayState.DONE)
    def finish(self, *, at: datetime) -> None:
        """Every decision of the period was worked off."""
        self.finished_at, self.next_try_at, self.checkpoint = at, None, None

    @transition(field=state, source=[ReplayState.QUEUED, ReplayState.RUNNING], target=ReplayState.FAILED)
    def fail(self, *, at: datetime, why: str) -> None:
        """It cannot be worked off."""
        self.finished_at, self.next_try_at, self.checkpoint, self.sentence = at, None, None, why


class ReplayChange(models.Model):
    """One order that ends otherwise in a replay: parcels, kilometres, cost, what is missing and the sentence, twice."""

    replay = models.ForeignKey(SourcingReplay, models.PROTECT, related_name="changes")
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["replay", "id"], name="replay_changes")]

    def __str__(self) -> str:
        return f"order {self.order_id} in replay {self.replay_id}"
