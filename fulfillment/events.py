"""What matching tells the rooms on its right, and itself."""

from dataclasses import dataclass

from oms.foundation.facts import Fact


@dataclass(frozen=True, kw_only=True)
class OrderAllocated(Fact):
    """Every open piece of the order is promised from some location's stock."""

    STREAM = "order:{order_id}"

    order_id: int


@dataclass(frozen=True, kw_only=True)
class OrderBackordered(Fact):
    """Some open pieces of the order have no stock; told once, until the order is complete again."""

    STREAM = "order:{order_id}"

    order_id: int


@dataclass(frozen=True, kw_only=True)
class ArrivesLater(Fact):
    """Pieces that were moved by hand, or looked for again after a short pick, arrive after the promised day."""

    STREAM = "order:{order_id}"

    order_id: int
    fulfillment_order_id: int
    expected_on: str


@dataclass(frozen=True, kw_only=True)
class SubstituteOffered(Fact):
    """A substitute is offered for pieces that are missing; somebody is to ask the customer."""

    STREAM = "order:{order_id}"

    order_id: int
    offer_id: int
    tells_customer: bool


@dataclass(frozen=True, kw_only=True)
class PiecesMissed(Fact):
    """A picker did not find promised pieces; the order needs others. ``trace`` is the number of the short pick."""

    STREAM = "order:{order_id}"

    order_id: int
    trace: str = ""


@dataclass(frozen=True, kw_only=True)
class BackordersLeft(Fact):
    """A batch of short orders was served and stock is left: go on behind the last one, whose turn this is."""

    STREAM = "backorders"

    product_ids: list[int]
    after_short_since: str
    after_order_id: int


@dataclass(frozen=True, kw_only=True)
class SavingPossible(Fact):
    """Pieces of some products have become free, so that orders that wait with others may be sent for less."""

    STREAM = "savings"

    product_ids: list[int]


@dataclass(frozen=True, kw_only=True)
class ShipmentShipped(Fact):
    """The parcels of a shipment were handed to the carrier."""

    STREAM = "order:{order_id}"

    order_id: int
    shipment_id: int


@dataclass(frozen=True, kw_only=True)
class SupplierFact(Fact):
    """Something between us and a supplier or third party who sends straight to the customer."""

    STREAM = "order:{order_id}"

    order_id: int
    request_id: int


@dataclass(frozen=True, kw_only=True)
class SupplierAsked(SupplierFact):
    """Somebody is asked to send an order."""


@dataclass(frozen=True, kw_only=True)
class SupplierRequestCancelled(SupplierFact):
    """Somebody who was asked is to send an order no more."""


@dataclass(frozen=True, kw_only=True)
class PartnerAskedToCancel(SupplierFact):
    """A third party is asked whether it can still stop an order."""


@dataclass(frozen=True, kw_only=True)
class PartnerMessageCame(Fact):
    """A message of a third party is stored, and is to be read."""

    STREAM = "partner:{partner_id}"

    partner_id: int
    message_id: int


@dataclass(frozen=True, kw_only=True)
class PickupFact(Fact):
    """Something that happened to parcels that wait in a store."""

    STREAM = "order:{order_id}"

    order_id: int
    pickup_id: int


@dataclass(frozen=True, kw_only=True)
class PickupReady(PickupFact):
    """The parcels lie ready; the customer is told the code."""


@dataclass(frozen=True, kw_only=True)
class PickupCodeRenewed(PickupFact):
    """There is a new code; the old one opens nothing any more."""

    code_number: int


@dataclass(frozen=True, kw_only=True)
class PickupDue(PickupFact):
    """Nobody has come, and the time to collect is over soon: on the day ``until``."""

    until: str


@dataclass(frozen=True, kw_only=True)
class PickupCollected(PickupFact):
    """The customer has collected the parcels."""


@dataclass(frozen=True, kw_only=True)
class PickupExpired(PickupFact):
    """Nobody has come in time: the pieces are back in stock, their part of the order is cancelled."""


@dataclass(frozen=True, kw_only=True)
class PackageDelivered(Fact):
    """A parcel has reached the customer."""

    STREAM = "order:{order_id}"

    order_id: int
    package_id: int


@dataclass(frozen=True, kw_only=True)
class PackageDelayed(Fact):
    """A parcel is late: the carrier says so, or its day has passed."""

    STREAM = "order:{order_id}"

    order_id: int
    package_id: int
