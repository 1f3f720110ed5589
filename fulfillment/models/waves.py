"""Waves: orders of one location that are picked together, and the walks they are cut into."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from fulfillment.models.orders import FulfillmentOrder
from fulfillment.states import PickingStrategy, WaveState
from inventory.models import Location
from oms.foundation.aggregate import Aggregate, words_check

S = WaveState
PASSED_OVER = {
    "order_held": "it is held",
    "wrong_state": "somebody began, changed or cancelled it",
    "order_not_released": "its order was taken back",
    "not_found": "it is gone",
}
MOST_TOTES = 12


class Wave(Aggregate):
    """Orders of one location that are picked together; its state follows that of its walks.

    ``plan`` is how they are cut into walks while it is a draft: zone, orders, and pieces with their bins.
    """

    number = models.CharField(max_length=16, unique=True, editable=False)
    location = models.ForeignKey(Location, models.PROTECT, related_name="waves")
    state = FSMField(max_length=12, default=S.DRAFT, choices=S.choices, protected=True)
    strategy = models.CharField("picked", max_length=8, choices=PickingStrategy.choices)
    totes = models.PositiveSmallIntegerField("totes a cart", default=MOST_TOTES)
    tote_pieces = models.PositiveIntegerField("pieces a tote", default=20)
    tote_litres = models.PositiveIntegerField("litres a tote", null=True, blank=True)
    chosen = models.CharField(max_length=300, blank=True, default="", editable=False)
    plan = models.JSONField(default=list, blank=True, editable=False)
    length_mm = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    by_code_mm = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    released_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        permissions = [("release_wave", "Can release and cancel waves")]
        constraints = [
            words_check("state", S.values, "wave_state_word"),
            words_check("strategy", PickingStrategy.values, "wave_strategy_word"),
            models.CheckConstraint(condition=Q(totes__gte=1, totes__lte=MOST_TOTES), name="wave_totes"),
            models.CheckConstraint(condition=Q(tote_pieces__gte=1), name="wave_tote_holds"),
            models.CheckConstraint(
                condition=~Q(state__in=["released", "in_progress", "completed"]) | Q(released_at__isnull=False),
                name="wave_was_released",
            ),
        ]
        indexes = [models.Index(fields=["location", "state"], name="wave_by_location")]

    def __str__(self) -> str:
        return self.number

    @property
    def told(self) -> str:
        """Return which wave it is and where, for a line of the timeline."""
        return f"{self.number} at {self.location.name}."

    @property
    def saved_mm(self) -> int | None:
        """Return how much shorter its walks are than one order a walk by the codes of the bins."""
        if self.length_mm is None or self.by_code_mm is None:
            return None
        return self.by_code_mm - self.length_mm

    @transition(field=state, source=S.DRAFT, target=S.RELEASED)
    def release(self, *, at: datetime) -> None:
        """Its walks are free to be claimed."""
        self.released_at = at

    @transition(field=state, source=S.RELEASED, target=S.IN_PROGRESS)
    def begin(self) -> None:
        """Somebody has claimed one of its walks."""

    @transition(field=state, source=S.IN_PROGRESS, target=S.COMPLETED)
    def complete(self, *, at: datetime) -> None:
        """No walk of it is left to be made."""
        self.ended_at = at

    @transition(field=state, source=[S.DRAFT, S.RELEASED], target=S.CANCELLED)
    def cancel(self, *, at: datetime) -> None:
        """Nobody will pick it."""
        self.ended_at = at


class WaveOrder(models.Model):
    """One location's work in a wave; ``passed_over`` is the code of the reason for which the release left it out."""

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="orders")
    fulfillment_order = models.ForeignKey(FulfillmentOrder, models.PROTECT, related_name="waves")
    position = models.PositiveIntegerField()
    passed_over = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["wave", "fulfillment_order"], name="wave_order_once")]

    def __str__(self) -> str:
        return f"{self.fulfillment_order} in {self.wave}"

    @property
    def why_passed_over(self) -> str:
        """Return in words why the release left it out."""
        return PASSED_OVER.get(self.passed_over, "it could not be begun") if self.passed_over else ""
