"""What can be promised of a basket: from where, leaving when, arriving when; nothing is kept for anybody by asking."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from fulfillment.cutoff import moment_of
from fulfillment.services.opening import departure_from
from fulfillment.services.scarcity.reading import NONE_IN_FORCE, fees_in_force
from fulfillment.services.sourcing.ages import stock_ages
from fulfillment.services.sourcing.cases import want_of
from fulfillment.services.sourcing.outlook import Coming, coming_stock, short_lines
from fulfillment.services.sourcing.rates import RateCard
from fulfillment.services.sourcing.rule_sets import active_rules
from fulfillment.services.sourcing.supply import Supply, nodes_of
from fulfillment.sourcing.arrival import SAME_DAY, Transit, arrival, transit_of
from fulfillment.sourcing.decision import Decision
from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.geography import LONGEST_PREFIX, locate, plain_postcode
from fulfillment.sourcing.snapshot import Node, OrderSnapshot, Point, Rules
from inventory.models import IncomingStock, Location, Product, StockLevel
from inventory.queries import assemblable, parts_of_kits, reserved_pieces

MOST_HORIZON = time(23, 59)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody would order: pieces by SKU, to where, by which shipping method.

    Sourcing rules ask for the rest: the code of the channel, the order's tags, its total in minor units.
    """

    pieces: Mapping[str, int]
    country: str = ""
    postal_code: str = ""
    service_level: str = "standard"
    pickup_location: str = ""
    channel: str = ""
    tags: frozenset[str] = frozenset()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Promise:
    """What becomes of some wants: pieces by location, when the last of them leaves, when they arrive.

    ``complete`` says whether everything is there or on its way; moments and days are None where nobody can know.
    """

    complete: bool
    missing: int
    places: Mapping[str, int]
    ship_by: datetime | None = None
    delivery_p50: date | None = None
    delivery_p90: date | None = None
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class SkuAnswer:
    """What can be promised of one SKU: now, and with what comes; ``waiting`` orders are served from that first."""

    sku: str
    quantity: int
    known: bool
    locations: Mapping[str, int]
    reserved: int = 0
    waiting: int = 0
    incoming: Sequence[Coming] = ()
    promise: Promise | None = None

    @property
    def available(self) -> int:
        """Return the pieces of all locations less those that carts have in hand."""
        return max(0, sum(self.locations.values()) - self.reserved)


@dataclass(frozen=True, slots=True)
class Answer:
    """What can be promised of each SKU, and of the whole basket."""

    skus: Sequence[SkuAnswer]
    basket: Promise
    same_day: bool
    today: str = ""
    """How all of it can be delivered today, or what is in the way."""


