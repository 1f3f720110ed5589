"""Facts of the way back."""

from dataclasses import dataclass
from typing import ClassVar

from oms.foundation.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ReturnRequested(Fact):
    """Somebody wants to send pieces back."""

    STREAM: ClassVar[str] = "order:{order_id}"

    order_id: int
    return_id: int


@dataclass(frozen=True, kw_only=True)
class ReturnApproved(Fact):
    """The customer may send the pieces."""

    STREAM: ClassVar[str] = "order:{order_id}"

    order_id: int
    return_id: int


@dataclass(frozen=True, kw_only=True)
class ReturnDeclined(Fact):
    """The customer may not send the pieces."""

    STREAM: ClassVar[str] = "order:{order_id}"

    order_id: int
    return_id: int


@dataclass(frozen=True, kw_only=True)
class ReturnReceived(Fact):
    """The parcel came back."""

    STREAM: ClassVar[str] = "order:{order_id}"

    order_id: int
    return_id: int


@dataclass(frozen=True, kw_only=True)
class ReturnCompleted(Fact):
    """The pieces were inspected, and what they earn is being paid out."""

    STREAM: ClassVar[str] = "order:{order_id}"

    order_id: int
    return_id: int
