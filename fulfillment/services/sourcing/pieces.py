"""The pieces that allocations hold: counted by stock level, and cut in two."""

from collections import Counter
from collections.abc import Iterable

from fulfillment.models import Allocation, AllocationPart


def pieces_by_level(allocations: Iterable[Allocation]) -> Counter[int]:
    """Return the pieces of allocations by stock level."""
    pieces: Counter[int] = Counter()
    for one in allocations:
        pieces.update(one.takes)
    return pieces


def cut_off(one: Allocation, quantity: int) -> Allocation:
    """Take pieces out of an allocation and return them as one of their own."""
    one.quantity -= quantity
    one.save(update_fields=["quantity"])
    part = Allocation(
        order_line_id=one.order_line_id,
        fulfillment_order_id=one.fulfillment_order_id,
        stock_level_id=one.stock_level_id,
        quantity=quantity,
        is_assembled=one.is_assembled,
        created_at=one.created_at,
    )
    part.save()
    copy_parts(one, part)
    return part


def copy_parts(one: Allocation, part: Allocation) -> None:
    """Let what was cut off an allocation be assembled of the same parts."""
    if one.is_assembled:
        rows = one.parts.all()
        AllocationPart.objects.bulk_create(
            AllocationPart(allocation=part, stock_level_id=row.stock_level_id, per_kit=row.per_kit) for row in rows
        )
