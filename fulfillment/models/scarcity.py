"""Scarcity fees: what stock and capacity are worth to the orders still to come, learned from a past day."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from fulfillment.states import ScarcityState
from inventory.models import Location, Product
from oms.foundation.aggregate import Aggregate, words_check
from oms.foundation.claims import Claimable

S = ScarcityState


class ScarcityRun(Claimable, Aggregate):
    """One learning of scarcity fees from the orders of a past day, and whether they weigh in new decisions.

    ``caps`` holds, by the id of a location, the most that any one of its fees may be, in minor units. ``until`` is the
    horizon: afterwards the fees are not used, whatever the state says.
    """

    begins = models.DateTimeField("learned from", editable=False)
    ends = models.DateTimeField("up to", editable=False)
    takes_over = models.BooleanField(default=False, editable=False)
    state = FSMField(max_length=8, default=S.QUEUED, choices=S.choices, protected=True)
    created_by = models.CharField(max_length=150, blank=True, default="", editable=False)
    currency = models.CharField(max_length=3, blank=True, default="", editable=False)
    learned_at = models.DateTimeField(null=True, blank=True, editable=False)
    until = models.DateTimeField(null=True, blank=True, editable=False)
    orders = models.PositiveIntegerField(default=0, editable=False)
    caps = models.JSONField(default=dict, blank=True, editable=False)
    report = models.JSONField(default=dict, editable=False)
    sentence = models.CharField(max_length=1000, blank=True, default="", editable=False)
    switched_at = models.DateTimeField(null=True, blank=True, editable=False)
    switched_by = models.CharField(max_length=150, blank=True, default="", editable=False)
    reason = models.CharField(max_length=300, blank=True, default="", editable=False)

    class Meta:
        verbose_name = "scarcity fees"
        verbose_name_plural = "scarcity fees"
        permissions = [("switch_scarcityrun", "Can put scarcity fees into force, switch them off and cap them")]
        constraints = [
            words_check("state", S.values, "scarcity_state_word"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="active"), name="scarcity_one_in_force"),
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="scarcity_has_time"),
            models.CheckConstraint(
                condition=~Q(state__in=["learned", "active", "off"]) | Q(until__gt=F("learned_at")),
                name="scarcity_has_horizon",
            ),
            models.CheckConstraint(condition=~Q(state="off") | ~Q(reason=""), name="scarcity_off_says_why"),
        ]
        indexes = [models.Index(fields=["next_try_at"], name="scarcity_due", condition=Q(state="queued"))]

    def __str__(self) -> str:
        return f"Run {self.pk}"

    @property
    def told(self) -> str:
        """Return which run it is, for a line of the timeline."""
        return f"Run {self.pk}."

    @property
    def renews(self) -> bool:
        """Return whether it only brings fees that are in force up to date, in the course of a day."""
        return self.takes_over and self.ends == self.created_at

    def cap_of(self, location_id: int) -> int | None:
        """Return the most that a fee of a location may be; None is no limit."""
        cap: int | None = self.caps.get(str(location_id))
        return cap

    @transition(field=state, source=S.QUEUED, target=S.LEARNED)
    def learn(self, *, at: datetime, until: datetime) -> None:
        """There are fees; they weigh in nothing before somebody puts them into force."""
        self.learned_at, self.until, self.next_try_at = at, until, None

    @transition(field=state, source=S.QUEUED, target=S.NOTHING)
    def find_nothing(self, *, at: datetime) -> None:
        """There was nothing to learn, or nothing was scarce."""
        self.learned_at, self.next_try_at = at, None

    @transition(field=state, source=S.QUEUED, target=S.FAILED)
    def fail(self, *, why: str) -> None:
        """It could not be learned."""
        self.next_try_at, self.sentence = None, why

    @transition(field=state, source=[S.LEARNED, S.OFF], target=S.ACTIVE)
    def activate(self, *, at: datetime, by: str) -> None:
        """The fees weigh in decisions from now on, until the horizon."""
        self.switched_at, self.switched_by, self.reason = at, by, ""

    def end(self, *, at: datetime, why: str) -> None:
        """The fees weigh no more, as beyond their horizon; they stay in force for the next to take over."""
        begin = self.learned_at or at
        self.until, self.reason = max(at, begin + timedelta(microseconds=1)), why

    @transition(field=state, source=S.ACTIVE, target=S.OFF)
    def switch_off(self, *, at: datetime, by: str, why: str) -> None:
        """The fees weigh in no decision any more."""
        self.switched_at, self.switched_by, self.reason = at, by, why


class ScarcityFee(models.Model):
    """What a piece of a product at a location is worth to later orders, or a parcel from there (no product).

    Minor units of the run's currency; weighs in the choice of a location, and nobody pays it.
    """

    run = models.ForeignKey(ScarcityRun, models.PROTECT, related_name="fees")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True, related_name="+")
    amount = models.BigIntegerField()

    class Meta:
        verbose_name = "scarcity fee"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="scarcity_fee_positive"),
            models.UniqueConstraint(fields=["run", "product", "location"], name="scarcity_fee_once"),
            models.UniqueConstraint(
                fields=["run", "location"], condition=Q(product__isnull=True), name="scarcity_fee_once_a_parcel"
            ),
        ]
        indexes = [models.Index(fields=["run", "-amount"], name="scarcity_largest")]

    def __str__(self) -> str:
        return f"{self.amount} of run {self.run_id}"
