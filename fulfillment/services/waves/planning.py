"""What a wave would be: its orders cut into walks on the floor as it is, without a lock and with nothing made."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from fulfillment.fetching import Fetch, to_fetch
from fulfillment.models import Allocation, FulfillmentOrder
from fulfillment.picking.carts import Demand, Pieces
from fulfillment.picking.plan import Plan, PlannedWalk, planned
from fulfillment.picking.site import Site
from fulfillment.services.walking.stops import bins_to_pick, first_bin, site_at
from fulfillment.services.waves.choosing import Wanted, orders_for
from fulfillment.states import AllocationState


@dataclass(frozen=True, slots=True)
class Wants:
    """What is to be picked of some orders: the demands, and what they were read from."""

    demands: Sequence[Demand]
    rows: Mapping[int, Fetch]
    bins: Mapping[int, str]
    """By pieces: where they lie, several bins with a plus between them."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A wave that nobody has made yet."""

    wanted: Wanted
    orders: Sequence[FulfillmentOrder]
    wants: Wants
    site: Site
    plan: Plan

    @property
    def stops(self) -> int:
        """Return how many stops all walks have."""
        return sum(len(walk.stops) for walk in self.plan.walks)

    def codes(self, walk: PlannedWalk) -> list[str]:
        """Return the bins of a walk in its order."""
        return [first_bin(self.wants.bins[key]) for key in walk.stops]


def propose(*, work: "QuerySet[FulfillmentOrder]", wanted: Wanted) -> Proposal:
    """Return the wave that would be made of somebody's work now; takes up to some seconds and no lock."""
    orders = orders_for(work, wanted)
    wants, site = wants_of([row.pk for row in orders]), site_at(wanted.location_id)
    if wanted.zone:
        inside = {one.key for one in wants.demands if _lies_in(site, one, wanted.zone)}
        orders = [row for row in orders if row.pk in inside][: wanted.orders]
        kept = {row.pk for row in orders}
        wants = Wants([one for one in wants.demands if one.key in kept], wants.rows, wants.bins)
    return Proposal(wanted, orders, wants, site, planned(site, wants.demands, wanted.strategy, wanted.cart))


def wants_of(work: Sequence[int], today: date | None = None) -> Wants:
    """Read what is to be picked of fulfillment orders, in their order and in few statements.

    With a day no bins are named whose lots are blocked, or have expired by then.
    """
    waiting = Allocation.objects.filter(fulfillment_order__in=work, state=AllocationState.ALLOCATED)
    ordered = waiting.select_related("stock_level__product").order_by("stock_level__product__sku", "pk")
    rows = {number_of(one): one for one in to_fetch(ordered)}
    codes = bins_to_pick(list(rows.values()), today)
    bins = {number: codes[one.key] for number, one in rows.items()}
    pieces: dict[int, list[Pieces]] = defaultdict(list)
    for number, one in rows.items():
        product = one.level.product
        volume = (product.length_mm or 0) * (product.width_mm or 0) * (product.height_mm or 0) * one.quantity
        pieces[one.allocation.fulfillment_order_id].append(
            Pieces(number, first_bin(bins[number]), one.quantity, volume)
        )
    demands = [Demand(pk, tuple(pieces[pk])) for pk in work if pk in pieces]
    return Wants(demands, rows, bins)


def number_of(one: Fetch) -> int:
    """Return what tells pieces from all others: their allocation, or below zero the part of a kit."""
    return -one.part.pk if one.part else one.allocation.pk


def _lies_in(site: Site, demand: Demand, zone: str) -> bool:
    """Return whether all pieces of an order lie in a zone."""
    zones: Collection[str] = {site.zones.get(one.bin, "") for one in demand.pieces}
    return zones == {zone}
