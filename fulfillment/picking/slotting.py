"""Which products should change places: a fast mover far from packing with a slow one near it.

Each pick is taken as a way of its own, from packing to the bin and back: real walks go past several bins, so that what
is saved is at most that. A swap is only told where each product fits into the other's bin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_SWAPS = 10
MOST_LOOKED_AT = 100
"""So many fast movers are looked at, those with the longest way altogether."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A product alone in a bin: how often it is picked there, the way there and back, and what both measure.

    Room and load of the bin are None without limit; those of the product 0 where nobody has measured it.
    """

    bin: str
    sku: str
    pace: str
    picks: int
    there_and_back_mm: int
    mm3: int = 0
    grams: int = 0
    capacity_mm3: int | None = None
    capacity_g: int | None = None

    @property
    def walked_mm(self) -> int:
        """Return the way of all its picks."""
        return self.picks * self.there_and_back_mm

    @property
    def metres(self) -> int:
        """Return how far it is from packing, in metres."""
        return round(self.there_and_back_mm / 2000)

    def holds(self, other: Slot) -> bool:
        """Return whether what lies in another slot fits here."""
        room = self.capacity_mm3 is None or other.mm3 <= self.capacity_mm3
        return room and (self.capacity_g is None or other.grams <= self.capacity_g)


@dataclass(frozen=True, slots=True)
class Swap:
    """Two products that change places, and how much shorter the way of their picks becomes."""

    far: Slot
    near: Slot

    @property
    def saved_mm(self) -> int:
        """Return how much shorter the way of the same picks is afterwards."""
        nearer = self.far.there_and_back_mm - self.near.there_and_back_mm
        return nearer * (self.far.picks - self.near.picks)

    @property
    def saved_metres(self) -> int:
        """Return the same in metres."""
        return round(self.saved_mm / 1000)


def swaps(slots: Sequence[Slot], *, least_mm: int = 1000, most: int = MOST_SWAPS) -> list[Swap]:
    """Return swaps that save much, best first; each bin is in one of them at most.

    Those with the longest way choose first.
    """
    ends = sorted(slots, key=lambda one: (-one.walked_mm, one.bin))[:MOST_LOOKED_AT]
    found: list[Swap] = []
    used: set[str] = set()
    for far in ends:
        free = (near for near in slots if near.bin not in used and _fit(far, near))
        best = max((Swap(far, near) for near in free), key=lambda one: one.saved_mm, default=None)
        if best is not None and best.saved_mm >= least_mm and far.bin not in used:
            found.append(best)
            used |= {far.bin, best.near.bin}
    return sorted(found, key=lambda one: (-one.saved_mm, one.far.bin))[:most]


def _fit(far: Slot, near: Slot) -> bool:
    """Return whether the first is picked more and lies farther away, and each fits into the other's bin."""
    nearer = far.picks > near.picks and far.there_and_back_mm > near.there_and_back_mm
    return nearer and near.holds(far) and far.holds(near)
