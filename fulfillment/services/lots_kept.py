"""Picked pieces of lots that may not go to a customer: they stay here, and whoever meets them is told what to do."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from fulfillment.models import FulfillmentOrder, TracedPieces
from fulfillment.models.traces import Fate
from fulfillment.services.tracing import today_at
from fulfillment.sourcing.wording import enumeration
from fulfillment.states import OPEN_ALLOCATIONS, FulfillmentOrderState
from inventory.models import Location, Lot
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record, record_many
from oms.foundation.refusals import Refused

MOST_NAMED = 20


def kept_here(work_ids: Collection[int], now: datetime | None = None, *, expired: bool = False) -> dict[int, Refused]:
    """Return by work why what was picked for it may not go; one statement.

    Blocked lots never go; with a moment those are kept too that have expired by then, with ``expired`` those that were
    found so. What was packed in time may leave.
    """
    bad = Q(lot__blocked_at__isnull=False)
    if expired:
        bad |= Q(lot__expired_at__isnull=False)
    if now is not None:
        bad |= Q(lot__expires_on__lte=(now + timedelta(days=1)).date())
    found: dict[int, Refused] = {}
    for row in in_hands(bad).filter(allocation__fulfillment_order__in=list(work_ids)):
        work = row.allocation.fulfillment_order
        if why := why_not(row.lot, work.location, row.lot.expired_at if expired else now):
            sentence = f"{row} was picked for {work.number}; {why} {_what_to_do(work)}"
            found.setdefault(work.pk, Refused(sentence, code="lot_unsellable"))
    return found


def refuse_kept(work: FulfillmentOrder, now: datetime | None = None) -> None:
    """Raise :class:`Refused` when what was picked for locked work may not go, as :func:`kept_here` tells."""
    for refusal in kept_here([work.pk], now).values():
        raise refusal


def in_hands(lots: Q) -> "QuerySet[TracedPieces]":
    """Return what of some lots was picked and has not left, in the order in which it was picked."""
    rows = TracedPieces.objects.filter(lots, fate=Fate.HELD, allocation__state__in=OPEN_ALLOCATIONS)
    of_work = ("allocation__fulfillment_order__location", "allocation__order_line__order")
    return rows.select_related("lot__product", "package__shipment", *of_work).order_by("pk")


def why_not(lot: Lot, place: Location, now: datetime | None) -> str:
    """Return why a lot may not go from a location, or nothing; without a moment its date does not count."""
    if lot.blocked_at is not None:
        return f"it is blocked: {lot.blocked_why}."
    if now is not None and lot.expires_on is not None and lot.is_expired(today_at(place, now)):
        return f"it was best before {lot.expires_on:%d %b %Y}."
    return ""


def _what_to_do(work: FulfillmentOrder) -> str:
    """Return how pieces that may not go are taken out and others picked."""
    stop = "stop the picking, then others are picked."
    if work.state == FulfillmentOrderState.READY:
        return f"Take it out: void the label if there is one, unpack the parcels and {stop}"
    return f"Take it out and {stop}"


def tell_who_holds(lot: Lot, location_id: int, actor: Actor) -> None:
    """Tell on the timeline of a lot that may not go, and of each work, in which totes and parcels pieces of it are."""
    rows = list(in_hands(Q(lot=lot, allocation__fulfillment_order__location=location_id)))
    if not rows:
        return
    told = [f"{row.quantity} {_where(row)}" for row in rows[:MOST_NAMED]]
    more = f", and {len(rows) - MOST_NAMED} more" if len(rows) > MOST_NAMED else ""
    record(actor, "fulfillment.lot_in_hands", lot, note=f"Picked and not sent: {enumeration(told)}{more}."[:1000])
    record_many(actor, list(_acts(rows, lot, actor.now)))


def _acts(rows: Sequence[TracedPieces], lot: Lot, now: datetime) -> Iterable[Act]:
    """Yield the line of each work."""
    for row in rows:
        work = row.allocation.fulfillment_order
        if why := why_not(lot, work.location, now):
            note = f"{row.quantity} × {lot} {_where(row)}; {why} {_what_to_do(work)}"
            yield Act("fulfillment.lot_in_hands", work, note, {"lot": lot.pk})


def _where(row: TracedPieces) -> str:
    """Return for which order picked pieces are, and in which parcel they lie."""
    work = row.allocation.fulfillment_order
    parcel = f", in parcel {row.package.position} of {row.package.shipment.number}" if row.package is not None else ""
    return f"for order {row.allocation.order_line.order.number} ({work.number}){parcel}"
