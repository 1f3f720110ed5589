"""Totes with labels: scanned at a stop, one becomes the stop's tote, and its label leads packing to the order."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping

from fulfillment.locks_walks import lock_labelled_tote
from fulfillment.models import LabelledTote, PickTask
from fulfillment.services.walking.answers import OK, WRONG, Answer
from fulfillment.states import LIVE_TASKS, FulfillmentOrderState
from oms.foundation.actor import Actor

LABEL = re.compile(r"TOTE-?(?=[A-Z]*\d)[A-Z0-9]{1,18}")
"""What stands on a tote: the word, a dash or none, then its own letters and digits, of which one is a digit."""


def label_in(code: str) -> str:
    """Return the label of a tote as it is kept, or nothing for a code that is none."""
    told = code.strip().upper()
    return told if LABEL.fullmatch(told) else ""


def put_on_cart(task: PickTask, label: str, actor: Actor) -> Answer:
    """Let a tote be that of a locked stop, or tell which one it is already; nothing is counted."""
    row = lock_labelled_tote(label)
    if row is not None and row.pick_list_id != task.pick_list_id:
        order = _order_in(row)
        if order:
            return Answer(
                WRONG, f"{label} still has order {order} in it, from walk {row.pick_list}. Take another tote."
            )
        row.freed_at = actor.now
        row.save(update_fields=["freed_at"])
        row = None
    product = task.level.product
    if row is None:
        new = LabelledTote(code=label, pick_list_id=task.pick_list_id, tote=task.tote, at=actor.now)
        LabelledTote.objects.bulk_create([new], ignore_conflicts=True)
        row = LabelledTote.objects.select_related("pick_list").get(code=label, freed_at=None)
        if row.pick_list_id != task.pick_list_id:
            return Answer(WRONG, f"{label} was just put on the cart of walk {row.pick_list}. Take another tote.")
        return Answer(OK, f"{label} is tote {task.tote} now. Scan {product.sku}.")
    if row.tote == task.tote:
        return Answer(OK, f"Right tote: {task.tote}. Scan {product.sku}.")
    return Answer(WRONG, f"{label} is tote {row.tote}. These pieces go into tote {task.tote}.")


def _order_in(row: LabelledTote) -> str:
    """Return the number of an order that needs a tote still, on its walk or until it is packed, or nothing."""
    stops = PickTask.objects.filter(
        pick_list=row.pick_list_id,
        tote=row.tote,
        put_back_at=None,
        fulfillment_order__state=FulfillmentOrderState.IN_PROGRESS,
    )
    needed = stops.filter(picked__gt=0) | stops.filter(state__in=LIVE_TASKS)
    return needed.values_list("fulfillment_order__order__number", flat=True).first() or ""


def labels_of(pick_list_ids: Collection[int]) -> Mapping[tuple[int, str], list[str]]:
    """Return the labels of the totes of walks, by walk and tote, in the order in which they were put on the cart."""
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    rows = LabelledTote.objects.filter(pick_list__in=list(pick_list_ids), freed_at=None).order_by("pk")
    for walk, tote, code in rows.values_list("pick_list", "tote", "code"):
        found[walk, tote].append(code)
    return found
