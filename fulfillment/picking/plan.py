"""A wave cut into walks: which orders go together on one cart, in which order its bins come, and how far that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from fulfillment.picking.carts import Cart, Demand, Pieces, own_totes, shared_totes
from fulfillment.picking.grid import Grid, Point
from fulfillment.picking.layout import Place, without_unused
from fulfillment.picking.savings import batch_at_once
from fulfillment.picking.site import Site
from fulfillment.picking.tour import MOST_CROSSINGS
from fulfillment.picking.wave import Wave

EFFORT = 1500
"""Orders times aisles, of all zones together: up to here savings are counted while a person waits, about a second."""
Lengths: TypeAlias = npt.NDArray[np.int64]
Tour: TypeAlias = Sequence[tuple[int, str]]
UNKNOWN = 10**7
"""How far it counts to a bin that nobody measured, in millimetres, when orders are put together."""


class Strategy(StrEnum):
    """How a wave is picked."""

    SINGLE = "single"
    """One order a walk."""
    BATCH = "batch"
    """Orders share totes and are sorted at packing."""
    CLUSTER = "cluster"
    """Every order has a tote of its own on the cart."""
    ZONE = "zone"
    """A walk stays in one zone; the totes of an order meet at packing."""


@dataclass(frozen=True, slots=True)
class Group:
    """Orders of one walk, the most urgent first; of a zone where it is not empty or the strategy goes by zones."""

    zone: str
    orders: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PlannedWalk:
    """One walk: its pieces in the order in which it comes to them, and the number of the tote for each."""

    zone: str
    orders: tuple[int, ...]
    stops: tuple[int, ...]
    totes: Mapping[int, int]
    length: int | None
    """In millimetres; None where nothing of it was measured."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All walks of a wave, and what one order a walk by the codes of the bins would take."""

    walks: tuple[PlannedWalk, ...]
    by_code: int | None

    @property
    def length(self) -> int | None:
        """Return how long all walks are together."""
        return total(walk.length for walk in self.walks)


def total(lengths: Iterable[int | None]) -> int | None:
    """Return the sum of the lengths that are known, None where none is."""
    known = [length for length in lengths if length is not None]
    return sum(known) if known else None


def planned(site: Site, demands: Sequence[Demand], strategy: Strategy, cart: Cart) -> Plan:
    """Cut orders, the most urgent first, into walks."""
    groups = grouped(site, demands, strategy, cart)
    return Plan(tuple(arranged(site, demands, one, strategy, cart) for one in groups), length_by_code(site, demands))


def grouped(site: Site, demands: Sequence[Demand], strategy: Strategy, cart: Cart) -> list[Group]:
    """Return which orders go together; those of the walk with the most urgent order come first."""
    if strategy == Strategy.ZONE:
        zones = sorted({site.zones.get(one.bin, "") for demand in demands for one in demand.pieces})
        parts = {zone: [part for one in demands if (part := _within(site, one, zone)).pieces] for zone in zones}
        effort = EFFORT // max(1, len(zones))
        return [group for zone, own in parts.items() for group in _together(site, own, strategy, cart, zone, effort)]
    return _together(site, demands, strategy, cart, "", EFFORT)


def arranged(
    site: Site, demands: Iterable[Demand], group: Group, strategy: Strategy, cart: Cart, *, tour: Tour = ()
) -> PlannedWalk:
    """Return the walk of a group: the tour past its bins, and a tote for everything.

    :param tour: pieces with their bins as an earlier plan came to them, kept where nothing has changed since
    """
    known = {one.key: one for one in demands}
    own = [known[key] for key in group.orders if key in known]
    if strategy == Strategy.ZONE:
        own = [_within(site, one, group.zone) for one in own]
    pieces = [one for demand in own for one in demand.pieces]
    if sorted(tour) == sorted((one.key, one.bin) for one in pieces):
        stops, length = tuple(key for key, _ in tour), site.length([code for _, code in tour])
    else:
        walked = site.tour([one.bin for one in pieces])
        stops, length = tuple(pieces[at].key for at in walked.order), walked.length
    turn = {key: at for at, key in enumerate(stops)}
    totes = shared_totes(own, cart) if strategy == Strategy.BATCH else own_totes(own, cart, turn)
    return PlannedWalk(group.zone, tuple(one.key for one in own if one.pieces), stops, totes, length)


def length_by_code(site: Site, demands: Iterable[Demand]) -> int | None:
    """Return how long it is to fetch every order alone, in the order of the codes of the bins."""
    return total(site.by_code([one.bin for one in demand.pieces]).length for demand in demands)


def _within(site: Site, demand: Demand, zone: str) -> Demand:
    """Return the part of an order that lies in a zone."""
    return Demand(demand.key, tuple(one for one in demand.pieces if site.zones.get(one.bin, "") == zone))


