"""Labels of which nobody knows what became: a person has the carrier asked again, or gives them up."""

from django.db import transaction

from fulfillment.conditions import LABEL_UNSETTLED
from fulfillment.locks import lock_labels_of, lock_shipment
from fulfillment.models import Label, Package, Shipment
from fulfillment.queries import unsettled_labels
from fulfillment.services.label_settling import note_voided
from fulfillment.states import LabelState
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import record
from oms.foundation.refusals import refuse_if
from oms.foundation.wording import count
from oms.foundation.work import ring


@transaction.atomic
def ask_carrier_again(*, shipment_id: int, actor: Actor) -> Shipment:
    """Have the carrier asked by our reference what became of the shipment's unsettled labels; none is bought blindly.

    :raises Refused: when no label waits for a person.
    """
    shipment, labels = _locked(shipment_id)
    for label in labels:
        label.failure, label.attempts, label.crashes = "", 0, 0
        label.next_try_at, label.lease_until = actor.now, None
    save_many(labels, ["failure", "attempts", "crashes", "next_try_at", "lease_until"])
    note = f"The carrier is asked by our reference what became of {count(len(labels), 'label')}."
    record(actor, "fulfillment.ask_carrier_again", shipment, note=note)
    ring("carriers")
    return shipment


@transaction.atomic
def give_labels_up(*, shipment_id: int, reason: str, actor: Actor) -> Shipment:
    """End unsettled labels by the word of a person: the carrier has none of them, or has taken them back.

    :raises Refused: when no label waits for a person, or its carrier is being asked at this moment.
    """
    shipment, labels = _locked(shipment_id)
    busy = any(label.lease_until is not None and label.lease_until > actor.now for label in labels)
    refuse_if(busy, "The carrier is being asked at this moment: try again in a minute.", code="being_asked")
    for label in labels:
        _end(label, reason, actor)
    note = f"{count(len(labels), 'label')} given up: {reason}"
    record(actor, "fulfillment.give_labels_up", shipment, note=note)
    return shipment


def _locked(shipment_id: int) -> tuple[Shipment, list[Label]]:
    """Lock the shipment and its unsettled labels; raises :class:`Refused` when there are none."""
    shipment = lock_shipment(shipment_id)
    refuse_unless(shipment, LABEL_UNSETTLED)
    ids = set(unsettled_labels().filter(package__shipment=shipment).values_list("pk", flat=True))
    packages = Package.objects.filter(shipment=shipment).values_list("pk", flat=True)
    return shipment, [label for label in lock_labels_of(packages) if label.pk in ids]


def _end(label: Label, reason: str, actor: Actor) -> None:
    """End one label: what was never bought has failed, what was to be voided is."""
    if label.state == LabelState.VOID_REQUESTED:
        note_voided(label, actor, reason)
        return
    label.fail(why=f"Given up by {actor.label}: {reason}"[:300])
    label.next_try_at = label.lease_until = None
    label.save(update_fields=["state", "failure", "next_try_at", "lease_until"])
    record(actor, "fulfillment.label_failed", label, note=label.failure)
