"""Counts: one bin, or what of one level lies in none, counted blind on the floor and then put into the books."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from inventory.models.bins import Bin
from inventory.models.lots import Lot
from inventory.models.places import Location
from inventory.models.stock import StockLevel
from inventory.states import LIVE_COUNTS, CountOrigin, CountState
from oms.foundation.aggregate import Aggregate, words_check

C = CountState


class CountSession(Aggregate):
    """The count of one bin, or of what of a stock level lies in no bin; one at a time for each.

    While it is counted it is held by one person until ``leased_until``; every scan renews that.
    """

    number = models.CharField(max_length=16, unique=True, editable=False)
    location = models.ForeignKey(Location, models.PROTECT, related_name="counts")
    bin = models.ForeignKey(Bin, models.PROTECT, null=True, blank=True, related_name="counts")
    stock_level = models.ForeignKey(StockLevel, models.PROTECT, null=True, blank=True, related_name="counts")
    state = FSMField(max_length=12, default=C.PLANNED, choices=C.choices, protected=True)
    origin = models.CharField("why", max_length=12, choices=CountOrigin.choices, default=CountOrigin.DESK)
    note = models.CharField(max_length=300, blank=True, default="")
    trace = models.CharField("short pick", max_length=16, blank=True, default="", editable=False)
    counter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    counted_at = models.DateTimeField(null=True, blank=True, editable=False)
    posted_at = models.DateTimeField(null=True, blank=True, editable=False)
    stirred = models.BooleanField(
        "moved meanwhile", default=False, editable=False, help_text="Pieces came or went while it was counted."
    )

    class Meta:
        verbose_name = "count"
        permissions = [
            ("plan_countsession", "Can plan and call off counts"),
            ("post_countsession", "Can put counted differences into the books"),
        ]
        constraints = [
            words_check("state", C.values, "count_state_word"),
            words_check("origin", CountOrigin.values, "count_origin_word"),
            models.CheckConstraint(
                condition=Q(bin__isnull=True, stock_level__isnull=False)
                | Q(bin__isnull=False, stock_level__isnull=True),
                name="count_of_bin_or_level",
            ),
            models.CheckConstraint(
                condition=~Q(state="counting") | Q(counter__isnull=False, leased_until__isnull=False),
                name="count_is_held",
            ),
            models.UniqueConstraint(fields=["bin"], condition=Q(state__in=LIVE_COUNTS), name="one_live_count_of_a_bin"),
            models.UniqueConstraint(
                fields=["stock_level"], condition=Q(state__in=LIVE_COUNTS), name="one_live_count_of_a_level"
            ),
        ]
        indexes = [models.Index(fields=["location", "state"], name="count_by_location")]

    def __str__(self) -> str:
        return self.number

    @property
    def what(self) -> str:
        """Return what is counted, as people name it."""
        if self.bin is not None:
            return str(self.bin.code)
        return f"{self.stock_level.product.sku} in no bin" if self.stock_level is not None else ""

    @property
    def told(self) -> str:
        """Return what is counted and where, for a line of the timeline."""
        return f"{self.what} at {self.location.name}."

    def is_held_by_another(self, person_id: int, now: datetime) -> bool:
        """Return whether somebody else counts it just now."""
        held = self.state == C.COUNTING and self.leased_until is not None and self.leased_until > now
        return held and self.counter_id != person_id

    @transition(field=state, source=[C.PLANNED, C.COUNTING], target=C.COUNTING)
    def begin(self, *, person_id: int, until: datetime) -> None:
        """A person begins to count it, or takes it over from one who went away."""
        self.counter_id, self.leased_until = person_id, until

    @transition(field=state, source=C.COUNTING, target=C.REVIEW)
    def finish(self, *, at: datetime, stirred: bool) -> None:
        """Nothing more lies there."""
        self.counted_at, self.leased_until, self.stirred = at, None, stirred

    @transition(field=state, source=[C.COUNTING, C.REVIEW], target=C.PLANNED)
    def count_again(self) -> None:
        """What was counted does not stand."""
        self.counter, self.leased_until, self.counted_at, self.stirred = None, None, None, False

    @transition(field=state, source=C.REVIEW, target=C.POSTED)
    def post(self, *, at: datetime) -> None:
        """Its differences are in the books."""
        self.posted_at = at

    @transition(field=state, source=LIVE_COUNTS, target=C.CANCELLED)
    def cancel(self) -> None:
        """Nobody will count it."""
        self.leased_until = None


class CountLine(models.Model):
    """What a count found of one stock level.

    ``expected`` is the book when the count began, and once it is finished the book of that moment; nobody who counts
    sees it. ``difference`` is what is put into the books.
    """

    session = models.ForeignKey(CountSession, models.PROTECT, related_name="lines")
    stock_level = models.ForeignKey(StockLevel, models.PROTECT, related_name="count_lines")
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    expected = models.PositiveIntegerField(default=0, editable=False)
    counted = models.PositiveIntegerField(default=0, editable=False)
    difference = models.IntegerField(null=True, editable=False)

    class Meta:
        ordering = ["stock_level__product__sku", "lot__number"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "stock_level"], condition=Q(lot__isnull=True), name="count_line_once"
            ),
            models.UniqueConstraint(
                fields=["session", "stock_level", "lot"],
                condition=Q(lot__isnull=False),
                name="count_line_of_lot_once",
            ),
            models.CheckConstraint(
                condition=Q(difference__isnull=True) | Q(difference=F("counted") - F("expected")),
                name="count_line_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.counted} of {self.what}"

    @property
    def what(self) -> str:
        """Return what was counted: the SKU, with the lot or serial number where it has one."""
        sku: str = self.stock_level.product.sku
        return f"{sku} {self.lot.number}" if self.lot is not None else sku

    @property
    def value(self) -> int:
        """Return what the difference has cost, in minor units."""
        return (self.difference or 0) * int(self.stock_level.product.unit_cost)
