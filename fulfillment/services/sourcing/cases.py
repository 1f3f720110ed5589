"""Gathering what a batch of orders needs decided, under locks, in a fixed number of statements."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, cast

from django.db.models import Exists, OuterRef

from fulfillment.locks import lock_live_of, lock_orders, open_allocations_of
from fulfillment.models import Allocation, FulfillmentOrder
from fulfillment.services.scarcity.reading import NONE_IN_FORCE, FeesInForce
from fulfillment.services.sourcing.outlook import priority_step
from fulfillment.services.sourcing.pieces import cut_off
from fulfillment.services.sourcing.rates import RateCard
from fulfillment.sourcing.choice import Choice
from fulfillment.sourcing.geography import LONGEST_PREFIX, locate, plain_postcode
from fulfillment.sourcing.snapshot import OrderSnapshot, Part, Point, Want
from fulfillment.sourcing.turns import Turn, turn_of
from fulfillment.states import LIVE_FULFILLMENT, FulfillmentOrderState
from inventory.models import KitComponent, Product
from inventory.queries import Part as Component
from inventory.queries import parts_of_kits
from orders.models import Channel, Customer, Order, OrderAddress, OrderLine
from orders.models.orders import AddressKind
from orders.states import ServiceLevel

S = FulfillmentOrderState
ComingParts = tuple[tuple[int, str, int], ...]
BOUND = (ServiceLevel.PICKUP, ServiceLevel.SAME_DAY)
"""Shipping methods that limit which locations may take part."""


class Goods(dict[int, Product]):
    """Products by id; ``parts`` are what the kits among them are made of, ``held`` the levels that hold parts now."""

    parts: Mapping[int, Sequence[Component]] = MappingProxyType({})
    held: frozenset[int] = frozenset()

    @property
    def all_ids(self) -> set[int]:
        """Return the ids of the products, and of what the kits are made of."""
        return {*self, *(one.product_id for made_of in self.parts.values() for one in made_of)}


@dataclass(slots=True)
class Case:
    """One order to source: what it wants now, what is taken back first, and who may not serve it.

    ``chosen`` is a person's decision; ``joined`` is the work, by location, to which pieces that they send are added.
    """

    order: Order
    channel: Channel
    customer: tuple[str, int] = ("", 0)
    lines: list[OrderLine] = field(default_factory=list)
    address: tuple[str, str] | None = None
    replaced: list[FulfillmentOrder] = field(default_factory=list)
    freed: list[Allocation] = field(default_factory=list)
    kept: Counter[int] = field(default_factory=Counter)
    excluded: frozenset[int] = frozenset()
    chosen: Choice | None = None
    joined: dict[int, FulfillmentOrder] = field(default_factory=dict)
    refusals: dict[int, str] = field(default_factory=dict)

    @property
    def wanted(self) -> dict[int, int]:
        """Return the pieces by line id that need stock: open and not promised by a fulfillment order that stays."""
        wanted = ((line.pk, line.quantity_open - self.kept[line.pk]) for line in self.lines)
        return {pk: quantity for pk, quantity in wanted if quantity > 0}

    @property
    def when_short(self) -> tuple[str, str]:
        """Return what becomes of the order when stock is short, and whose word that is: the customer's goes first."""
        own = self.customer[0]
        return (own, "customer") if own else (self.channel.shortage_policy, "channel")

    @property
    def priority(self) -> int:
        """Return the order's priority, that of its customer unless it has one of its own."""
        return self.customer[1] if self.order.priority is None else self.order.priority

    def turn(self, now: datetime) -> Turn:
        """Return the order's turn among those who wait; one that waits not yet begins now."""
        return turn_of(self.order.short_since or now, self.priority, self.order.pk, priority_step())

    @property
    def product_ids(self) -> set[int | None]:
        """Return the products of its lines, None for those that the catalogue does not know."""
        return {line.product_id for line in self.lines}

    @property
    def destination(self) -> Point | None:
        """Return where the order goes, as well as its postcode tells."""
        return locate(*self.address) if self.address else None

    @property
    def freed_pieces(self) -> Counter[tuple[int, int]]:
        """Return the pieces taken back, by (line, stock level)."""
        pieces: Counter[tuple[int, int]] = Counter()
        for one in self.freed:
            for level, quantity in one.takes.items():
                pieces[one.order_line_id, level] += quantity
        return pieces

    def _wants(self, products: Goods) -> tuple[Want, ...]:
        """Return what the lines with a known product want."""
        wanted = self.wanted
        return tuple(
            want_of(
                line.pk, line.sku, wanted[line.pk], products[line.product_id], products.parts.get(line.product_id, ())
            )
            for line in self.lines
            if line.pk in wanted and line.product_id is not None
        )

    def _limits(self, level: str) -> dict[str, Any]:
        """Return which locations may not serve the order: who has refused, and what its shipping method asks."""
        return {
            "excluded_locations": self.excluded,
            "refusals": tuple(sorted(self.refusals.items())),
            "bound_by": level if level in BOUND else "",
            "collect_at": self.order.pickup_location if level == ServiceLevel.PICKUP else "",
        }

    def snapshot(
        self,
        products: Goods,
        card: RateCard | None = None,
        fees: FeesInForce = NONE_IN_FORCE,
        coming: ComingParts = (),
    ) -> OrderSnapshot:
        """Return the order as the engine sees it; lines without a known product are not asked for.

        Of the postcode only its area is kept: a record of a decision holds no address.
        """
        when_short, whose = self.when_short
        wants = self._wants(products)
        country, postal_code = self.address or ("", "")
        level = self.order.service_level
        rates = card.for_address(country=country, postal_code=postal_code, level=level) if card else ()
        weighed = fees.of({want.product_id for want in wants})
        return OrderSnapshot(
            order_id=self.order.pk,
            destination=self.destination,
            country=country,
            wants=wants,
            **self._limits(level),
            channel=self.channel.code,
            service_level=level,
            deliver_by=self.order.deliver_by.isoformat() if self.order.deliver_by else "",
            postal_code=plain_postcode(postal_code)[:LONGEST_PREFIX],
            rates=rates,
            rate_currency=card.currency if card else "",
            tags=frozenset(self.order.tags),
            total=self.order.total,
            chosen=self.chosen,
            fees=weighed,
            fees_run=fees.run if weighed else 0,
            when_short=when_short,
            when_short_of=whose,
            priority=self.priority,
            coming=coming,
        )


