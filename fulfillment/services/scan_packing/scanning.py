"""What a packer sends: each reading counts once, however often it comes; what does not belong is refused and noted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from fulfillment.models import Box, PackItem, PackParcel, PackScan
from fulfillment.services.lots_kept import kept_here
from fulfillment.services.pack_sessions import drop
from fulfillment.services.packing import MAX_WEIGHT_G
from fulfillment.services.scan_packing.beginning import LEASE, lock_session, refuse_stranger
from fulfillment.services.scan_packing.bench import Article, Bench
from fulfillment.services.scan_packing.finishing import finish
from fulfillment.services.scan_packing.lots import article_of_number, choose
from fulfillment.services.tracing import put_into, take_out_of_parcels
from fulfillment.services.walking.answers import DONE, GONE, OK, WRONG, Answer
from fulfillment.states import Mispack, PackSessionState
from inventory.models import Product
from inventory.queries import product_by_code
from oms.foundation.actor import Actor
from oms.foundation.wording import count


@dataclass(frozen=True, slots=True)
class Sent:
    """What a handheld sent: a key of its own, so that it may be sent again, and when it was read by its own clock."""

    key: UUID
    code: str = ""
    quantity: int = 1
    weight_g: int | None = None
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it, and what it kept out of the parcel."""

    tone: str
    sentence: str
    mispack: str = ""
    product: Product | None = None


Act = Callable[[Bench, Sent, Actor], Outcome]


def scan(*, session_id: int, packer_id: int, sent: Sent, actor: Actor) -> Answer:
    """Count scanned pieces into the open parcel, or take another box for it; anything else counts nothing.

    :raises Refused: when the person does not hold the session.
    """
    return _once(session_id, packer_id, sent, actor, "scan", _scan)


def close_parcel(*, session_id: int, packer_id: int, sent: Sent, actor: Actor) -> Answer:
    """Close the open parcel; with the last piece in it the shipment is made, exactly as scanned."""
    return _once(session_id, packer_id, sent, actor, "close", _close)


def empty_parcel(*, session_id: int, packer_id: int, sent: Sent, actor: Actor) -> Answer:
    """Take everything out of the open parcel again."""
    return _once(session_id, packer_id, sent, actor, "empty", _empty)


@transaction.atomic
def _once(session_id: int, packer_id: int, sent: Sent, actor: Actor, word: str, act: Act) -> Answer:
    """Do what was sent, or answer as the first time."""
    session = lock_session(session_id)
    earlier = PackScan.objects.filter(key=sent.key).first()
    if earlier is not None:
        return Answer(earlier.tone, earlier.sentence)
    refuse_stranger(session, packer_id)
    bench = Bench(session)
    if bench.is_stale:
        drop(session, "The work was changed at the desk.", actor)
        number = bench.work.order.number
        outcome = Outcome(GONE, f"Order {number} was changed at the desk. Take everything out and scan its tote again.")
    else:
        outcome = act(bench, sent, actor)
    _note(bench, sent, outcome, packer_id, actor, word)
    if session.state == PackSessionState.OPEN:
        session.leased_until = actor.now + LEASE
        session.save(update_fields=["leased_until"])
    return Answer(outcome.tone, outcome.sentence[:300])


def _scan(bench: Bench, sent: Sent, actor: Actor) -> Outcome:
    """Find out what was scanned."""
    code = sent.code.strip()
    article = next((one for one in bench.articles if one.is_named(code)), None) or article_of_number(bench, code)
    if article is not None:
        kept = kept_here([bench.work.pk], actor.now) if bench.traces else {}
        if kept:
            return Outcome(WRONG, kept[bench.work.pk].sentence, product=article.product)
        return _take(bench, article, sent)
    box = next((one for one in bench.boxes if one.code.casefold() == code.casefold()), None)
    if box is not None:
        return _use(bench, box)
    found = product_by_code(code)
    kit = bench.kit_with(found) if found else ""
    if found and kit:
        return Outcome(WRONG, f"{found.sku} goes into {kit}: assemble it, then scan {kit}.", product=found)
    what = f"That is {found.sku} {found.title}".strip() if found else f"“{code[:64]}” is nothing that is known here"
    number = bench.work.order.number
    mispack = Mispack.WRONG if found else Mispack.UNKNOWN
    return Outcome(WRONG, f"{what}. It does not belong to order {number}.", mispack, found)


def _take(bench: Bench, article: Article, sent: Sent) -> Outcome:
    """Count pieces of a product into the open parcel."""
    sku, product, quantity = article.product.sku, article.product, sent.quantity
    if quantity > article.left:
        if not article.left:
            sentence = f"All {article.wanted} × {sku} are packed already; this one is too many."
        else:
            sentence = f"Only {article.left} more {sku} belong to this order, not {quantity}. Nothing was counted."
        return Outcome(WRONG, sentence, Mispack.MANY, product)
    alone = _not_together(bench, product, quantity)
    if alone:
        return Outcome(WRONG, alone, product=product)
    chosen = choose(bench, article, sent.code.strip(), quantity) if bench.unpacked(product) else None
    if chosen is not None and not chosen.rows:
        tone, mispack = (WRONG, Mispack.WRONG) if chosen.wrong else (OK, "")
        return Outcome(tone, chosen.sentence, mispack, product)
    parcel = bench.open_parcel or _opened(bench)
    if chosen is not None:
        _count_in(bench, parcel, put_into(chosen.rows, parcel, quantity))
        sku = f"{sku} ({chosen.rows[0].lot.number})"
    else:
        _put(bench, parcel, product, quantity)
    packed = f"{article.packed + quantity} of {article.wanted} {sku} packed, in box {parcel.position}"
    if bench.left == quantity:
        return Outcome(DONE, f"{packed}. That was the last piece: close the box.", product=product)
    return Outcome(OK, f"{packed}.", product=product)


