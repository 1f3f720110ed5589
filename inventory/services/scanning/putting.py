"""Put away and move by scans: bin and product in any order, each with its number of pieces."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django.db.models import F, QuerySet

from inventory.locks import lock_bins, lock_level
from inventory.models import Bin, BinStock, Location, Product, StockLevel
from inventory.models.bins import BinKind
from inventory.services.bin_counts.taking import InHands
from inventory.services.bin_room import contents_of, pieces_with_room, suggest_bins
from inventory.services.bins import NotThere, move_in_bins, put_away
from inventory.services.lots import known_lot
from inventory.services.scanning.naming import Pieces, what_comes
from inventory.services.scanning.once import DONE, EMPTY, NOTHING_ASKED, OK, Answer, Scan
from inventory.services.scanning.reading import bin_of, level_at, product_of
from oms.foundation.refusals import Refused
from oms.foundation.wording import count

MOST_LOOKED_AT = 200


def waiting_pieces(place: Location, in_hands: InHands, product_ids: Collection[int] = ()) -> dict[int, int]:
    """Return by level how many pieces wait to be put away: in receiving bins, or in no bin and nobody's hands.

    Of all products only the first two hundred that lie in no bin are looked at.
    """
    levels = StockLevel.objects.filter(location=place)
    if product_ids:
        levels = levels.filter(product__in=product_ids)
    pieces_in_none = levels.filter(on_hand__gt=F("in_bins")).order_by("product__sku")
    loose = dict(pieces_in_none.values_list("pk", F("on_hand") - F("in_bins"))[:MOST_LOOKED_AT])
    picked = Counter[int]()
    for (pk, _), pieces in (in_hands(loose) if loose else {}).items():
        picked[pk] += pieces
    found = {pk: pieces - picked[pk] for pk, pieces in loose.items()}
    for pk, pieces in _received(levels.values_list("pk", flat=True)).values_list("stock_level_id", "quantity"):
        found[pk] = max(0, found.get(pk, 0)) + pieces
    return {pk: pieces for pk, pieces in found.items() if pieces > 0}


def _received(level_ids: Collection[int]) -> "QuerySet[BinStock]":
    """Return what of some levels lies in receiving bins."""
    rows = BinStock.objects.filter(stock_level__in=level_ids, quantity__gt=0, bin__kind=BinKind.RECEIVING)
    return rows.order_by("bin_id")


def put_away_scan(scan: Scan) -> Answer:
    """Take a scanned bin or product, with its lot where it is followed; with a bin the pieces are put away."""
    found, hand = what_comes(scan), scan.hand
    if isinstance(found, Answer):
        return found
    if isinstance(found, Bin):
        if hand.sku:
            return _put(scan, in_hand(scan), found, keep=False)
        return scan.keeps(OK, f"{found.code}{_filled(found)}. Now scan what goes in.", bin=found.code)
    if hand.bin:
        return _put(scan, found, bin_of(hand.bin, scan.place), keep=True)
    product = found.product
    quantity = found.quantity if found.lot else scan.added(product.sku)
    waits = _waiting(scan, product)
    if quantity > waits:
        raise _too_many(product, waits, quantity)
    level = level_at(product, scan.place)
    where = " ".join(one.told for one in suggest_bins(level)[:1]) or "Scan the bin."
    kept = {"sku": product.sku, "quantity": quantity, "lot": found.number, "asks": ""}
    return scan.keeps(OK, f"{replace(found, quantity=quantity).told}.{found.alone} {where}", **kept)


def in_hand(scan: Scan) -> Pieces:
    """Return the pieces that were scanned before."""
    product = product_of(scan.hand.sku)
    return Pieces(product, scan.hand.quantity, known_lot(product, scan.hand.lot) if scan.hand.lot else None)


def _put(scan: Scan, pieces: Pieces, bin_: Bin, *, keep: bool) -> Answer:
    """Put pieces away that wait, those in receiving bins first."""
    product, quantity = pieces.product, pieces.quantity
    level = level_at(product, scan.place)
    dock = [row for row in _received([level.pk]).select_related("bin") if row.bin_id != bin_.pk]
    dock = [row for row in dock if row.lot_id == (pieces.lot.pk if pieces.lot is not None else None)]
    lock_bins([bin_.pk, *(row.bin_id for row in dock if row.bin_id)])
    lock_level(level.pk)
    waits = _waiting(scan, product)  # under the level's lock: two people see the same pieces wait
    if quantity > waits:
        raise _too_many(product, waits, quantity)
    told: dict[str, Any] = {"stock_level_id": level.pk, "lot": pieces.number, "actor": scan.actor}
    left = quantity
    for row in dock:
        part = min(left, row.quantity)
        if part:
            move_in_bins(source=row.where, target=bin_.code, quantity=part, **told)
            left -= part
    if left:
        put_away(bin=bin_.code, quantity=left, **told)
    sentence = f"{pieces.told} in {bin_.code}{_room(bin_, product)}."
    rest = waits - quantity
    sentence += f" {count(rest, 'piece')} of it still to put away." if rest else ""
    if not keep:
        return Answer(DONE, sentence)
    return scan.keeps(DONE, f"{sentence}{pieces.then}", **(pieces.asks_on or NOTHING_ASKED))


def move_scan(scan: Scan) -> Answer:
    """Take a scanned bin or product; with a bin, a product and a second bin the pieces are moved."""
    hand = scan.hand
    likely = _lying_in(hand.bin, scan.place) if hand.bin else ()
    found = what_comes(scan, likely=likely)
    if isinstance(found, Answer):
        return found
    if isinstance(found, Pieces):
        return _take_to_move(scan, found, likely)
    if not hand.bin:
        if hand.sku and product_of(hand.sku).pk not in _lying_in(found.code, scan.place):
            raise NotThere(f"None of {hand.sku} lies in {found.code}.")
        then = "Now scan the bin it goes to." if hand.sku else "Now scan what you take."
        return scan.keeps(OK, f"From {found.code}. {then}", bin=found.code)
    if not hand.sku:
        return scan.keeps(OK, f"From {found.code}. Now scan what you take.", bin=found.code)
    pieces = in_hand(scan)
    level = level_at(pieces.product, scan.place)
    told: dict[str, Any] = {"stock_level_id": level.pk, "lot": pieces.number, "actor": scan.actor}
    move_in_bins(source=hand.bin, target=found.code, quantity=pieces.quantity, **told)
    sentence = f"{pieces.told}: {hand.bin} → {found.code}{_room(found, pieces.product)}."
    return Answer(DONE, sentence, EMPTY)


def _take_to_move(scan: Scan, found: Pieces, likely: Collection[int]) -> Answer:
    """Take pieces in hand that are to be moved."""
    hand, product = scan.hand, found.product
    if hand.bin and product.pk not in likely:
        raise NotThere(f"That is {product.sku} {product.title}".strip() + f". None of it lies in {hand.bin}.")
    then = "Now scan the bin it goes to." if hand.bin else "Now scan the bin it lies in."
    quantity = found.quantity if found.lot else scan.added(product.sku)
    kept = {"sku": product.sku, "quantity": quantity, "lot": found.number, "asks": ""}
    return scan.keeps(OK, f"{replace(found, quantity=quantity).told}.{found.alone} {then}", **kept)


def _lying_in(code: str, place: Location) -> set[int]:
    """Return the products that lie in a bin."""
    rows = BinStock.objects.filter(bin__code=code, bin__location=place, quantity__gt=0)
    return set(rows.values_list("stock_level__product_id", flat=True))


def _waiting(scan: Scan, product: Product) -> int:
    """Return how many pieces of a product wait to be put away."""
    return sum(waiting_pieces(scan.place, scan.in_hands, [product.pk]).values())


def _too_many(product: Product, waits: int, wanted: int) -> Refused:
    """Return the refusal of more pieces than wait."""
    what = f"{product.sku} {product.title}".strip()
    if not waits:
        return NotThere(f"That is {what}. Nothing of it waits to be put away; between bins it is moved.")
    return NotThere(f"{count(waits, 'piece')} of {what} to put away, not {wanted}. Nothing was booked.")


def _filled(bin_: Bin) -> str:
    """Return how many pieces lie in a bin."""
    pieces = contents_of([bin_.pk])[bin_.pk].pieces
    return f": {count(pieces, 'piece')} in it" if pieces else " is empty"


def _room(bin_: Bin, product: Product) -> str:
    """Return how many more pieces of a product go into a bin, where something limits them."""
    room = pieces_with_room(bin_, product, contents_of([bin_.pk])[bin_.pk])
    return "" if room is None else f", room for {room} more"
