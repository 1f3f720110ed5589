"""The words of matching: states of allocations, fulfillment orders, shipments, labels and parcels."""

from django.db import models


class AllocationState(models.TextChoices):
    """The life of promised pieces."""

    ALLOCATED = "allocated", "allocated"
    PICKED = "picked", "picked"
    SHIPPED = "shipped", "shipped"
    RELEASED = "released", "released"
    SHORT = "short", "not found"


OPEN_ALLOCATIONS = (AllocationState.ALLOCATED, AllocationState.PICKED)


class FulfillmentOrderState(models.TextChoices):
    """The life of one location's part of an order."""

    PLANNED = "planned", "planned"
    OPEN = "open", "to pick"
    IN_PROGRESS = "in_progress", "being picked"
    READY = "ready", "packed"
    FULFILLED = "fulfilled", "shipped"
    ON_HOLD = "on_hold", "on hold"
    REJECTED = "rejected", "rejected"
    CANCELLED = "cancelled", "cancelled"


LIVE_FULFILLMENT = (
    FulfillmentOrderState.PLANNED,
    FulfillmentOrderState.OPEN,
    FulfillmentOrderState.IN_PROGRESS,
    FulfillmentOrderState.READY,
    FulfillmentOrderState.ON_HOLD,
)

BEGUN = (FulfillmentOrderState.IN_PROGRESS, FulfillmentOrderState.READY)


class PackSessionState(models.TextChoices):
    """The life of one packing of a location's work by scans."""

    OPEN = "open", "being packed"
    DONE = "done", "packed"
    DROPPED = "dropped", "dropped"


class Mispack(models.TextChoices):
    """What a packer was kept from putting into a parcel."""

    WRONG = "wrong", "wrong product"
    MANY = "too_many", "too many"
    UNKNOWN = "unknown", "unknown code"


class ShipmentState(models.TextChoices):
    """Our side of a shipment."""

    PACKING = "packing", "packing"
    PACKED = "packed", "packed"
    LABELLED = "labelled", "labelled"
    MANIFESTED = "manifested", "on the manifest"
    SHIPPED = "shipped", "shipped"
    CANCELLED = "cancelled", "cancelled"


class ManifestState(models.TextChoices):
    """The life of the list of parcels that leave with one carrier; ``unknown`` while the carrier's answer is lost."""

    OPEN = "open", "being loaded"
    CLOSING = "closing", "being closed"
    UNKNOWN = "unknown", "being confirmed"
    FAILED = "failed", "refused by the carrier"
    CLOSED = "closed", "closed"
    HANDED_OVER = "handed_over", "handed over"
    DROPPED = "dropped", "dropped"


WAITING_LISTS = (ManifestState.CLOSING, ManifestState.UNKNOWN)
CLOSED_LISTS = (ManifestState.CLOSING, ManifestState.UNKNOWN, ManifestState.CLOSED)
"""On these nothing is loaded any more, and their shipments are on the manifest."""


class HandOverWay(models.TextChoices):
    """How parcels came to the carrier."""

    DRIVER = "driver", "driver"
    DROP_OFF = "drop_off", "brought to a shop of the carrier"


class VisitState(models.TextChoices):
    """The life of a carrier's driver's visit; ``unknown`` while nobody knows what the carrier said."""

    REQUESTED = "requested", "asked for"
    BOOKED = "booked", "booked"
    UNKNOWN = "unknown", "being confirmed"
    FAILED = "failed", "refused by the carrier"
    CANCELLED = "cancelled", "cancelled"


LIVE_VISITS = (VisitState.REQUESTED, VisitState.BOOKED, VisitState.UNKNOWN)


class CarrierAdapter(models.TextChoices):
    """The carriers that an account can be opened with."""

    FEDEX = "fedex", "FedEx"
    UPS = "ups", "UPS"
    DHL_EXPRESS = "dhl_express", "DHL Express"
    DHL_PARCEL_DE = "dhl_parcel_de", "DHL Parcel Germany"
    SHIPGLOBAL = "shipglobal", "ShipGlobal"
    FILE = "file", "another carrier, by file"


class PickupState(models.TextChoices):
    """The life of parcels that wait in a store for their customer."""

    WAITING = "waiting", "to be collected"
    COLLECTED = "collected", "collected"
    EXPIRED = "expired", "not collected"
    WITHDRAWN = "withdrawn", "taken back"


class RequestState(models.TextChoices):
    """What a supplier or third party says about an order that it is asked to send."""

    REQUESTED = "requested", "asked"
    ACCEPTED = "accepted", "accepted"
    CANCELLING = "cancelling", "asked to cancel"
    REJECTED = "rejected", "rejected"
    CANCELLED = "cancelled", "cancelled"
    FULFILLED = "fulfilled", "sent"


