"""Swapping what is not there for a substitute that is, and back: lines, promises and stock in one transaction."""

from collections import Counter

from django.db import transaction

from fulfillment.locks import lock_live_of, open_allocations_of
from fulfillment.services.following import shrink_promises
from fulfillment.services.sourcing.run import Trigger
from fulfillment.states import BEGUN, LIVE_FULFILLMENT
from inventory.models import Product
from inventory.queries import substitutes_of
from oms.foundation.actions import Condition, refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.refusals import Refused, refuse_if
from orders.locks import lock_lines, lock_order
from orders.models import Order, OrderLine
from orders.services.conditions import HAS_OPEN_PIECES, LIVE
from orders.services.pieces import line_at, refuse_absurd
from orders.services.swapping import swap_pieces, swap_pieces_back


def _has_substitute(order: Order) -> str | None:
    """Say that no open piece stands instead of another."""
    if any(line.replaces_id is not None and line.quantity_open for line in order.lines.all()):
        return None
    return "No open piece of this order was swapped for another product."


HAS_SWAPPED = Condition("nothing_swapped", _has_substitute)
CAN_SWAP = (LIVE, HAS_OPEN_PIECES)
CAN_SWAP_BACK = (LIVE, HAS_SWAPPED)


@transaction.atomic
def swap(
    *,
    order_id: int,
    line: int,
    sku: str,
    quantity: int | None = None,
    reason: str = "",
    tell_customer: bool = False,
    actor: Actor,
) -> Order:
    """Send a declared substitute instead of pieces of the line at a position: by default of those that are missing.

    :raises Refused: for a product that is no substitute of it, for pieces that somebody has in hands, or when not every
        piece of the substitute can be promised now; nothing changes then.
    """
    order = lock_order(order_id)
    refuse_unless(order, *CAN_SWAP)
    wanted = line_at(order, lock_lines([order_id]), line)
    pieces = (wanted.quantity_short or wanted.quantity_open) if quantity is None else quantity
    refuse_absurd(wanted, pieces)
    _refuse_in_hand(order, wanted, pieces)
    product = declared_substitute(wanted, sku)
    new = swap_pieces(
        order_id=order_id,
        line=line,
        product_id=product.pk,
        quantity=pieces,
        reason=reason,
        tell_customer=tell_customer,
        actor=actor,
    )
    shrink_promises(order_ids=[order_id], trigger=Trigger.SWAPPED, actor=actor)
    promised = OrderLine.objects.values_list("quantity_allocated", flat=True).get(pk=new.pk)
    sentence = (
        f"Only {promised} of {pieces} × {product.sku} can be promised to this order now: swap fewer pieces, or choose"
        " another substitute."
    )
    refuse_if(promised < pieces, sentence, code="substitute_short", field="quantity")
    return lock_order(order_id)


@transaction.atomic
def swap_back(*, order_id: int, line: int, quantity: int | None = None, reason: str = "", actor: Actor) -> Order:
    """Let pieces of a substitute\'s line be what was ordered first, by default all that are open.

    :raises Refused: once somebody picks them: what is in hands or on the truck cannot be taken back like this.
    """
    order = lock_order(order_id)
    refuse_unless(order, *CAN_SWAP_BACK)
    swapped = line_at(order, lock_lines([order_id]), line)
    pieces = swapped.quantity_open if quantity is None else quantity
    refuse_absurd(swapped, pieces)
    _refuse_in_hand(order, swapped, pieces)
    swap_pieces_back(order_id=order_id, line=line, quantity=pieces, reason=reason, actor=actor)
    shrink_promises(order_ids=[order_id], trigger=Trigger.SWAPPED, actor=actor)
    return lock_order(order_id)


def _refuse_in_hand(order: Order, line: OrderLine, pieces: int) -> None:
    """Raise when fewer pieces of a line are free of a picker\'s hands than are to be swapped."""
    begun = [row.pk for row in lock_live_of([order.pk], LIVE_FULFILLMENT) if row.state in BEGUN]
    in_hand: Counter[int] = Counter()
    for one in open_allocations_of(begun):
        in_hand[one.order_line_id] += one.quantity
    free = line.quantity_open - in_hand[line.pk]
    if pieces > free:
        sentence = (
            f"{in_hand[line.pk]} of the {line.quantity_open} open pieces of {line.sku} are being picked or packed; stop"
            f" picking there first, or swap at most {free}."
        )
        raise Refused(sentence, code="being_fulfilled", field="quantity")


def declared_substitute(line: OrderLine, sku: str) -> Product:
    """Return the declared substitute of a line\'s product; raises :class:`Refused` that names the known ones."""
    known = substitutes_of([line.product_id]).get(line.product_id, []) if line.product_id is not None else []
    found = next((product for product in known if product.sku == sku.strip()), None)
    if found is None:
        names = ", ".join(product.sku for product in known)
        what = f"Its substitutes are: {names}." if names else "It has none; add one on the product's page."
        raise Refused(f"“{sku}” is no substitute of {line.sku}. {what}", code="no_substitute", field="sku")
    return found