def want_of(line: int, sku: str, quantity: int, product: Product, made_of: Sequence[Component]) -> Want:
    """Return the open quantity of a line as the engine sees it; a kit without a weight weighs what its parts do."""
    weight_g = product.weight_g or sum(one.weight_g * one.quantity for one in made_of)
    parts = tuple(Part(one.product_id, one.sku, one.quantity) for one in made_of)
    return Want(line, product.pk, sku, quantity, product.capability, weight_g, parts)


def gather(order_ids: Sequence[int], *, taken_back: Collection[int], forgiving: bool) -> list[Case]:
    """Lock the live orders and their fulfillment orders, and return a case for each in the order of the ids.

    Planned fulfillment orders are replaced, and those named in ``taken_back``. Unless ``forgiving``, those whose
    location a person chose stay, and locations that rejected the order are excluded.
    """
    cases = _opened(order_ids)
    _add_promises(cases, taken_back, forgiving)
    if not forgiving:
        _exclude_rejecting(cases)
    return list(cases.values())


def gather_moved(order_ids: Sequence[int], moved: Mapping[int, int]) -> dict[int, Case]:
    """Lock live orders and their fulfillment orders, and return a case for each in which some pieces are taken back.

    ``moved`` holds the pieces by the id of their allocation; everything else stays as it is. Work of which nothing is
    left is replaced; what nobody has begun can be joined.
    """
    cases = _opened(order_ids)
    live = {one.pk: one for one in lock_live_of(cases, LIVE_FULFILLMENT)}
    busy = set()
    for allocation in open_allocations_of(live):
        case = cases[live[allocation.fulfillment_order_id].order_id]
        part = moved.get(allocation.pk, 0)
        if allocation.quantity > part:
            case.kept[allocation.order_line_id] += allocation.quantity - part
            busy.add(allocation.fulfillment_order_id)
        if part:
            case.freed.append(allocation if part == allocation.quantity else cut_off(allocation, part))
    for pk in sorted({one.fulfillment_order_id for case in cases.values() for one in case.freed} - busy):
        cases[live[pk].order_id].replaced.append(live[pk])
    for row in live.values():
        if row.pk in busy and row.state in (S.PLANNED, S.OPEN):
            cases[row.order_id].joined.setdefault(row.location_id, row)
    _exclude_rejecting(cases)
    return cases


