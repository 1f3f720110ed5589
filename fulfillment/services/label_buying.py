"""The worker that speaks with carriers: compares rates, buys and voids labels, each exactly once whatever happens."""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Q

from fulfillment.carriers.checking import fault_in
from fulfillment.carriers.gateway import (
    BoughtLabel,
    CarrierCannotTell,
    CarrierNotAsked,
    CarrierRefused,
    CarrierUnreachable,
    Parcel,
)
from fulfillment.carriers.refusals import about
from fulfillment.carriers.registry import carrier, carriers_at
from fulfillment.models import Label, Package, Shipment
from fulfillment.parcels import parcel_for, parcels_of
from fulfillment.services.label_settling import (
    UNSETTLED,
    settle_choices,
    settle_for_a_person,
    settle_kept,
    settle_not_asked,
    settle_purchases,
    settle_refusal,
    settle_silence,
    settle_void,
    settle_worn_out,
)
from fulfillment.services.rate_shopping import compared
from fulfillment.states import LabelState, ShipmentState
from oms.foundation.actor import Actor
from oms.foundation.claims import backoff, claim, worn_out
from oms.foundation.questions import next_due_of
from oms.foundation.work import Apart, drainer

Result = TypeVar("Result")
IS_WAITING = Q(state__in=[*UNSETTLED, LabelState.VOID_REQUESTED])
TOGETHER = 20
WRITE_AFTER_SECONDS = 0.5


@drainer("carriers", next_due=next_due_of(Label, IS_WAITING))
def work_labels(actor: Actor, limit: int) -> int:
    """Work off labels that wait for a carrier, some at a time; one that kills its worker is taken alone next time.

    No carrier is asked after half of the lease, which began with the actor's moment: a label whose lease is over may be
    with another worker, and two who ask buy two.
    """
    count, until = 0, time.monotonic() + settings.LEASE_SECONDS / 2
    while count < limit and time.monotonic() < until:
        claimed = claim(Label.objects.filter(IS_WAITING), now=actor.now, limit=min(TOGETHER, limit - count))
        if not claimed:
            break
        count += len(claimed)
        _Round(claimed, actor, until).work()
    return count


class _Round:
    """Labels of one claim, worked outside of any transaction; what fails with one of them does not stop the others."""

    def __init__(self, labels: Sequence[Label], actor: Actor, until: float) -> None:
        _put_parcels_on(labels)
        self.labels, self.actor, self.until, self.apart = labels, actor, until, Apart()

    def work(self) -> None:
        """Do what the labels wait for; those that no worker outlasts are left alone."""
        for label in self.labels:
            if worn_out(label):
                settle_worn_out(label, self.actor)
        alive = [label for label in self.labels if not worn_out(label)]
        _be_patient(alive, self.actor)
        with self.apart:
            self._buy([label for label in alive if label.state != LabelState.VOID_REQUESTED])
            for label in self._in_time([label for label in alive if label.state == LabelState.VOID_REQUESTED]):
                self._try(label, self._void, label)

    def _in_time(self, labels: Sequence[Label]) -> Iterator[Label]:
        """Yield labels as long as their carrier may be asked, then let go of the rest for the next claim."""
        for place, label in enumerate(labels):
            if time.monotonic() >= self.until:
                _give_back(labels[place:], self.actor)
                return
            yield label

    def _try(self, label: Label, work: Callable[..., Result], *told: Any) -> Result | None:
        """Return what the work on one label returns, or None when it came to nothing, which is written down.

        After an error that is none of the carrier's words the label's lease ends, and it is tried again.
        """
        return self.apart.run(f"label {label.pk}", self._ask, label, work, *told)

    def _ask(self, label: Label, work: Callable[..., Result], *told: Any) -> Result | None:
        """Return what the work returns; write down when the carrier refuses or does not answer."""
        try:
            return work(*told)
        except CarrierNotAsked as pause:
            settle_not_asked(label, str(pause), pause.retry_after, self.actor, is_busy=pause.is_busy)
        except CarrierCannotTell as silence:
            settle_for_a_person(label, str(silence), self.actor)
        except CarrierUnreachable as silence:
            settle_silence(label, str(silence), self.actor)
        except CarrierRefused as refusal:
            settle_refusal(label, str(refusal), self.actor, about=about(refusal) if label.carrier else "")
        return None

    def _buy(self, labels: Sequence[Label]) -> None:
        """Buy labels, each shipment's with the service that all its parcels go with."""
        shipments = {label.package.shipment_id: label.package.shipment for label in labels}
        purchases = _Purchases(parcels_of(shipments.values()), self.actor, self.apart)
        chosen = self._chosen(labels, purchases.parcels)
        purchases.never_asked = {label.pk for label in chosen}
        ready = [*(one for one in labels if one.carrier), *chosen]
        for label in self._in_time(ready):
            bought = self._try(label, purchases.ask, label)
            if bought is not None:
                purchases.take(label, bought)
        purchases.write()

    def _chosen(self, labels: Iterable[Label], parcels: Mapping[int, Mapping[int, Parcel]]) -> list[Label]:
        """Compare the carriers' rates for shipments without one, write the choices down, and return their labels."""
        undecided: dict[int, list[Label]] = defaultdict(list)
        for label in labels:
            if not label.carrier:
                undecided[label.package.shipment_id].append(label)
        takers = carriers_at(own[0].package.shipment.location_id for own in undecided.values())
        choices = []
        for pk, own in undecided.items():
            asked = takers[own[0].package.shipment.location_id]
            found = None
            for label in own:
                found = found or self._try(
                    label, compared, label, list(parcels[pk].values()), asked, _here(label, self.actor)
                )
                if found is not None:
                    choices.append((label, *found))
        return (self.apart.run("choosing carriers", settle_choices, choices) or []) if choices else []

    def _void(self, label: Label) -> None:
        """Give the label back; giving back twice counts as once."""
        try:
            carrier(label.carrier).void_label(label.carrier_reference, now=_here(label, self.actor))
        except CarrierRefused as refusal:
            settle_kept(label, str(refusal), self.actor)
            return
        settle_void(label, self.actor)


