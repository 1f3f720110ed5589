"""The facts that other systems may hear of."""

from fulfillment.events import (
    ArrivesLater,
    OrderBackordered,
    PackageDelayed,
    PackageDelivered,
    PickupCollected,
    PickupExpired,
    PickupReady,
    ShipmentShipped,
    SubstituteOffered,
)
from orders.events import (
    OrderCancelled,
    OrderCompleted,
    OrderHeld,
    OrderPlaced,
    OrderRecalled,
    OrderReleased,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentFailed,
    PiecesSwapped,
    RefundSettled,
)
from returns.events import ReturnApproved, ReturnCompleted, ReturnDeclined, ReturnReceived, ReturnRequested

TOLD_FACTS = (
    OrderPlaced,
    OrderReleased,
    OrderRecalled,
    OrderHeld,
    OrderBackordered,
    ArrivesLater,
    SubstituteOffered,
    PiecesSwapped,
    OrderCancelled,
    OrderCompleted,
    PaymentAuthorized,
    PaymentFailed,
    PaymentCaptured,
    RefundSettled,
    ShipmentShipped,
    PackageDelivered,
    PackageDelayed,
    PickupReady,
    PickupCollected,
    PickupExpired,
    ReturnRequested,
    ReturnApproved,
    ReturnDeclined,
    ReturnReceived,
    ReturnCompleted,
)
KIND_NAMES = tuple(fact.__name__ for fact in TOLD_FACTS)
