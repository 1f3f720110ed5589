"""Counting by scans: a bin, then each piece in it; what the book expects is never told."""

from inventory.models import Bin, CountLine, CountSession, Product
from inventory.services.bin_counts.taking import begin_count, count_pieces, counted_told
from inventory.services.scanning.once import OK, Answer, Scan
from inventory.services.scanning.reading import level_at, product_of, what_is
from inventory.states import CountState
from oms.foundation.refusals import Refused


def count_scan(scan: Scan) -> Answer:
    """Take a scanned bin, the number of a planned count, or a product in the bin that is counted."""
    planned = CountSession.objects.filter(location=scan.place, number=scan.read.code.strip().upper()).first()
    if planned is not None:
        return _begin(scan, count_session_id=planned.pk)
    found = what_is(scan.read.code, scan.place, likely=_known(scan.hand.count))
    if isinstance(found, Bin):
        return _begin(scan, bin_id=found.pk)
    row = going_on(scan)
    if row is None:
        quantity = scan.added(found.sku)
        return scan.keeps(
            OK, f"{quantity} × {found.sku}. Now scan the bin it lies in.", sku=found.sku, quantity=quantity
        )
    return _add(scan, row, found, scan.quantity)


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
        return _add(scan, row, product_of(scan.hand.sku), scan.hand.quantity)
    sentence = f"{row.what}: scan each piece, or one and its number. Then tap “Nothing more here”."
    return scan.keeps(OK, sentence, bin=row.what, count=row.pk)


def _add(scan: Scan, row: CountSession, product: Product, quantity: int) -> Answer:
    """Add pieces of a product to a count."""
    wanted = row.stock_level.product if row.stock_level is not None else product
    if wanted != product:
        this = f"That is {product.sku} {product.title}".strip()
        raise Refused(f"{this}. This count is of {wanted.sku} {wanted.title}".strip() + ".", code="other_product")
    line = count_pieces(
        count_session_id=row.pk,
        person_id=scan.person_id,
        stock_level_id=level_at(product, scan.place).pk,
        quantity=quantity,
        actor=scan.actor,
    )
    sentence = counted_told(line, product.sku, row.what)
    return scan.keeps(OK, sentence, bin=row.what, count=row.pk, sku="", quantity=0)


def _known(count_id: int) -> set[int]:
    """Return the products that a count expects or has found."""
    lines = CountLine.objects.filter(session=count_id)
    return set(lines.values_list("stock_level__product_id", flat=True)) if count_id else set()
