"""Picking on the floor: a list is one person's walk, a task one bin of it, a scan what the handheld read."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from fulfillment.models.orders import Allocation, AllocationPart, FulfillmentOrder
from fulfillment.models.waves import Wave
from fulfillment.states import LIVE_TASKS, PickListState, PickTaskState
from inventory.models import Location, StockLevel
from oms.foundation.aggregate import Aggregate, words_check

L, T = PickListState, PickTaskState


class PickList(Aggregate):
    """One walk through a location for one or several fulfillment orders.

    It is held by one person until ``leased_until``; every scan renews that. Afterwards anybody may take it over.
    """

    number = models.CharField(max_length=16, unique=True, editable=False)
    location = models.ForeignKey(Location, models.PROTECT, related_name="pick_lists")
    state = FSMField(max_length=12, default=L.RELEASED, choices=L.choices, protected=True)
    picker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)
    begun_at = models.DateTimeField(null=True, blank=True, editable=False)
    wave = models.ForeignKey(Wave, models.PROTECT, null=True, blank=True, related_name="walks", editable=False)
    turn = models.PositiveIntegerField("number in the wave", null=True, blank=True, editable=False)
    zone = models.CharField(max_length=16, blank=True, default="", editable=False)
    length_mm = models.PositiveBigIntegerField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "walk"
        permissions = [
            ("free_picklist", "Can free a walk for others"),
            ("compare_pickers", "Can see the figures of single people"),
        ]
        constraints = [
            words_check("state", L.values, "pick_list_state_word"),
            models.CheckConstraint(
                condition=~Q(state="in_progress") | Q(picker__isnull=False, leased_until__isnull=False),
                name="pick_list_is_held",
            ),
            models.UniqueConstraint(fields=["picker"], condition=Q(state="in_progress"), name="one_pick_list_a_person"),
            models.UniqueConstraint(fields=["wave", "turn"], name="pick_list_turn"),
            models.CheckConstraint(
                condition=Q(wave__isnull=True, turn__isnull=True) | Q(wave__isnull=False, turn__isnull=False),
                name="pick_list_in_wave",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | Q(picker__isnull=True), name="pick_list_cancelled_unheld"
            ),
        ]
        indexes = [models.Index(fields=["location", "state"], name="pick_list_by_location")]

    def __str__(self) -> str:
        return self.number

    @property
    def named(self) -> str:
        """Return how people call it: by its turn in a wave, else by its number."""
        return f"{self.wave} walk {self.turn}" if self.wave else self.number

    @property
    def metres(self) -> int | None:
        """Return how long the walk is as planned, in metres; None where the bins were not measured."""
        return None if self.length_mm is None else round(self.length_mm / 1000)

    @property
    def told(self) -> str:
        """Return which walk it is and where, for a line of the timeline."""
        return f"{self.number} at {self.location.name}."

    def is_free(self, now: datetime) -> bool:
        """Return whether anybody may take it."""
        lapsed = self.leased_until is not None and self.leased_until <= now
        return self.state == L.RELEASED or (self.state == L.IN_PROGRESS and lapsed)

    @transition(field=state, source=[L.RELEASED, L.IN_PROGRESS], target=L.IN_PROGRESS)
    def take(self, *, picker_id: int, until: datetime, at: datetime) -> None:
        """A person begins or goes on with it."""
        self.picker_id, self.leased_until = picker_id, until
        self.begun_at = self.begun_at or at

    @transition(field=state, source=L.IN_PROGRESS, target=L.RELEASED)
    def give_back(self) -> None:
        """Its person goes away; somebody else may go on where it stands."""
        self.picker, self.leased_until = None, None

    @transition(field=state, source=L.RELEASED, target=L.CANCELLED)
    def cancel(self) -> None:
        """Nobody has begun it, and nobody shall."""

    @transition(field=state, source=L.IN_PROGRESS, target=L.COMPLETED)
    def complete(self, *, at: datetime) -> None:
        """Every task of it is done."""
        self.completed_at, self.leased_until = at, None


class PickTask(Aggregate):
    """Pieces of one order to be taken from one bin: the handheld's unit of work.

    Of kits that are assembled each part has a stop of its own.
    """

    pick_list = models.ForeignKey(PickList, models.PROTECT, related_name="tasks")
    fulfillment_order = models.ForeignKey(FulfillmentOrder, models.PROTECT, related_name="pick_tasks")
    allocation = models.ForeignKey(Allocation, models.PROTECT, related_name="pick_tasks")
    part = models.ForeignKey(AllocationPart, models.PROTECT, null=True, related_name="pick_tasks", editable=False)
    position = models.PositiveIntegerField(editable=False)
    tote = models.CharField(max_length=2, editable=False)
    bin = models.CharField(max_length=32, blank=True, default="", editable=False)
    quantity = models.PositiveIntegerField(editable=False)
    picked = models.PositiveIntegerField(default=0, editable=False)
    state = FSMField(max_length=12, default=T.OPEN, choices=T.choices, protected=True)
    trace = models.CharField("short pick", max_length=16, blank=True, default="", editable=False)
    put_back_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When the desk stopped its picking: nothing is fetched for it here, what was taken goes back."""

    class Meta:
        ordering = ["position"]
        constraints = [
            words_check("state", T.values, "pick_task_state_word"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & Q(picked__lte=F("quantity")), name="pick_task_not_too_many"
            ),
            models.CheckConstraint(condition=~Q(state="picked") | Q(picked=F("quantity")), name="pick_task_is_whole"),
            models.UniqueConstraint(fields=["pick_list", "position"], name="pick_task_position"),
            models.UniqueConstraint(
                fields=["allocation"], condition=Q(state__in=LIVE_TASKS, part=None), name="one_live_task_for_pieces"
            ),
            models.UniqueConstraint(
                fields=["allocation", "part"], condition=Q(state__in=LIVE_TASKS), name="one_live_task_for_parts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} from {self.bin or 'no bin'}"

    @property
    def stream(self) -> str:
        """Return the stream of its list."""
        return f"picklist:{self.pick_list_id}"

    @property
    def told(self) -> str:
        """Return what it is, for a line of the timeline."""
        return f"{self.quantity} from {self.bin or 'no bin'} into tote {self.tote}."

    @property
    def level(self) -> StockLevel:
        """Return the stock level that its pieces lie on."""
        return self.part.stock_level if self.part is not None else self.allocation.stock_level

    @property
    def wanted(self) -> int:
        """Return the pieces that its allocation wants of it now."""
        return self.allocation.quantity * (self.part.per_kit if self.part is not None else 1)

    @property
    def missing(self) -> int:
        """Return the pieces that were not taken yet."""
        return self.quantity - self.picked

    @transition(field=state, source=[T.OPEN, T.SKIPPED], target=T.PICKED)
    def pick(self) -> None:
        """All pieces are in the tote."""

    @transition(field=state, source=[T.OPEN, T.SKIPPED], target=T.SHORT)
    def miss(self) -> None:
        """The bin has no more."""

    @transition(field=state, source=[T.OPEN, T.SKIPPED], target=T.SKIPPED)
    def skip(self, *, position: int) -> None:
        """It comes at the end of the walk."""
        self.position = position

    @transition(field=state, source=[T.OPEN, T.SKIPPED], target=T.CANCELLED)
    def cancel(self) -> None:
        """The pieces are not wanted any more."""


class PickScan(models.Model):
    """What a handheld sent, once: the same key again is answered with what came of it the first time."""

    key = models.UUIDField(unique=True, editable=False)
    pick_list = models.ForeignKey(PickList, models.PROTECT, related_name="scans")
    task = models.ForeignKey(PickTask, models.PROTECT, null=True, related_name="scans")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    code = models.CharField(max_length=64, blank=True, default="")
    quantity = models.PositiveIntegerField(default=0)
    tone = models.CharField(max_length=8)
    sentence = models.CharField(max_length=300)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, help_text="When the handheld read it, by its own clock.")

    class Meta:
        constraints = [words_check("tone", ["ok", "done", "wrong", "gone"], "pick_scan_tone_word")]
        indexes = [models.Index(fields=["at"], name="pick_scan_by_moment")]

    def __str__(self) -> str:
        return f"{self.code} {self.tone}"
