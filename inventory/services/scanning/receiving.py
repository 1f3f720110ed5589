"""Receiving by scans: against what was announced, or without; each piece is on hand once, in the receiving bin."""

from collections.abc import Sequence

from inventory.locks import lock_bins, lock_incoming_rows
from inventory.models import Bin, IncomingStock, Product
from inventory.models.bins import BinKind
from inventory.models.stock import MovementReason
from inventory.services.bins import BinRefuses, put_away
from inventory.services.incoming import receive_stock
from inventory.services.scanning.naming import Pieces, of_pieces, what_comes
from inventory.services.scanning.once import DONE, NOTHING_ASKED, OK, Answer, Scan
from inventory.services.scanning.reading import bin_of, level_at
from inventory.services.stock import Change, move_stock
from oms.foundation.audit import record
from oms.foundation.refusals import Refused
from oms.foundation.wording import count


def receive_scan(scan: Scan) -> Answer:
    """Take the scanned pieces in; a scanned bin is where they are put from now on, instead of the receiving bin."""
    found = what_comes(scan, new=True)
    if isinstance(found, Answer):
        return found
    if isinstance(found, Bin):
        return scan.keeps(OK, f"What comes now goes into {found.code}.", bin=found.code)
    return _take_in(of_pieces(scan, found), found)


def _take_in(scan: Scan, pieces: Pieces) -> Answer:
    """Take pieces in of which all is known; of numbered ones the next is asked for."""
    product = pieces.product
    expected = [] if scan.hand.loose else _expected(scan, product)
    bin_ = _dock(scan)
    if bin_ is None and pieces.lot is not None:
        sentence = f"{product.sku} is followed by {product.followed_word}, and that is kept by bin: scan a bin first."
        raise Refused(sentence, code="no_bin")
    lock_bins([bin_.pk] if bin_ else [])
    level = level_at(product, scan.place)
    came = _against(scan, pieces, expected) if expected else _loose(scan, pieces, level.pk)
    where = _lay(scan, level.pk, bin_, pieces.number)
    if pieces.left:
        return scan.keeps(DONE, f"{pieces.told} {where}.{pieces.then}", **pieces.asks_on)
    return scan.keeps(DONE, f"{pieces.told} {where}. {came}", loose=False, **NOTHING_ASKED)


def without_delivery(scan: Scan) -> Answer:
    """Take the next product in though nobody announced it."""
    return scan.keeps(OK, "The next product comes in without a delivery. Scan it.", loose=True)


def _expected(scan: Scan, product: Product) -> Sequence[IncomingStock]:
    """Lock what is announced of a product here, the earliest first.

    :raises Refused: when nothing is, or less than has come.
    """
    open_rows = IncomingStock.objects.filter(product=product, location=scan.place, closed_at=None)
    rows = [row for row in lock_incoming_rows(open_rows.values_list("pk", flat=True)) if row.closed_at is None]
    rows.sort(key=lambda row: (row.expected_on, row.pk))
    what = f"{product.sku} {product.title}".strip()
    if not rows:
        sentence = (
            f"That is {what}. Nothing of it is expected here. Tap “Not announced” and scan it again to take it in."
        )
        raise Refused(sentence, code="not_expected")
    missing = sum(row.missing for row in rows)
    if scan.quantity > missing:
        names = ", ".join(row.reference for row in rows[:3])
        sentence = f"Only {missing} more of {what} are expected ({names}), not {scan.quantity}. Nothing was booked."
        raise Refused(f"{sentence} Take in what is expected; tap “Not announced” for the rest.", code="too_many")
    return rows


def _against(scan: Scan, pieces: Pieces, rows: Sequence[IncomingStock]) -> str:
    """Receive pieces of what was announced, the earliest first, and say what is still to come."""
    left = scan.quantity
    for row in rows:
        part = min(left, row.missing)
        if part:
            lot_id = pieces.lot.pk if pieces.lot is not None else None
            receive_stock(incoming_id=row.pk, quantity=part, note=_note(pieces), lot_id=lot_id, actor=scan.actor)
            left -= part
    rest = sum(row.missing for row in rows) - scan.quantity
    return f"{count(rest, 'piece')} of {rows[-1].reference} still to come." if rest else "All of it is here."


def _note(pieces: Pieces) -> str:
    """Return how pieces came, for the ledger."""
    return f"scanned, {pieces.lot.named}" if pieces.lot is not None else "scanned"


def _loose(scan: Scan, pieces: Pieces, level_id: int) -> str:
    """Take pieces in that nobody announced."""
    reason, lot_id = MovementReason.RECEIPT, pieces.lot.pk if pieces.lot is not None else None
    told = f"{_note(pieces)}, not announced"
    change = Change(level_id, scan.quantity, reason, f"scan:{scan.read.key}", told, lot_id)
    move_stock(changes=[change], actor=scan.actor)
    level = level_at(pieces.product, scan.place)
    named = f", {pieces.lot.named}" if pieces.lot is not None else ""
    note = f"{count(scan.quantity, 'piece')} came that nobody had announced{named}."
    record(scan.actor, "inventory.take_in", level, note=note, data={"quantity": scan.quantity})
    return "It was not announced."


def _dock(scan: Scan) -> Bin | None:
    """Return where pieces are put that come in: the bin that was scanned, else a receiving bin."""
    if scan.hand.bin:
        return bin_of(scan.hand.bin, scan.place)
    bins = Bin.objects.filter(location=scan.place, kind=BinKind.RECEIVING, is_active=True)
    return bins.order_by("sequence", "code").first()


def _lay(scan: Scan, level_id: int, bin_: Bin | None, lot: str) -> str:
    """Put received pieces into a bin, or into none where there is none or it is full; say where they lie."""
    if bin_ is None:
        return "received"
    try:
        put_away(
            stock_level_id=level_id, bin=bin_.code, quantity=scan.quantity, lot=lot, note="received", actor=scan.actor
        )
    except BinRefuses as refusal:
        return f"received, in no bin: {refusal.sentence.rstrip('.')}"
    return f"received in {bin_.code}"
