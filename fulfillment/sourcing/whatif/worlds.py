"""One course of events: who holds which pieces of which stock, and how many parcels each location has had a day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from fulfillment.sourcing.whatif.figures import Parcel

Place: TypeAlias = tuple[int, int]
"""(product_id, location_id)."""


class World:
    """Pieces taken by place, pieces held by order, line and location, and parcels by location and day.

    Pieces that have shipped stay taken: they left the shelf for the order that held them.
    """

    __slots__ = ("by_day", "held", "parcels", "taken")

    def __init__(self) -> None:
        """Begin with nothing taken."""
        self.taken: dict[Place, int] = {}
        self.held: dict[int, dict[int, dict[int, int]]] = {}
        self.parcels: dict[int, dict[int, Parcel]] = {}
        self.by_day: dict[tuple[int, str], int] = {}

    def units(self, order: int, line: int) -> int:
        """Return the pieces that a line holds."""
        return sum(self.held.get(order, {}).get(line, {}).values())

    def take(self, order: int, line: int, product: int, location: int, units: int, parcel: Parcel) -> None:
        """Let a line take pieces at a location; the first that an order takes there makes its parcel."""
        key = (product, location)
        self.taken[key] = self.taken.get(key, 0) + units
        held = self.held.setdefault(order, {}).setdefault(line, {})
        held[location] = held.get(location, 0) + units
        mine = self.parcels.setdefault(order, {})
        if location not in mine:
            mine[location] = parcel
            self._count(location, parcel.day, 1)

    def give_back(
        self, order: int, line: int, product: int, units: int, *, first: frozenset[int] = frozenset()
    ) -> list[Place]:
        """Take pieces of a line back, at some locations first, then where it holds fewest; return the places freed."""
        held = self.held.get(order, {}).get(line, {})
        freed = []
        for location in sorted(held, key=lambda place: (place not in first, held[place], place)):
            part = min(units, held[location])
            if part <= 0:
                break
            units -= part
            held[location] -= part
            self.taken[product, location] -= part
            freed.append((product, location))
            if not held[location]:
                del held[location]
                self._drop_parcel(order, location)
        return freed

    def _drop_parcel(self, order: int, location: int) -> None:
        """Forget the parcel of an order at a location where it holds nothing any more."""
        if any(location in places for places in self.held[order].values()):
            return
        parcel = self.parcels.get(order, {}).pop(location, None)
        if parcel is not None:
            self._count(location, parcel.day, -1)

    def _count(self, location: int, day: str, parcels: int) -> None:
        """Count parcels of a location on a day."""
        key = (location, day)
        self.by_day[key] = self.by_day.get(key, 0) + parcels

    def forget(self, order: int) -> None:
        """Stop following an order; what it has taken stays taken."""
        self.held.pop(order, None)
        self.parcels.pop(order, None)

    def to_json(self) -> dict[str, Any]:
        """Return plain lists, ready to store."""
        return {
            "taken": [[*place, units] for place, units in self.taken.items() if units],
            "held": list(self._held_rows()),
            "parcels": [
                [order, location, *parcel.to_row()]
                for order, places in self.parcels.items()
                for location, parcel in places.items()
            ],
            "by_day": [[*key, parcels] for key, parcels in self.by_day.items() if parcels],
        }

    def _held_rows(self) -> Iterator[list[int]]:
        """Yield (order, line, location, pieces)."""
        for order, lines in self.held.items():
            for line, places in lines.items():
                for location, units in places.items():
                    yield [order, line, location, units]

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> World:
        """Rebuild a world from the data that ``to_json`` gave."""
        world = cls()
        world.taken = {(product, location): units for product, location, units in data["taken"]}
        for order, line, location, units in data["held"]:
            world.held.setdefault(order, {}).setdefault(line, {})[location] = units
        for order, location, *row in data["parcels"]:
            world.parcels.setdefault(order, {})[location] = Parcel(*row)
        world.by_day = {(location, day): parcels for location, day, parcels in data["by_day"]}
        return world
