"""Lots and serial numbers on the way back: noted as found, compared with what was sent, put to stock by them."""

from collections import Counter
from collections.abc import Sequence

from fulfillment.models import TracedPieces
from fulfillment.models.traces import Fate
from fulfillment.states import ShipmentState
from inventory.models import Location, Lot, Product, StockLevel
from inventory.models.stock import OWN_KINDS, MovementReason
from inventory.queries import lots_named
from inventory.services.stock import Change
from oms.foundation.actor import Actor
from oms.foundation.refusals import Invalid
from oms.foundation.wording import count
from returns.models import Return, ReturnedLot, ReturnLine

Numbers = Sequence[tuple[str, int]]


def sent_lots(line: ReturnLine) -> Counter[int]:
    """Return how many pieces of which lot an order line got."""
    rows = TracedPieces.objects.filter(
        allocation__order_line=line.order_line_id, package__shipment__state=ShipmentState.SHIPPED, fate=Fate.HELD
    )
    found: Counter[int] = Counter()
    for lot, pieces in rows.values_list("lot", "quantity"):
        found[lot] += pieces
    return found


def note_lots(line: ReturnLine, numbers: Numbers, pieces: int, actor: Actor) -> str:
    """Note the lots or serial numbers of pieces in a parcel, and return what is strange of them as a sentence.

    :raises Invalid: when they are not as many as the pieces, or a serial number came with another parcel already
    """
    if not numbers:
        return ""
    told, sku = _told(line, numbers, pieces), line.order_line.sku
    product = line.order_line.product
    again = ReturnedLot.objects.filter(return_line=line, number__in=told) if product and product.has_serials else None
    if again and (row := again.first()):
        sentence = f"{sku} {row.number} came with another parcel of this return already: a serial number is one piece."
        hint = "Which of both it is can be said at the inspection; leave it empty here."
        raise Invalid(f"{sentence} {hint}", code="serial_twice", field="lines")
    return _note(line, told, actor)


def correct_lots(line: ReturnLine, numbers: Numbers, actor: Actor) -> str:
    """Note what the inspector read on the pieces to restock, on all of them where none is, instead of what was noted.

    What was noted of the other pieces stays, first that which was sent with the order. Returned is what was noted
    before, where it was something else, and what is strange of it now, for the timeline.

    :raises Invalid: when they are not as many as the pieces
    """
    if not numbers:
        return ""
    told = _told(line, numbers, line.quantity_restocked or line.quantity_received)
    same, room = told.copy(), line.quantity_received - told.total()
    former = ReturnedLot.objects.filter(return_line=line)
    before = list(former.order_by("-was_sent", "pk"))
    for row in before:
        named = min(same[row.number], row.quantity)
        other = min(row.quantity - named, room)
        same[row.number] -= named
        told[row.number] += other
        room -= other
    former.delete()
    now, was = sorted(+told), sorted({row.number for row in before})
    corrected = f"{line.order_line.sku} {', '.join(now)} instead of {', '.join(was)}" if was and was != now else ""
    return "; ".join(filter(None, [corrected, _note(line, +told, actor)]))


def _told(line: ReturnLine, numbers: Numbers, pieces: int) -> Counter[str]:
    """Return how many pieces have which number, each written as its lot is; raises :class:`Invalid` for a wrong sum."""
    sku, product = line.order_line.sku, line.order_line.product
    total = sum(quantity for _, quantity in numbers)
    if total != pieces:
        sentence = f"{sku}: {count(pieces, 'piece')}, but lots or serial numbers of {total}."
        raise Invalid(sentence, code="lots_differ", field="lines")
    known = lots_named(line.order_line.product_id or 0, [number for number, _ in numbers])
    written = {number.casefold(): number for number, _ in numbers} | {key: lot.number for key, lot in known.items()}
    found: Counter[str] = Counter()
    for number, quantity in numbers:
        found[written[number.casefold()]] += quantity
    twice = next((number for number, times in found.items() if times > 1), "")
    if twice and product is not None and product.has_serials:
        sentence = f"{sku}: serial number {twice} is one piece, not {found[twice]}."
        raise Invalid(sentence, code="serial_twice", field="lines")
    return found


def _note(line: ReturnLine, told: Counter[str], actor: Actor) -> str:
    """Write down which lots came back, and return what of them was not sent as a sentence."""
    known = lots_named(line.order_line.product_id or 0, told)
    sent = sent_lots(line)
    left = sent - _came_before(line)
    rows = []
    for number, pieces in told.items():
        lot = known.get(number.casefold())
        was_sent = lot is not None and left[lot.pk] >= pieces
        rows.append(
            ReturnedLot(return_line=line, number=number, lot=lot, quantity=pieces, was_sent=was_sent, at=actor.now)
        )
    ReturnedLot.objects.bulk_create(rows)
    strange = [row.number for row in rows if not row.was_sent]
    if not strange:
        return ""
    names = list(Lot.objects.filter(pk__in=list(sent)).order_by("number").values_list("number", flat=True))
    got = f"it got {', '.join(names[:5])}" if names else "nothing of it was traced"
    return f"{', '.join(strange)} of {line.order_line.sku} was not sent with this order ({got})"


def _came_before(line: ReturnLine) -> Counter[int]:
    """Return how many pieces of which lot came back of an order line before, with this return or another."""
    rows = ReturnedLot.objects.filter(return_line__order_line=line.order_line_id, was_sent=True)
    found: Counter[int] = Counter()
    for lot, pieces in rows.values_list("lot", "quantity"):
        found[lot] += pieces
    return found


def changes_of(
    one: Return, line: ReturnLine, level: StockLevel, place: Location, numbers: Numbers = ()
) -> list[Change]:
    """Return the movements that bring pieces of a line back to stock: lot by lot where the product is followed.

    ``numbers`` are those that the inspector read on just these pieces.

    :raises Invalid: when nobody said which lots or serial numbers they have, or one of them was never here
    """
    reference, note = f"return:{line.pk}:restock", f"return {one.number}"
    product = Product.objects.get(pk=level.product_id)
    if not product.is_followed or place.kind not in OWN_KINDS:
        return [Change(level.pk, line.quantity_restocked, MovementReason.RETURN, reference, note)]
    lots: Counter[int] = Counter()
    named = numbers or _noted(line, product)
    known = lots_named(product.pk, [number for number, _ in named])
    for number, pieces in named:
        lot = known.get(number.casefold())
        if lot is None:
            sentence = f"{product.sku} {number} was never here, so it cannot go back to stock."
            hint = f"Say at the inspection which {product.followed_word} goes there."
            raise Invalid(f"{sentence} {hint}", code="lots_missing", field="lines")
        lots[lot.pk] += pieces
    reason = MovementReason.RETURN
    return [Change(level.pk, part, reason, f"{reference}:{lot}", note, lot) for lot, part in lots.items()]


def _noted(line: ReturnLine, product: Product) -> Numbers:
    """Return what was noted of the pieces to restock when they came; raises where that leaves open which they are."""
    rows = list(ReturnedLot.objects.filter(return_line=line).values_list("number", "quantity"))
    wanted, total = line.quantity_restocked, sum(pieces for _, pieces in rows)
    if rows and total == line.quantity_received and (total == wanted or len({number for number, _ in rows}) == 1):
        return rows if total == wanted else [(rows[0][0], wanted)]
    which = f"which of {count(line.quantity_received, 'piece')} goes to stock" if rows else "which came back"
    sentence = f"{product.sku} is followed by {product.followed_word}: say {which}."
    raise Invalid(sentence, code="lots_missing", field="lines")
