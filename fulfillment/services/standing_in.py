"""Another carrier stands in for one that refuses or is silent: which shipments may turn to it, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.db.models import Prefetch, Q, prefetch_related_objects

from fulfillment.carriers.registry import services_by_hand
from fulfillment.conditions import IN_HAND, LABEL_NOT_HELD, ORDER_RELEASED, SENT_BY_CARRIER, in_state
from fulfillment.locks import lock_shipment
from fulfillment.models import CarrierAccount, Label, Shipment
from fulfillment.models.shipments import surely_not_asked
from fulfillment.queries import is_prefetched, packages_with_labels
from fulfillment.states import LabelState, ShipmentState
from fulfillment.states_parcels import RefusedFor
from oms.foundation.actions import Condition, refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
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
    silent_since: datetime | None
    labels: frozenset[int]

    @property
    def who(self) -> str:
        """Return whom others stand in for: the account, or the service that a person has named, as people call it."""
        return self.carrier or dict(services_by_hand()).get(self.service, self.service)

    @property
    def cause(self) -> str:
        """Return in a word why others are asked: a carrier that is busy was not asked yet."""
        return "refused" if self.is_refused else "silent" if self.silent_since else "not_asked"

    def why(self, now: datetime) -> str:
        """Return in words why others are asked, without the carrier's own: they may name the customer's address."""
        if self.is_refused or self.silent_since is None:
            return f"Instead of {self.who}, which {'refused' if self.is_refused else 'was not asked yet'}."
        minutes = int((now - self.silent_since).total_seconds() // 60)
        return f"Instead of {self.who}, {'silent for ' + count(minutes, 'minute') if minutes else 'which is silent'}."


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
        silent_since=min((label.silent_since for label in labels if label.silent_since), default=None),
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
    """Return the accounts that may stand in, turn by turn; none that this shipment has turned from already.

    Live ones stand in for live ones, and those that use the test server for each other.
    """
    tried = {one["carrier"] for one in shipment.turned_from} | {failed.carrier}
    here = CarrierAccount.objects.filter(Q(location=None) | Q(location=shipment.location_id), is_active=True)
    own = CarrierAccount.objects.filter(code=failed.carrier).first()
    is_test = own.is_test if own else not here.filter(is_test=False).exists()
    rows = here.filter(is_test=is_test, stand_in_turn__isnull=False).exclude(code__in=tried)
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
WAITS_HERE = (in_state([ShipmentState.PACKED], "sent with another carrier"), SENT_BY_CARRIER)
MAY_GO = (ORDER_RELEASED, LABEL_NOT_HELD)
CAN_TURN = (*WAITS_HERE, *MAY_GO, SOMEBODY_MAY)


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


def due_by_itself(failed: Failed, now: datetime) -> datetime | None:
    """Return when others are asked without a person's word: at once, or after minutes of silence; None for never."""
    account = CarrierAccount.objects.filter(code=failed.carrier, others_stand_in=True).first()
    if account is None or not failed.goes_by_itself:
        return None
    if failed.is_refused:
        return now
    return max(now, failed.silent_since + timedelta(minutes=account.stand_in_after)) if failed.silent_since else None


def is_wanted(shipment: Shipment, failed: Failed, now: datetime) -> bool:
    """Return whether others are asked now: a person has asked for it, or it goes by itself and its time has come."""
    at = now if shipment.stand_in_asked else due_by_itself(failed, now)
    return at is not None and at <= now


def note_failure(shipment: Shipment, label: Label, actor: Actor) -> None:
    """Note when others are asked instead of a locked label's carrier, where its account says that they stand in.

    A date that is there stays; only a refusal does not wait for the end of a silence, unless nobody was found before.
    """
    failed = failed_of([label])
    at = due_by_itself(failed, actor.now) if failed else None
    known = shipment.stand_in_due_at
    cuts_short = label.state == L.FAILED and not shipment.stand_in_note
    if at is not None and (known is None or (cuts_short and at < known)):
        put_date(shipment, at)
        ring("carriers")


def put_date(shipment: Shipment, at: datetime | None) -> None:
    """Put down when others are looked for; a page that a person has open stays as good as it was."""
    shipment.stand_in_due_at = at
    Shipment.objects.filter(pk=shipment.pk).update(stand_in_due_at=at)
