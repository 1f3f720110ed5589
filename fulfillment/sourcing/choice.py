"""What a person decided in the engine's place: who ships what, by whose word and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Choice:
    """One person's decision on an order; what it does not give to a location waits."""

    gives: tuple[tuple[int, int, int], ...]
    """(line_id, location_id, units)."""
    by: str
    """The person, as the timeline names them."""
    told: str
    """What was done, in one sentence: who moved what from where to where."""
    reason: str = ""
    """Why, in the person's words; it stays in the record of what was seen and is no part of the outcome."""

    @property
    def locations(self) -> tuple[int, ...]:
        """Return the locations that were chosen, each once."""
        return tuple(dict.fromkeys(location_id for _, location_id, _ in self.gives))

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {"gives": [list(row) for row in self.gives], "by": self.by, "told": self.told, "reason": self.reason}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Choice:
        """Rebuild a choice from the data that ``to_json`` gave."""
        gives = tuple((line, location, units) for line, location, units in data["gives"])
        return cls(gives, data["by"], data["told"], data["reason"])
