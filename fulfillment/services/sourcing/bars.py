"""Why a location cannot take pieces that a person would send there, and what a person may insist on all the same."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from fulfillment.sourcing.book import Book
from fulfillment.sourcing.demand import kilometres
from fulfillment.sourcing.kits import are_contested, could_give, lack_of
from fulfillment.sourcing.losses import without_parts
from fulfillment.sourcing.methods import PICKUP, SAME_DAY, method_bar
from fulfillment.sourcing.needs import Need, needs_of
from fulfillment.sourcing.rules import standing
from fulfillment.sourcing.snapshot import Node, OrderSnapshot, Rules, Snapshot, Stock, Want
from fulfillment.sourcing.wording import cannot, parcels_taken
from oms.foundation.refusals import Reason, Refused

INSIST = "Send it all the same"
"""The tick of the form that lets a person send a parcel more, or against a rule."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What keeps pieces from a location; who has the right may insist on a ``soft`` one."""

    code: str
    sentence: str
    soft: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """What bars are judged by: an order, the free pieces, the rules, and where the order has work to add to."""

    order: OrderSnapshot
    stock: Stock
    rules: Rules
    joined: Collection[int] = ()

    def bars(self, node: Node, wants: Sequence[Want]) -> list[Bar]:
        """Return what keeps wants from a location, what cannot be helped first."""
        return [*self._hard(node, wants), *self._soft(node)]

    def could_give(self, node: Node, want: Want) -> int:
        """Return the free pieces of a product at a location, with the kits that it can assemble."""
        return could_give(want.product_id, want.parts, node, self._book(node))

    def _book(self, node: Node) -> Book:
        """Return what is free as the engine counts it."""
        return Book(Snapshot((self.order,), (node,), self.stock))

    def _hard(self, node: Node, wants: Sequence[Want]) -> Iterator[Bar]:
        """Yield skills and pieces that are not there."""
        lacks = sorted({one.capability for one in wants if one.capability and one.capability not in node.capabilities})
        if lacks:
            yield Bar("no_capability", f"{node.name} {cannot(lacks)}.")
        bar = method_bar(self.order, node, kilometres(node, self.order)) if self.order.bound_by == PICKUP else None
        if bar is not None:
            yield Bar(bar.code, f"{node.name} cannot have it: {bar.words}.")
        needs, book = needs_of(wants), self._book(node)
        for need in needs:
            free = could_give(need.product_id, need.parts, node, book)
            if free < need.quantity:
                words = f"{node.name} has {free} × {need.sku} free, {need.quantity} are to go there"
                yield Bar("not_enough_free", f"{words}{self._why(need, node, book)}.")
        if are_contested(needs) and (
            lack := lack_of(needs, {at: n.quantity for at, n in enumerate(needs)}, node, book)
        ):
            words = f"{lack.available} × {lack.sku} free, {lack.needed} are needed for all that is to go there"
            yield Bar("not_enough_free", f"{node.name} has {words}.")

    @staticmethod
    def _why(need: Need, node: Node, book: Book) -> str:
        """Say why a location cannot assemble as many kits as are wanted; blank for what is no kit."""
        loss = without_parts([need], {0: need.quantity}, node, book)
        return f": {loss.words}" if loss else ""

    def _soft(self, node: Node) -> Iterator[Bar]:
        """Yield what a person may insist on: another parcel on a full day, what rules or the location itself say."""
        if node.capacity_left == 0 and node.location_id not in self.joined:
            yield Bar("no_capacity", f"{node.name} is full: {parcels_taken(node.daily_capacity)}.", soft=True)
        bar = method_bar(self.order, node, kilometres(node, self.order)) if self.order.bound_by == SAME_DAY else None
        if bar is not None:
            yield Bar(bar.code, f"{node.name} cannot deliver it today: {bar.words}.", soft=True)
        rule = standing(self.order, self.rules).barring(node)
        if rule is not None:
            yield Bar("kept_out_by_rule", f"{rule.label[:1].upper()}{rule.label[1:]} keeps {node.name} out.", soft=True)
        if node.location_id in self.order.excluded_locations:
            yield Bar("rejected_before", f"{node.name} has rejected this order before.", soft=True)


def refuse_barred(bars: Iterable[Bar], *, insist: bool) -> None:
    """Raise for what cannot be helped, and for what a person may insist on and does not.

    :raises Refused: with a reason for each.
    """
    left = [one for one in bars if not (one.soft and insist)]
    if not left:
        return
    hint = f" Tick “{INSIST}” to do it nevertheless." if all(one.soft for one in left) else ""
    raise Refused(reasons=[Reason(one.code, f"{one.sentence}{hint}", "location") for one in left])
