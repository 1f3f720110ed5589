"""Pick-up in store: parcels that wait for their customer, and who has collected them."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from fulfillment.models.shipments import Shipment
from fulfillment.states import PickupState
from oms.foundation.aggregate import Aggregate, words_check
from oms.foundation.secrets import EncryptedTextField

S = PickupState


class Pickup(Aggregate):
    """Parcels of a shipment that wait in a store; ``code`` is what the customer shows, ``collected_by`` the proof.

    ``tries`` counts the codes that were tried since ``tries_since``. ``next_try_at`` is when it is tried again to give
    the pieces back, which could not be done before because of ``kept_why``.
    """

    number = models.CharField(max_length=16, unique=True, editable=False)
    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="pickups")
    state = FSMField(max_length=10, default=S.WAITING, choices=S.choices, protected=True)
    code = EncryptedTextField(editable=False)
    shelf = models.CharField("where it lies", max_length=40, blank=True, default="")
    ready_at = models.DateTimeField()
    expires_at = models.DateTimeField("waits until")
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    collected_at = models.DateTimeField(null=True, blank=True, editable=False)
    next_try_at = models.DateTimeField("given back again at", null=True, blank=True, editable=False)
    kept_why = models.CharField("why it was not given back", max_length=300, blank=True, default="", editable=False)
    tries = models.PositiveSmallIntegerField("codes tried", default=0, editable=False)
    tries_since = models.DateTimeField(null=True, blank=True, editable=False)
    collected_by = models.CharField(max_length=120, blank=True, default="", editable=False)

    class Meta:
        permissions = [("collect_pickup", "Can hand orders out in a store")]
        constraints = [
            words_check("state", S.values, "pickup_state_word"),
            models.UniqueConstraint(fields=["shipment"], condition=Q(state="waiting"), name="pickup_waits_once"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("ready_at")), name="pickup_waits_some_time"),
            models.CheckConstraint(condition=Q(tries=0) | Q(tries_since__isnull=False), name="pickup_tries_since"),
            models.CheckConstraint(
                condition=~Q(state="collected") | Q(collected_at__isnull=False), name="pickup_collected_when"
            ),
        ]
        indexes = [models.Index(fields=["expires_at", "id"], name="pickup_due", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return self.number

    @property
    def stream(self) -> str:
        """Return the order's stream: what happens in the store stands on the order's timeline."""
        return f"order:{self.shipment.order_id}"

    @property
    def told(self) -> str:
        """Return which pick-up it is and where, for a line of the timeline."""
        return f"{self.number} at {self.shipment.location.name}."

    @transition(field=state, source=S.WAITING, target=S.COLLECTED)
    def collect(self, *, at: datetime, by: str) -> None:
        """The customer has it."""
        self.collected_at, self.collected_by = at, by

    @transition(field=state, source=S.WAITING, target=S.EXPIRED)
    def expire(self) -> None:
        """Nobody came in time."""

    @transition(field=state, source=S.WAITING, target=S.WITHDRAWN)
    def withdraw(self) -> None:
        """It was taken from the shelf again."""
