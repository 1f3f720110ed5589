"""Which lot or serial number a picker takes: asked for after the product, the one that expires first suggested."""

from datetime import datetime
from typing import Any

from fulfillment.models import PickScan, PickTask
from fulfillment.services.tracing import note_picked, today_at
from fulfillment.services.walking.stops import BETWEEN_BINS
from inventory.gs1 import Label, read_label
from inventory.models import BinStock, Lot, Product
from inventory.queries import product_by_code
from inventory.services.bin_leaving import bins_in_turn
from inventory.services.lot_picking import pick_lot
from inventory.services.scanning.naming import number_on
from inventory.services.scanning.reading import is_of_other
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.refusals import Refused


def lots_at(task: PickTask, now: datetime) -> list[BinStock]:
    """Return what of a stop's product lies in its bins and may go, the lot that is to be taken first at the front."""
    codes = task.bin.split(BETWEEN_BINS)
    rows = bins_in_turn([task.level.pk], today_at(task.level.location, now))
    return sorted(rows, key=lambda row: row.where not in codes)


def take_lot(task: PickTask, code: str, lot_number: str, quantity: int, actor: Actor) -> Lot | None:
    """Take pieces of the lot that was scanned out of its bin; None when it was the product, whose lot is still wanted.

    :raises Refused: for another product, an unknown, blocked or expired lot, and more pieces than are wanted or there
    """
    product = task.level.product
    number = _number(task, product, code)
    if lot_number and number not in ("", lot_number):
        raise Refused(f"The label says {product.followed_word} {number}, not {lot_number}. Nothing was counted.")
    number = number or lot_number
    if not number:
        return None
    if product.has_serials and quantity > 1:
        raise Refused(f"Serial number {number} is one piece, not {quantity}. Nothing was counted.")
    if quantity > task.missing:
        raise Refused(f"Only {task.missing} more are wanted, not {quantity}. Nothing was counted.")
    told: dict[str, Any] = {"codes": task.bin.split(BETWEEN_BINS), "today": today_at(task.level.location, actor.now)}
    told |= {"quantity": quantity, "note": f"tote {task.tote}", "actor": actor}
    picked = pick_lot(level=task.level, number=number, **told)
    note_picked(task, {picked.lot.pk: quantity}, actor)
    if picked.best.pk != picked.lot.pk and not product.has_serials:
        picked.best.product = product
        note = f"{picked.lot.named} was taken, {picked.best.named} was suggested."
        record(actor, "floor.other_lot", task, note=note)
    return picked.lot


def asked_before(task: PickTask) -> int:
    """Return the pieces that were said with the product just before, whose lot is read now; else 1."""
    product, last = task.level.product, PickScan.objects.filter(task=task, tone="ok").order_by("-pk").first()
    if product.has_serials or last is None or not _is_own(last.code, product):
        return 1
    return last.quantity


def _is_own(code: str, product: Product) -> bool:
    """Return whether a code is just the product's SKU or bar code."""
    return code.strip().casefold() in (product.sku.casefold(), product.barcode.casefold() or None)


def _number(task: PickTask, product: Product, code: str) -> str:
    """Return the lot or serial number that a code says; blank for the product alone.

    :raises Refused: for a code of another product, and for a bare number before the product was scanned
    """
    label = read_label(code) or Label()
    own = _is_own(code, product) or (product.barcode in label.barcodes and bool(product.barcode))
    number = number_on(label, product)
    if own:
        return number
    other = product_by_code(code)
    if other is not None or is_of_other(label, product):
        this = f"That is {other.sku} {other.title}".strip() if other else "That label is of another product"
        raise Refused(f"{this}. This stop wants {product.sku} {product.title}".strip()[:298] + ".")
    if not _was_seen(task, product):
        raise Refused(f"Scan {product.sku} first, then its {product.followed_word}.")
    return number or code


def _was_seen(task: PickTask, product: Product) -> bool:
    """Return whether the product was scanned at this stop before."""
    codes = {one.casefold() for one in (product.sku, product.barcode) if one}
    read = PickScan.objects.filter(task=task, tone="ok").values_list("code", flat=True)
    return any(one.casefold() in codes or read_label(one) is not None for one in read)
