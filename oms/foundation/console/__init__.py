"""What every page of the console shares: scoped lists, buttons of declared actions, bulk acts, export, timeline."""

from oms.foundation.console.base import ConsoleAdmin, ReadOnlyInline
from oms.foundation.console.filters import ScopedFilter

__all__ = ["ConsoleAdmin", "ReadOnlyInline", "ScopedFilter"]
