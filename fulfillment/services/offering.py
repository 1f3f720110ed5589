"""Offering a substitute for what is missing, and taking the customer's answer: an accepted one is a swap."""

from django.db import transaction

from fulfillment.locks import lock_orders
from fulfillment.models import SubstituteOffer
from fulfillment.services.sourcing.offers import new_offer, offered_until, tell, told
from fulfillment.services.swapping import declared_substitute, swap
from fulfillment.states import OfferState
from inventory.queries import pieces_left
from oms.foundation.actions import Condition, refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record, record_many
from oms.foundation.refusals import Refused, refuse_if
from orders.locks import lock_lines, lock_order
from orders.models import Order, OrderLine
from orders.services.conditions import LIVE
from orders.services.pieces import line_at, refuse_absurd

MOST_HOURS = 720


def _has_short(order: Order) -> str | None:
    """Return why nothing can be offered."""
    return None if any(line.quantity_short for line in order.lines.all()) else "Nothing of this order is missing."


HAS_SHORT = Condition("nothing_short", _has_short)
CAN_OFFER = (LIVE, HAS_SHORT)
CAN_ANSWER = (LIVE,)


@transaction.atomic
def offer_substitute(
    *,
    order_id: int,
    line: int,
    sku: str,
    quantity: int | None = None,
    hours: int | None = None,
    tell_customer: bool = False,
    actor: Actor,
) -> Order:
    """Offer a declared substitute for missing pieces of the line at a position, by default for all of them.

    Nothing is kept for the offer: whoever accepts in time gets it if it is still there.

    :raises Refused: for a product that is no substitute, more pieces than are missing or free, or a second offer.
    """
    order = lock_order(order_id)
    refuse_unless(order, *CAN_OFFER)
    wanted = line_at(order, lock_lines([order_id]), line)
    product = declared_substitute(wanted, sku)
    pieces = wanted.quantity_short if quantity is None else quantity
    _refuse_more_than_missing(wanted, pieces)
    standing = SubstituteOffer.objects.filter(order_line=wanted, state=OfferState.OPEN).first()
    if standing is not None:
        raise Refused(f"Offered already: {told(standing)} Take the answer to that first.", code="offered", field="line")
    free = pieces_left([product.pk], now=actor.now).get(product.pk, 0)
    sentence = f"Only {free} of {product.sku} are free now: offer fewer pieces, or another substitute."
    refuse_if(free < pieces, sentence, code="substitute_short", field="quantity")
    offer = new_offer(wanted, product, pieces, until=offered_until(actor.now, hours), actor=actor)
    offer.save()
    tell([offer], tells_customer=tell_customer, actor=actor)
    return order


def _refuse_more_than_missing(line: OrderLine, pieces: int) -> None:
    """Raise unless so many pieces of a line are missing."""
    refuse_absurd(line, pieces)
    sentence = f"Of line {line.position} ({line.sku}) {line.quantity_short} pieces are missing, not {pieces}."
    refuse_if(pieces > line.quantity_short, sentence, code="more_than_missing", field="quantity")


@transaction.atomic
def accept_offer(*, order_id: int, line: int, reason: str = "", tell_customer: bool = False, actor: Actor) -> Order:
    """Swap what is still missing of the line for what was offered, at the promised price.

    :raises Refused: without an open offer, when it has run out, when nothing is missing any more, or when the
        substitute is gone meanwhile; nothing changes then.
    """
    order = lock_order(order_id)
    refuse_unless(order, *CAN_OFFER)
    wanted = line_at(order, lock_lines([order_id]), line)
    offer = _open_offer(wanted)
    if offer.expires_at <= actor.now:
        raise Refused(f"The offer ran out: {told(offer)} Offer it again.", code="offer_expired", field="line")
    pieces = min(offer.quantity, wanted.quantity_short)
    refuse_if(not pieces, f"Nothing of {wanted.sku} is missing any more.", code="nothing_short", field="line")
    _end(offer, OfferState.ACCEPTED, reason, actor)
    return swap(
        order_id=order_id,
        line=line,
        sku=offer.product.sku,
        quantity=pieces,
        reason=f"Offered and accepted. {reason}".strip(),
        tell_customer=tell_customer,
        actor=actor,
    )


@transaction.atomic
def decline_offer(*, order_id: int, line: int, reason: str = "", actor: Actor) -> Order:
    """Note that the customer does not want what was offered; it is not offered again by itself.

    :raises Refused: without an open offer.
    """
    order = lock_order(order_id)
    refuse_unless(order, *CAN_ANSWER)
    _end(_open_offer(line_at(order, lock_lines([order_id]), line)), OfferState.DECLINED, reason, actor)
    return order


def _open_offer(line: OrderLine) -> SubstituteOffer:
    """Return the open offer of a line; raises :class:`Refused` without one."""
    rows = SubstituteOffer.objects.select_related("product", "order_line")
    offer = rows.filter(order_line=line, state=OfferState.OPEN).first()
    if offer is None:
        sentence = f"Nothing is offered for line {line.position} ({line.sku})."
        raise Refused(sentence, code="no_offer", field="line")
    return offer


def _end(offer: SubstituteOffer, state: OfferState, reason: str, actor: Actor) -> None:
    """Note the customer's answer."""
    accepted = state == OfferState.ACCEPTED
    (offer.accept if accepted else offer.decline)(at=actor.now)
    offer.save(update_fields=["state", "ended_at"])
    act = "fulfillment.accept_offer" if accepted else "fulfillment.decline_offer"
    record(actor, act, offer, note=f"{told(offer)} {reason}".strip())


@transaction.atomic
def expire_offers(*, actor: Actor, limit: int = 200) -> int:
    """End the open offers whose time is over; the orders wait on. Returns how many there were."""
    due = SubstituteOffer.objects.filter(state=OfferState.OPEN, expires_at__lte=actor.now)
    orders = lock_orders(due.order_by("expires_at").values_list("order_id", flat=True)[:limit])
    rows = due.filter(order__in=[order.pk for order in orders]).select_related("product", "order_line")
    offers = list(rows.order_by("pk"))
    for one in offers:
        one.expire(at=actor.now)
    save_many(offers, ["state", "ended_at"])
    record_many(actor, [Act("fulfillment.expire_offer", one, f"{told(one)} Nobody answered.") for one in offers])
    return len(offers)
