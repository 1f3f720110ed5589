"""Handing over: the parcels leave, stock goes down, the order counts them as shipped and the money is collected."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from django.db import transaction
from django.db.models import Sum

from fulfillment.conditions import ORDER_RELEASED, SHIP_NOT_HELD, in_state
from fulfillment.events import ShipmentShipped
from fulfillment.locks import lock_shipments, open_allocations_of
from fulfillment.models import Allocation, Package, PackageItem, Shipment
from fulfillment.services.expecting import expect_arrival
from fulfillment.services.lots_kept import kept_here, refuse_kept
from fulfillment.services.tracing import traced
from fulfillment.states import AllocationState, ShipmentState
from inventory.models import StockLevel
from inventory.services.allocation import Shipped, ship_pieces
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import publish
from oms.foundation.refusals import Refused
from oms.foundation.together import Together, allowed
from orders.services.progress import Gone, mark_shipped

S = ShipmentState
CAN_SHIP = (in_state([S.LABELLED, S.MANIFESTED], "shipped"), ORDER_RELEASED, SHIP_NOT_HELD)


def ship(*, shipment_id: int, actor: Actor) -> Shipment:
    """Hand the shipment to the carrier; its fulfillment order is done.

    :raises Refused: unless every parcel has its label, no hold blocks it and the parcels hold exactly what was picked,
        none of it of a blocked lot.
    """
    return ship_together(shipment_ids=[shipment_id], actor=actor).only(shipment_id)


@transaction.atomic
def ship_together(*, shipment_ids: Collection[int], actor: Actor) -> Together[Shipment]:
    """Hand many shipments to their carriers.

    :raises Refused: when the order or the stock of one of them does not allow it; none of them has left then.
    """
    locked = lock_shipments(shipment_ids, with_payments=True)
    rows, refused = allowed(shipment_ids, locked, CAN_SHIP)
    picked = _picked(rows)
    packed, kept = _packed(rows), kept_here([row.fulfillment_order_id for row in rows])
    for row in rows:
        if row.fulfillment_order_id in kept:
            refused[row.pk] = kept[row.fulfillment_order_id]
        if not picked[row.pk] or packed[row.pk] != {one.pk: one.quantity for one in picked[row.pk]}:
            sentence = "The parcels do not hold exactly what was picked; unpack and pack again."
            refused[row.pk] = Refused(sentence, code="parcels_differ")
    leaving = [row for row in rows if row.pk not in refused]
    for row in leaving:
        row.ship(at=actor.now)
    _leave(leaving, picked, actor)
    return Together({row.pk: row for row in leaving}, refused)


def hand_over(shipment: Shipment, *, how: str, actor: Actor) -> None:
    """Let a locked packed shipment leave without a label of ours: to the customer in a store, or from a supplier.

    :raises Refused: when pieces of a blocked lot are in it
    """
    refuse_kept(shipment.fulfillment_order)
    shipment.hand_over(at=actor.now)
    _leave([shipment], _picked([shipment]), actor, how=how)


def _leave(
    rows: Sequence[Shipment], picked: Mapping[int, Sequence[Allocation]], actor: Actor, *, how: str = ""
) -> None:
    """Let locked shipments leave: their pieces, their work, their orders' counters, the stock, and who waits for it.

    ``how`` is told on the timeline where no carrier of ours takes them.
    """
    pieces = [one for row in rows for one in picked[row.pk]]
    for one in pieces:
        one.ship()
    save_many(pieces, ["state"])
    work = [row.fulfillment_order for row in rows]
    for row in rows:
        row.fulfillment_order.fulfill(at=actor.now)
    save_many(rows, ["state", "shipped_at"])
    save_many(work, ["state", "fulfilled_at"])
    parcels = _parcels(rows)
    expect_arrival(rows, parcels, actor)
    record_many(actor, [Act("fulfillment.ship", row, how or _told(row, parcels[row.pk])) for row in rows])
    record_many(actor, [Act("fulfillment.fulfill", one, one.told) for one in work])
    mark_shipped(shipped=[_gone(row, picked[row.pk]) for row in rows], actor=actor)
    ship_pieces(pieces=_leaving(pieces), actor=actor)
    publish(*(ShipmentShipped(at=actor.now, order_id=row.order_id, shipment_id=row.pk) for row in rows))


def _leaving(pieces: Sequence[Allocation]) -> list[Shipped]:
    """Return what leaves the stock with some pieces: themselves, or the parts that they were assembled of."""
    named = traced([one.pk for one in pieces])
    parts = [part for one in pieces if one.is_assembled for part in one.parts.all()]
    levels = {part.stock_level_id for part in parts} if named else set()
    products = dict(StockLevel.objects.filter(pk__in=levels).values_list("pk", "product")) if levels else {}
    whole = [
        Shipped(one.stock_level_id, one.quantity, f"ship:{one.pk}", _lots_of(one.pk, named))
        for one in pieces
        if not one.is_assembled
    ]
    return whole + [
        Shipped(
            part.stock_level_id,
            part.per_kit * one.quantity,
            f"ship:{one.pk}:{part.pk}",
            named.get((one.pk, products.get(part.stock_level_id, 0)), {}),
        )
        for one in pieces
        if one.is_assembled
        for part in one.parts.all()
    ]


def _lots_of(allocation_id: int, named: Mapping[tuple[int, int], Mapping[int, int]]) -> Mapping[int, int]:
    """Return the lots of the pieces of one product."""
    return next((lots for (one, _), lots in named.items() if one == allocation_id), {})


def _picked(rows: Sequence[Shipment]) -> dict[int, list[Allocation]]:
    """Return the picked pieces of each locked shipment's fulfillment order, by shipment id."""
    by_work: dict[int, list[Allocation]] = {row.fulfillment_order_id: [] for row in rows}
    for one in open_allocations_of(by_work):
        if one.state == AllocationState.PICKED:
            by_work[one.fulfillment_order_id].append(one)
    return {row.pk: by_work[row.fulfillment_order_id] for row in rows}


def _packed(rows: Sequence[Shipment]) -> dict[int, dict[int, int]]:
    """Return how many pieces of each allocation lie in the parcels of shipments, by shipment and allocation id."""
    found: dict[int, dict[int, int]] = {row.pk: {} for row in rows}
    items = PackageItem.objects.filter(package__shipment__in=list(found)).order_by()
    sums = items.values_list("package__shipment", "allocation").annotate(pieces=Sum("quantity"))
    for shipment_id, allocation_id, pieces in sums:
        found[shipment_id][allocation_id] = pieces
    return found


def _parcels(rows: Sequence[Shipment]) -> dict[int, list[Package]]:
    """Return the parcels of shipments in their order, by shipment id."""
    found: dict[int, list[Package]] = {row.pk: [] for row in rows}
    for package in Package.objects.filter(shipment__in=list(found)).order_by("position"):
        found[package.shipment_id].append(package)
    return found


def _told(shipment: Shipment, parcels: Sequence[Package]) -> str:
    """Return who takes the shipment, and the numbers of its parcels."""
    numbers = ", ".join(package.tracking_number for package in parcels)
    return f"{shipment.number} with {shipment.carrier} {shipment.service}: {numbers}."


def _gone(shipment: Shipment, picked: Sequence[Allocation]) -> Gone:
    """Return what of its order's lines leaves with a shipment."""
    lines: Counter[int] = Counter()
    for one in picked:
        lines[one.order_line_id] += one.quantity
    return Gone(shipment.order_id, lines, shipment.number)
