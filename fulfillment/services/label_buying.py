"""The worker that speaks with carriers: compares rates, buys and voids labels, each exactly once whatever happens."""

from collections.abc import Sequence
from contextlib import suppress

from django.db.models import Q

from fulfillment.carriers.checking import fault_in
from fulfillment.carriers.choosing import Choice, choose, total_rates
from fulfillment.carriers.gateway import BoughtLabel, CarrierRefused, CarrierUnreachable, Parcel, Rate
from fulfillment.carriers.registry import all_carriers, carrier
from fulfillment.models import Label
from fulfillment.parcels import parcel_for, parcels_of
from fulfillment.services.label_settling import (
    UNSETTLED,
    settle_choice,
    settle_kept,
    settle_purchase,
    settle_refusal,
    settle_silence,
    settle_void,
)
from fulfillment.states import LabelState, ShipmentState
from oms.foundation.actor import Actor
from oms.foundation.claims import backoff, claim
from oms.foundation.work import drainer, next_due_of

IS_WAITING = Q(state__in=[*UNSETTLED, LabelState.VOID_REQUESTED])


@drainer("carriers", next_due=next_due_of(Label, IS_WAITING))
def work_labels(actor: Actor, limit: int) -> int:
    """Work off labels that wait for a carrier, one claim each, so that a poison one holds up no other."""
    for count in range(limit):
        claimed = claim(Label.objects.filter(IS_WAITING), now=actor.now, limit=1)
        if not claimed:
            return count
        work_label(claimed[0], actor)
    return limit


def work_label(label: Label, actor: Actor) -> None:
    """Do what one claimed label waits for, outside of any transaction."""
    _be_patient(label, actor)
    try:
        if label.state == LabelState.VOID_REQUESTED:
            _void(label, actor)
        else:
            _buy(label, actor)
    except CarrierUnreachable as silence:
        settle_silence(label, str(silence), actor)


def _be_patient(label: Label, actor: Actor) -> None:
    """Put the next try off before the call, so that work that kills its process is not repeated at once."""
    held = Label.objects.filter(pk=label.pk, lease_token=label.lease_token)
    held.update(next_try_at=actor.now + backoff(label.attempts))


def _buy(label: Label, actor: Actor) -> None:
    """Buy the label, asking by our reference first whenever the carrier may have been asked before."""
    shipment = label.package.shipment
    parcels = parcels_of(shipment)
    parcel = parcel_for(label, parcels)
    asked_before = bool(label.carrier) and (label.attempts > 1 or label.state == LabelState.UNKNOWN)
    bought = carrier(label.carrier).find_by_reference(label.key) if asked_before else None
    if bought is None:
        if shipment.state != ShipmentState.PACKED:
            settle_refusal(label, "The shipment was cancelled before the label was bought.", actor)
            return
        chosen = label if label.carrier else _choose(label, list(parcels.values()), actor)
        if chosen is None:
            return
        try:
            bought = carrier(chosen.carrier).buy_label(parcel, chosen.service, now=actor.now)
        except CarrierRefused as refusal:
            settle_refusal(label, str(refusal), actor)
            return
        label = chosen
    _take(label, parcel, bought, actor)


def _choose(label: Label, parcels: Sequence[Parcel], actor: Actor) -> Label | None:
    """Compare the carriers' rates for the shipment and write the choice down; None when the label has ended."""
    shipment = label.package.shipment
    known = _chosen_before(label)
    if known is not None:
        return settle_choice(label, known, [])
    rates, refusals = _rates(parcels)
    choice = choose(rates, level=shipment.order.service_level, service=label.service)
    if choice is None:
        why = f"No carrier does “{label.service}” to this address." if rates else " ".join(refusals)
        settle_refusal(label, why or "No carrier has a service for this address.", actor)
        return None
    return settle_choice(label, choice, rates)


def _chosen_before(label: Label) -> Choice | None:
    """Return the choice made for another parcel of the shipment, so that all of them go the same way."""
    shipment = label.package.shipment
    rates = (Rate(**data) for data in shipment.rates)
    taken = (one for one in rates if (one.carrier, one.service) == (shipment.carrier, shipment.service))
    rate = next(taken, None)
    return Choice(rate, shipment.rate_reason) if rate else None


def _rates(parcels: Sequence[Parcel]) -> tuple[list[Rate], list[str]]:
    """Return every carrier's rates for all parcels together, and the words of those that refuse."""
    rates: list[Rate] = []
    refusals = []
    for one in all_carriers():
        try:
            rates += total_rates([one.rates(parcel) for parcel in parcels])
        except CarrierRefused as refusal:
            refusals.append(str(refusal))
    return sorted(rates, key=lambda rate: (rate.amount, rate.carrier, rate.service)), refusals


def _take(label: Label, parcel: Parcel, bought: BoughtLabel, actor: Actor) -> None:
    """Attach the label when it is what was asked for, otherwise refuse it and give it back."""
    fault = fault_in(bought, parcel=parcel, currency=label.currency)
    if fault is None:
        settle_purchase(label, bought, actor)
        return
    settle_refusal(label, fault, actor)
    with suppress(CarrierRefused):
        carrier(label.carrier).void_label(bought.carrier_reference, now=actor.now)


def _void(label: Label, actor: Actor) -> None:
    """Give the label back; giving back twice counts as once."""
    try:
        carrier(label.carrier).void_label(label.carrier_reference, now=actor.now)
    except CarrierRefused as refusal:
        settle_kept(label, str(refusal), actor)
        return
    settle_void(label, actor)
