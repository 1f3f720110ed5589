"""Visits of a carrier's driver: asked for once, whatever happens to the answer."""

from datetime import date

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from fulfillment.states import LIVE_VISITS, VisitState
from inventory.models import Location
from oms.foundation.aggregate import Aggregate, words_check
from oms.foundation.claims import Claimable

V = VisitState


class DriverVisit(Claimable, Aggregate):
    """A driver of a carrier who is to come to a location on a day, for so many parcels; weight in grams together.

    ``confirmation`` is the carrier's number for it, ``window`` when the driver comes, in the carrier's words.
    """

    number = models.CharField(max_length=16, unique=True, editable=False)
    location = models.ForeignKey(Location, models.PROTECT, related_name="driver_visits")
    carrier = models.CharField(max_length=24)
    day = models.DateField()
    parcels = models.PositiveIntegerField()
    weight_g = models.PositiveIntegerField("weight (g)")
    state = FSMField(max_length=12, default=V.REQUESTED, choices=V.choices, protected=True)
    confirmation = models.CharField("number at the carrier", max_length=64, blank=True, default="", editable=False)
    window = models.CharField("when", max_length=60, blank=True, default="", editable=False)
    failure = models.CharField(max_length=300, blank=True, default="", editable=False)

    class Meta:
        permissions = [("book_drivervisit", "Can book a carrier's driver")]
        constraints = [
            words_check("state", V.values, "visit_state_word"),
            models.CheckConstraint(condition=Q(parcels__gt=0), name="visit_for_some_parcels"),
            models.UniqueConstraint(
                fields=["location", "carrier", "day"], condition=Q(state__in=LIVE_VISITS), name="one_visit_a_day"
            ),
        ]
        indexes = [
            models.Index(fields=["location", "-day"], name="visit_by_day"),
            models.Index(fields=["next_try_at", "id"], name="visit_due", condition=Q(state="requested")),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def told(self) -> str:
        """Return which visit it is, for a line of the timeline."""
        return f"{self.carrier} to {self.location.code} on {self.day}: {self.parcels} parcels, {self.kilograms} kg."

    @property
    def kilograms(self) -> str:
        """Return what its parcels weigh together."""
        return f"{self.weight_g / 1000:.2f}"

    @transition(field=state, source=[V.REQUESTED, V.UNKNOWN], target=V.BOOKED)
    def book(self, *, confirmation: str, window: str, day: date) -> None:
        """The carrier sends a driver."""
        self.confirmation, self.window, self.day, self.failure = confirmation, window, day, ""

    @transition(field=state, source=V.REQUESTED, target=V.UNKNOWN)
    def lose_answer(self, *, why: str) -> None:
        """The carrier was asked, and nobody knows what it said."""
        self.failure = why

    @transition(field=state, source=[V.REQUESTED, V.UNKNOWN], target=V.FAILED)
    def fail(self, *, why: str) -> None:
        """The carrier sends nobody."""
        self.failure = why

    @transition(field=state, source=[V.REQUESTED, V.BOOKED], target=V.CANCELLED)
    def cancel(self, *, why: str) -> None:
        """Nobody needs to come."""
        self.failure = why
