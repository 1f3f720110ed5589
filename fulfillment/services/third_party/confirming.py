"""Confirmations of third parties as a file gives them: one row a request, what taking it would do, and doing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from fulfillment.models import Package, SupplierRequest
from fulfillment.services.third_party.answering import CAN_CONFIRM, confirm
from fulfillment.states import RequestState
from inventory.models.places import LocationKind
from oms.foundation.actions import unmet
from oms.foundation.actor import Actor
from oms.foundation.imports.kinds import Undo, within
from oms.foundation.imports.plans import Plan, Seen, Verb, as_seen, refused
from oms.foundation.models import ImportRow
from oms.foundation.refusals import Refused
from oms.foundation.tables import RowFault

GONE = "What has left can only come back as a return."


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What one row of a file says; no pieces means all of them."""

    row: int
    key: str
    carrier: str
    tracking: tuple[str, ...] = ()
    pieces: Mapping[str, int] = field(default_factory=dict)
    lots: str = ""
    reference: str = ""
    faults: tuple[RowFault, ...] = ()

    @property
    def rows(self) -> tuple[int, ...]:
        """Return its one row."""
        return (self.row,)


def plan_confirmations(*, entries: Sequence[Confirmation], principal: object = None) -> list[Plan]:
    """Return what :func:`store_confirmations` would do, in the order of the entries."""
    known = _known(entries, principal)
    return [_plan(entry, known.get(entry.key)) for entry in entries]


def store_confirmations(
    *, entries: Sequence[Confirmation], actor: Actor, seen: Seen | None = None, principal: object = None
) -> list[Plan]:
    """Confirm what was sent, each row alone; one that the books contradict is refused and stops no other."""
    known = _known(entries, principal)
    return [_stored(entry, known.get(entry.key), actor, seen) for entry in entries]


def _known(entries: Sequence[Confirmation], principal: object) -> dict[str, SupplierRequest]:
    """Return the requests to third parties that rows name, as far as the person may see them, by number."""
    rows = within(principal, SupplierRequest).filter(
        number__in=[entry.key for entry in entries], fulfillment_order__location__kind=LocationKind.THIRD_PARTY
    )
    found = rows.select_related("fulfillment_order__order", "fulfillment_order__location")
    return {row.number: row for row in found.prefetch_related("fulfillment_order__order__holds")}


def _plan(entry: Confirmation, request: SupplierRequest | None) -> Plan:
    """Return what taking a row would do."""
    if entry.faults:
        return refused(entry, *entry.faults)
    if request is None:
        sentence = f"no 3PL of yours was asked under the number {entry.key}; correct it, or leave the row out."
        return refused(entry, RowFault(entry.row, "request", "unknown_request", sentence))
    if request.state == RequestState.FULFILLED and _numbers(request) == set(entry.tracking):
        return Plan(entry.row, entry.key, Verb.SAME, object_id=request.pk)
    reasons = unmet(request, CAN_CONFIRM)
    if reasons:
        return refused(entry, *(RowFault(entry.row, "request", one.code, one.sentence) for one in reasons))
    said = ", ".join(f"{pieces} × {sku}" for sku, pieces in entry.pieces.items()) or "all pieces"
    changes = {
        "state": [request.get_state_display(), "sent"],
        "pieces": ["", said],
        "tracking": ["", ", ".join(entry.tracking)],
    }
    return Plan(entry.row, entry.key, Verb.CHANGE, changes, object_id=request.pk)


def _stored(entry: Confirmation, request: SupplierRequest | None, actor: Actor, seen: Seen | None) -> Plan:
    """Take one row."""
    plan = as_seen(_plan(entry, request), seen)
    if plan.verb != Verb.CHANGE or request is None:
        return plan
    try:
        with transaction.atomic():
            confirm(
                request_id=request.pk,
                carrier=entry.carrier,
                pieces=entry.pieces or None,
                tracking=entry.tracking,
                lots=entry.lots,
                reference=entry.reference,
                actor=actor,
            )
    except Refused as refusal:
        return refused(entry, *(RowFault(entry.row, one.field, one.code, one.sentence) for one in refusal.reasons))
    return plan


def _numbers(request: SupplierRequest) -> set[str]:
    """Return the tracking numbers of what was sent of a request."""
    parcels = Package.objects.filter(shipment__fulfillment_order=request.fulfillment_order_id)
    return {number for number in parcels.values_list("tracking_number", flat=True) if number}


def not_undone(rows: Sequence[ImportRow]) -> list[Undo]:
    """Return that nothing of a file can be taken back."""
    return [Undo(row.row, False, GONE) for row in rows]
