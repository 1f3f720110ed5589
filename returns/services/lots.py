"""Lots and serial numbers on the way back: noted as found, compared with what was sent, put to stock by them."""

from collections import Counter
from collections.abc import Sequence

from fulfillment.models import TracedPieces
from fulfillment.models.traces import Fate
from fulfillment.states import ShipmentState
from inventory.models import Location, Lot, Product, StockLevel
from inventory.models.stock import OWN_KINDS, MovementReason
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
    """Note the lots or serial numbers of pieces that came back, and return what is strange of them as a sentence.

    :raises Invalid: when they are not as many as the pieces
    """
    if not numbers:
        return ""
    total = sum(quantity for _, quantity in numbers)
    if total != pieces:
        sentence = f"{line.order_line.sku}: {count(pieces, 'piece')}, but lots or serial numbers of {total}."
        raise Invalid(sentence, code="lots_differ", field="lines")
    known = {
        lot.number: lot
        for lot in Lot.objects.filter(
            product=line.order_line.product_id, number__in=[number for number, _ in numbers]
        ).select_related("product")
    }
    sent = sent_lots(line)
    rows = [_row(line, number, quantity, known.get(number), sent, actor) for number, quantity in numbers]
    ReturnedLot.objects.bulk_create(rows)
    strange = [row.number for row in rows if not row.was_sent]
    if not strange:
        return ""
    names = list(Lot.objects.filter(pk__in=list(sent)).order_by("number").values_list("number", flat=True))
    got = f"it got {', '.join(names[:5])}" if names else "nothing of it was traced"
    return f"{', '.join(strange)} of {line.order_line.sku} was not sent with this order ({got})"


def _row(
    line: ReturnLine, number: str, quantity: int, lot: Lot | None, sent: Counter[int], actor: Actor
) -> ReturnedLot:
    """Return one row that is not saved yet."""
    was_sent = lot is not None and sent[lot.pk] >= quantity
    return ReturnedLot(return_line=line, number=number, lot=lot, quantity=quantity, was_sent=was_sent, at=actor.now)


def changes_of(one: Return, line: ReturnLine, level: StockLevel, place: Location) -> list[Change]:
    """Return the movements that bring pieces of a line back to stock: lot by lot where the product is followed.

    :raises Invalid: when nobody said which lots or serial numbers came back, or one of them was never here
    """
    reference, note = f"return:{line.pk}:restock", f"return {one.number}"
    product = Product.objects.get(pk=level.product_id)
    if not product.is_followed or place.kind not in OWN_KINDS:
        return [Change(level.pk, line.quantity_restocked, MovementReason.RETURN, reference, note)]
    left = line.quantity_restocked
    lots: Counter[int] = Counter()
    for row in ReturnedLot.objects.filter(return_line=line).exclude(lot=None):
        part = min(left, row.quantity)
        lots[row.lot_id or 0] += part
        left -= part
    if left:
        sentence = f"{product.sku} is followed by {product.followed_word}: say which came back."
        raise Invalid(sentence, code="lots_missing", field="lines")
    reason = MovementReason.RETURN
    return [Change(level.pk, part, reason, f"{reference}:{lot}", note, lot) for lot, part in (+lots).items()]
