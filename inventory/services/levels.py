"""Acts on one stock level: adjust, count, and how it is kept."""

from django.db import transaction

from inventory.conditions import FOLLOWED_BY_NOTHING
from inventory.locks import lock_level
from inventory.models import StockLevel
from inventory.models.stock import MovementReason
from inventory.services.growing import publish_growth
from inventory.services.stock import Change, Count, count_stock, move_stock, told
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.numbers import random_code


@transaction.atomic
def adjust_level(*, stock_level_id: int, quantity: int, reason: str, note: str = "", actor: Actor) -> StockLevel:
    """Add pieces to a level, or take them from it; raises :class:`StockTooLow` below what is promised."""
    level = lock_level(stock_level_id)
    refuse_unless(level, FOLLOWED_BY_NOTHING)
    move_stock(changes=[Change(level.pk, quantity, reason, f"adjust:{random_code(16)}", note)], actor=actor)
    record(
        actor,
        "inventory.adjust_stock",
        level,
        note=told(quantity, reason, note),
        data={"quantity": quantity, "reason": reason},
    )
    return level


@transaction.atomic
def count_level(*, stock_level_id: int, on_hand: int, note: str = "", actor: Actor) -> StockLevel:
    """Bring a level to the pieces that were found; raises :class:`StockTooLow` below what is promised."""
    level = lock_level(stock_level_id)
    refuse_unless(level, FOLLOWED_BY_NOTHING)
    count = Count(level.pk, on_hand, MovementReason.ADJUSTMENT, f"count:{random_code(16)}", note)
    count_stock(counts=[count], actor=actor)
    found = f"{level.on_hand} → {on_hand} pieces" + (f": {note}" if note else "")
    record(actor, "inventory.count_stock", level, note=found, data={"on_hand": [level.on_hand, on_hand]})
    return level


@transaction.atomic
def keep_level(*, stock_level_id: int, bin: str, safety_stock: int, actor: Actor) -> StockLevel:  # noqa: A002
    """Set where the pieces lie and how many are never promised; less safety stock is told as growth."""
    level = lock_level(stock_level_id)
    bin_before, safety_before = level.bin, level.safety_stock
    level.bin, level.safety_stock = bin, safety_stock
    level.save(update_fields=["bin", "safety_stock"])
    data = {"bin": [bin_before, bin], "safety_stock": [safety_before, safety_stock]}
    kept = f"bin {bin_before or '–'} → {bin or '–'}, safety stock {safety_before} → {safety_stock}"
    record(actor, "inventory.keep_level", level, note=kept, data=data)
    if safety_stock < safety_before:
        publish_growth([level], actor)
    return level