class Market:
    """All that promises look at, read once in a fixed number of statements."""

    def __init__(
        self, asked: Asked, levels: "QuerySet[StockLevel]", incoming: "QuerySet[IncomingStock]", now: datetime
    ) -> None:
        self.asked, self.now = asked, now
        self.products = {one.sku: one for one in Product.objects.filter(sku__in=list(asked.pieces))}
        ids = [one.pk for one in self.products.values()]
        self.places = {one.pk: one for one in Location.objects.order_by("code")}
        self.parts = parts_of_kits(ids, sold=True)
        parts = [one.product_id for made_of in self.parts.values() for one in made_of]
        lying = Q(product__in=ids, product__is_active=True) | Q(product__in=parts)
        sellable = levels.filter(lying, location__is_active=True)
        self.free = {(row.product_id, row.location_id): (row.pk, row.available) for row in sellable.order_by("pk")}
        self.made = assemblable(self.parts, levels)
        self.reserved = reserved_pieces([*ids, *parts], now=now)
        self.incoming = coming_stock(ids, incoming, now)
        self.waiting = _waiting(ids)
        self.nodes = nodes_of([one for one in self.places.values() if one.is_active], [], now)
        self.leaves = {node.location_id: self._departure(node) for node in self.nodes}
        self.rules: Rules = active_rules()
        card = RateCard([asked.country])
        address = {"country": asked.country, "postal_code": asked.postal_code}
        self.rates = card.for_address(**address, level=asked.service_level) if asked.country else ()
        self.rate_currency = card.currency
        self.fees = NONE_IN_FORCE
        if self.rules.prefer == "cheapest":
            self.fees = fees_in_force(ids, currency=card.currency, now=now)
        self.usual = {rate: card.usual_days[rate] for rate in self.rates}
        places = [node.location_id for node in self.nodes]
        self.ages = stock_ages(ids, places, now=now) if self.rules.young_stock_fee else {}
        self.weight_g = sum(self._grams(one) * asked.pieces[sku] for sku, one in self.products.items())
        self.to: Point | None = locate(asked.country, asked.postal_code) if asked.country else None

    @property
    def bound_by(self) -> str:
        """Return the method that limits which locations may take part; any store will do until one is named."""
        if self.asked.service_level == SAME_DAY or self.asked.pickup_location:
            return self.asked.service_level
        return ""

    def _grams(self, product: Product) -> int:
        """Return what a product weighs; a kit without a weight weighs what its parts do."""
        return want_of(0, product.sku, 1, product, self.parts.get(product.pk, ())).weight_g

    def _departure(self, node: Node) -> datetime:
        """Return when an order that comes in now leaves a location; one that is full today begins tomorrow."""
        place = self.places[node.location_id]
        return (
            self.after(place, self.now.astimezone(place.zone).date())
            if node.capacity_left == 0
            else departure_from(place, self.now)
        )

    @staticmethod
    def after(place: Location, day: date) -> datetime:
        """Return when what is there at the end of a day leaves."""
        return departure_from(place, moment_of(day, MOST_HORIZON, place.zone))

    def transit(self, node: Node) -> Transit | None:
        """Return the days on the way from a location, for all pieces in one parcel."""
        return transit_of(node, self.to, self.asked.service_level, self.usual, self.weight_g)

    def reaches(self, node: Node) -> bool:
        """Say whether the asked service reaches the customer from a location at all."""
        if self.bound_by:
            return True  # the engine keeps out what is too far, too late or another store, and says why
        return self.transit(node) is not None

    def leaves_today(self, node: Node) -> bool:
        """Say whether what comes in now leaves on this day, as the location's clock shows it."""
        zone = self.places[node.location_id].zone
        return self.leaves[node.location_id].astimezone(zone).date() == self.now.astimezone(zone).date()

    def decided(
        self, pieces: Mapping[str, int], able: Callable[[Node], bool] = lambda node: True, *, bound_by: str = ""
    ) -> Decision:
        """Return what the engine decides for some pieces, from locations that are able, perhaps bound by a method."""
        wants = tuple(
            want_of(at, sku, pieces[sku], one, self.parts.get(one.pk, ()))
            for at, (sku, one) in enumerate(self.products.items(), start=1)
            if sku in pieces
        )
        order = OrderSnapshot(
            order_id=0,
            destination=self.to,
            country=self.asked.country,
            wants=wants,
            channel=self.asked.channel,
            service_level=self.asked.service_level,
            tags=self.asked.tags,
            total=self.asked.total,
            postal_code=plain_postcode(self.asked.postal_code)[:LONGEST_PREFIX],
            rates=self.rates if self.rules.prefer == "cheapest" else (),
            rate_currency=self.rate_currency if self.rules.prefer == "cheapest" else "",
            fees=self.fees.of({want.product_id for want in wants}),
            fees_run=self.fees.run,
            bound_by=bound_by or self.bound_by,
            collect_at=self.asked.pickup_location,
        )
        nodes = tuple(
            replace(node, capacity_left=None, late_today=not self.leaves_today(node))
            for node in self.nodes
            if able(node)
        )
        supply = Supply(dict(self.free), nodes, Counter(self.reserved), {}, self.ages)
        (decision,) = decide(supply.snapshot(order), self.rules)
        return decision


