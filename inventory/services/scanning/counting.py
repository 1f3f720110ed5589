"""Counting by scans: a bin, then each piece in it; what the book expects is never told."""

from dataclasses import replace

from inventory.models import Bin, CountLine, CountSession
from inventory.services.bin_counts.taking import begin_count, count_pieces, counted_told
from inventory.services.scanning.naming import Pieces, what_comes
from inventory.services.scanning.once import NOTHING_ASKED, OK, Answer, Scan
from inventory.services.scanning.putting import in_hand
from inventory.services.scanning.reading import level_at
from inventory.states import CountState
from oms.foundation.refusals import Refused


def count_scan(scan: Scan) -> Answer:
    """Take a scanned bin, the number of a planned count, or a product in the bin that is counted."""
    planned = CountSession.objects.filter(location=scan.place, number=scan.read.code.strip().upper()).first()
    if planned is not None:
        return _begin(scan, count_session_id=planned.pk)
    found = what_comes(scan, likely=_known(scan.hand.count))
    if isinstance(found, Answer):
        return found
    if isinstance(found, Bin):
        return _begin(scan, bin_id=found.pk)
    row = going_on(scan)
    if row is None:
        quantity = found.quantity if found.lot else scan.added(found.product.sku)
        kept = {"sku": found.product.sku, "quantity": quantity, "lot": found.number, "asks": ""}
        told = f"{replace(found, quantity=quantity).told}.{found.alone} Now scan the bin it lies in."
        return scan.keeps(OK, told, **kept)
    return _add(scan, row, found)


def going_on(scan: Scan) -> CountSession | None:
    """Return the count that a person has in hand."""
    held = CountSession.objects.filter(pk=scan.hand.count, counter=scan.person_id, state=CountState.COUNTING)
    return held.select_related("bin", "stock_level__product").first()


def _begin(scan: Scan, *, bin_id: int | None = None, count_session_id: int | None = None) -> Answer:
    """Begin to count a bin, with what was scanned before it; another one has to be finished first."""
    now = going_on(scan)
    if now is not None and bin_id != now.bin_id and count_session_id != now.pk:
        raise Refused(f"You are counting {now.what}. Tap “Nothing more here” first.", code="counts_already")
    row = begin_count(
        bin_id=bin_id,
        count_session_id=count_session_id,
        person_id=scan.person_id,
        in_hands=scan.in_hands,
        actor=scan.actor,
    )
    if scan.hand.sku:
        return _add(scan, row, in_hand(scan))
    sentence = f"{row.what}: scan each piece, or one and its number. Then tap “Nothing more here”."
    return scan.keeps(OK, sentence, bin=row.what, count=row.pk)


def _add(scan: Scan, row: CountSession, pieces: Pieces) -> Answer:
    """Add pieces of a product to a count."""
    product = pieces.product
    wanted = row.stock_level.product if row.stock_level is not None else product
    if wanted != product:
        this = f"That is {product.sku} {product.title}".strip()
        raise Refused(f"{this}. This count is of {wanted.sku} {wanted.title}".strip() + ".", code="other_product")
    line = count_pieces(
        count_session_id=row.pk,
        person_id=scan.person_id,
        stock_level_id=level_at(product, scan.place).pk,
        quantity=pieces.quantity,
        lot_id=pieces.lot.pk if pieces.lot is not None else None,
        actor=scan.actor,
    )
    sentence = f"{counted_told(line, f'{product.sku} {pieces.number}'.strip(), row.what)}{pieces.then}"
    return scan.keeps(OK, sentence, bin=row.what, count=row.pk, **(pieces.asks_on or NOTHING_ASKED))


def _known(count_id: int) -> set[int]:
    """Return the products that a count expects or has found."""
    lines = CountLine.objects.filter(session=count_id)
    return set(lines.values_list("stock_level__product_id", flat=True)) if count_id else set()
