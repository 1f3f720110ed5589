"""Closing the list of the day, with or without scans, opening it again, and dropping it."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from fulfillment.carriers.registry import carrier as gateway
from fulfillment.conditions import in_state
from fulfillment.locks import lock_manifest, lock_shipments
from fulfillment.models import Manifest, ManifestParcel, Package, Shipment
from fulfillment.services.handover.going import (
    Load,
    leave_behind,
    lock_load,
    put_on_list,
    rows_of,
    take_from_list,
    take_rows_off,
)
from fulfillment.services.handover.loading import open_list
from fulfillment.services.handover.reading import day_of, loadable
from fulfillment.states import ManifestState, ShipmentState
from inventory.models import Location
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.inserts import insert_rows
from oms.foundation.refusals import refuse_if
from oms.foundation.work import ring

M = ManifestState
CAN_CLOSE = (in_state([M.OPEN, M.FAILED], "closed"),)
CAN_REOPEN = (in_state([M.CLOSED, M.FAILED], "opened again"),)
CAN_DROP = (in_state([M.OPEN, M.FAILED], "dropped"),)


@transaction.atomic
def close_list(*, manifest_id: int, within: "QuerySet[Shipment]", actor: Actor) -> Manifest:
    """End the loading of a list; what is not loaded whole, or held, is left behind and named.

    A carrier that wants to know what its driver takes is told by the worker.

    :raises Refused: when nothing on it can go.
    """
    manifest = lock_manifest(manifest_id)
    refuse_unless(manifest, *CAN_CLOSE)
    return _close(manifest, lock_load(manifest, [ShipmentState.LABELLED], within), "", actor)


@transaction.atomic
def close_day(*, location_id: int, carrier: str, within: "QuerySet[Shipment]", actor: Actor) -> Manifest:
    """Put every labelled parcel of a carrier at a location on its list, without scans, and close it.

    :raises Refused: when none of a person's shipments can go.
    """
    location = Location.objects.get(pk=location_id)
    manifest = lock_manifest(open_list(location_id=location_id, carrier=carrier, actor=actor).pk)
    refuse_unless(manifest, *CAN_CLOSE)
    day = day_of(location, carrier, within)
    # those on the list already too: their orders come before any shipment
    lock_shipments({*(one.pk for one in day.going), *rows_of(manifest).values_list("package__shipment", flat=True)})
    mine = Package.objects.filter(shipment__in=[one.pk for one in day.going])
    _load_all(manifest, list(loadable(mine, location_id, carrier)), actor)
    held = " ".join(day.staying)
    return _close(manifest, lock_load(manifest, [ShipmentState.LABELLED], within), held, actor)


def _load_all(manifest: Manifest, packages: Sequence[Package], actor: Actor) -> None:
    """Put parcels of locked shipments on a locked list."""
    ids = [one.pk for one in packages]
    take_rows_off(
        list(ManifestParcel.objects.filter(package__in=ids, left_at=None)), f"Loaded onto {manifest.number}.", actor
    )
    told = ManifestParcel.objects.filter(package__in=ids).exclude(told_at=None)
    before = {(one.package_id, one.tracking_number): one.told_at for one in told}
    rows = [
        ManifestParcel(
            manifest=manifest,
            package=one,
            tracking_number=one.tracking_number,
            loaded_at=actor.now,
            loaded_by=actor.label[:150],
            told_at=before.get((one.pk, one.tracking_number)),
        )
        for one in packages
    ]
    insert_rows(rows)


def _close(manifest: Manifest, load: Load, held: str, actor: Actor) -> Manifest:
    """Close a locked list whose shipments are locked."""
    why = " ".join(load.staying.values()) or held or "Load a parcel first, or drop the list."
    refuse_if(not load.going, f"Nothing on {manifest.number} can go. {why}"[:1000], code="nothing_to_close")
    left = " ".join(part for part in (leave_behind(load, actor), held) if part)
    put_on_list(load.going, manifest, actor)
    manifest.day = actor.now.astimezone(manifest.location.zone).date()
    if gateway(manifest.carrier).closes_day and any(row.told_at is None for row in load.loaded):
        manifest.ask_carrier(at=actor.now)
        manifest.next_try_at, manifest.attempts, manifest.crashes, manifest.lease_until = actor.now, 0, 0, None
        ring("carriers")
    else:
        manifest.close(at=actor.now)
    manifest.save()
    record(actor, "fulfillment.close_list", manifest, note=f"{load.told}. {left}".strip())
    return manifest


@transaction.atomic
def reopen_list(*, manifest_id: int, within: "QuerySet[Shipment]", actor: Actor) -> Manifest:
    """Load more onto a list, or take something off, before the driver has it.

    :raises Refused: while another list of this carrier is being loaded here.
    """
    manifest = lock_manifest(manifest_id)
    refuse_unless(manifest, *CAN_REOPEN)
    here = Manifest.objects.filter(location=manifest.location_id, carrier=manifest.carrier, state=M.OPEN)
    other = here.values_list("number", flat=True).first()
    refuse_if(other is not None, f"{other} is being loaded here; close or drop it first.", code="another_is_open")
    load = lock_load(manifest, [], within)
    take_from_list(load.shipments, manifest, "The list was opened again.", actor)
    manifest.reopen()
    manifest.save(update_fields=["state", "closed_at", "failure"])
    record(actor, "fulfillment.reopen_list", manifest, note=manifest.told)
    return manifest


@transaction.atomic
def drop_list(*, manifest_id: int, within: "QuerySet[Shipment]", actor: Actor) -> Manifest:
    """End a list with which nothing goes; its parcels wait for the next one."""
    manifest = lock_manifest(manifest_id)
    refuse_unless(manifest, *CAN_DROP)
    lock_load(manifest, [], within)
    take_rows_off(list(rows_of(manifest)), f"{manifest.number} was dropped.", actor)
    manifest.drop()
    manifest.save(update_fields=["state"])
    record(actor, "fulfillment.drop_list", manifest, note=manifest.told)
    return manifest