def promise_basket(
    asked: Asked, *, levels: "QuerySet[StockLevel]", incoming: "QuerySet[IncomingStock]", now: datetime
) -> Answer:
    """Return what can be promised of a basket from the levels and announcements that the asker may see."""
    market = Market(asked, levels, incoming, now)
    skus = [_sku(market, sku, quantity) for sku, quantity in asked.pieces.items()]
    known = {sku: quantity for sku, quantity in asked.pieces.items() if sku in market.products}
    basket = _promise(market, known)
    if len(known) < len(asked.pieces):
        basket = replace(basket, complete=False, ship_by=None, delivery_p50=None, delivery_p90=None)
    today = market.decided(known, bound_by=SAME_DAY)
    return Answer(skus, basket, today.is_complete and len(known) == len(asked.pieces), today.sentence)


def _sku(market: Market, sku: str, quantity: int) -> SkuAnswer:
    """Return what can be promised of one SKU."""
    product = market.products.get(sku)
    if product is None:
        return SkuAnswer(sku, quantity, known=False, locations={})
    codes = {pk: place.code for pk, place in market.places.items()}
    free = Counter({codes[pk]: pieces for (owner, pk), (_, pieces) in market.free.items() if owner == product.pk})
    free.update({codes[pk]: kits for pk, kits in market.made.get(product.pk, {}).items()})
    return SkuAnswer(
        sku=sku,
        quantity=quantity,
        known=True,
        locations=dict(sorted(free.items())),
        reserved=market.reserved.get(product.pk, 0),
        waiting=market.waiting.get(product.pk, 0),
        incoming=market.incoming.get(product.pk, ()),
        promise=_promise(market, {sku: quantity}),
    )


def _promise(market: Market, pieces: Mapping[str, int]) -> Promise:
    """Return what becomes of some pieces: from the shelves, and what is missing there from what comes."""
    decision = market.decided(pieces, market.reaches)
    places: Counter[int] = Counter()
    for portion in decision.portions:
        places[portion.location_id] += portion.quantity
    leaves = [(pk, market.leaves[pk]) for pk in places]
    missing = 0
    for one in decision.shortages:
        later = _when_it_comes(market, one.product_id, one.missing)
        leaves += [later] if later else []
        missing += 0 if later else one.missing
    codes = {market.places[pk].code: quantity for pk, quantity in places.items()}
    if missing or not leaves:
        lacks = sum(one.missing for one in decision.shortages)
        return Promise(False, lacks, codes, sentence=decision.sentence)
    days = [_arrivals(market, pk, moment) for pk, moment in leaves] if market.to else []
    p50, p90 = (max(days_of) for days_of in zip(*days, strict=True)) if days else (None, None)
    lacks = sum(one.missing for one in decision.shortages)
    return Promise(True, lacks, codes, max(moment for _, moment in leaves), p50, p90, decision.sentence)


def _arrivals(market: Market, location_id: int, leaves: datetime) -> tuple[date, date]:
    """Return the days by which five and nine of ten parcels arrive."""
    place = market.places[location_id]
    node = next(one for one in market.nodes if one.location_id == location_id)
    transit = market.transit(node)
    day = leaves.astimezone(place.zone).date()
    return (arrival(day, transit.p50), arrival(day, transit.p90)) if transit else (day, day)


def _when_it_comes(market: Market, product_id: int, missing: int) -> tuple[int, datetime] | None:
    """Return where and when the missing pieces leave once they have come, those that others wait for left out."""
    left = missing + market.waiting.get(product_id, 0)
    able = {node.location_id for node in market.nodes if market.transit(node)}
    for one in market.incoming.get(product_id, ()):
        left -= one.pieces if one.location_id in able else 0
        if left <= 0 and market.asked.service_level != SAME_DAY:
            place = market.places[one.location_id]
            today = market.now.astimezone(place.zone).date()
            return one.location_id, market.after(place, max(one.expected_on, today))
    return None


def _waiting(product_ids: Sequence[int]) -> dict[int, int]:
    """Return the pieces by product that live orders wait for."""
    rows: Any = short_lines().filter(product__in=product_ids)
    return dict(rows.order_by().values_list("product_id").annotate(n=Sum(F("quantity_open") - F("quantity_allocated"))))
