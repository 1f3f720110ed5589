"""What every page of the console shares: scoped lists, buttons of declared actions, bulk acts, export, timeline."""

from oms.foundation.console.base import ConsoleAdmin, ReadOnlyInline

__all__ = ["ConsoleAdmin", "ReadOnlyInline"]
