"""What a decision does with offered substitutes: it offers what is there, and withdraws what is not needed any more."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils.timezone import get_current_timezone

from fulfillment.events import SubstituteOffered
from fulfillment.models import SubstituteOffer
from fulfillment.services.sourcing.outcome import Outcome
from fulfillment.sourcing.decision import Shortage
from fulfillment.states import REMEMBERED_OFFERS, OfferState
from inventory.models import Product
from inventory.queries import pieces_left, substitutes_of
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import publish
from orders.models import OrderLine
from orders.models.channels import ShortagePolicy


def follow(outcomes: Sequence[Outcome], *, short_before: Collection[int], actor: Actor) -> None:
    """Withdraw the offers of lines that lack nothing any more, and offer where channel or customer want it."""
    missing = {one.line_id: one for outcome in outcomes for one in outcome.decision.shortages}
    if short_before:
        rows = _open_offers(short_before).exclude(order_line__in=list(missing))
        withdraw(list(rows), note="Nothing is missing any more.", actor=actor)
    wanted = [one for one in outcomes if one.decision.when_short == ShortagePolicy.OFFER]
    if wanted:
        _offer(wanted, actor)


def end_offers(order_ids: Iterable[int], *, note: str, actor: Actor) -> None:
    """Withdraw every open offer of locked orders."""
    withdraw(list(_open_offers(list(order_ids))), note=note, actor=actor)


def withdraw(offers: Sequence[SubstituteOffer], *, note: str, actor: Actor) -> None:
    """Withdraw open offers of locked orders."""
    for one in offers:
        one.withdraw(at=actor.now)
    save_many(offers, ["state", "ended_at"])
    record_many(actor, [Act("fulfillment.withdraw_offer", one, f"{told(one)} {note}") for one in offers])


def _open_offers(order_ids: Collection[int]) -> "QuerySet[SubstituteOffer]":
    """Return the open offers of orders, with what they are of."""
    rows = SubstituteOffer.objects.filter(order__in=list(order_ids), state=OfferState.OPEN)
    return rows.select_related("product", "order_line").order_by("pk")


def _offer(outcomes: Sequence[Outcome], actor: Actor) -> None:
    """Offer for each missing line the best substitute that is there and that the customer has not answered yet."""
    lines = {line.pk: line for outcome in outcomes for line in outcome.case.lines}
    short = [one for outcome in outcomes for one in outcome.decision.shortages]
    known = substitutes_of(one.product_id for one in short)
    free = pieces_left([product.pk for products in known.values() for product in products], now=actor.now)
    earlier = _earlier(lines) if free else {}
    offers = []
    for one in short if free else ():
        product = _best(one, known.get(one.product_id, []), free, earlier.get(one.line_id, {}))
        if product is not None:
            free[product.pk] -= one.missing
            offers.append(
                new_offer(lines[one.line_id], product, one.missing, until=offered_until(actor.now), actor=actor)
            )
    tell(SubstituteOffer.objects.bulk_create(offers), tells_customer=True, actor=actor)


def _earlier(line_ids: Iterable[int]) -> dict[int, dict[int, str]]:
    """Return the states of earlier offers by line and product, the last one for each."""
    found: dict[int, dict[int, str]] = {}
    rows = SubstituteOffer.objects.filter(order_line__in=list(line_ids)).order_by("pk")
    for line, product, state in rows.values_list("order_line_id", "product_id", "state"):
        found.setdefault(line, {})[product] = state
    return found


def _best(
    short: Shortage, products: Sequence[Product], free: Mapping[int, int], earlier: Mapping[int, str]
) -> Product | None:
    """Return the first substitute of which enough is free; None while one is offered, or when all were answered."""
    if OfferState.OPEN in earlier.values():
        return None
    fresh = (one for one in products if earlier.get(one.pk) not in REMEMBERED_OFFERS)
    return next((one for one in fresh if free.get(one.pk, 0) >= short.missing), None)


def offered_until(now: datetime, hours: int | None = None) -> datetime:
    """Return when an offer made now runs out."""
    return now + timedelta(hours=hours or settings.SUBSTITUTE_OFFER_HOURS)


def new_offer(line: OrderLine, product: Product, quantity: int, *, until: datetime, actor: Actor) -> SubstituteOffer:
    """Return an offer that is not saved yet."""
    return SubstituteOffer(
        order_id=line.order_id,
        order_line=line,
        product=product,
        quantity=quantity,
        expires_at=until,
        created_at=actor.now,
    )


def tell(offers: Sequence[SubstituteOffer], *, tells_customer: bool, actor: Actor) -> None:
    """Record new offers and tell of them."""
    record_many(actor, [Act("fulfillment.offer_substitute", one, told(one), created=True) for one in offers])
    facts = (
        SubstituteOffered(at=actor.now, order_id=one.order_id, offer_id=one.pk, tells_customer=tells_customer)
        for one in offers
    )
    publish(*facts)


def told(one: SubstituteOffer) -> str:
    """Return what is offered, as the timeline shows it."""
    line = one.order_line
    return (
        f"{one.quantity} × {one.product.sku} instead of {line.sku} (line {line.position}), until"
        f" {one.expires_at.astimezone(get_current_timezone()):%d %b %Y}."
    )
