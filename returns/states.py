"""The words of the way back: states of returns and the three axes of their lines."""

from django.db import models


class ReturnState(models.TextChoices):
    """The life of a return."""

    REQUESTED = "requested", "requested"
    APPROVED = "approved", "approved"
    IN_TRANSIT = "in_transit", "on its way"
    RECEIVED = "received", "received"
    COMPLETED = "completed", "completed"
    DECLINED = "declined", "declined"
    CANCELLED = "cancelled", "cancelled"
    EXPIRED = "expired", "expired"


class Reception(models.TextChoices):
    """What arrived."""

    AWAITING = "awaiting", "awaited"
    RECEIVED = "received", "received"
    SHORT = "short", "fewer than announced"
    WRONG_ITEM = "wrong_item", "wrong item"
    LOST = "lost", "lost"


class Acceptance(models.TextChoices):
    """Whether the customer gets the money back."""

    PENDING = "pending", "to inspect"
    ACCEPTED = "accepted", "accepted"
    REJECTED = "rejected", "rejected"


class Disposition(models.TextChoices):
    """What becomes of the pieces."""

    UNDECIDED = "", "undecided"
    RESTOCK = "restock", "back to stock"
    REFURBISH = "refurbish", "refurbish"
    DAMAGED = "damaged", "damaged"
    SCRAP = "scrap", "scrap"
    RETURN_TO_VENDOR = "return_to_vendor", "back to the vendor"
    BACK_TO_CUSTOMER = "back_to_customer", "back to the customer"


class ReturnReason(models.TextChoices):
    """Why the customer sends it back."""

    CHANGED_MIND = "changed_mind", "changed their mind"
    DOES_NOT_FIT = "does_not_fit", "does not fit"
    DAMAGED = "damaged", "arrived damaged"
    WRONG_ITEM = "wrong_item", "wrong item"
    NOT_AS_DESCRIBED = "not_as_described", "not as described"
    LATE = "late", "arrived too late"
    OTHER = "other", "other"


ON_THE_WAY = (ReturnState.APPROVED, ReturnState.IN_TRANSIT)
OPEN_RETURNS = (ReturnState.REQUESTED, ReturnState.APPROVED, ReturnState.IN_TRANSIT, ReturnState.RECEIVED)
