"""Lots and serial numbers at the bench: which of those that were picked goes into which parcel."""

from dataclasses import dataclass

from fulfillment.models import TracedPieces
from fulfillment.services.scan_packing.bench import Article, Bench
from fulfillment.sourcing.wording import enumeration
from inventory.gs1 import Label, read_label
from inventory.queries import lots_named
from inventory.services.scanning.naming import number_on


@dataclass(frozen=True, slots=True)
class Chosen:
    """The picked pieces that a scan means; without any the sentence says what is to be scanned, or what is wrong."""

    rows: list[TracedPieces]
    sentence: str = ""
    wrong: bool = False


def article_of_number(bench: Bench, code: str) -> Article | None:
    """Return the product whose lot or serial number a bare code is: one that was picked, else one that is known."""
    if not bench.traces:
        return None
    label = read_label(code) or Label()
    numbers = [one.casefold() for one in (code.strip(), label.lot, label.serial) if one]
    mine = {one.lot.product_id for one in bench.traces if one.lot.number.casefold() in numbers}
    if not mine:
        followed = [one.product.pk for one in bench.articles if one.product.is_followed]
        mine = {pk for pk in followed if lots_named(pk, numbers)}
    return next((one for one in bench.articles if one.product.pk in mine), None)


def choose(bench: Bench, article: Article, code: str, quantity: int) -> Chosen:
    """Return which of the picked pieces a scan means; several lots, and every serial number, have to be named."""
    product = article.product
    left = bench.unpacked(product)
    number = _number(bench, article, code)
    numbers = list(dict.fromkeys(one.lot.number for one in left))
    if not number and (product.has_serials or len(numbers) > 1):
        return Chosen([], f"{product.sku}: scan its {product.followed_word}, {enumeration(numbers[:6], 'or')}.")
    rows = [one for one in left if number.casefold() in ("", one.lot.number.casefold())]
    there = sum(one.quantity for one in rows)
    if not there:
        known = any(one.lot.number.casefold() == number.casefold() for one in bench.traces)
        why = "is packed already" if known else "was not picked for this order"
        picked = f"; picked was {enumeration(numbers[:6])}" if numbers else ""
        return Chosen([], f"{product.sku}: {product.followed_word} {number} {why}{picked}.", wrong=True)
    if quantity > there:
        told = f"Only {there} of {product.sku} {rows[0].lot.number} were picked, not {quantity}. Nothing was counted."
        return Chosen([], told, wrong=True)
    return Chosen(rows)


def _number(bench: Bench, article: Article, code: str) -> str:
    """Return the lot or serial number that a code says; blank for the product alone."""
    label = read_label(code)
    if label is not None and number_on(label, article.product):
        return number_on(label, article.product)
    return "" if article.is_named(code) else code