@dataclass(slots=True)
class _Purchases:
    """What carriers have sold, written down together, and at the latest half a second after an answer.

    Labels whose carrier was chosen in this round were surely ``never_asked`` for: the choice is committed before.
    """

    parcels: Mapping[int, Mapping[int, Parcel]]
    actor: Actor
    apart: Apart
    never_asked: Collection[int] = ()
    bought: list[tuple[Label, BoughtLabel]] = field(default_factory=list)
    since: float = 0.0

    def ask(self, label: Label) -> BoughtLabel:
        """Return what the carrier has sold under our reference already, or buy it."""
        asked_before = label.pk not in self.never_asked and (label.attempts > 1 or label.state == LabelState.UNKNOWN)
        now = _here(label, self.actor)
        bought = carrier(label.carrier).find_by_reference(label.key, now=now) if asked_before else None
        if bought is not None:
            return bought
        if label.package.shipment.state != ShipmentState.PACKED:
            raise CarrierRefused("The shipment was cancelled before the label was bought.")
        return carrier(label.carrier).buy_label(self._parcel(label), label.service, now=now)

    def take(self, label: Label, bought: BoughtLabel) -> None:
        """Keep the label when it is what was asked for, otherwise refuse it and give it back."""
        fault = fault_in(bought, parcel=self._parcel(label), currency=label.currency)
        if fault is not None:
            settle_refusal(label, fault, self.actor)
            with suppress(CarrierRefused, CarrierUnreachable):
                carrier(label.carrier).void_label(bought.carrier_reference, now=_here(label, self.actor))
            return
        if not self.bought:
            self.since = time.monotonic()
        self.bought.append((label, bought))
        if time.monotonic() - self.since > WRITE_AFTER_SECONDS:
            self.write()

    def write(self) -> None:
        """Attach the labels to their parcels, each by itself when they cannot be attached together."""
        bought, self.bought = self.bought, []
        if bought and not self._attach(bought) and len(bought) > 1:
            for one in bought:
                self._attach([one])

    def _attach(self, bought: Sequence[tuple[Label, BoughtLabel]]) -> bool:
        """Attach labels and return whether that went well."""
        faults = len(self.apart.errors)
        self.apart.run(f"attaching {len(bought)} labels", settle_purchases, bought, self.actor)
        return len(self.apart.errors) == faults

    def _parcel(self, label: Label) -> Parcel:
        """Return the label's parcel as the carrier wants to know it."""
        return parcel_for(label, self.parcels[label.package.shipment_id])


def _here(label: Label, actor: Actor) -> datetime:
    """Return the moment by the clock where the parcel lies: carriers want the day on which it leaves there."""
    return actor.now.astimezone(label.package.shipment.location.zone)


def _put_parcels_on(labels: Iterable[Label]) -> None:
    """Put parcels, shipments, orders, channels and locations on labels; the parcels of a shipment share its row."""
    rows = Package.objects.filter(pk__in=[label.package_id for label in labels])
    packages = {one.pk: one for one in rows.select_related("shipment__order__channel", "shipment__location")}
    shipments: dict[int, Shipment] = {}
    for package in packages.values():
        package.shipment = shipments.setdefault(package.shipment_id, package.shipment)
    for label in labels:
        label.package = packages[label.package_id]


def _be_patient(labels: Iterable[Label], actor: Actor) -> None:
    """Put the next try off before the call, so that work that kills its process is not repeated at once."""
    by_tries: dict[tuple[int, str], list[int]] = defaultdict(list)
    for label in labels:
        by_tries[label.attempts, label.lease_token].append(label.pk)
    for (attempts, token), ids in by_tries.items():
        held = Label.objects.filter(pk__in=ids, lease_token=token)
        held.update(next_try_at=actor.now + backoff(attempts))


def _give_back(labels: Iterable[Label], actor: Actor) -> None:
    """Let go of claimed labels whose carrier was not asked; they are due at once, and this try counts for none."""
    for label in labels:
        held = Label.objects.filter(pk=label.pk, lease_token=label.lease_token)
        held.update(next_try_at=actor.now, lease_until=None, attempts=max(label.attempts - 1, 0))