def _together(
    site: Site, demands: Sequence[Demand], strategy: Strategy, cart: Cart, zone: str, effort: int
) -> list[Group]:
    """Put orders together as far as a cart holds them; what is larger than a cart goes alone."""
    rooms = [one.room(cart) for one in demands]
    shared = strategy == Strategy.BATCH
    sizes = rooms if shared else [cart.totes_for(room) for room in rooms]
    most = cart.totes * cart.pieces if shared else cart.totes
    alone = [at for at, size in enumerate(sizes) if size > most or strategy == Strategy.SINGLE]
    rest = sorted(set(range(len(demands))) - set(alone))
    load = _Load(tuple(demands), tuple(sizes), most, tuple(rest))
    carts = _shorter(site, load, _by_nearness(site, load), _by_savings(site, load, effort))
    ranked = sorted([[at] for at in alone] + [sorted(one) for one in carts])
    return [Group(zone, tuple(demands[at].key for at in members)) for members in ranked]


@dataclass(frozen=True, slots=True)
class _Load:
    """Orders that are to be put on carts: how much of a cart each takes, what it holds, and which of them are meant."""

    demands: tuple[Demand, ...]
    sizes: tuple[int, ...]
    most: int
    members: tuple[int, ...]


Carts: TypeAlias = list[list[int]]


def _shorter(site: Site, load: _Load, one: Carts, other: Carts) -> Carts:
    """Return the division whose walks are shorter together; the second may be empty."""
    if not other:
        return one
    lengths = []
    for carts in (one, other):
        codes = ([piece.bin for at in cart for piece in load.demands[at].pieces] for cart in carts)
        lengths.append(total(site.tour(own).length for own in codes) or 0)
    return one if lengths[0] <= lengths[1] else other


def _by_savings(site: Site, load: _Load, effort: int) -> Carts:
    """Put orders together by what their common walk saves; returns nothing where that would take too long."""
    grid = site.grid
    if grid is None or grid.layout.crossings > MOST_CROSSINGS:
        return []
    orders = [_places(site, load.demands[at].pieces) for at in load.members]
    layout, kept = without_unused(grid.layout, chain.from_iterable(orders))
    if len(orders) * layout.aisles > effort:
        return []
    places = tuple(tuple(Place(kept[one.aisle], one.block, one.at) for one in order) for order in orders)
    wave = Wave(layout, places, tuple(load.sizes[at] for at in load.members), load.most)
    return [[load.members[at] for at in batch] for batch in batch_at_once(wave).batches]


def _places(site: Site, pieces: Iterable[Pieces]) -> tuple[Place, ...]:
    """Return the measured places of pieces, each once."""
    places = (site.place(one.bin) for one in pieces)
    return tuple(dict.fromkeys(place for place in places if place is not None))


def _by_nearness(site: Site, load: _Load) -> Carts:
    """Fill one cart after the other: the most urgent order, then always the one whose bins are nearest on average."""
    codes = sorted({one.bin for at in load.members for one in load.demands[at].pieces})
    number = {code: at for at, code in enumerate(codes)}
    away = _distances(site, codes)
    bins = {at: sorted({number[one.bin] for one in load.demands[at].pieces}) for at in load.members}
    left, carts = list(load.members), []
    while left:
        cart, room = [left[0]], load.most - load.sizes[left[0]]
        near = away[bins[left.pop(0)]].min(axis=0)
        while fitting := [at for at in left if load.sizes[at] <= room]:
            best = min(fitting, key=lambda at: (near[bins[at]].mean(), at))
            left.remove(best)
            cart.append(best)
            room -= load.sizes[best]
            near = np.minimum(near, away[bins[best]].min(axis=0))
        carts.append(cart)
    return carts


def _distances(site: Site, codes: Sequence[str]) -> Lengths:
    """Return how far it is from bin to bin; far to one that nobody measured."""
    points = [site.point(code) for code in codes]
    known = np.array([point is not None for point in points], dtype=bool)
    away = _on_grid(site.grid, points) if site.grid else _across_and_along(points)
    away[~(known[:, None] & known)] = UNKNOWN
    np.fill_diagonal(away, 0)
    return away


def _across_and_along(points: Sequence[Point | None]) -> Lengths:
    """Return how far it is between points of a floor of which nothing else is known."""
    x, y = (np.array([point[side] if point else 0 for point in points], dtype=np.int64) for side in (0, 1))
    return np.asarray(np.abs(x[:, None] - x) + np.abs(y[:, None] - y))


def _on_grid(grid: Grid, points: Sequence[Point | None]) -> Lengths:
    """Return how far it is between points along aisles and cross aisles."""
    places = [grid.place(point or grid.depot) for point in points]
    deep = np.array([grid.depth(place) for place in places], dtype=np.int64)
    column = np.array([grid.columns[place.aisle] for place in places], dtype=np.int64)
    by_crossing = [np.abs(deep - depth)[:, None] + np.abs(deep - depth) for depth in grid.depths]
    apart = np.abs(column[:, None] - column)
    return np.asarray(np.where(apart == 0, np.abs(deep[:, None] - deep), np.min(by_crossing, axis=0) + apart))
