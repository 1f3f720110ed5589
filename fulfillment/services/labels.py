"""Asking for labels, taking them back, and noting that they were printed; carriers are called by the worker alone."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, prefetch_related_objects

from fulfillment.conditions import (
    IN_HAND,
    LABEL_NOT_HELD,
    LABELS_IN_HAND,
    ORDER_RELEASED,
    SENT_BY_CARRIER,
    WITHOUT_LABELS,
    in_state,
)
from fulfillment.locks import lock_labels_of, lock_shipment, lock_shipments
from fulfillment.models import Label, Package, Shipment
from fulfillment.queries import packages_with_labels
from fulfillment.services.lots_kept import kept_here
from fulfillment.states import ShipmentState
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record, record_many
from oms.foundation.inserts import insert_rows
from oms.foundation.together import Together, allowed
from oms.foundation.wording import count
from oms.foundation.work import ring

S = ShipmentState
CHOICE = [
    "carrier", "service", "rates", "rate_reason", "turned_from", "stand_in_note", "stand_in_due_at", "stand_in_asked",
]  # fmt: skip
"""The columns that hold how a shipment goes, and why."""
CAN_BUY = (in_state([S.PACKED], "labelled"), SENT_BY_CARRIER, WITHOUT_LABELS, ORDER_RELEASED, LABEL_NOT_HELD)
CAN_VOID = (in_state([S.PACKED, S.LABELLED, S.MANIFESTED], "freed of its labels"), LABELS_IN_HAND)
CAN_PRINT = (LABELS_IN_HAND,)


def buy_labels(*, shipment_id: int, service: str = "", actor: Actor) -> Shipment:
    """Ask for a label for every parcel; a worker compares rates and buys, or buys the ``service`` that is named."""
    return buy_together(shipment_ids=[shipment_id], service=service, actor=actor).only(shipment_id)


@transaction.atomic
def buy_together(*, shipment_ids: Collection[int], service: str = "", actor: Actor) -> Together[Shipment]:
    """Ask for the labels of many shipments; those with pieces of a blocked lot are refused."""
    locked = lock_shipments(shipment_ids)
    prefetch_related_objects(locked, Prefetch("packages", packages_with_labels()))
    rows, refused = allowed(shipment_ids, locked, CAN_BUY)
    kept = kept_here([row.fulfillment_order_id for row in rows])
    refused |= {row.pk: kept[row.fulfillment_order_id] for row in rows if row.fulfillment_order_id in kept}
    rows = [row for row in rows if row.pk not in refused]
    labels = {row.pk: labels_for(row, actor, service=service, by_hand=bool(service)) for row in rows}
    insert_rows([label for own in labels.values() for label in own])
    for row in rows:
        row.carrier, row.service, row.rates, row.rate_reason = "", "", [], ""
        row.turned_from, row.stand_in_note, row.stand_in_due_at, row.stand_in_asked = [], "", None, False
    save_many(rows, CHOICE)
    record_many(actor, [act for row in rows for act in _request_acts(row, labels[row.pk], service)])
    if rows:
        ring("carriers")
    return Together({row.pk: row for row in rows}, refused)


def labels_for(shipment: Shipment, actor: Actor, **how: Any) -> list[Label]:
    """Return a label to be bought for every parcel of a shipment, at hand with its labels; its key counts those."""
    return [
        Label(
            package=package,
            key=f"label:{package.pk}:{len(package.labels.all()) + 1}",
            next_try_at=actor.now,
            created_at=actor.now,
            **how,
        )
        for package in shipment.packages.all()
    ]


def _request_acts(shipment: Shipment, labels: Sequence[Label], service: str) -> list[Act]:
    """Return the lines of the timeline about labels that were asked for."""
    note = f"{shipment.number}: {count(len(labels), 'parcel')}, {service or 'the cheapest way'}."
    asked = Act("fulfillment.buy_labels", shipment, note, {"parcels": len(labels), "service": service})
    how = service or "The cheapest way."
    return [asked, *(Act("fulfillment.request_label", label, how, created=True) for label in labels)]


@transaction.atomic
def void_labels(*, shipment_id: int, actor: Actor) -> Shipment:
    """Take the shipment's labels back; a worker tells the carrier."""
    shipment = lock_shipment(shipment_id)
    refuse_unless(shipment, *CAN_VOID)
    ask_to_void(labels_in_hand(shipment), actor)
    if shipment.state != S.PACKED:
        shipment.unlabel()
        shipment.save(update_fields=["state"])
    record(actor, "fulfillment.void_labels", shipment, note=f"{shipment.number}.")
    return shipment


def labels_in_hand(shipment: Shipment) -> list[Label]:
    """Lock and return the bought labels of a locked shipment."""
    packages = Package.objects.filter(shipment=shipment).values_list("pk", flat=True)
    return [label for label in lock_labels_of(packages) if label.state in IN_HAND]


def ask_to_void(labels: Sequence[Label], actor: Actor) -> None:
    """Write the intent to void locked labels and wake the worker."""
    for label in labels:
        label.request_void()
        label.next_try_at, label.attempts, label.lease_until = actor.now, 0, None
    save_many(labels, ["state", "next_try_at", "attempts", "lease_until"])
    record_many(actor, [Act("fulfillment.request_void", label, f"{label}.") for label in labels])
    if labels:
        ring("carriers")


@transaction.atomic
def print_labels(*, shipment_id: int, actor: Actor) -> Shipment:
    """Note that the labels were sent to a printer, once more or for the first time."""
    shipment = lock_shipment(shipment_id)
    refuse_unless(shipment, *CAN_PRINT)
    labels = labels_in_hand(shipment)
    again = any(label.prints for label in labels)
    for label in labels:
        label.print()
        label.save(update_fields=["state", "prints"])
    record_many(actor, [Act("fulfillment.print_label", one, f"{one}.", {"prints": one.prints}) for one in labels])
    record(actor, "fulfillment.print_labels", shipment, note=f"{shipment.number}{', once more' if again else ''}.")
    return shipment
