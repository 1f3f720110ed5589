"""Sharing the lines of a long order out over locations, started kilograms counted as they are charged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfillment.sourcing.optimal.partition import NEVER, Floats, Integers
from fulfillment.sourcing.optimal.shipping import GRAMS_PER_KG

ROUNDS = 60
"""The most changes that one polishing makes."""
FEATHER = 1e-4
"""The grams of a line that weighs nothing: a parcel of such lines is no empty one, and starts no kilogram."""
NEXT_TO_NOTHING = FEATHER / 2


@dataclass(frozen=True, slots=True)
class Sharing:
    """The arrays of one long order; costs in minor units, fees included."""

    grams: Floats
    """By line, at least a ``FEATHER``."""
    own: Floats
    """By location and line: what the line costs beside its weight, ``NEVER`` where the location cannot ship it."""
    fixed: Floats
    """By location and service."""
    rates: Floats
    """By location and service: a started kilogram."""

    def proportional(self) -> Floats:
        """Return by (location, service) row and line the cost of a line with freight in proportion to its weight."""
        freight = self.rates[:, :, None] * self.grams / GRAMS_PER_KG
        lines: Floats = (self.own[:, None, :] + freight).reshape(-1, len(self.grams))
        return np.minimum(lines, NEVER)

    def parcels(self, grams: Floats, locations: Integers) -> Floats:
        """Return what parcels of so many grams from the locations cost; an empty one costs nothing.

        Lines weigh whole grams or a feather: half a gram less starts as many kilograms, and forgets the feathers.
        """
        kilograms = np.ceil(np.maximum(grams - 0.5, 0.0) / GRAMS_PER_KG)
        cost = self.fixed[locations, 0] + self.rates[locations, 0] * kilograms
        for service in range(1, self.fixed.shape[1]):
            cost = np.minimum(cost, self.fixed[locations, service] + self.rates[locations, service] * kilograms)
        empty: Floats = np.where(grams > NEXT_TO_NOTHING, cost, 0.0)
        return empty

    def cost(self, shares: Integers) -> float:
        """Return the cost of a sharing, given as the location of each line."""
        every = np.arange(len(self.fixed))
        lines = self.own[shares, np.arange(len(shares))]
        return float(self.parcels(self._load(shares), every).sum() + lines.sum())

    def rank(self, shares: Integers) -> tuple[float, list[int]]:
        """Order sharings by cost, equal ones by their locations."""
        return self.cost(shares), shares.tolist()

    def polish(self, shares: Integers) -> Integers:
        """Move single lines, and let two lines change places, as long as it saves something."""
        for _ in range(ROUNDS):
            load = self._load(shares)
            saved, line, location = self._best_move(shares, load)
            if saved < -1e-6:
                shares = shares.copy()
                shares[line] = location
                continue
            saved, line, other = self._best_swap(shares, load)
            if saved >= -1e-6:
                break
            shares = shares.copy()
            shares[line], shares[other] = shares[other], shares[line]
        return shares

    def _load(self, shares: Integers) -> Floats:
        """Return the grams by location."""
        load: Floats = np.bincount(shares, weights=self.grams, minlength=len(self.fixed)).astype(np.float64)
        return load

    def _best_move(self, shares: Integers, load: Floats) -> tuple[float, int, int]:
        """Return the change, the line and the new location of the best move."""
        every = np.arange(len(self.fixed))
        lines = np.arange(len(shares))
        now = self.parcels(load, every)
        leave = self.parcels(load[shares] - self.grams, shares) - now[shares] - self.own[shares, lines]
        target = np.broadcast_to(every[:, None], self.own.shape)
        enter = self.parcels(load[:, None] + self.grams, target) - now[:, None] + self.own
        change = enter + leave
        change[shares, lines] = NEVER
        at = int(change.argmin())
        location, line = divmod(at, len(shares))
        return float(change[location, line]), line, location

    def _best_swap(self, shares: Integers, load: Floats) -> tuple[float, int, int]:
        """Return the change and the two lines of the best swap between two locations."""
        lines = np.arange(len(shares))
        now = self.parcels(load, np.arange(len(self.fixed)))
        shift = self.grams[None, :] - self.grams[:, None]
        own = self.own[shares[:, None], lines] - self.own[shares, lines][:, None]
        here = np.broadcast_to(shares[:, None], shift.shape)
        one = self.parcels(load[shares][:, None] + shift, here) - now[shares][:, None] + own
        change = one + one.T
        change[shares[:, None] == shares] = NEVER
        line, other = divmod(int(change.argmin()), len(shares))
        return float(change[line, other]), line, other
