"""What came of looking for another carrier, written under the shipment's lock by the worker that looked."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from fulfillment.carriers.choosing import Choice
from fulfillment.carriers.gateway import Rate
from fulfillment.locks import lock_labels_of, lock_shipment
from fulfillment.models import Label, Package, Shipment
from fulfillment.services.labels import CHOICE, labels_for
from fulfillment.services.rate_shopping import StandIn
from fulfillment.services.standing_in import (
    CAN_TURN,
    Failed,
    failed_of,
    is_wanted,
    newest_labels,
    put_date,
    waits_in_vain,
)
from fulfillment.states import LabelState, ShipmentState
from oms.foundation.actions import unmet
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record, record_many
from oms.foundation.inserts import insert_rows
from oms.foundation.work import ring

L = LabelState
AGAIN_AFTER = timedelta(minutes=5)
LONGEST_NOTE = 500


@transaction.atomic
def turn_to(*, shipment_id: int, failed: Failed, choice: Choice, rates: Sequence[Rate], actor: Actor) -> list[Label]:
    """Let the old labels give way and ask for new ones of the carrier that stands in; return those, none if too late.

    Everything is looked at again under the lock: what a worker has begun to buy meanwhile is left to it, what was
    refused meanwhile counts as refused, and labels that others have asked for are none of ours.
    """
    shipment = lock_shipment(shipment_id)
    packages = Package.objects.filter(shipment=shipment).values_list("pk", flat=True)
    locked = {one.pk: one for one in lock_labels_of(packages)}
    found = failed_of(newest_labels(shipment))
    if found is None or found.labels != failed.labels or not is_wanted(shipment, found, actor.now):
        return []
    if unmet(shipment, CAN_TURN):
        return []
    why = f"{found.why(actor.now)} {choice.reason}"[:300]
    _give_way([locked[pk] for pk in sorted(found.labels)], f"{choice.rate.carrier} stands in.", actor)
    how = {"carrier": choice.rate.carrier, "service": choice.rate.service, "currency": choice.rate.currency}
    fresh = labels_for(shipment, actor, **how)
    insert_rows(fresh)
    _put_choice_on(shipment, found, choice, rates, why, actor)
    note = f"{shipment.number}: {why} {found.carrier or 'The carrier'} said: {found.said or 'nothing.'}"
    record(actor, "fulfillment.stand_in", shipment, note=note, data={"from": found.carrier, "to": choice.rate.carrier})
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
        "cause": failed.cause,
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


def put_off(seen: Shipment, at: datetime) -> None:
    """Look again at another moment, unless somebody has changed the date that the worker has seen."""
    rows = Shipment.objects.filter(pk=seen.pk, stand_in_due_at=seen.stand_in_due_at)
    rows.update(stand_in_due_at=at)


@transaction.atomic
def settle_nobody(*, seen: Shipment, failed: Failed, found: StandIn, actor: Actor) -> None:
    """Note that nobody stands in, and who said what; it is looked again while one of them is silent.

    Nothing is touched when the shipment went on while others were asked: another date stands there, another state, or
    labels that this search knows nothing of. A person's word holds until it is turned or finally refused.
    """
    shipment = lock_shipment(seen.pk)
    labels = newest_labels(shipment)
    are_ours = {one.pk for one in labels if one.state in (L.REQUESTED, L.FAILED)} == failed.labels
    if shipment.stand_in_due_at != seen.stand_in_due_at or shipment.state != ShipmentState.PACKED or not are_ours:
        return
    now_failed = failed_of(labels) or failed
    looks_again = found.is_silent or not now_failed.is_refused
    put_date(shipment, actor.now + AGAIN_AFTER if looks_again else None)
    _close(shipment, _note(shipment, now_failed, found.said), shipment.stand_in_asked and looks_again, actor)


@transaction.atomic
def end_search(*, seen: Shipment, actor: Actor) -> None:
    """Look for nobody any more: the labels wait for their carrier or a person; who asked for others reads why."""
    shipment = lock_shipment(seen.pk)
    if shipment.stand_in_due_at != seen.stand_in_due_at:
        return
    put_date(shipment, None)
    is_in_vain = waits_in_vain(shipment)
    note = shipment.stand_in_note if is_in_vain else ""
    if shipment.stand_in_asked and is_in_vain:
        reasons = " ".join(reason.sentence for reason in unmet(shipment, CAN_TURN))
        note = f"Nobody stands in. {reasons}"[:LONGEST_NOTE]
    _close(shipment, note, False, actor)


def _close(shipment: Shipment, note: str, is_asked: bool, actor: Actor) -> None:
    """Write down on a locked shipment what became of a search; its version and timeline stay where nothing is new."""
    Shipment.objects.filter(pk=shipment.pk).update(stand_in_asked=is_asked)
    if shipment.stand_in_note == note:
        return
    shipment.stand_in_note = note
    shipment.save(update_fields=["stand_in_note"])
    if note:
        record(actor, "fulfillment.no_stand_in", shipment, note=f"{shipment.number}: {note}")


def _note(shipment: Shipment, failed: Failed, said: Sequence[tuple[str, str]]) -> str:
    """Return the sentence that nobody stands in, and which carrier said what."""
    earlier = [(one["carrier"], one["said"]) for one in shipment.turned_from]
    own = (failed.who, failed.said if failed.is_refused else "")
    told = " ".join(f"{who}: {words or 'no answer.'}" for who, words in [*earlier, own, *said])
    return f"Nobody is left to stand in. {told}"[:LONGEST_NOTE]
