"""Swapping pieces for a substitute, and back: the customer pays what was promised, to the cent.

The swapped pieces of a line are cancelled, and their money (price, share of tax and discounts) moves to the line of the
substitute. The sums of the order stay what they were, so nothing new has to be authorized and nothing goes back.
"""

from collections.abc import Sequence

from django.db import transaction

from inventory.models import Product
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.counters import add_to
from oms.foundation.facts import publish
from oms.foundation.money import Money
from oms.foundation.refusals import Refused
from orders.events import PiecesSwapped
from orders.locks import lock_lines, lock_order
from orders.models import Order, OrderDiscount, OrderLine
from orders.proration import moved_part
from orders.services.conditions import LIVE
from orders.services.pieces import cancel_pieces, line_at, refuse_absurd
from orders.services.status import refresh_fulfillment_status, refresh_payment_status


@transaction.atomic
def swap_pieces(
    *,
    order_id: int,
    line: int,
    product_id: int,
    quantity: int,
    reason: str = "",
    tell_customer: bool = False,
    actor: Actor,
) -> OrderLine:
    """Replace open pieces of the line at a position by another product at the promised price; return the new line.

    :raises Refused: for more than is open.
    """
    order = lock_order(order_id)
    refuse_unless(order, LIVE)
    lines = lock_lines([order_id])
    old = line_at(order, lines, line)
    refuse_absurd(old, quantity)
    new = _line_of(old, Product.objects.get(pk=product_id), quantity, max(one.position for one in lines) + 1)
    new.save()
    _move(old, new, quantity)
    _count_swapped(old, quantity)
    price = Money(new.unit_price, order.currency)
    note = (
        f"{quantity} × {old.sku} (line {old.position}) swapped for {quantity} × {new.sku} (line {new.position}) at the"
        f" promised price of {price}. {reason}"
    )
    _finish(order, [*lines, new], actor)
    data = {"line": old.position, "sku": old.sku, "quantity": quantity, "new_line": new.position, "new_sku": new.sku}
    record(actor, "orders.swap", order, note=note.strip(), data=data)
    publish(PiecesSwapped(at=actor.now, order_id=order.pk, line_id=new.pk, tells_customer=tell_customer))
    return new


@transaction.atomic
def swap_pieces_back(*, order_id: int, line: int, quantity: int, reason: str = "", actor: Actor) -> OrderLine:
    """Let open pieces of a substitute's line be what was ordered first; return that line.

    :raises Refused: for a line that replaces no other, or more than is open.
    """
    order = lock_order(order_id)
    refuse_unless(order, LIVE)
    lines = lock_lines([order_id])
    new = line_at(order, lines, line)
    old = next((one for one in lines if one.pk == new.replaces_id), None)
    if old is None:
        raise Refused(f"Line {line} ({new.sku}) replaces no other line.", code="no_substitute", field="line")
    refuse_absurd(new, quantity)
    _move(new, old, quantity)
    _count_swapped(new, quantity)
    _count_back(old, quantity)
    _finish(order, lines, actor)
    note = f"{quantity} × {new.sku} (line {new.position}) swapped back to {old.sku} (line {old.position}). {reason}"
    data = {"line": new.position, "sku": new.sku, "quantity": quantity, "old_line": old.position, "old_sku": old.sku}
    record(actor, "orders.swap_back", order, note=note.strip(), data=data)
    return old


def _line_of(old: OrderLine, product: Product, quantity: int, position: int) -> OrderLine:
    """Return an unsaved line of the substitute at the old line's price."""
    return OrderLine(
        order_id=old.order_id,
        position=position,
        product=product,
        sku=product.sku,
        title=product.title,
        quantity=quantity,
        quantity_open=quantity,
        unit_price=old.unit_price,
        customization=old.customization,
        instructions=old.instructions,
        replaces=old,
    )


def _move(source: OrderLine, target: OrderLine, pieces: int) -> None:
    """Move the tax and the discounts of some of a line's priced pieces to another line."""
    of = source.quantity_priced
    for name in ("tax", "discount"):
        part = moved_part(getattr(source, name), pieces=pieces, of=of)
        setattr(source, name, getattr(source, name) - part)
        setattr(target, name, getattr(target, name) + part)
    for line in (source, target):
        line.save(update_fields=["tax", "discount"])
    for discount in OrderDiscount.objects.filter(line=source).order_by("pk"):
        _move_discount(discount, target, moved_part(discount.amount, pieces=pieces, of=of))


def _move_discount(discount: OrderDiscount, target: OrderLine, part: int) -> None:
    """Move a part of a discount to the same discount of another line."""
    if not part:
        return
    discount.amount -= part
    discount.save(update_fields=["amount"])
    same = {"order_id": discount.order_id, "code": discount.code, "promotion_ref": discount.promotion_ref}
    twin = OrderDiscount.objects.filter(line=target, **same).first() or OrderDiscount(line=target, amount=0, **same)
    twin.amount += part
    twin.save()


def _count_swapped(line: OrderLine, pieces: int) -> None:
    """Count open pieces of a line as cancelled and swapped."""
    cancel_pieces({line: pieces})
    add_to(OrderLine, ["quantity_swapped"], {line.pk: (pieces,)})
    line.quantity_swapped += pieces


def _count_back(line: OrderLine, pieces: int) -> None:
    """Count swapped pieces of a line as open again."""
    add_to(
        OrderLine,
        ["quantity_open", "quantity_cancelled", "quantity_swapped"],
        {line.pk: (pieces, -pieces, -pieces)},
    )
    line.quantity_open += pieces
    line.quantity_cancelled -= pieces
    line.quantity_swapped -= pieces


def _finish(order: Order, lines: Sequence[OrderLine], actor: Actor) -> None:
    """Write the order anew, with both derived statuses: whoever has its page open sees that it changed."""
    order.save(update_fields=["updated_at"])
    refresh_payment_status([order])
    refresh_fulfillment_status([order], lines)
