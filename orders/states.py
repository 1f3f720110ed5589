"""The words of demand: states of orders, gates, holds and money, as the database and the pages know them."""

from django.db import models


class OrderState(models.TextChoices):
    """The life of an order, and nothing else."""

    DRAFT = "draft", "draft"
    PLACED = "placed", "placed"
    RELEASED = "released", "released"
    COMPLETED = "completed", "completed"
    CANCELLED = "cancelled", "cancelled"


LIVE_ORDERS = (OrderState.PLACED, OrderState.RELEASED)
MOST_PRIORITY = 9
"""Orders and customers have a priority of 0 to this, the highest."""


class PaymentStatus(models.TextChoices):
    """What an order's money facts add up to; derived, never set by hand."""

    NONE = "none", "nothing to pay"
    UNPAID = "unpaid", "unpaid"
    PENDING = "pending", "pending"
    AUTHORIZED = "authorized", "authorized"
    PARTIALLY_PAID = "partially_paid", "partially paid"
    PAID = "paid", "paid"
    PARTIALLY_REFUNDED = "partially_refunded", "partially refunded"
    REFUNDED = "refunded", "refunded"
    VOIDED = "voided", "voided"
    FAILED = "failed", "failed"


class FulfillmentStatus(models.TextChoices):
    """What an order's lines add up to; derived, never set by hand."""

    UNALLOCATED = "unallocated", "not allocated yet"
    BACKORDERED = "backordered", "back-ordered"
    ALLOCATED = "allocated", "allocated"
    PARTIALLY_SHIPPED = "partially_shipped", "partially shipped"
    SHIPPED = "shipped", "shipped"
    DELIVERED = "delivered", "delivered"
    CANCELLED = "cancelled", "cancelled"


class GateName(models.TextChoices):
    """What is checked before an order may go."""

    DATA = "data", "Data"
    ADDRESS = "address", "Address"
    FRAUD = "fraud", "Fraud"
    PAYMENT = "payment", "Payment"
    STOCK = "stock", "Stock"


class GateState(models.TextChoices):
    """The verdict of a check."""

    PENDING = "pending", "being checked"
    OPEN = "open", "open"
    CLOSED = "closed", "closed"
    WAIVED = "waived", "waived"


class HoldState(models.TextChoices):
    """The life of a hold."""

    OPEN = "open", "open"
    RELEASED = "released", "released"
    OVERRIDDEN = "overridden", "overridden"
    EXPIRED = "expired", "expired"


class HeldAct(models.TextChoices):
    """The acts that a hold can block."""

    RELEASE = "release", "releasing to the floor"
    PICK = "pick", "picking"
    PACK = "pack", "packing"
    LABEL = "label", "buying labels"
    SHIP = "ship", "shipping"
    CANCEL = "cancel", "cancelling"
    REFUND = "refund", "refunding"


class PaymentState(models.TextChoices):
    """The life of a payment; ``unknown`` while an answer is lost."""

    CREATED = "created", "created"
    PENDING = "pending", "pending"
    AUTHORIZED = "authorized", "authorized"
    PARTIALLY_CAPTURED = "partially_captured", "partially captured"
    CAPTURED = "captured", "captured"
    VOIDED = "voided", "voided"
    FAILED = "failed", "failed"
    EXPIRED = "expired", "expired"
    UNKNOWN = "unknown", "being confirmed"


class EventKind(models.TextChoices):
    """What is asked of a gateway."""

    AUTHORIZE = "authorize", "authorize"
    CAPTURE = "capture", "capture"
    VOID = "void", "void"
    REFUND = "refund", "refund"


class Outcome(models.TextChoices):
    """What became of an intent."""

    PENDING = "pending", "pending"
    OK = "ok", "done"
    FAILED = "failed", "failed"
    UNKNOWN = "unknown", "answer lost"


OPEN_OUTCOMES = (Outcome.PENDING, Outcome.UNKNOWN)


class RefundState(models.TextChoices):
    """The life of a refund."""

    REQUESTED = "requested", "requested"
    APPROVED = "approved", "approved"
    SUBMITTED = "submitted", "submitted"
    SETTLED = "settled", "settled"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


class ServiceLevel(models.TextChoices):
    """The shipping method the customer chose."""

    STANDARD = "standard", "Standard"
    EXPRESS = "express", "Express"
    SAME_DAY = "same_day", "Same-day"
    PICKUP = "pickup", "Pick-up in store"


class HoldReason(models.TextChoices):
    """Why an order is held."""

    MANUAL = "manual", "held by staff"
    CUSTOMER_REQUEST = "customer_request", "customer asked to wait"
    ADDRESS_QUESTION = "address_question", "address unclear"
    PAYMENT_FAILED = "payment_failed", "payment failed"
    FRAUD_REVIEW = "fraud_review", "fraud review"
    STOCK_QUESTION = "stock_question", "stock unclear"
    TOTAL_DIFFERENCE = "total_difference", "total does not add up"
