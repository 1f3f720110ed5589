"""Fulfillment orders: one location's part of one order, and the pieces of stock promised to it."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from fulfillment.states import OPEN_ALLOCATIONS, AllocationState, FulfillmentOrderState, RequestState
from inventory.models import Location, StockLevel
from oms.foundation.aggregate import Aggregate, words_check
from orders.models import Order, OrderLine

S = FulfillmentOrderState


class FulfillmentOrder(Aggregate):
    """What one location ships of one order; planned while the order's gates are closed, open once it is released.

    ``fixed_at`` is when a person chose this location for it: no run of sourcing takes it away then, but for one that a
    person asks for (“Source again”, “Ship from elsewhere”).
    """

    number = models.CharField(max_length=16, unique=True, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="fulfillment_orders")
    location = models.ForeignKey(Location, models.PROTECT, related_name="fulfillment_orders")
    state = FSMField(max_length=12, default=S.PLANNED, choices=S.choices, protected=True)
    request_status = models.CharField(
        "what the partner says", max_length=10, choices=RequestState.choices, blank=True, default="", editable=False
    )
    ship_by = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    picked_at = models.DateTimeField(null=True, blank=True)
    packed_at = models.DateTimeField(null=True, blank=True)
    fulfilled_at = models.DateTimeField(null=True, blank=True)
    fixed_at = models.DateTimeField("chosen by a person", null=True, blank=True, editable=False)
    reject_reason = models.CharField("why it was rejected", max_length=300, blank=True, default="", editable=False)

    class Meta:
        permissions = [
            ("source_fulfillmentorder", "Can source orders again"),
            ("reroute_fulfillmentorder", "Can move work to another location"),
            ("reject_fulfillmentorder", "Can reject work for a location"),
            ("hold_fulfillmentorder", "Can hold work and resume it"),
            ("cancel_fulfillmentorder", "Can cancel work"),
            ("pick_fulfillmentorder", "Can pick"),
            ("pack_fulfillmentorder", "Can pack and unpack"),
        ]
        constraints = [
            words_check("state", S.values, "fulfillment_state_word"),
            words_check("request_status", ["", *RequestState.values], "fulfillment_request_word"),
        ]
        indexes = [
            models.Index(fields=["location", "state", "ship_by"], name="fulfillment_queue"),
            models.Index(fields=["state", "ship_by", "id"], name="fulfillment_by_state"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def stream(self) -> str:
        """Return the order's stream: the floor's lines stand on the order's timeline."""
        return f"order:{self.order_id}"

    @property
    def told(self) -> str:
        """Return which work it is and where, for a line of the timeline."""
        return f"{self.number} at {self.location.name}."

    @property
    def is_fixed(self) -> bool:
        """Return whether a person chose this location, so that sourcing leaves the work as it is."""
        return self.fixed_at is not None

    @transition(field=state, source=S.PLANNED, target=S.OPEN)
    def open(self, *, at: datetime, ship_by: datetime) -> None:
        """The order was released: the floor may pick."""
        self.opened_at, self.ship_by = at, ship_by

    @transition(field=state, source=S.OPEN, target=S.PLANNED)
    def recall(self) -> None:
        """The order was taken back before picking began."""
        self.opened_at = None

    @transition(field=state, source=S.OPEN, target=S.IN_PROGRESS)
    def start(self) -> None:
        """Somebody is picking."""

    @transition(field=state, source=S.IN_PROGRESS, target=S.OPEN)
    def stop(self) -> None:
        """Nobody is picking any more; nothing was picked."""

    @transition(field=state, source=S.IN_PROGRESS, target=S.READY)
    def pack(self, *, at: datetime) -> None:
        """Everything is in its parcels."""
        self.packed_at = at

    @transition(field=state, source=S.READY, target=S.IN_PROGRESS)
    def unpack(self) -> None:
        """The parcels were opened again."""
        self.packed_at = None

    @transition(field=state, source=S.READY, target=S.FULFILLED)
    def fulfill(self, *, at: datetime) -> None:
        """Everything was handed to the carrier."""
        self.fulfilled_at = at

    @transition(field=state, source=[S.PLANNED, S.OPEN], target=S.ON_HOLD)
    def hold(self) -> None:
        """The location must wait."""

    @transition(field=state, source=S.ON_HOLD, target=S.PLANNED)
    def resume(self) -> None:
        """The location need not wait any more."""

    @transition(field=state, source=[S.PLANNED, S.OPEN, S.ON_HOLD], target=S.REJECTED)
    def reject(self) -> None:
        """The location cannot do it."""

    @transition(field=state, source=[S.PLANNED, S.OPEN, S.IN_PROGRESS, S.READY, S.ON_HOLD], target=S.CANCELLED)
    def cancel(self) -> None:
        """Nothing of it will be shipped from here."""


