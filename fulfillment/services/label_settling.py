"""What came of asking a carrier, written under the order's lock by the worker that still holds the label."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from fulfillment.carriers.choosing import Choice
from fulfillment.carriers.gateway import BoughtLabel, Rate
from fulfillment.conditions import IN_HAND
from fulfillment.locks import lock_shipment
from fulfillment.models import Label, Package, Shipment
from fulfillment.services.labels import ask_to_void
from fulfillment.states import DEAD_LABELS, LabelState, ShipmentState
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.locks import lock_row

L, S = LabelState, ShipmentState
UNSETTLED = (L.REQUESTED, L.UNKNOWN)


def _lock(label: Label) -> tuple[Shipment, Label | None]:
    """Lock the shipment, then the label; None instead of a label that another worker has taken over."""
    shipment = lock_shipment(label.package.shipment_id)
    fresh = lock_row(Label, label.pk)
    return shipment, fresh if fresh.lease_token == label.lease_token else None


@transaction.atomic
def settle_choice(label: Label, choice: Choice, rates: Sequence[Rate]) -> Label | None:
    """Write down carrier and service before the carrier is asked to make the label; return the label to go on with."""
    shipment, fresh = _lock(label)
    if fresh is None or fresh.state not in UNSETTLED:
        return None
    fresh.carrier, fresh.service = choice.rate.carrier, choice.rate.service
    fresh.currency = choice.rate.currency
    fresh.save(update_fields=["carrier", "service", "currency"])
    if not shipment.carrier:
        shipment.carrier, shipment.service = choice.rate.carrier, choice.rate.service
        shipment.rates, shipment.rate_reason = [asdict(rate) for rate in rates], choice.reason[:300]
        shipment.save(update_fields=["carrier", "service", "rates", "rate_reason"])
    return fresh


@transaction.atomic
def settle_purchase(label: Label, bought: BoughtLabel, actor: Actor) -> None:
    """Attach a bought label to its parcel; one that is no longer wanted is taken back at once."""
    shipment, fresh = _lock(label)
    if fresh is None or fresh.state not in UNSETTLED:
        return
    fresh.purchase()
    fresh.cost, fresh.currency = bought.amount, bought.currency
    fresh.carrier_reference, fresh.tracking_number = bought.carrier_reference, bought.tracking_number
    fresh.document, fresh.zpl, fresh.last_error = bought.document, bought.zpl, ""
    fresh.next_try_at = fresh.lease_until = None
    fresh.save()
    record(actor, "fulfillment.label", fresh, data={"tracking_number": bought.tracking_number, "cost": bought.amount})
    if shipment.state != S.PACKED:
        ask_to_void([fresh], actor)
        return
    package = Package.objects.get(pk=fresh.package_id)
    package.carrier, package.tracking_number = fresh.carrier, fresh.tracking_number
    package.save(update_fields=["carrier", "tracking_number"])
    _label_when_complete(shipment, actor)


def _label_when_complete(shipment: Shipment, actor: Actor) -> None:
    """Mark the shipment as labelled once every parcel has its label."""
    packages = Package.objects.filter(shipment=shipment)
    if packages.exclude(labels__state__in=IN_HAND).exists():
        return
    shipment.label()
    shipment.save(update_fields=["state"])
    record(actor, "fulfillment.label", shipment, note=shipment.rate_reason)


@transaction.atomic
def settle_refusal(label: Label, why: str, actor: Actor) -> None:
    """Mark a label as failed: the carrier refuses, or its answer is not what was asked for."""
    shipment, fresh = _lock(label)
    if fresh is None or fresh.state not in UNSETTLED:
        return
    fresh.fail(why=why[:300])
    fresh.next_try_at = fresh.lease_until = None
    fresh.save(update_fields=["state", "failure", "next_try_at", "lease_until"])
    record(actor, "fulfillment.label_failed", fresh, note=why)
    record(actor, "fulfillment.label_failed", shipment, note=why)


@transaction.atomic
def settle_silence(label: Label, why: str, actor: Actor) -> None:
    """Note that the answer was lost; the carrier is asked by reference before anything is asked for again."""
    _, fresh = _lock(label)
    if fresh is None or fresh.state in DEAD_LABELS:
        return
    if fresh.state == L.REQUESTED:
        fresh.lose_answer()
    waits = settings.UNKNOWN_ASK_SECONDS
    wait = waits[min(max(fresh.attempts, 1), len(waits)) - 1]
    fresh.next_try_at, fresh.lease_until = actor.now + timedelta(seconds=wait), None
    fresh.last_error = why[:500]
    fresh.save(update_fields=["state", "next_try_at", "lease_until", "last_error"])
    if fresh.last_move:
        record(actor, "fulfillment.label_unknown", fresh, note=why)


@transaction.atomic
def settle_void(label: Label, actor: Actor) -> None:
    """The carrier has taken the label back: its tracking number goes from the parcel."""
    _, fresh = _lock(label)
    if fresh is None or fresh.state != L.VOID_REQUESTED:
        return
    fresh.void()
    fresh.next_try_at = fresh.lease_until = None
    fresh.save(update_fields=["state", "next_try_at", "lease_until"])
    package = Package.objects.get(pk=fresh.package_id)
    if package.tracking_number == fresh.tracking_number:
        package.tracking_number = package.carrier = ""
        package.save(update_fields=["tracking_number", "carrier"])
    record(actor, "fulfillment.label_voided", fresh)


@transaction.atomic
def settle_kept(label: Label, why: str, actor: Actor) -> None:
    """The carrier will not take the label back: it stays bought, for a person to decide."""
    shipment, fresh = _lock(label)
    if fresh is None or fresh.state != L.VOID_REQUESTED:
        return
    fresh.keep(why=why[:300])
    fresh.next_try_at = fresh.lease_until = None
    fresh.save(update_fields=["state", "failure", "next_try_at", "lease_until"])
    record(actor, "fulfillment.void_refused", fresh, note=why)
    record(actor, "fulfillment.void_refused", shipment, note=why)
    if shipment.state == S.PACKED:
        _label_when_complete(shipment, actor)
