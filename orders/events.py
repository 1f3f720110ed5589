"""Facts of demand: what happened to an order, told to the rooms on the right through the outbox."""

from dataclasses import dataclass
from typing import ClassVar

from oms.foundation.facts import Fact


@dataclass(frozen=True, kw_only=True)
class OrderFact(Fact):
    """Something that happened to one order; its facts keep their order."""

    STREAM: ClassVar[str] = "order:{order_id}"

    order_id: int


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(OrderFact):
    """An order was taken, from a channel or from a draft."""


@dataclass(frozen=True, kw_only=True)
class OrderReleased(OrderFact):
    """Every gate is open: the floor may work on the order."""


@dataclass(frozen=True, kw_only=True)
class OrderRecalled(OrderFact):
    """The order was taken back from the floor before anything was picked."""


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(OrderFact):
    """Nothing of the order that was still open will be shipped.

    ``tells_customer`` is False where another fact of the same cause is what the customer hears.
    """

    tells_customer: bool = True


@dataclass(frozen=True, kw_only=True)
class OrderReduced(OrderFact):
    """Some open pieces of the order's lines were cancelled; the rest stands."""


@dataclass(frozen=True, kw_only=True)
class PiecesSwapped(OrderFact):
    """Open pieces were swapped for a substitute, which stands on a line of its own."""

    line_id: int
    tells_customer: bool


@dataclass(frozen=True, kw_only=True)
class OrderLinesChanged(OrderFact):
    """Lines found their product, or their stock is to be decided anew."""


@dataclass(frozen=True, kw_only=True)
class OrderCompleted(OrderFact):
    """Everything was delivered or cancelled."""


@dataclass(frozen=True, kw_only=True)
class OrderHeld(OrderFact):
    """A hold was put on the order."""

    hold_id: int


@dataclass(frozen=True, kw_only=True)
class AddressChanged(OrderFact):
    """The shipping or billing address was replaced."""


@dataclass(frozen=True, kw_only=True)
class ShippingChanged(OrderFact):
    """The order travels another way, or is collected elsewhere."""


@dataclass(frozen=True, kw_only=True)
class PaymentAuthorized(OrderFact):
    """A gateway promised the money of a payment."""

    payment_id: int


@dataclass(frozen=True, kw_only=True)
class PaymentFailed(OrderFact):
    """A payment was refused or its promise ran out."""

    payment_id: int


@dataclass(frozen=True, kw_only=True)
class PaymentCaptured(OrderFact):
    """Money of a payment was collected, in minor units."""

    payment_id: int
    amount: int


@dataclass(frozen=True, kw_only=True)
class RefundSettled(OrderFact):
    """Money went back to the customer, in minor units."""

    refund_id: int
    amount: int
