"""What came of asking a carrier, written under the order's lock by the worker that still holds the label."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from fulfillment.carriers.choosing import Choice
from fulfillment.carriers.gateway import BoughtLabel, Rate
from fulfillment.conditions import IN_HAND
from fulfillment.locks import lock_shipments
from fulfillment.models import Label, Package, Shipment
from fulfillment.services.labels import ask_to_void
from fulfillment.services.standing_in import note_failure
from fulfillment.states import DEAD_LABELS, LabelState, ShipmentState
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record, record_many
from oms.foundation.locks import lock_rows
from oms.foundation.money import Money

L, S = LabelState, ShipmentState
UNSETTLED = (L.REQUESTED, L.UNKNOWN)
BOUGHT = [
    "state", "cost", "currency", "carrier_reference", "tracking_number", "document", "zpl", "last_error", "failure",
    "next_try_at", "lease_until",
]  # fmt: skip
WORN_OUT = (
    "The worker stopped three times while it asked the carrier. Look at the carrier's own pages; then have it asked"
    " again, or give the label up."
)


def _lock(label: Label) -> tuple[Shipment, Label | None]:
    """Lock the shipment, then the label; None instead of a label that another worker has taken over."""
    shipments, fresh = _lock_all([label])
    return shipments[label.package.shipment_id], fresh.get(label.pk)


def _lock_all(labels: Sequence[Label]) -> tuple[dict[int, Shipment], dict[int, Label]]:
    """Lock the shipments, then the labels, and return both by id, without labels that another worker has taken over.

    The labels have their parcels at hand.
    """
    shipments = {one.pk: one for one in lock_shipments({label.package.shipment_id for label in labels})}
    tokens = {label.pk: label.lease_token for label in labels}
    fresh = {one.pk: one for one in lock_rows(Label, tokens) if one.lease_token == tokens[one.pk]}
    return shipments, fresh


@transaction.atomic
def settle_choices(choices: Sequence[tuple[Label, Choice, Sequence[Rate]]]) -> list[Label]:
    """Write down carrier and service before a carrier is asked to make the labels; return those to go on with.

    The parcels of a shipment go the same way: what another worker has chosen for it meanwhile counts for all.
    """
    shipments, fresh = _lock_all([label for label, _, _ in choices])
    told: dict[int, Shipment] = {}
    chosen = []
    for label, choice, rates in choices:
        row = fresh.get(label.pk)
        if row is None or row.state not in UNSETTLED:
            continue
        shipment = shipments[label.package.shipment_id]
        if not shipment.carrier:
            shipment.carrier, shipment.service = choice.rate.carrier, choice.rate.service
            shipment.rates, shipment.rate_reason = [asdict(rate) for rate in rates], choice.reason[:300]
            told[shipment.pk] = shipment
        _choose(row, shipment, choice)
        row.package = label.package
        chosen.append(row)
    save_many(chosen, ["carrier", "service", "currency", "attempts", "silent_since"])
    save_many(told.values(), ["carrier", "service", "rates", "rate_reason"])
    return chosen


def _choose(label: Label, shipment: Shipment, choice: Choice) -> None:
    """Put the shipment's carrier and service on a label, in memory; nobody was asked for it before, whoever had it."""
    label.carrier, label.service = shipment.carrier, shipment.service
    taken = (one["currency"] for one in shipment.rates if one["carrier"] == label.carrier)
    label.currency = next(taken, choice.rate.currency)
    label.silent_since = None
    if label.state == L.REQUESTED:
        label.attempts = min(label.attempts, 1)


@transaction.atomic
def settle_purchases(purchases: Sequence[tuple[Label, BoughtLabel]], actor: Actor) -> None:
    """Attach bought labels to their parcels; those that are no longer wanted are taken back at once."""
    shipments, fresh = _lock_all([label for label, _ in purchases])
    bought = [
        _bought(fresh[label.pk], paper)
        for label, paper in purchases
        if label.pk in fresh and fresh[label.pk].state in UNSETTLED
    ]
    save_many(bought, BOUGHT)
    record_many(actor, [_purchase_act(label) for label in bought])
    packages = {one.pk: one for one in lock_rows(Package, [label.package_id for label in bought])}
    wanted = [one for one in bought if shipments[packages[one.package_id].shipment_id].state == S.PACKED]
    ask_to_void([label for label in bought if label not in wanted], actor)
    for label in wanted:
        package = packages[label.package_id]
        package.carrier, package.tracking_number = label.carrier, label.tracking_number
    save_many([packages[label.package_id] for label in wanted], ["carrier", "tracking_number"])
    _label_when_complete(
        [shipments[pk] for pk in sorted({packages[one.package_id].shipment_id for one in wanted})], actor
    )


def _bought(label: Label, paper: BoughtLabel) -> Label:
    """Put what the carrier sold on a label, in memory."""
    label.purchase()
    label.cost, label.currency = paper.amount, paper.currency or label.currency
    label.carrier_reference, label.tracking_number = paper.carrier_reference, paper.tracking_number
    label.document, label.zpl, label.last_error, label.failure = paper.document, paper.zpl, "", ""
    label.next_try_at = label.lease_until = None
    return label