def _opened(order_ids: Sequence[int]) -> dict[int, Case]:
    """Lock the live orders and return a case for each, with its lines and address, in the order of the ids."""
    orders = {order.pk: order for order in lock_orders(order_ids) if order.is_live}
    channels = Channel.objects.in_bulk({order.channel_id for order in orders.values()})
    cases = {pk: Case(orders[pk], channels[orders[pk].channel_id]) for pk in dict.fromkeys(order_ids) if pk in orders}
    _add_customers(cases)
    _add_lines(cases)
    _add_addresses(cases)
    return cases


def _add_customers(cases: Mapping[int, Case]) -> None:
    """Put to each order what its customer has of their own: what becomes of short orders, and their priority."""
    ids = {case.order.customer_id for case in cases.values() if case.order.customer_id is not None}
    rows = Customer.objects.filter(pk__in=sorted(ids)).values_list("pk", "shortage_policy", "priority")
    known = {pk: (policy, priority) for pk, policy, priority in rows} if ids else {}
    for case in cases.values():
        case.customer = known.get(case.order.customer_id or 0, case.customer)


def _add_lines(cases: Mapping[int, Case]) -> None:
    """Put every line to its order, by id."""
    for line in OrderLine.objects.filter(order__in=list(cases)).order_by("pk"):
        cases[line.order_id].lines.append(line)


def _add_addresses(cases: Mapping[int, Case]) -> None:
    """Put country and postcode of the current shipping address to each order."""
    current = OrderAddress.objects.filter(order__in=list(cases), kind=AddressKind.SHIPPING, replaced_at=None)
    for order_id, country, postal_code in current.values_list("order_id", "country", "postal_code"):
        cases[order_id].address = (country, postal_code)


def _add_promises(cases: Mapping[int, Case], taken_back: Collection[int], forgiving: bool) -> None:
    """Split the promises made so far into those taken back and those that stay."""
    live = {one.pk: one for one in lock_live_of(cases, LIVE_FULFILLMENT)}
    planned = {pk for pk, one in live.items() if one.state == S.PLANNED and (forgiving or not one.is_fixed)}
    replaced = planned | (live.keys() & set(taken_back))
    for pk in sorted(replaced):
        cases[live[pk].order_id].replaced.append(live[pk])
    for allocation in open_allocations_of(live):
        case = cases[live[allocation.fulfillment_order_id].order_id]
        if allocation.fulfillment_order_id in replaced:
            case.freed.append(allocation)
        else:
            case.kept[allocation.order_line_id] += allocation.quantity


def _exclude_rejecting(cases: Mapping[int, Case]) -> None:
    """Keep an order away from the locations that have rejected it."""
    excluded: dict[int, set[int]] = defaultdict(set)
    rejected = FulfillmentOrder.objects.filter(order__in=list(cases), state=S.REJECTED).order_by("pk")
    for order_id, location_id, why in rejected.values_list("order_id", "location_id", "reject_reason"):
        excluded[order_id].add(location_id)
        if why:
            cases[order_id].refusals[location_id] = why
    for order_id, locations in excluded.items():
        cases[order_id].excluded = frozenset(locations)


def products_of(cases: Sequence[Case]) -> Goods:
    """Return the products that the cases' lines want, by id, with what kits among them are made of."""
    ids = {line.product_id for case in cases for line in case.lines if line.product_id is not None}
    rows: Any = Product.objects.filter(pk__in=sorted(ids)).only("pk", "sku", "capability", "title", "weight_g")
    goods = Goods(
        {row.pk: row for row in rows.annotate(is_kit=Exists(KitComponent.objects.filter(kit=OuterRef("pk"))))}
    )
    kits = [pk for pk, product in goods.items() if cast(Any, product).is_kit]
    goods.parts = parts_of_kits(kits) if kits else {}
    made = (one for case in cases for one in case.freed if one.is_assembled)
    goods.held = frozenset(level for one in made for level in one.takes)
    return goods
