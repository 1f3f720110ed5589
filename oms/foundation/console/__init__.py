"""What every page of the console shares: scoped lists, buttons of declared actions, bulk acts, export, timeline."""

from oms.foundation.console.base import ConsoleAdmin
from oms.foundation.console.inlines import MemberInline, OpenInline, ReadOnlyInline, members_text
from oms.foundation.console.related import TellsRelated

__all__ = ["ConsoleAdmin", "MemberInline", "OpenInline", "ReadOnlyInline", "TellsRelated", "members_text"]
