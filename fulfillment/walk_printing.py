"""Pick lists of walks, drawn from stored rows."""

from collections.abc import Mapping, Sequence

from fulfillment.documents.papers import WalkLine, WalkPaper
from fulfillment.documents.walk_list import render_walk_list
from fulfillment.models import PickList, PickTask
from fulfillment.services.walking.stops import site_at
from fulfillment.services.walking.way import hints_of

MOST_WALKS = 100


def walk_list(walks: Sequence[PickList], stops: Sequence[PickTask]) -> bytes:
    """Return one PDF with the pick lists of walks of one location, each on pages of its own.

    :param stops: of all walks in their order, with work, order, line and product at hand
    """
    by_walk: dict[int, list[PickTask]] = {walk.pk: [] for walk in walks}
    for task in stops:
        by_walk[task.pick_list_id].append(task)
    site = site_at(walks[0].location_id)
    return render_walk_list([_paper(walk, by_walk[walk.pk], hints_of(site, by_walk[walk.pk])) for walk in walks])


def _paper(walk: PickList, stops: Sequence[PickTask], hints: Mapping[int, str]) -> WalkPaper:
    """Return what the pick list of a walk says."""
    orders = {task.fulfillment_order.order.pk: task.fulfillment_order.order for task in stops}
    told = [f"Order {one.number}: {one.instructions.strip()}" for one in orders.values() if one.instructions.strip()]
    return WalkPaper(
        number=walk.number,
        location_name=f"{walk.location.code} {walk.location.name}",
        lines=tuple(_line(task, hints.get(task.pk, "")) for task in stops),
        wave=f"{walk.wave} · walk {walk.turn}" if walk.wave else "",
        metres=walk.metres,
        instructions=tuple(told),
    )


def _line(task: PickTask, hint: str) -> WalkLine:
    """Return the line of a stop."""
    product, line = task.level.product, task.allocation.order_line
    kit = line.sku if task.part is not None else ""
    notes = (("FOR KIT", kit), ("CUSTOMIZE", line.customization), ("NOTE", line.instructions))
    return WalkLine(
        bin=task.bin,
        sku=product.sku if kit else line.sku,
        title=product.title if kit else line.title or product.title,
        quantity=task.quantity,
        tote=task.tote,
        order_number=task.fulfillment_order.order.number,
        barcode=product.barcode,
        notes=tuple(f"{title}: {text}" for title, text in notes if text.strip()),
        hint=hint,
    )
