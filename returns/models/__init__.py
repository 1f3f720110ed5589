"""The tables of the way back."""

from returns.models.returns import Return, ReturnLine

__all__ = ["Return", "ReturnLine"]
