"""One sourcing rule: which orders it holds for, and what it does to which locations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias

Effect: TypeAlias = Literal["exclude", "only", "prefer", "avoid"]
"""``exclude``: the named locations never ship; ``only``: no other ones do; ``prefer``: a parcel from any other costs
the amount more; ``avoid``: a parcel from the named ones does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule holds for the orders that meet all its conditions; a condition that is empty is met by every order."""

    number: int
    """Its place in the set, from 1: the first that keeps a location out is the one that is named."""
    name: str
    effect: Effect
    locations: tuple[str, ...] = ()
    """Codes of the locations it names, together with those of ``kinds``."""
    kinds: tuple[str, ...] = ()
    amount: int = 0
    """Minor units a parcel, for ``prefer`` and ``avoid``."""
    channels: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    postal_prefixes: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    """Shipping methods."""
    tags: tuple[str, ...] = ()
    """The order has one of them."""
    skus: tuple[str, ...] = ()
    """A line's SKU begins with one of them."""
    capabilities: tuple[str, ...] = ()
    """A line asks for one of them."""
    total_from: int | None = None
    total_to: int | None = None
    """Minor units of the order's total, both ends included."""
    weight_from: int | None = None
    weight_to: int | None = None
    """Grams of all that is to ship, both ends included."""

    @property
    def label(self) -> str:
        """Return how sentences name it: "rule 3 “No stores for wholesale”"."""
        return f"rule {self.number} “{self.name}”"

    def to_json(self) -> dict[str, Any]:
        """Return plain data; what is not set is not told."""
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in told.items()
            if value not in ((), None) and (name != "amount" or value)
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Rule:
        """Rebuild a rule from the data that ``to_json`` gave."""
        told: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
        }
        return cls(**told)
