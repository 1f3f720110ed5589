"""The tables of the way back."""

from returns.models.lots import ReturnedLot
from returns.models.returns import Return, ReturnLine, ReturnReceipt

__all__ = ["Return", "ReturnLine", "ReturnReceipt", "ReturnedLot"]
