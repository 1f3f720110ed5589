"""What supply offers to a batch: stock that is free, and parcels that locations can still send today."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import Count, Q

from fulfillment.cutoff import day_start
from fulfillment.models import FulfillmentOrder
from fulfillment.services.opening import departure_from
from fulfillment.services.sourcing.ages import stock_ages
from fulfillment.services.sourcing.cases import Goods
from fulfillment.sourcing.decision import Portion
from fulfillment.sourcing.snapshot import Node, OrderSnapshot, Point, Snapshot
from fulfillment.states import FulfillmentOrderState
from inventory.locks import lock_levels_of
from inventory.models import Location, StockLevel
from inventory.queries import KITTING, reserved_by_key
from inventory.services.bin_counts.doubting import doubtful_pieces
from inventory.services.reservations import cart_key
from inventory.services.stock import open_levels
from orders.models import Order

GONE = (FulfillmentOrderState.CANCELLED, FulfillmentOrderState.REJECTED)


@dataclass(slots=True)
class Supply:
    """Free pieces by (product, location) and today's locations, as they shrink while a batch is decided.

    ``carts`` are the pieces by product that carts have in hand, at no location; ``own`` those by (order, product) among
    them that the order's own cart has.
    """

    levels: dict[tuple[int, int], tuple[int, int]]
    nodes: tuple[Node, ...]
    carts: Counter[int]
    own: dict[tuple[int, int], int]
    ages: dict[tuple[int, int], int] = field(default_factory=dict)
    """Days since the oldest piece came in by (product, location), where rules weigh that."""

    def snapshot(self, order: OrderSnapshot) -> Snapshot:
        """Return what one order may see: the stock of its own products, so that its decision can be replayed alone."""
        stock: dict[tuple[int, int], tuple[int, int]] = {}
        kits = {want.product_id: want.parts for want in order.wants if want.parts}
        parts_kept: Counter[int] = Counter()
        for product in {want.product_id for want in order.wants}:
            here, kept = self._here(product), self._kept(order, product)
            stock |= _without(here, kept) if kept > 0 else here
            beyond = kept - sum(free for _, free in here.values())
            parts_kept.update({one.product_id: one.quantity * max(0, beyond) for one in kits.get(product, ())})
        for product in {part.product_id for parts in kits.values() for part in parts} | {*parts_kept}:
            here, kept = self._here(product), self._kept(order, product) + parts_kept[product]
            stock |= _without(here, kept) if kept > 0 else here
        ages = {place: self.ages[place] for place in stock if place in self.ages}
        return Snapshot((order,), self.nodes, stock, ages)

    def _here(self, product: int) -> dict[tuple[int, int], tuple[int, int]]:
        """Return the levels of a product at the locations that ship."""
        places = ((product, node.location_id) for node in self.nodes)
        return {place: self.levels[place] for place in places if place in self.levels}

    def _kept(self, order: OrderSnapshot, product: int) -> int:
        """Return the pieces of a product that the carts of others have in hand."""
        return self.carts[product] - self.own.get((order.order_id, product), 0)

    def look_at_ages(self, product_ids: Collection[int], now: datetime) -> None:
        """Note how old the stock of products is at the locations that ship."""
        self.ages = stock_ages(product_ids, [node.location_id for node in self.nodes], now=now)

    def take(self, order_id: int, portions: Iterable[Portion]) -> None:
        """Subtract what an order got, and one parcel of each location that ships it; its own cart keeps nothing."""
        for (owner, product), quantity in self.own.items():
            if owner == order_id:
                self.carts[product] -= quantity
        senders = set()
        for portion in portions:
            self._add(portion, -1)
            senders.add(portion.location_id)
        if senders:
            self.nodes = tuple(_with_one_less(node) if node.location_id in senders else node for node in self.nodes)

    def give_back(self, portions: Iterable[Portion], locations: Collection[int]) -> None:
        """Add what an order holds, and a parcel to locations whose day counts one of its own."""
        for portion in portions:
            self._add(portion, 1)
        self.nodes = tuple(_with_one_more(node) if node.location_id in locations else node for node in self.nodes)

    def _add(self, portion: Portion, sign: int) -> None:
        """Add the pieces of a portion to the levels, or take them from there."""
        for product, _, pieces in portion.takes:
            level_id, free = self.levels[product, portion.location_id]
            self.levels[product, portion.location_id] = (level_id, free + sign * pieces)


def _without(levels: dict[tuple[int, int], tuple[int, int]], kept: int) -> dict[tuple[int, int], tuple[int, int]]:
    """Return the levels of a product less the pieces kept for carts, taken where most are, so that few run empty."""
    left = dict(levels)
    for place in sorted(levels, key=lambda place: (-levels[place][1], place)):
        level_id, free = levels[place]
        part = min(kept, free)
        left[place], kept = (level_id, free - part), kept - part
    return left


def _with_one_less(node: Node) -> Node:
    """Return a location that can send one parcel less."""
    return node if node.capacity_left is None else replace(node, capacity_left=max(0, node.capacity_left - 1))


def _with_one_more(node: Node) -> Node:
    """Return a location that can send one parcel more."""
    return node if node.capacity_left is None else replace(node, capacity_left=node.capacity_left + 1)


def lock_supply(
    products: Goods,
    *,
    orders: Iterable[Order],
    freed: Mapping[int, int],
    replaced: Iterable[int],
    now: datetime,
) -> Supply:
    """Lock every stock level of the products and return what is free, counting the pieces taken back as free.

    Fulfillment orders that are being ``replaced`` do not count against their location's day. Carts are read under the
    lock, which they take too. With a kit's levels those of its components are locked; where it can be assembled and has
    no level yet, one is opened before.
    """
    shipping = list(Location.objects.filter(is_active=True).order_by("code"))
    if products.parts:
        open_levels((kit, one.pk) for kit in products.parts for one in shipping if KITTING in one.capabilities)
    product_ids = products.all_ids
    rows = lock_levels_of(product_ids, also=products.held)
    doubtful = doubtful_pieces(rows, now)
    levels = {(level.product_id, level.location_id): _free(level, freed, doubtful[level.pk]) for level in rows}
    owners = {key: order.pk for order in orders for key in cart_keys(order)}
    pieces = reserved_by_key(product_ids, keys=owners, now=now)
    carts: Counter[int] = Counter()
    for (product, _), quantity in pieces.items():
        carts[product] += quantity
    own: Counter[tuple[int, int]] = Counter()
    for (product, key), quantity in pieces.items():
        if key:
            own[owners[key], product] += quantity
    return Supply(levels, nodes_of(shipping, list(replaced), now), carts, own)


def cart_keys(order: Order) -> tuple[str, ...]:
    """Return the keys of the carts that become an order: its channel's system's own, and one kept by staff."""
    number = order.external_id
    return (cart_key(order.channel_account_id, number), number) if number else ()


def _free(level: StockLevel, freed: Mapping[int, int], doubtful: int) -> tuple[int, int]:
    """Return the level's id and the pieces that may be promised, of which none is ``doubtful``."""
    free = level.on_hand - level.allocated + freed.get(level.pk, 0) - level.safety_stock
    return level.pk, max(0, free - doubtful)


