"""Giving fulfillment orders to the floor when their order is released, and taking them back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from fulfillment.cutoff import Calendar, next_departure
from fulfillment.locks import lock_live_of, lock_orders
from fulfillment.models import FulfillmentOrder
from fulfillment.services.supplier_requests import end_requests
from fulfillment.states import FulfillmentOrderState
from inventory.models import Location
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from orders.states import OrderState

S = FulfillmentOrderState


def departures(rows: Iterable[FulfillmentOrder], now: datetime) -> dict[int, datetime]:
    """Return when what comes in now leaves each location of the rows, by location id."""
    places = Location.objects.in_bulk({row.location_id for row in rows})
    return {pk: departure_from(place, now) for pk, place in places.items()}


def departure_from(place: Location, now: datetime) -> datetime:
    """Return when an order that comes in now leaves a location: by its cut-off, handling and calendar."""
    calendar = Calendar.of(place.working_days, place.closed_on, place.handling_days)
    return next_departure(now, cutoff=place.cutoff, zone=place.zone, calendar=calendar)


def open_now(rows: Sequence[FulfillmentOrder], leaves: Mapping[int, datetime], now: datetime) -> None:
    """Open planned rows in memory with their orders at hand, each to leave when its location sends it.

    A channel that wants its parcel earlier is told to the floor as it is: such work may be late as it begins. The
    caller saves.
    """
    for row in rows:
        wanted = row.order.ship_by
        row.open(at=now, ship_by=min(leaves[row.location_id], wanted) if wanted else leaves[row.location_id])


@transaction.atomic
def open_fulfillment_orders(*, order_ids: Sequence[int], actor: Actor) -> list[FulfillmentOrder]:
    """Let the floor work on the planned fulfillment orders of released orders; others are left as they are."""
    released = {order.pk: order for order in lock_orders(order_ids) if order.state == OrderState.RELEASED}
    rows = lock_live_of(released, [S.PLANNED])
    for row in rows:
        row.order = released[row.order_id]
    open_now(rows, departures(rows, actor.now), actor.now)
    save_many(rows, ["state", "opened_at", "ship_by"])
    record_many(actor, [Act("fulfillment.open", row, row.told) for row in rows])
    return rows


@transaction.atomic
def recall_fulfillment_orders(*, order_ids: Sequence[int], actor: Actor) -> list[FulfillmentOrder]:
    """Take open fulfillment orders of recalled orders back from the floor; what is being picked stays there."""
    recalled = [order.pk for order in lock_orders(order_ids) if order.state == OrderState.PLACED]
    rows = lock_live_of(recalled, [S.OPEN])
    end_requests(rows, why="The order was taken back.", actor=actor)
    for row in rows:
        row.recall()
    save_many(rows, ["state", "opened_at"])
    record_many(actor, [Act("fulfillment.recall", row, row.told) for row in rows])
    return rows
