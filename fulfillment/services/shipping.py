"""Handing over: the parcels leave, stock goes down, the order counts them as shipped and the money is collected."""

from collections import Counter
from datetime import timedelta

from django.db import transaction
from django.db.models import Sum

from fulfillment.conditions import NOT_HELD, ORDER_RELEASED, in_state
from fulfillment.events import ShipmentShipped
from fulfillment.locks import lock_shipment, open_allocations_of
from fulfillment.models import Allocation, Package, PackageItem, Shipment
from fulfillment.states import AllocationState, ShipmentState
from inventory.services.allocation import Shipped, ship_pieces
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import record
from oms.foundation.facts import publish
from oms.foundation.refusals import Refused
from orders.services.progress import mark_shipped

S = ShipmentState
CAN_SHIP = (in_state([S.LABELLED, S.MANIFESTED], "shipped"), ORDER_RELEASED, NOT_HELD)


@transaction.atomic
def ship(*, shipment_id: int, actor: Actor) -> Shipment:
    """Hand the shipment to the carrier; its fulfillment order is done.

    :raises Refused: unless every parcel has its label and the parcels hold exactly the picked pieces.
    """
    shipment = lock_shipment(shipment_id, with_payments=True)
    refuse_unless(shipment, *CAN_SHIP)
    allocations = [
        one for one in open_allocations_of([shipment.fulfillment_order_id]) if one.state == AllocationState.PICKED
    ]
    _refuse_difference(shipment, allocations)
    for one in allocations:
        one.ship()
    save_many(allocations, ["state"])
    shipment.ship(at=actor.now)
    shipment.save(update_fields=["state", "shipped_at"])
    fulfillment_order = shipment.fulfillment_order
    fulfillment_order.fulfill(at=actor.now)
    fulfillment_order.save(update_fields=["state", "fulfilled_at"])
    _expect_arrival(shipment, actor)
    record(actor, "fulfillment.ship", shipment, note=f"{shipment.carrier} {shipment.service}".strip())
    record(actor, "fulfillment.ship", fulfillment_order)
    lines: Counter[int] = Counter()
    for one in allocations:
        lines[one.order_line_id] += one.quantity
    mark_shipped(order_id=shipment.order_id, lines=lines, reference=shipment.number, actor=actor)
    pieces = [Shipped(one.stock_level_id, one.quantity, f"ship:{one.pk}") for one in allocations]
    ship_pieces(pieces=pieces, actor=actor)
    publish(ShipmentShipped(at=actor.now, order_id=shipment.order_id, shipment_id=shipment.pk))
    return shipment


def _refuse_difference(shipment: Shipment, allocations: list[Allocation]) -> None:
    """Refuse when the parcels hold other pieces than were picked."""
    items = PackageItem.objects.filter(package__shipment=shipment).order_by()
    packed = dict(items.values_list("allocation").annotate(pieces=Sum("quantity")))
    picked = {one.pk: one.quantity for one in allocations}
    if not picked or packed != picked:
        sentence = "The parcels do not hold exactly what was picked; unpack and pack again."
        raise Refused(sentence, code="parcels_differ")


def _expect_arrival(shipment: Shipment, actor: Actor) -> None:
    """Note on every parcel the day on which the carrier promised to deliver."""
    days = next((rate["days"] for rate in shipment.rates if rate["service"] == shipment.service), None)
    if days is None:
        return
    leaves_on = actor.now.astimezone(shipment.location.zone).date()
    for package in Package.objects.filter(shipment=shipment):
        package.expected_on = leaves_on + timedelta(days=days)
        package.save(update_fields=["expected_on"])