def _not_together(bench: Bench, product: Product, quantity: int) -> str:
    """Return why pieces may not lie together with what is in the open parcel."""
    parcel = bench.open_parcel
    inside = [one.stock_level.product for one, _ in bench.inside(parcel)] if parcel else []
    alone = next((one for one in inside if one.ships_alone), None)
    if alone is not None:
        return f"{alone.sku} ships alone: close its box first."
    if product.ships_alone and inside:
        return f"{product.sku} ships alone: close this box first."
    return f"{product.sku} ships alone: one piece a box." if product.ships_alone and quantity > 1 else ""


def _opened(bench: Bench) -> PackParcel:
    """Open the next parcel in the box that is advised for it."""
    plan = bench.session.advice.get("parcels", [])
    code = plan[0]["box"] if plan else ""
    advised = next((one for one in bench.boxes if one.code == code), None)
    parcel = PackParcel(session=bench.session, position=len(bench.parcels) + 1, box=advised, advised=advised)
    parcel.save()
    return parcel


def _put(bench: Bench, parcel: PackParcel, product: Product, quantity: int) -> None:
    """Count pieces of a product into a parcel, line by line."""
    parts: dict[int, int] = {}
    for one in bench.pieces:
        if one.stock_level.product_id == product.pk and quantity:
            parts[one.pk] = min(quantity, one.quantity - bench.packed[one.pk])
            quantity -= parts[one.pk]
    _count_in(bench, parcel, parts)


def _count_in(bench: Bench, parcel: PackParcel, parts: Mapping[int, int]) -> None:
    """Count pieces by allocation into a parcel."""
    known = {item.allocation_id: item for item in bench.items if item.parcel_id == parcel.pk}
    for pk, part in parts.items():
        if part:
            item = known.get(pk) or PackItem(parcel=parcel, allocation_id=pk, quantity=0)
            item.quantity += part
            item.save()


def _use(bench: Bench, box: Box) -> Outcome:
    """Take another box for the open parcel, or for the next."""
    parcel = bench.open_parcel or _opened(bench)
    parcel.box = box
    parcel.save(update_fields=["box"])
    told = f"Box {parcel.position} is {box.code} now"
    if parcel.advised is not None and parcel.advised.pk != box.pk:
        return Outcome(OK, f"{told}; advised was {parcel.advised.code}.")
    return Outcome(OK, f"{told}.")


def _close(bench: Bench, sent: Sent, actor: Actor) -> Outcome:
    """Close the open parcel."""
    parcel = bench.open_parcel
    pieces = bench.count_in(parcel)
    if parcel is None or not pieces:
        return Outcome(WRONG, "This box is empty: scan what goes into it.")
    if not sent.weight_g and not bench.grams_in(parcel):
        return Outcome(WRONG, "The products have no weight: weigh the box, enter the grams and close it again.")
    if sent.weight_g and sent.weight_g > MAX_WEIGHT_G:
        return Outcome(WRONG, f"{sent.weight_g} g is no weight for a parcel.")
    parcel.weight_g, parcel.closed_at = sent.weight_g, actor.now
    parcel.save(update_fields=["weight_g", "closed_at"])
    closed = f"Box {parcel.position} is closed with {count(pieces, 'piece')}"
    if bench.left:
        bench.session.advice = bench.plan_after(parcel)
        bench.session.save(update_fields=["advice"])
        return Outcome(OK, f"{closed}. {count(bench.left, 'piece')} left for the next.")
    shipment = finish(bench, actor)
    return Outcome(DONE, f"{closed}. Order {bench.work.order.number} is packed: {shipment.number}.")


def _empty(bench: Bench, sent: Sent, actor: Actor) -> Outcome:
    """Empty the open parcel."""
    parcel = bench.open_parcel
    pieces = bench.count_in(parcel)
    if parcel is None or not pieces:
        return Outcome(WRONG, "This box is empty already.")
    parcel.items.update(quantity=0)
    take_out_of_parcels([parcel])
    return Outcome(OK, f"Take {count(pieces, 'piece')} out of box {parcel.position}; it counts as empty.")


def _note(bench: Bench, sent: Sent, outcome: Outcome, packer_id: int, actor: Actor, word: str) -> None:
    """Keep what was sent and answered."""
    PackScan.objects.create(
        key=sent.key,
        session=bench.session,
        person_id=packer_id,
        act=word,
        code=sent.code[:64],
        quantity=sent.quantity,
        product=outcome.product,
        tone=outcome.tone,
        sentence=outcome.sentence[:300],
        mispack=outcome.mispack,
        at=actor.now,
        read_at=sent.read_at,
    )
