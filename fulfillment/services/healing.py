"""After a short pick: other pieces are looked for, the promise is made anew, and who is promised too much is told."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from fulfillment.events import ArrivesLater, PiecesMissed
from fulfillment.models import Allocation, FulfillmentOrder
from fulfillment.services.arriving import arrivals_of
from fulfillment.services.shortages import Shortness, shortness_of
from fulfillment.services.sourcing.run import Trigger, source_orders
from fulfillment.sourcing.wording import enumeration
from fulfillment.states import OPEN_ALLOCATIONS
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import publish
from orders.models import Order


@transaction.atomic
def heal(*, missed: Sequence[PiecesMissed], actor: Actor) -> None:
    """Source orders again whose pieces were not found, and tell who gets theirs later than promised.

    The order's timeline says what came of each short pick, under its number.
    """
    traces = {fact.order_id: fact.trace for fact in missed}
    last = Allocation.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    source_orders(order_ids=list(traces), trigger=Trigger.MISSED, actor=actor)
    pieces = _new_pieces(list(traces), last)
    late = _late({one.fulfillment_order for one in pieces}, actor)
    facts = [
        ArrivesLater(at=actor.now, order_id=row.order_id, fulfillment_order_id=row.pk, expected_on=day.isoformat())
        for row, day in late.items()
    ]
    publish(*facts)
    orders, waits = Order.objects.in_bulk(list(traces)), shortness_of(list(traces), now=actor.now)
    acts = []
    for pk, trace in traces.items():
        sentences = [
            _found([one for one in pieces if one.fulfillment_order.order_id == pk]),
            _waiting(waits[pk], actor),
        ]
        sentences += [_told(row, day) for row, day in late.items() if row.order_id == pk]
        note = " ".join([f"Short pick {trace}:" if trace else "Not found:", *filter(None, sentences)])
        acts.append(Act("fulfillment.heal", orders[pk], note, {"trace": trace}))
    record_many(actor, acts)


def _new_pieces(order_ids: Sequence[int], last: int) -> list[Allocation]:
    """Return the pieces that were promised to orders after the last of before, with their work and its place."""
    rows = Allocation.objects.filter(fulfillment_order__order__in=order_ids, pk__gt=last, state__in=OPEN_ALLOCATIONS)
    return list(rows.select_related("fulfillment_order__order", "fulfillment_order__location", "order_line"))


def _late(work: set[FulfillmentOrder], actor: Actor) -> dict[FulfillmentOrder, date]:
    """Return the work whose parcels arrive after the day that its customer was promised, with the new day."""
    rows = [row for row in work if row.order.deliver_by is not None]
    days = {pk: latest for pk, (_, latest) in arrivals_of(rows, now=actor.now).items()}
    return {row: days[row.pk] for row in rows if row.pk in days and _is_missed(row, days[row.pk])}


def _is_missed(row: FulfillmentOrder, day: date) -> bool:
    """Return whether a day is after the one that the customer was promised."""
    promised: date | None = row.order.deliver_by
    return promised is not None and day > promised


def _found(pieces: Sequence[Allocation]) -> str:
    """Say where the pieces come from now."""
    told = [f"{one.quantity} × {one.order_line.sku} from {one.fulfillment_order.location.name}" for one in pieces]
    return f"Now {enumeration(told)}." if told else "Nothing else has stock."


def _waiting(known: Shortness, actor: Actor) -> str:
    """Say what the order waits for, until when, and that its customer hears of it if it did not wait before."""
    if not known.missing:
        return ""
    lacks = enumeration([f"{one.pieces} × {one.line.sku}" for one in known.missing])
    day = f", expected on {known.expected_on:%d %b %Y}" if known.expected_on else ", no day known"
    told = "; the customer is told" if known.since == actor.now else ""
    return f"Waits for {lacks}{day}{told}."


def _told(row: FulfillmentOrder, day: date) -> str:
    """Say that the customer is told of a later day."""
    return f"{row.number} arrives by {day:%d %b %Y}, later than promised; the customer is told."