OPEN_REQUESTS = (RequestState.REQUESTED, RequestState.ACCEPTED, RequestState.CANCELLING)
UNANSWERED_REQUESTS = (RequestState.REQUESTED, RequestState.CANCELLING)
"""What the other side still has to say something to."""


class LabelState(models.TextChoices):
    """The life of a label; ``unknown`` while the carrier's answer is lost."""

    REQUESTED = "requested", "requested"
    PURCHASED = "purchased", "purchased"
    PRINTED = "printed", "printed"
    VOID_REQUESTED = "void_requested", "being voided"
    VOIDED = "voided", "voided"
    FAILED = "failed", "failed"
    UNKNOWN = "unknown", "being confirmed"


DEAD_LABELS = (LabelState.VOIDED, LabelState.FAILED)
TROUBLED_LABELS = (LabelState.UNKNOWN, LabelState.VOID_REQUESTED, LabelState.FAILED)


class RuleSetState(models.TextChoices):
    """The life of a set of sourcing rules; exactly one is active."""

    DRAFT = "draft", "draft"
    TESTED = "tested", "tested"
    ACTIVE = "active", "active"
    RETIRED = "retired", "retired"


class TrackingStatus(models.TextChoices):
    """The carrier's side of a parcel."""

    PRE_TRANSIT = "pre_transit", "label made"
    PICKED_UP = "picked_up", "picked up"
    IN_TRANSIT = "in_transit", "in transit"
    OUT_FOR_DELIVERY = "out_for_delivery", "out for delivery"
    DELIVERED = "delivered", "delivered"
    AVAILABLE_FOR_PICKUP = "available_for_pickup", "ready for pick-up"
    DELAYED = "delayed", "delayed"
    EXCEPTION = "exception", "problem"
    RETURNING = "returning", "coming back"
    RETURNED = "returned", "came back"
    LOST = "lost", "lost"


# A later event never moves a parcel to a lower rank.
TRACKING_RANK = {
    TrackingStatus.PRE_TRANSIT: 0,
    TrackingStatus.PICKED_UP: 10,
    TrackingStatus.IN_TRANSIT: 20,
    TrackingStatus.DELAYED: 20,
    TrackingStatus.EXCEPTION: 20,
    TrackingStatus.OUT_FOR_DELIVERY: 30,
    TrackingStatus.AVAILABLE_FOR_PICKUP: 30,
    TrackingStatus.LOST: 40,
    TrackingStatus.RETURNING: 40,
    TrackingStatus.RETURNED: 50,
    TrackingStatus.DELIVERED: 60,
}


class ReplayState(models.TextChoices):
    """How far a replay is."""

    QUEUED = "queued", "queued"
    RUNNING = "running", "running"
    DONE = "done", "done"
    FAILED = "failed", "failed"


class ScarcityState(models.TextChoices):
    """The life of a run of scarcity fees; at most one is in force."""

    QUEUED = "queued", "queued"
    LEARNED = "learned", "not in force"
    NOTHING = "nothing", "nothing scarce"
    ACTIVE = "active", "in force"
    OFF = "off", "switched off"
    FAILED = "failed", "failed"


class PickListState(models.TextChoices):
    """The life of one walk through a location."""

    RELEASED = "released", "waiting"
    IN_PROGRESS = "in_progress", "being picked"
    COMPLETED = "completed", "done"
    CANCELLED = "cancelled", "cancelled"


ENDED_WALKS = (PickListState.COMPLETED, PickListState.CANCELLED)


class PickTaskState(models.TextChoices):
    """The life of one stop of a walk."""

    OPEN = "open", "to pick"
    SKIPPED = "skipped", "skipped"
    PICKED = "picked", "picked"
    SHORT = "short", "not found"
    CANCELLED = "cancelled", "cancelled"


LIVE_TASKS = (PickTaskState.OPEN, PickTaskState.SKIPPED)


class WaveState(models.TextChoices):
    """The life of orders that are picked together."""

    DRAFT = "draft", "draft"
    RELEASED = "released", "released"
    IN_PROGRESS = "in_progress", "being picked"
    COMPLETED = "completed", "done"
    CANCELLED = "cancelled", "cancelled"


class PickingStrategy(models.TextChoices):
    """How the orders of a wave are picked."""

    SINGLE = "single", "one order a walk"
    BATCH = "batch", "orders share totes"
    CLUSTER = "cluster", "a tote an order"
    ZONE = "zone", "zone by zone"


class OfferState(models.TextChoices):
    """The life of an offered substitute."""

    OPEN = "open", "waits for an answer"
    ACCEPTED = "accepted", "accepted"
    DECLINED = "declined", "declined"
    EXPIRED = "expired", "ran out"
    WITHDRAWN = "withdrawn", "withdrawn"


REMEMBERED_OFFERS = (OfferState.ACCEPTED, OfferState.DECLINED, OfferState.EXPIRED)
"""After these the same substitute is not offered again by itself."""
