"""Scarcity fees in one order's decision: what each place's stock and capacity are worth to the orders still to come.

They weigh in the choice between places and nowhere else: what can be filled is filled whatever they say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fulfillment.sourcing.snapshot import Fee

MOST = 10**8
"""What the fees of a line, or that of a parcel, weigh at most: far less than leaving a line unfilled."""


@dataclass(frozen=True, slots=True)
class Toll:
    """The fees of one place, in minor units: for a parcel, and for a unit of each need of the order."""

    parcel: int = 0
    units: tuple[int, ...] = ()

    def of(self, load: Sequence[int]) -> int:
        """Return what a consignment with so many units of each need weighs."""
        return self.parcel + sum(
            [fee * units for fee, units in zip(self.units, load, strict=True)] if self.units else ()
        )


NO_TOLL = Toll()


def tolls_of(fees: Iterable[Fee], wanted: Sequence[tuple[int, int]]) -> Mapping[int, Toll]:
    """Return the fees by location.

    :param wanted: (product, units) of each need of the order
    """
    parcels: dict[int, int] = {}
    units: dict[tuple[int, int], int] = {}
    for one in fees:
        if one.product_id:
            units[one.location_id, one.product_id] = one.amount
        else:
            parcels[one.location_id] = min(one.amount, MOST)
    places = {*parcels, *(place for place, _ in units)}
    return {
        place: Toll(
            parcels.get(place, 0),
            tuple(min(units.get((place, product), 0), MOST // max(1, quantity)) for product, quantity in wanted),
        )
        for place in places
    }