class Allocation(Aggregate):
    """Pieces of one stock level promised to one order line, from placement until they leave the building.

    ``moved_to`` stands on released pieces that a person moved: the work that has them since. One that ``is_assembled``
    is of kits that are made on the spot: its level is that of the kit, its pieces lie on the levels of its ``parts``.
    """

    order_line = models.ForeignKey(OrderLine, models.PROTECT, related_name="allocations")
    fulfillment_order = models.ForeignKey(FulfillmentOrder, models.PROTECT, related_name="allocations")
    stock_level = models.ForeignKey(StockLevel, models.PROTECT, related_name="allocations")
    quantity = models.PositiveIntegerField()
    state = FSMField(max_length=10, default=AllocationState.ALLOCATED, choices=AllocationState.choices, protected=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    moved_to = models.ForeignKey(
        FulfillmentOrder, models.PROTECT, null=True, blank=True, related_name="moved_here", editable=False
    )
    is_assembled = models.BooleanField("assembled of parts", default=False, editable=False)

    class Meta:
        constraints = [
            words_check("state", AllocationState.values, "allocation_state_word"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="allocation_positive"),
            models.CheckConstraint(
                condition=Q(moved_to=None) | Q(state=AllocationState.RELEASED), name="allocation_moved_released"
            ),
        ]
        indexes = [
            models.Index(fields=["stock_level"], name="allocation_open", condition=Q(state__in=OPEN_ALLOCATIONS)),
            models.Index(fields=["order_line", "state"], name="allocation_by_line"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.get_state_display()}"

    @property
    def stream(self) -> str:
        """Return the stream of the fulfillment order it belongs to."""
        return f"fulfillmentorder:{self.fulfillment_order_id}"

    @property
    def takes(self) -> dict[int, int]:
        """Return the pieces that it holds by stock level; of kits that are assembled, those of their parts."""
        if not self.is_assembled:
            return {self.stock_level_id: self.quantity}
        return {part.stock_level_id: part.per_kit * self.quantity for part in self.parts.all()}

    @transition(field=state, source=AllocationState.ALLOCATED, target=AllocationState.PICKED)
    def pick(self) -> None:
        """The pieces were taken from the shelf."""

    @transition(field=state, source=AllocationState.PICKED, target=AllocationState.ALLOCATED)
    def put_back(self) -> None:
        """The pieces lie on the shelf again."""

    @transition(field=state, source=AllocationState.PICKED, target=AllocationState.SHIPPED)
    def ship(self) -> None:
        """The pieces left the building."""

    @transition(
        field=state, source=[AllocationState.ALLOCATED, AllocationState.PICKED], target=AllocationState.RELEASED
    )
    def release(self) -> None:
        """The pieces are free for others."""

    @transition(field=state, source=[AllocationState.ALLOCATED, AllocationState.PICKED], target=AllocationState.SHORT)
    def miss(self) -> None:
        """The pieces were not found on the shelf."""


class AllocationPart(models.Model):
    """A component of kits that an allocation assembles: so many pieces of one stock level for each of them.

    Written with the allocation and never changed: what becomes of the kit later changes nothing underway.
    """

    allocation = models.ForeignKey(Allocation, models.PROTECT, related_name="parts")
    stock_level = models.ForeignKey(StockLevel, models.PROTECT, related_name="allocation_parts")
    per_kit = models.PositiveIntegerField("pieces in one kit")

    class Meta:
        ordering = ["allocation_id", "stock_level_id"]
        constraints = [
            models.UniqueConstraint(fields=["allocation", "stock_level"], name="allocation_part_once"),
            models.CheckConstraint(condition=Q(per_kit__gt=0), name="allocation_part_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.per_kit} of {self.stock_level} in one kit"
