"""Who acts and when: passed to every service, written on every audit line."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, an API key or the system itself, with the moment of the act (aware, UTC)."""

    kind: str
    id: str
    label: str
    now: datetime

    @classmethod
    def system(cls, label: str, *, now: datetime) -> "Actor":
        """Return the system acting by itself, such as ``sourcing`` or ``scheduler``."""
        return cls("system", "", label, now)

    @classmethod
    def of(cls, principal: Any, *, now: datetime) -> "Actor":
        """Return the actor for a staff user or an API caller."""
        kind = getattr(principal, "actor_kind", "user")
        label = getattr(principal, "actor_label", None) or principal.get_username()
        return cls(kind, str(principal.pk), label, now)

    def at(self, now: datetime) -> "Actor":
        """Return the same actor at another moment."""
        return replace(self, now=now)
