"""Which pieces a reading means: of what is followed by lot or serial number it asks for that before it goes on."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from inventory.gs1 import Label, in_century, is_like_label, read_label
from inventory.models import Bin, BinScan, Lot, Product
from inventory.models.stock import OWN_KINDS
from inventory.queries import lots_named, product_by_code
from inventory.services.lots import known_lot, lot_that_came
from inventory.services.scanning.once import OK, WRONG, Answer, Scan
from inventory.services.scanning.reading import is_of_other, product_of, what_is
from oms.foundation.refusals import Refused

LOT, DATE = "lot", "date"
"""What a handheld asks for: the lot or serial number of what was scanned, or its best-before date."""
SHORT = "%y%m%d"
WRITTEN = {"%Y-%m-%d": 0, "%d.%m.%Y": 0, "%d/%m/%Y": 0, "%Y%m%d": 8, SHORT: 6}
"""How days are written, and of how many digits those without a sign between are."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of a product, of one lot where it is followed; ``left`` of the same product are still to be named."""

    product: Product
    quantity: int
    lot: Lot | None = None
    left: int = 0

    @property
    def told(self) -> str:
        """Return them in words."""
        return f"{self.quantity} × {self.product.sku}{f' {self.lot.number}' if self.lot else ''}"

    @property
    def asks_on(self) -> dict[str, Any]:
        """Return what a hand keeps to ask for the next serial number; nothing when none is left."""
        return {"sku": self.product.sku, "quantity": self.left, "asks": LOT, "lot": ""} if self.left else {}

    @property
    def then(self) -> str:
        """Return the words that ask for it."""
        return f" Now the next serial number, {self.left} to go." if self.left else ""

    @property
    def alone(self) -> str:
        """Return the words that tell that the others come one by one."""
        return " One serial number at a time." if self.left else ""

    @property
    def number(self) -> str:
        """Return the number of their lot; blank without one."""
        return self.lot.number if self.lot is not None else ""


def what_comes(scan: Scan, *, likely: Collection[int] = (), new: bool = False) -> Bin | Pieces | Answer:
    """Return the bin or the pieces that a reading means, together with what was asked for before.

    An answer is returned while something is still to be said. A ``new`` lot may come; else it has to be known.

    :raises Refused: for what cannot be the lot, serial number or date that was asked for.
    """
    if scan.hand.asks:
        return _answered(scan, product_of(scan.hand.sku), new)
    found = what_is(scan.read.code, scan.place, likely=likely)
    if isinstance(found, Bin):
        return found
    if not found.is_followed or scan.place.kind not in OWN_KINDS:
        return Pieces(found, scan.quantity)
    if scan.hand.sku:
        raise Refused(f"{scan.hand.sku} {scan.hand.lot} is in hand: first scan its bin, or tap “Start anew”.")
    label = read_label(scan.read.code, scan.actor.now.date()) or Label()
    return _named(scan, found, label if label.gtin else Label(), scan.quantity, new)


def number_on(label: Label, product: Product) -> str:
    """Return what a label says of what a product is followed by."""
    return label.serial if product.has_serials else label.lot


def _answered(scan: Scan, product: Product, new: bool) -> Pieces | Answer:
    """Take a reading as the answer to what was asked."""
    hand, code = scan.hand, scan.read.code.strip()
    if hand.asks == DATE:
        return _named(scan, product, _label(product, hand.lot, _day(scan, code)), hand.quantity, new)
    label = read_label(code, scan.actor.now.date())
    if label is None:
        if is_like_label(code):
            raise Refused(
                f"This label cannot be read. Type the {product.followed_word} of {product.sku} as it is printed."
            )
        if new:
            _refuse_other_thing(scan, product)
        label = _label(product, code, None)
    elif is_of_other(label, product):
        raise Refused(f"This label is of another product. Scan the {product.followed_word} of {product.sku}.")
    return _named(scan, product, label, hand.quantity, new)


def _named(scan: Scan, product: Product, label: Label, quantity: int, new: bool) -> Pieces | Answer:
    """Return pieces whose lot or serial number is known; else ask for it, or for its date."""
    number, many = number_on(label, product), quantity if product.has_serials else 1
    if not number:
        asked = f"serial number 1 of {many}" if many > 1 else f"its {product.followed_word}"
        told = f"{quantity} × {product.sku}. Now scan {asked}."
        return scan.keeps(OK, told, sku=product.sku, quantity=quantity, asks=LOT, lot="")
    if new:
        if product.expires and label.expires_on is None and not _is_known(product, number):
            told = f"{product.sku} {number} is new here. When is it best before?"
            return scan.keeps(OK, told, sku=product.sku, quantity=quantity, asks=DATE, lot=number)
        day = label.expires_on if product.expires else None
        lot = lot_that_came(product_id=product.pk, number=number, expires_on=day, actor=scan.actor)
    else:
        lot = known_lot(product, number)
    if product.has_serials:
        return Pieces(product, 1, lot, left=quantity - 1)
    return Pieces(product, quantity, lot)


def _is_known(product: Product, number: str) -> bool:
    """Return whether a lot was here before."""
    return bool(lots_named(product.pk, [number]))


def of_pieces(scan: Scan, pieces: Pieces) -> Scan:
    """Return a reading as if it had named just these pieces."""
    return replace(scan, read=replace(scan.read, quantity=pieces.quantity))


def _label(product: Product, number: str, expires_on: date | None) -> Label:
    """Return a label with the number that a product is followed by."""
    if product.has_serials:
        return Label(serial=number, expires_on=expires_on)
    return Label(lot=number, expires_on=expires_on)


def _refuse_other_thing(scan: Scan, product: Product) -> None:
    """Raise when a bin or a product was scanned where the number of a new lot is wanted."""
    code = scan.read.code.strip()
    other = Bin.objects.filter(location=scan.place, code__iexact=code).first() or product_by_code(code)
    if other is not None:
        what = f"bin {other.code}" if isinstance(other, Bin) else str(other)
        raise Refused(f"That is {what}. Scan the {product.followed_word} of {product.sku}, or tap “Start anew”.")


def _day(scan: Scan, code: str) -> date:
    """Return a day as the page's field, a label or a person writes it; one that has passed has to be told twice.

    :raises Refused: for what is no date, and for a past one that was not refused just before.
    """
    today = scan.actor.now.date()
    label = read_label(code, today)
    if label is not None and label.expires_on is not None:
        return label.expires_on
    day = _written_day(code, today)
    if day is None:
        raise Refused(f"“{code[:20]}” is no date. Write it as 2027-03-31.")
    if day < today and not _was_refused(scan):
        raise Refused(
            f"{day:%d %b %Y} has passed. Give it once more if that is so, else the right date, as 2027-03-31."
        )
    return day


def _written_day(code: str, today: date) -> date | None:
    """Return a day that is written in one of the known forms, or None."""
    forms = [form for form, digits in WRITTEN.items() if not digits or (len(code) == digits and code.isdigit())]
    for form in forms:
        try:
            day = datetime.strptime(code, form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
        return in_century(day, today) if form == SHORT else day
    return None


def _was_refused(scan: Scan) -> bool:
    """Return whether the person's reading before this one was the same and was refused."""
    mine = BinScan.objects.filter(person=scan.person_id, location=scan.place, work=scan.read.work)
    last = mine.order_by("-id").first()
    return last is not None and (last.tone, last.code) == (WRONG, scan.read.code[:64])