def _purchase_act(label: Label) -> Act:
    """Return the line of the timeline about a bought label."""
    price = f" for {Money(label.cost, label.currency)}" if label.cost is not None else ""
    data = {"tracking_number": label.tracking_number, "cost": label.cost}
    return Act("fulfillment.label", label, f"{label}{price}.", data)


def _label_when_complete(shipments: Sequence[Shipment], actor: Actor) -> None:
    """Mark shipments as labelled of which every parcel has its label."""
    packages = Package.objects.filter(shipment__in=[one.pk for one in shipments])
    waiting = set(packages.exclude(labels__state__in=IN_HAND).values_list("shipment", flat=True))
    ready = [one for one in shipments if one.pk not in waiting]
    for shipment in ready:
        shipment.label()
    save_many(ready, ["state"])
    notes = {one.pk: f"{one.number}. {one.rate_reason}".strip() for one in ready}
    record_many(actor, [Act("fulfillment.label", one, notes[one.pk]) for one in ready])


@transaction.atomic
def settle_refusal(label: Label, why: str, actor: Actor, *, about: str = "") -> None:
    """Mark a label as failed: the carrier refuses, or its answer is not what was asked for.

    What a refusal is ``about`` counts only when the carrier was asked for the first time: before that it may have sold.
    """
    shipment, fresh = _lock(label)
    if fresh is None or fresh.state not in UNSETTLED:
        return
    fresh.refused_for = about if fresh.state == L.REQUESTED and fresh.attempts <= 1 else ""
    fresh.fail(why=why[:300])
    fresh.next_try_at = fresh.lease_until = None
    fresh.save(update_fields=["state", "failure", "refused_for", "next_try_at", "lease_until"])
    record(actor, "fulfillment.label_failed", fresh, note=why)
    record(actor, "fulfillment.label_failed", shipment, note=f"{shipment.number}: {why}")
    note_failure(shipment, fresh, actor)


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
    fresh.next_try_at, fresh.lease_until, fresh.crashes = actor.now + timedelta(seconds=wait), None, 0
    fresh.last_error = why[:500]
    fresh.save(update_fields=["state", "next_try_at", "lease_until", "crashes", "last_error"])
    if fresh.last_move:
        record(actor, "fulfillment.label_unknown", fresh, note=why)


@transaction.atomic
def settle_not_asked(label: Label, why: str, seconds: float, actor: Actor, *, is_busy: bool = False) -> None:
    """Put a label off whose carrier was not asked: nothing has changed, and this try counts for none.

    A carrier that ``is_busy`` is there: its silence is over, or has not begun.
    """
    shipment, fresh = _lock(label)
    if fresh is None or fresh.state in DEAD_LABELS:
        return
    fresh.next_try_at, fresh.lease_until = actor.now + timedelta(seconds=max(seconds, 1.0)), None
    fresh.attempts, fresh.crashes, fresh.last_error = max(fresh.attempts - 1, 0), 0, why[:500]
    fresh.silent_since = None if is_busy else fresh.silent_since or actor.now
    fresh.save(update_fields=["next_try_at", "lease_until", "attempts", "crashes", "last_error", "silent_since"])
    note_failure(shipment, fresh, actor)


def settle_worn_out(label: Label, actor: Actor) -> None:
    """Leave a label unknown that no worker has outlasted."""
    settle_for_a_person(label, WORN_OUT, actor)


@transaction.atomic
def settle_for_a_person(label: Label, why: str, actor: Actor) -> None:
    """Leave a label unknown: its carrier is not asked again until a person says so, who reads why."""
    shipment, fresh = _lock(label)
    if fresh is None or fresh.state not in (*UNSETTLED, L.VOID_REQUESTED):
        return
    if fresh.state == L.REQUESTED:
        fresh.lose_answer()
    fresh.failure, fresh.next_try_at, fresh.lease_until, fresh.crashes = why[:300], None, None, 0
    fresh.save(update_fields=["state", "failure", "next_try_at", "lease_until", "crashes"])
    record(actor, "fulfillment.label_stuck", fresh, note=why)
    record(actor, "fulfillment.label_stuck", shipment, note=why)


@transaction.atomic
def settle_void(label: Label, actor: Actor) -> None:
    """The carrier has taken the label back: its tracking number goes from the parcel."""
    _, fresh = _lock(label)
    if fresh is not None and fresh.state == L.VOID_REQUESTED:
        note_voided(fresh, actor)


def note_voided(label: Label, actor: Actor, note: str = "") -> None:
    """Write down that a locked label was taken back, and take its number from the parcel."""
    label.void()
    label.next_try_at = label.lease_until = None
    label.save(update_fields=["state", "next_try_at", "lease_until"])
    package = Package.objects.get(pk=label.package_id)
    if package.tracking_number == label.tracking_number:
        package.tracking_number = package.carrier = ""
        package.save(update_fields=["tracking_number", "carrier"])
    record(actor, "fulfillment.label_voided", label, note=note or f"{label}.")


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
    record(actor, "fulfillment.void_refused", shipment, note=f"{shipment.number}: {why}")
    if shipment.state == S.PACKED:
        _label_when_complete([shipment], actor)
