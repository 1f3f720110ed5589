"""Another carrier stands in for one that refuses or is silent: which shipments may turn to it, and the turn itself."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, Q, prefetch_related_objects

from fulfillment.carriers.choosing import Choice
from fulfillment.carriers.gateway import Rate
from fulfillment.conditions import IN_HAND, LABEL_NOT_HELD, ORDER_RELEASED, SENT_BY_CARRIER, in_state
from fulfillment.locks import lock_labels_of, lock_shipment
from fulfillment.models import CarrierAccount, Label, Package, Shipment
from fulfillment.models.shipments import surely_not_asked
from fulfillment.queries import is_prefetched, packages_with_labels
from fulfillment.services.labels import CHOICE, labels_for
from fulfillment.states import LabelState, ShipmentState
from fulfillment.states_parcels import RefusedFor
from oms.foundation.actions import Condition, refuse_unless, unmet
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record, record_many
from oms.foundation.inserts import insert_rows
from oms.foundation.wording import count
from oms.foundation.work import ring

L = LabelState
ENDED_FOR_ANOTHER_REASON = "The label did not end by a carrier's refusal alone; read why, then buy labels."


@dataclass(frozen=True, slots=True)
class Failed:
    """The carrier at which a shipment's labels wait in vain, what it said, and which labels those are."""

    carrier: str
    service: str
    is_refused: bool
    goes_by_itself: bool
    said: str
    since: datetime
    labels: frozenset[int]

    def why(self, now: datetime) -> str:
        """Return in words why others are asked, without the carrier's own: they may name the customer's address."""
        if self.is_refused:
            return f"Instead of {self.carrier}, which refused."
        minutes = count(int((now - self.since).total_seconds() // 60), "minute")
        return f"Instead of {self.carrier or f'service {self.service}'}, silent for {minutes}."


def newest_labels(shipment: Shipment) -> list[Label]:
    """Return the newest label of each parcel, those at hand where there are."""
    if not is_prefetched(shipment, "packages"):
        prefetch_related_objects([shipment], Prefetch("packages", packages_with_labels()))
    own = (list(package.labels.all()) for package in shipment.packages.all())
    return [max(labels, key=lambda one: one.pk) for labels in own if labels]


def failed_of(labels: Sequence[Label]) -> Failed | None:
    """Return where labels wait in vain, None when one of them says why no other carrier may be asked."""
    if not labels or any(_closed(label) for label in labels):
        return None
    first = next((label for label in labels if label.carrier), labels[0])
    refused = [label for label in labels if label.state == L.FAILED]
    return Failed(
        carrier=first.carrier,
        service=first.service,
        is_refused=bool(refused),
        goes_by_itself=all(label.refused_for != RefusedFor.UNCLEAR and not label.by_hand for label in labels),
        said=refused[0].failure if refused else first.last_error,
        since=min(label.created_at for label in labels),
        labels=frozenset(label.pk for label in labels),
    )


def _closed(label: Label) -> str | None:
    """Say why no other carrier may be asked instead of the label's."""
    at = label.carrier or "the carrier"
    sentences = {
        **dict.fromkeys(IN_HAND, f"A parcel has its label of {at}; void it first."),
        L.UNKNOWN: f"Nobody knows whether {at} has sold the label: look there, then give the label up.",
        L.VOID_REQUESTED: "The old label is still being voided at the carrier; wait a moment.",
        L.VOIDED: "There is no label; buy one.",
    }
    known = sentences.get(label.state)
    return known or (_not_refused(label) if label.state == L.FAILED else _not_waiting(label))


def _not_refused(label: Label) -> str | None:
    """Say why a label that failed is not for another carrier."""
    if not label.carrier:
        return "Every carrier that serves it was asked and none takes it; read why, then buy labels."
    if label.refused_for == RefusedFor.PARCEL:
        return f"{label.carrier} refuses the address or the goods, as others would: mend that, then buy labels."
    return None if label.refused_for else ENDED_FOR_ANOTHER_REASON


def _not_waiting(label: Label) -> str | None:
    """Say why a label that was asked for is not for another carrier."""
    if not surely_not_asked(label):
        return f"{label.carrier or 'A carrier'} is being asked, or was asked and may have sold it; wait for its answer."
    if label.carrier or label.by_hand:
        return None
    return "No carrier was chosen yet: all that serve it are being asked already."


def turns_for(shipment: Shipment, failed: Failed) -> list[list[CarrierAccount]]:
    """Return the accounts that may stand in, turn by turn; none that this shipment has turned from already."""
    tried = {one["carrier"] for one in shipment.turned_from} | {failed.carrier}
    here = Q(location=None) | Q(location=shipment.location_id)
    rows = CarrierAccount.objects.filter(here, is_active=True, stand_in_turn__isnull=False).exclude(code__in=tried)
    in_turn = rows.order_by("stand_in_turn", "code")
    return [list(own) for _, own in groupby(in_turn, key=lambda one: one.stand_in_turn)]


def _nobody_may(shipment: Shipment) -> str | None:
    """Say why no other carrier can be asked for a shipment's labels."""
    labels = newest_labels(shipment)
    reason = next((why for why in map(_closed, labels) if why), None)
    if reason or not labels:
        return reason or "No label was asked for yet; buy one."
    failed = failed_of(labels)
    if failed is None or turns_for(shipment, failed):
        return None
    where = shipment.location.code
    return f"No other account may stand in at {where}; an administrator gives one its turn under Carrier accounts."


SOMEBODY_MAY = Condition("nobody_stands_in", _nobody_may)
CAN_TURN = (
    in_state([ShipmentState.PACKED], "sent with another carrier"),
    SENT_BY_CARRIER,
    ORDER_RELEASED,
    LABEL_NOT_HELD,
    SOMEBODY_MAY,
)


def waits_in_vain(shipment: Shipment) -> bool:
    """Return whether the newest labels of a packed shipment were refused, or are not bought yet."""
    unbought = (L.REQUESTED, L.UNKNOWN, L.FAILED)
    return shipment.state == ShipmentState.PACKED and any(one.state in unbought for one in newest_labels(shipment))


@transaction.atomic
def ask_for_stand_in(*, shipment_id: int, actor: Actor) -> Shipment:
    """Have another carrier looked for at once by the worker, whatever the account's switch says.

    :raises Refused: when a label may have been sold, or nobody may stand in.
    """
    shipment = lock_shipment(shipment_id)
    refuse_unless(shipment, *CAN_TURN)
    shipment.stand_in_due_at, shipment.stand_in_asked, shipment.stand_in_note = actor.now, True, ""
    shipment.save(update_fields=["stand_in_due_at", "stand_in_asked", "stand_in_note"])
    record(actor, "fulfillment.ask_for_stand_in", shipment, note=f"{shipment.number}: another carrier is looked for.")
    ring("carriers")
    return shipment


def note_failure(shipment: Shipment, label: Label, actor: Actor) -> None:
    """Note when others are asked instead of a locked label's carrier, where its account says that they stand in."""
    account = CarrierAccount.objects.filter(code=label.carrier, others_stand_in=True).first()
    failed = failed_of([label])
    if account is None or failed is None or not failed.goes_by_itself:
        return
    waited = label.created_at + timedelta(minutes=account.stand_in_after)
    at = actor.now if label.state == L.FAILED else max(actor.now, waited)
    if shipment.stand_in_due_at is None or at < shipment.stand_in_due_at:
        shipment.stand_in_due_at = at
        shipment.save(update_fields=["stand_in_due_at"])
        ring("carriers")


@transaction.atomic
def turn_to(*, shipment_id: int, failed: Failed, choice: Choice, rates: Sequence[Rate], actor: Actor) -> list[Label]:
    """Let the old labels give way and ask for new ones of the carrier that stands in; return those, none if too late.

    Everything is looked at again under the lock: what a worker has begun to buy meanwhile is left to it.
    """
    shipment = lock_shipment(shipment_id)
    packages = Package.objects.filter(shipment=shipment).values_list("pk", flat=True)
    locked = {one.pk: one for one in lock_labels_of(packages)}
    found = failed_of(newest_labels(shipment))
    if unmet(shipment, CAN_TURN) or found is None or found.labels != failed.labels:
        end_search(shipment)
        return []
    why = f"{failed.why(actor.now)} {choice.reason}"[:300]
    _give_way([locked[pk] for pk in sorted(failed.labels)], f"{choice.rate.carrier} stands in.", actor)
    fresh = labels_for(
        shipment, actor, carrier=choice.rate.carrier, service=choice.rate.service, currency=choice.rate.currency
    )
    insert_rows(fresh)
    _put_choice_on(shipment, failed, choice, rates, why, actor)
    note = f"{shipment.number}: {why} {failed.carrier or 'The carrier'} said: {failed.said or 'nothing.'}"
    record(actor, "fulfillment.stand_in", shipment, note=note, data={"from": failed.carrier, "to": choice.rate.carrier})
    record_many(actor, [Act("fulfillment.request_label", one, why, created=True) for one in fresh])
    ring("carriers")
    return fresh


def _give_way(labels: Sequence[Label], why: str, actor: Actor) -> None:
    """End the locked labels that were never asked for; those that were refused have ended."""
    waiting = [label for label in labels if label.state == L.REQUESTED]
    for label in waiting:
        label.give_way(why=why)
        label.next_try_at = None
    save_many(waiting, ["state", "failure", "next_try_at"])
    record_many(actor, [Act("fulfillment.label_gave_way", label, why) for label in waiting])


def _put_choice_on(
    shipment: Shipment, failed: Failed, choice: Choice, rates: Sequence[Rate], why: str, actor: Actor
) -> None:
    """Write down how the shipment goes now, and keep how it was to go, so that both choices can be made again."""
    before: dict[str, Any] = {
        "carrier": failed.carrier,
        "service": failed.service,
        "cause": "refused" if failed.is_refused else "silent",
        "said": failed.said,
        "at": actor.now.isoformat(),
        "reason": shipment.rate_reason,
        "rates": shipment.rates,
    }
    shipment.turned_from = [*shipment.turned_from, before]
    shipment.carrier, shipment.service = choice.rate.carrier, choice.rate.service
    shipment.rates, shipment.rate_reason = [asdict(rate) for rate in rates], why
    shipment.stand_in_note, shipment.stand_in_due_at, shipment.stand_in_asked = "", None, False
    shipment.save(update_fields=CHOICE)


@transaction.atomic
def settle_nobody(*, shipment_id: int, note: str, again_at: datetime | None, actor: Actor) -> None:
    """Note that nobody stands in, and who said what; the labels stay as they are, and it is looked again if at all."""
    shipment = lock_shipment(shipment_id)
    is_new = shipment.stand_in_note != note
    shipment.stand_in_note, shipment.stand_in_due_at, shipment.stand_in_asked = note, again_at, False
    shipment.save(update_fields=["stand_in_note", "stand_in_due_at", "stand_in_asked"])
    if is_new:
        record(actor, "fulfillment.no_stand_in", shipment, note=f"{shipment.number}: {note}")


def end_search(shipment: Shipment) -> None:
    """Look for nobody any more: the labels of a locked shipment wait for their carrier, or for a person."""
    shipment.stand_in_due_at, shipment.stand_in_asked = None, False
    shipment.save(update_fields=["stand_in_due_at", "stand_in_asked"])
