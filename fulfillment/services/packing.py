"""Packing: picked pieces go into parcels, and out of them again."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from django.db import transaction
from django.db.models import prefetch_related_objects

from fulfillment.conditions import (
    ALL_PICKED,
    NOT_AT_SUPPLIER,
    ORDER_RELEASED,
    PACK_NOT_HELD,
    WORK_NOT_ON_SHELF,
    WORK_WITHOUT_LABELS,
    in_state,
)
from fulfillment.fetching import weights_of_parts
from fulfillment.locks import (
    lock_fulfillment_order,
    lock_fulfillment_orders,
    lock_shipments_of,
    open_allocations_of,
)
from fulfillment.models import Allocation, Box, FulfillmentOrder, Package, PackageItem, Shipment
from fulfillment.services.lots_kept import kept_here
from fulfillment.services.pack_sessions import drop, open_session_of
from fulfillment.services.tracing import place_in_parcels, take_out_of_shipments
from fulfillment.services.using_boxes import give_boxes_back, use_boxes
from fulfillment.states import FulfillmentOrderState, ShipmentState
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record, record_many
from oms.foundation.inserts import insert_rows
from oms.foundation.money import split_amount
from oms.foundation.numbers import random_code
from oms.foundation.refusals import Invalid
from oms.foundation.together import Together, allowed
from oms.foundation.wording import count

S = FulfillmentOrderState
CAN_PACK = (in_state([S.IN_PROGRESS], "packed"), NOT_AT_SUPPLIER, ALL_PICKED, ORDER_RELEASED, PACK_NOT_HELD)
CAN_UNPACK = (in_state([S.READY], "unpacked"), WORK_NOT_ON_SHELF, WORK_WITHOUT_LABELS)
UNSENT = (ShipmentState.PACKING, ShipmentState.PACKED, ShipmentState.LABELLED)
MAX_WEIGHT_G = 20_000_000
MAX_PARCELS = 1_000
# What one person may lift (grams): without a word on parcels there are as many as this asks for.
LIFTABLE_G = 25_000


@dataclass(frozen=True, slots=True)
class Content:
    """What goes into one parcel: an entry for each piece, grams with its packaging, outer sizes as far as known."""

    units: Sequence[Allocation]
    weight_g: int
    material: str = ""
    box: Box | None = None
    advised: Box | None = None
    outer: tuple[int, int, int] = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Filling:
    """What goes into the parcels of one fulfillment order."""

    parcels: Sequence[Content]

    @property
    def weight_g(self) -> int:
        """Return the grams of all parcels together."""
        return sum(one.weight_g for one in self.parcels)


def spread(units: Sequence[Allocation], weight_g: int, parcels: int, material: str = "") -> Filling:
    """Spread pieces over parcels, as evenly as whole pieces go, the weight in the same proportion."""
    sizes = split_amount(len(units), [1] * parcels)
    starts = accumulate(sizes, initial=0)
    shares = zip(starts, sizes, split_amount(weight_g, sizes), strict=False)
    return Filling([Content(units[at : at + size], max(1, share), material) for at, size, share in shares])


def pack(
    *,
    fulfillment_order_id: int,
    parcels: int | None = None,
    weight_g: int | None = None,
    material: str = "",
    actor: Actor,
) -> Shipment:
    """Put the picked pieces into parcels and return the shipment; ``weight_g`` is of all parcels together.

    Without a weight the products' own weights are added up; without a number of parcels none is heavier than 25 kg,
    as far as whole pieces allow.

    :raises Invalid: for more parcels than pieces, or when neither the form nor the products tell a weight.
    """
    packed = pack_together(
        fulfillment_order_ids=[fulfillment_order_id], parcels=parcels, weight_g=weight_g, material=material, actor=actor
    )
    return packed.only(fulfillment_order_id)


@transaction.atomic
def pack_together(
    *,
    fulfillment_order_ids: Collection[int],
    parcels: int | None = None,
    weight_g: int | None = None,
    material: str = "",
    actor: Actor,
) -> Together[Shipment]:
    """Pack many fulfillment orders, each into a shipment of its own with as many parcels and the weight that is named.

    The shipments are returned by the id of their fulfillment order. What holds lots that may not go is refused.
    """
    locked = lock_fulfillment_orders(fulfillment_order_ids)
    prefetch_related_objects(locked, "allocations")
    rows, refused = allowed(fulfillment_order_ids, locked, CAN_PACK)
    kept = kept_here([row.pk for row in rows], actor.now)
    refused |= kept
    rows = [row for row in rows if row.pk not in kept]
    fillings: dict[int, Filling] = {}
    for row, picked, own_weight in picked_pieces(rows):
        try:
            fillings[row.pk] = _filling(picked, own_weight, parcels, weight_g, material)
        except Invalid as fault:
            refused[row.pk] = fault
    made = make_shipments([row for row in rows if row.pk in fillings], fillings, actor)
    place_in_parcels(made)
    return Together(made, refused)


def make_shipments(
    rows: Sequence[FulfillmentOrder], fillings: Mapping[int, Filling], actor: Actor
) -> dict[int, Shipment]:
    """Make a packed shipment of each locked fulfillment order and mark that as ready; return them by its id.

    The boxes that were used leave the stock: its levels are the last that is locked.
    """
    shipments = [
        Shipment(number=random_code(8, prefix="S"), order=row.order, fulfillment_order=row, location=row.location)
        for row in rows
    ]
    for row, shipment in zip(rows, shipments, strict=True):
        shipment.pack(at=actor.now)
        row.pack(at=actor.now)
    insert_rows(shipments)
    packages = _fill([(shipment, fillings[shipment.fulfillment_order_id]) for shipment in shipments])
    save_many(rows, ["state", "packed_at"])
    acts = [
        act for row, shipment in zip(rows, shipments, strict=True) for act in _acts(row, shipment, fillings[row.pk])
    ]
    record_many(actor, acts)
    use_boxes(packages, actor)
    return {shipment.fulfillment_order_id: shipment for shipment in shipments}


def _acts(row: FulfillmentOrder, shipment: Shipment, filling: Filling) -> list[Act]:
    """Return the lines of the timeline about one shipment."""
    parcels = len(filling.parcels)
    data = {"shipment": shipment.number, "parcels": parcels, "weight_g": filling.weight_g}
    boxes = ", ".join(f"{times} × {code}" for code, times in sorted(Counter(_codes(filling)).items()))
    made = f"{shipment.number}: {count(parcels, 'parcel')}, {filling.weight_g} g{f', in {boxes}' if boxes else ''}."
    packed = Act("fulfillment.pack", row, row.told, data)
    return [packed, Act("fulfillment.make_shipment", shipment, made, created=True)]


def _codes(filling: Filling) -> list[str]:
    """Return the codes of the boxes that are used."""
    return [one.box.code for one in filling.parcels if one.box]


def picked_pieces(rows: Sequence[FulfillmentOrder]) -> Iterator[tuple[FulfillmentOrder, list[Allocation], int]]:
    """Yield each locked fulfillment order with its picked pieces and what its products say they weigh, in grams."""
    picked: dict[int, list[Allocation]] = {row.pk: [] for row in rows}
    for one in open_allocations_of(picked):
        picked[one.fulfillment_order_id].append(one)
    known = Allocation.objects.filter(fulfillment_order__in=list(picked))
    weights = dict(known.values_list("pk", "stock_level__product__weight_g"))
    unknown = [pk for pk, weight_g in weights.items() if not weight_g]
    weights |= weights_of_parts(unknown) if unknown else {}
    for row in rows:
        yield row, picked[row.pk], sum(weights[one.pk] * one.quantity for one in picked[row.pk])


def _filling(
    picked: Sequence[Allocation], own_weight: int, parcels: int | None, weight_g: int | None, material: str
) -> Filling:
    """Return what goes into the parcels; raises :class:`Invalid` for what cannot be."""
    units = [one for one in picked for _ in range(one.quantity)]
    total = weight_g or own_weight
    if not total:
        raise Invalid("The products have no weight; weigh the parcel and enter it.", code="no_weight", field="weight_g")
    if parcels is None:
        parcels = min(-(-total // LIFTABLE_G), len(units), MAX_PARCELS)
    _refuse_absurd(parcels, len(units), weight_g)
    return spread(units, total, parcels, material)


def _refuse_absurd(parcels: int, pieces: int, weight_g: int | None) -> None:
    """Raise for parcels that would be empty and weights that nobody can carry."""
    if not 1 <= parcels <= pieces:
        sentence = f"{pieces} pieces go into 1 to {pieces} parcels, not {parcels}."
        raise Invalid(sentence, code="bad_parcels", field="parcels")
    if weight_g is not None and not parcels <= weight_g <= MAX_WEIGHT_G:
        sentence = f"{weight_g} g is no weight for {parcels} parcels; enter grams of all parcels together."
        raise Invalid(sentence, code="bad_weight", field="weight_g")


def _fill(shipments: Sequence[tuple[Shipment, Filling]]) -> list[Package]:
    """Make the parcels and what is in them; return the parcels with their shipments at hand."""
    told = [(row, at, one) for row, filling in shipments for at, one in enumerate(filling.parcels, 1)]
    packages = [
        Package(
            shipment=shipment,
            position=position,
            material=one.material,
            box=one.box,
            advised=one.advised,
            weight_g=one.weight_g,
            **dict(zip(("length_mm", "width_mm", "height_mm"), one.outer, strict=True)),
        )
        for shipment, position, one in told
    ]
    insert_rows(packages)
    insert_rows(
        [
            PackageItem(package=package, allocation=one, quantity=pieces)
            for package, (_, _, content) in zip(packages, told, strict=True)
            for one, pieces in Counter(content.units).items()
        ]
    )
    return packages


@transaction.atomic
def unpack(*, fulfillment_order_id: int, actor: Actor) -> FulfillmentOrder:
    """Open the parcels again: the shipment is cancelled, the pieces stay picked."""
    row = lock_fulfillment_order(fulfillment_order_id)
    refuse_unless(row, *CAN_UNPACK)
    cancel_unsent(row, actor)
    session = open_session_of(row)
    if session is not None:
        drop(session, "The desk packed and unpacked it meanwhile.", actor)
    row.unpack()
    row.save(update_fields=["state", "packed_at"])
    record(actor, "fulfillment.unpack", row, note=row.told)
    return row


def cancel_unsent(row: FulfillmentOrder, actor: Actor) -> None:
    """Cancel the shipments of a locked fulfillment order that have not left."""
    shipments = [one for one in lock_shipments_of([row.order_id], UNSENT) if one.fulfillment_order_id == row.pk]
    cancel_shipments(shipments, actor)


def cancel_shipments(shipments: Sequence[Shipment], actor: Actor) -> None:
    """Cancel locked shipments; the boxes of their parcels come back to the stock."""
    for one in shipments:
        one.cancel()
    save_many(shipments, ["state"])
    record_many(actor, [Act("fulfillment.cancel_shipment", one, f"{one.number} will not leave.") for one in shipments])
    take_out_of_shipments(shipments)
    give_boxes_back(shipments, actor)