def nodes_of(locations: list[Location], replaced: list[int], now: datetime) -> tuple[Node, ...]:
    """Return locations as the engine sees them, with the parcels each can still send today."""
    taken = _parcels_today([one for one in locations if one.daily_capacity is not None], replaced, now)
    return tuple(
        Node(
            location_id=one.pk,
            code=one.code,
            name=one.name,
            kind=one.kind,
            point=None if one.latitude is None or one.longitude is None else Point(one.latitude, one.longitude),
            capabilities=frozenset(one.capabilities),
            capacity_left=None if one.daily_capacity is None else max(0, one.daily_capacity - taken[one.pk]),
            daily_capacity=one.daily_capacity,
            leaves_on=(leaves := departure_from(one, now).astimezone(one.zone).date()).isoformat(),
            same_day_km=one.same_day_km,
            late_today=leaves > now.astimezone(one.zone).date(),
        )
        for one in locations
    )


def _parcels_today(locations: list[Location], replaced: list[int], now: datetime) -> Counter[int]:
    """Count the parcels promised since each limited location's day began, in one statement for all."""
    if not locations:
        return Counter()
    today = Q()
    for one in locations:
        today |= Q(location=one, created_at__gte=day_start(now, one.zone))
    rows = FulfillmentOrder.objects.filter(today).exclude(state__in=GONE).exclude(pk__in=replaced)
    return Counter(dict(rows.values_list("location").annotate(parcels=Count("pk"))))
