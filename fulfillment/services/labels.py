"""Asking for labels, taking them back, and noting that they were printed; carriers are called by the worker alone."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Count

from fulfillment.conditions import (
    IN_HAND,
    LABELS_IN_HAND,
    NOT_HELD,
    ORDER_RELEASED,
    WITHOUT_LABELS,
    in_state,
)
from fulfillment.locks import lock_labels_of, lock_shipment
from fulfillment.models import Label, Package, Shipment
from fulfillment.states import ShipmentState
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record, record_many
from oms.foundation.work import ring

S = ShipmentState
CAN_BUY = (in_state([S.PACKED], "labelled"), WITHOUT_LABELS, ORDER_RELEASED, NOT_HELD)
CAN_VOID = (in_state([S.PACKED, S.LABELLED, S.MANIFESTED], "freed of its labels"), LABELS_IN_HAND)
CAN_PRINT = (LABELS_IN_HAND,)


@transaction.atomic
def buy_labels(*, shipment_id: int, service: str = "", actor: Actor) -> Shipment:
    """Ask for a label for every parcel; a worker compares rates and buys, or buys the ``service`` that is named."""
    shipment = lock_shipment(shipment_id)
    refuse_unless(shipment, *CAN_BUY)
    packages = Package.objects.filter(shipment=shipment).annotate(labels_before=Count("labels")).order_by("position")
    labels = [
        Label(
            package=package,
            key=f"label:{package.pk}:{package.labels_before + 1}",
            service=service,
            next_try_at=actor.now,
            created_at=actor.now,
        )
        for package in packages
    ]
    Label.objects.bulk_create(labels)
    shipment.carrier, shipment.service, shipment.rates, shipment.rate_reason = "", "", [], ""
    shipment.save(update_fields=["carrier", "service", "rates", "rate_reason"])
    record(actor, "fulfillment.buy_labels", shipment, data={"parcels": len(labels), "service": service})
    record_many(actor, [Act("fulfillment.request_label", label, created=True) for label in labels])
    ring("carriers")
    return shipment


@transaction.atomic
def void_labels(*, shipment_id: int, actor: Actor) -> Shipment:
    """Take the shipment's labels back; a worker tells the carrier."""
    shipment = lock_shipment(shipment_id)
    refuse_unless(shipment, *CAN_VOID)
    ask_to_void(labels_in_hand(shipment), actor)
    if shipment.state != S.PACKED:
        shipment.unlabel()
        shipment.save(update_fields=["state"])
    record(actor, "fulfillment.void_labels", shipment)
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
    record_many(actor, [Act("fulfillment.request_void", label) for label in labels])
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
    record_many(actor, [Act("fulfillment.print_label", one, data={"prints": one.prints}) for one in labels])
    record(actor, "fulfillment.print_labels", shipment, note="Printed again." if again else "")
    return shipment
