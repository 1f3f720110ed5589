"""The truck leaves: all shipments of a list are shipped together, and what cannot leave is left behind and named."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from fulfillment.conditions import in_state
from fulfillment.locks import lock_all_of_shipments, lock_manifest, lock_shipments
from fulfillment.models import Manifest, Shipment
from fulfillment.services.handover.going import Load, leave_behind, lock_load, take_from_list
from fulfillment.services.shipping import ship_together
from fulfillment.states import HandOverWay, ManifestState, ShipmentState
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.refusals import refuse_if
from oms.foundation.together import Together, in_halves

CAN_HAND_OVER = (in_state([ManifestState.CLOSED], "handed over"),)


@transaction.atomic
def hand_over_list(
    *,
    manifest_id: int,
    within: "QuerySet[Shipment]",
    way: str = HandOverWay.DRIVER,
    driver: str = "",
    actor: Actor,
) -> Manifest:
    """Give the parcels of a closed list to the carrier: every shipment on it is shipped.

    What was shipped by itself before stays on the list.

    :raises Refused: when none of them can leave.
    """
    manifest = lock_manifest(manifest_id)
    refuse_unless(manifest, *CAN_HAND_OVER)
    load = lock_load(manifest, [ShipmentState.MANIFESTED, ShipmentState.SHIPPED], within)
    leaving = [one.pk for one in load.going if one.state == ShipmentState.MANIFESTED]
    lock_shipments(leaving, with_payments=True)
    outcome = in_halves(leaving, partial(_ship, actor=actor), lock_all_of_shipments) if leaving else Together()
    refused = {pk: f"{_number(load, pk)}: {why.sentence}" for pk, why in outcome.refused.items()}
    gone = [one for one in load.going if one.pk not in refused]
    load = replace(load, going=gone, staying={**load.staying, **refused})
    why = " ".join(load.staying.values())
    refuse_if(not gone, f"Nothing on {manifest.number} can leave. {why}"[:1000], code="nothing_leaves")
    take_from_list(lock_shipments(load.staying), manifest, "It was left behind.", actor)
    left = leave_behind(load, actor)
    manifest.hand_over(at=actor.now, way=way, driver=driver.strip())
    manifest.save(update_fields=["state", "handed_over_at", "way", "driver"])
    who = f" to {manifest.driver}" if manifest.driver else ""
    record(actor, "fulfillment.hand_over_list", manifest, note=f"{load.told}{who}. {left}".strip())
    return manifest


def _ship(ids: Sequence[int], *, actor: Actor) -> Together[Shipment]:
    """Ship shipments together."""
    return ship_together(shipment_ids=ids, actor=actor)


def _number(load: Load, pk: int) -> str:
    """Return the number of a shipment of a list."""
    return next(one.number for one in load.going if one.pk == pk)
