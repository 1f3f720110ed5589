"""The two courses of one past: as it was decided, and as other rules would have decided it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fulfillment.sourcing.decision import Decision
from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.snapshot import Node, OrderSnapshot, Rules, Snapshot, Stock, Want
from fulfillment.sourcing.turns import Turn, turn_of
from fulfillment.sourcing.whatif.figures import Change, Figures, Parcel, side_of
from fulfillment.sourcing.whatif.parcels import parcels_of
from fulfillment.sourcing.whatif.worlds import Place, World

TRIES_AT_ONCE = 100
"""So many waiting orders are tried at most each time stock comes in."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One decision on record. ``quiet``: it served an order that waited, beside others that stayed as they were."""

    order_id: int
    at: datetime
    snapshot: Snapshot
    decision: Decision
    quiet: bool = False


@dataclass(slots=True)
class WhatIf:
    """What both courses share: the shelf, what orders want of it, and where they stand.

    ``shelf`` holds the pieces of each place that would be free if no order that is followed here held any. The stock
    that a recorded decision saw corrects it: what the ledger cannot know (carts, changed safety stock) is the same in
    both courses.
    """

    rules: Callable[[int], Rules]
    zones: Mapping[int, str]
    shelf: dict[Place, int] = field(default_factory=dict)
    need: dict[int, dict[int, tuple[int, int]]] = field(default_factory=dict)
    """order → line → (product, pieces wanted in all)."""
    real: World = field(default_factory=World)
    other: World = field(default_factory=World)
    told: dict[int, tuple[str, str]] = field(default_factory=dict)
    """order → the last sentence of each course; also which orders count: those decided in the period."""
    waiting: dict[int, OrderSnapshot] = field(default_factory=dict)
    """Orders that are short in the other course, the longest waiting first."""
    since: dict[int, datetime] = field(default_factory=dict)
    """order → since when it waits."""
    step: timedelta = timedelta()
    """How much longer an order counts as waiting for each step of its priority."""
    left: dict[int, set[int]] = field(default_factory=dict)
    nodes: dict[int, Node] = field(default_factory=dict)
    ages: dict[Place, int] = field(default_factory=dict)
    """How old stock was, as the last decision that weighed it saw it."""
    figures: tuple[Figures, Figures] = field(default_factory=lambda: (Figures(), Figures()))
    changes: list[Change] = field(default_factory=list)
    stock_seen: int = 0
    stock_rebuilt: int = 0
    """Levels that decisions saw, and those of them that the ledger alone would have rebuilt."""
    last_version: int = Rules().version
    last_day: str = ""

    # ------------------------------------------------------------- what happened

    def holds_already(self, order: int, line: int, product: int, location: int, units: int, day: str) -> None:
        """Note pieces that an order held when the period began, in both courses."""
        _, wanted = self.need.setdefault(order, {}).get(line, (product, 0))
        self.need[order][line] = (product, wanted + units)
        for world in (self.real, self.other):
            world.take(order, line, product, location, units, Parcel(day))

    def moved(self, product: int, location: int, units: int, at: datetime) -> None:
        """Let pieces come or go that no order took; the orders that wait for them are served."""
        key = (product, location)
        self.shelf[key] = self.shelf.get(key, 0) + units
        if units > 0:
            self._serve([key], at)

    def gave_back(
        self, order: int, line: int, product: int, location: int, units: int, at: datetime, *, keeps_wish: bool
    ) -> None:
        """Take pieces back that were cancelled, or not found (then the order still wants them)."""
        if order not in self.need:
            self.real.taken[product, location] = self.real.taken.get((product, location), 0) - units
            self.other.taken[product, location] = self.other.taken.get((product, location), 0) - units
            return
        if not keeps_wish:
            _, wanted = self.need[order].get(line, (product, 0))
            self.need[order][line] = (product, max(0, wanted - units))
        self.real.give_back(order, line, product, units, first=frozenset((location,)))
        freed = self.other.give_back(order, line, product, units, first=frozenset((location,)))
        if not self._missing(self.other, order):
            self.waiting.pop(order, None)
            self.since.pop(order, None)
        self._serve(freed, at)

    def shipped(self, order: int, location: int) -> None:
        """Note that a location has sent its part; an order of which all has gone is counted and let go of."""
        if order not in self.told:
            return
        gone = self.left.setdefault(order, set())
        gone.add(location)
        over = gone.issuperset(self.real.parcels.get(order, {}))
        if over and not self._missing(self.real, order) and order not in self.waiting:
            self._count(order)

    def decided(self, batch: Sequence[Recorded]) -> None:
        """Let both courses decide what was decided together; kits are left out: the stock seen later tells of them."""
        self._begin_day(batch[0].at)
        batch = [one for one in batch if not any(want.parts for want in one.snapshot.orders[0].wants)]
        wishes = [self._wish(one) for one in batch]
        for one, wish in zip(batch, wishes, strict=True):
            if not one.quiet:
                self._correct_shelf(one)
            self.last_version = one.decision.rules_version
            self.nodes = {node.location_id: node for node in one.snapshot.nodes}
            before = self.told.get(one.order_id, ("", ""))
            self._take(self.real, one.snapshot.orders[0], one.snapshot.nodes, one.decision, one.at)
            sentence = before[1]
            if wish is not None:
                self.ages |= one.snapshot.ages
                sentence = self._decide(
                    wish, one.snapshot.nodes, self._stock(one.snapshot.stock), one.at, recorded=True
                )
            self.told[one.order_id] = (one.decision.sentence, sentence)

    def finish(self) -> None:
        """Count the orders that are still open when the period ends."""
        for order in list(self.told):
            self._count(order)

    # ------------------------------------------------------------- how it goes

    def _begin_day(self, at: datetime) -> None:
        """Try the orders that wait in the other course again on a new day."""
        day = at.date().isoformat()
        if self.last_day not in ("", day):
            self._serve([(want.product_id, 0) for order in self.waiting.values() for want in order.wants], at)
        self.last_day = day

    def _wish(self, one: Recorded) -> OrderSnapshot | None:
        """Take back in both courses what is decided anew, and return what the other course has to decide, if anything.

        How much a line wants in all is the same in both: what it keeps in the course that was, and what was asked for.
        """
        (order,) = one.snapshot.orders
        if one.quiet and order.order_id in self.need and not self._missing(self.other, order.order_id):
            self._renew(self.real, order)
            return None
        kept = self._renew(self.real, order)
        wants = []
        for want in order.wants:
            total = kept[want.line_id] + want.quantity
            self.need.setdefault(order.order_id, {})[want.line_id] = (want.product_id, total)
            holds = self.other.units(order.order_id, want.line_id)
            give = max(min(holds, want.quantity), holds - total)
            self.other.give_back(order.order_id, want.line_id, want.product_id, give, first=order.excluded_locations)
            wants.append(replace(want, quantity=total - holds + give))
        return replace(order, wants=tuple(wants))

    def _renew(self, world: World, order: OrderSnapshot) -> dict[int, int]:
        """Take back what the recorded decision decides anew, and return the pieces by line that stay."""
        kept = {}
        for want in order.wants:
            holds = world.units(order.order_id, want.line_id)
            _, total = self.need.get(order.order_id, {}).get(want.line_id, (want.product_id, 0))
            kept[want.line_id] = min(holds, max(0, total - want.quantity))
            give = holds - kept[want.line_id]
            world.give_back(order.order_id, want.line_id, want.product_id, give, first=order.excluded_locations)
        return kept

    def _correct_shelf(self, one: Recorded) -> None:
        """Compare the rebuilt stock with what the decision saw, and let what it saw win."""
        for place, (_, seen) in one.snapshot.stock.items():
            rebuilt = self.shelf.get(place, 0) - self.real.taken.get(place, 0)
            self.stock_seen += 1
            if seen == max(0, rebuilt):
                self.stock_rebuilt += 1
            else:
                self.shelf[place] = self.shelf.get(place, 0) + seen - rebuilt

    def _stock(self, places: Iterable[Place]) -> Stock:
        """Return what is free in the other course at some places."""
        free = ((place, self.shelf.get(place, 0) - self.other.taken.get(place, 0)) for place in places)
        return {place: (0, max(0, units)) for place, units in free}

    def _decide(
        self, order: OrderSnapshot, nodes: Sequence[Node], stock: Stock, at: datetime, *, recorded: bool
    ) -> str:
        """Decide an order in the other course; return the sentence."""
        able = tuple(self._as_full(node, at, recorded=recorded) for node in nodes)
        ages = {place: self.ages[place] for place in stock if place in self.ages}
        (decision,) = decide(Snapshot((order,), able, stock, ages), self.rules(self.last_version))
        self._take(self.other, order, nodes, decision, at)
        self.waiting.pop(order.order_id, None)
        if self._missing(self.other, order.order_id):
            self.waiting[order.order_id] = order
            self.since.setdefault(order.order_id, at)
        else:
            self.since.pop(order.order_id, None)
        return decision.sentence

    def _as_full(self, node: Node, at: datetime, *, recorded: bool) -> Node:
        """Return a location with the parcels that it can still send today in the other course."""
        if node.capacity_left is None:
            return node
        today = (node.location_id, self._day(node.location_id, at))
        taken = self.other.by_day.get(today, 0)
        if recorded or node.daily_capacity is None:
            left = node.capacity_left + self.real.by_day.get(today, 0) - taken
        else:
            left = node.daily_capacity - taken
        return node if left == node.capacity_left else replace(node, capacity_left=max(0, left))

    def _take(
        self, world: World, order: OrderSnapshot, nodes: Iterable[Node], decision: Decision, at: datetime
    ) -> None:
        """Let an order take what a decision gives it."""
        days = {pk: self._day(pk, at) for pk in {one.location_id for one in decision.portions}}
        parcels = parcels_of(order, nodes, decision, days)
        for one in decision.portions:
            parcel = parcels[one.location_id]
            world.take(order.order_id, one.line_id, one.product_id, one.location_id, one.quantity, parcel)

    def _day(self, location: int, at: datetime) -> str:
        """Return the day on a location's calendar."""
        return at.astimezone(ZoneInfo(self.zones.get(location, "UTC"))).date().isoformat()

    def _missing(self, world: World, order: int) -> int:
        """Return the pieces that an order lacks."""
        lines = self.need.get(order, {}).items()
        return sum(max(0, wanted - world.units(order, line)) for line, (_, wanted) in lines)

    def _serve(self, freed: Iterable[Place], at: datetime) -> None:
        """Try the orders that wait for products of which pieces have come in, in turn."""
        products = {product for product, _ in freed}
        if not self.waiting or not products:
            return
        found = [pk for pk, order in self.waiting.items() if any(want.product_id in products for want in order.wants)]
        for pk in sorted(found, key=self._turn)[:TRIES_AT_ONCE]:
            places = [(product, place) for product in products for place in self.nodes]
            if not any(units for _, units in self._stock(places).values()):
                return
            self._try_again(pk, at)

    def _turn(self, pk: int) -> Turn:
        """Return the turn of a waiting order."""
        return turn_of(self.since[pk], self.waiting[pk].priority, pk, self.step)

    def _try_again(self, pk: int, at: datetime) -> None:
        """Decide a waiting order anew, by rules whatever a person chose; what has left already stays as it is."""
        order = self.waiting[pk]
        begun = bool(self.left.get(pk))
        wants: list[Want] = []
        for want in order.wants:
            product, total = self.need[pk][want.line_id]
            holds = self.other.units(pk, want.line_id)
            if not begun:
                self.other.give_back(pk, want.line_id, product, holds)
                holds = 0
            wants.append(replace(want, quantity=max(0, total - holds)))
        places = [(want.product_id, place) for want in wants for place in self.nodes]
        known = self._stock(place for place in places if place in self.shelf)
        again = replace(order, wants=tuple(wants), chosen=None)
        waits_since = list(self.waiting)
        sentence = self._decide(again, tuple(self.nodes.values()), known, at, recorded=False)
        if pk in self.waiting:
            self.waiting = {one: self.waiting[one] for one in waits_since}
        self.told[pk] = (self.told[pk][0], sentence)

    def _count(self, order: int) -> None:
        """Count an order in both courses, note whether it ended otherwise, and let go of it."""
        lines = self.need.pop(order, {})
        sides = []
        for world, figures, sentence in zip((self.real, self.other), self.figures, self.told.pop(order), strict=True):
            short = sum(max(0, wanted - world.units(order, line)) for line, (_, wanted) in lines.items())
            parcels = list(world.parcels.get(order, {}).values())
            units = sum(wanted for _, wanted in lines.values())
            figures.add(parcels, lines=len(lines), units=units, short=short)
            sides.append((side_of(parcels, short=short, sentence=sentence), world.held.get(order, {})))
        (before, held_before), (after, held_after) = sides
        if _pieces(held_before) != _pieces(held_after):
            self.changes.append(Change(order, before, after))
        self.waiting.pop(order, None)
        self.since.pop(order, None)
        self.left.pop(order, None)
        self.real.forget(order)
        self.other.forget(order)


def _pieces(held: Mapping[int, Mapping[int, int]]) -> dict[tuple[int, int], int]:
    """Return pieces by (line, location), without what is empty."""
    return {(line, place): units for line, places in held.items() for place, units in places.items() if units}
