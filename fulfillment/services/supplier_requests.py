"""Asking suppliers and third parties to send, and taking the question back where their part of the order ends."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from fulfillment.conditions import held_by_partner
from fulfillment.events import SupplierAsked, SupplierRequestCancelled
from fulfillment.locks import lock_live_of, lock_orders, lock_requests_of
from fulfillment.models import FulfillmentOrder, SupplierRequest
from fulfillment.states import OPEN_REQUESTS, FulfillmentOrderState
from inventory.models.places import LocationKind
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import publish
from oms.foundation.inserts import insert_rows
from oms.foundation.numbers import random_code
from oms.foundation.refusals import refuse_if

BATCH = 200
ASKED = (LocationKind.SUPPLIER, LocationKind.THIRD_PARTY)
"""The kinds of locations that are asked to send, and do the work themselves."""


def unasked(order_ids: Sequence[int] | None = None) -> list[int]:
    """Return the ids of orders, or of those among some, of which somebody else has open work that they were not
    asked for."""
    rows = FulfillmentOrder.objects.filter(state=FulfillmentOrderState.OPEN, location__kind__in=ASKED).exclude(
        request_status__in=OPEN_REQUESTS
    )
    if order_ids is not None:
        rows = rows.filter(order__in=list(order_ids))
    return list(rows.order_by("order_id").values_list("order_id", flat=True).distinct()[:BATCH])


@transaction.atomic
def ask_suppliers(*, order_ids: Sequence[int], actor: Actor) -> list[SupplierRequest]:
    """Ask the suppliers and third parties of orders to send their open parts, each once; mails and files follow."""
    lock_orders(order_ids)
    rows = [
        row
        for row in lock_live_of(order_ids, [FulfillmentOrderState.OPEN])
        if row.location.kind in ASKED and row.request_status not in OPEN_REQUESTS
    ]
    asked = [
        SupplierRequest(
            number=random_code(8, prefix="Q"), fulfillment_order=row, asked_at=actor.now, created_at=actor.now
        )
        for row in rows
    ]
    insert_rows(asked)
    _mirror(asked)
    record_many(actor, [Act("fulfillment.ask_supplier", one, one.told, created=True) for one in asked])
    publish(*(SupplierAsked(at=actor.now, order_id=one.fulfillment_order.order_id, request_id=one.pk) for one in asked))
    return asked


def _mirror(requests: Iterable[SupplierRequest]) -> None:
    """Bring the locked work of requests to what they say."""
    work = []
    for one in requests:
        one.fulfillment_order.request_status = one.state
        work.append(one.fulfillment_order)
    save_many(work, ["request_status"])


def save_answer(request: SupplierRequest, fields: Sequence[str], of_work: Sequence[str]) -> None:
    """Save the named fields of a locked request and of its work, which shows what was answered."""
    request.save(update_fields=[*fields, "state"])
    request.fulfillment_order.request_status = request.state
    request.fulfillment_order.save(update_fields=[*of_work, "request_status"])


def end_requests(work: Iterable[FulfillmentOrder], *, why: str, actor: Actor) -> None:
    """Take back what was asked for locked fulfillment orders that end, wait or change; those asked are told.

    :raises Refused: for what a third party holds: it must be asked first, and agree
    """
    asked = {row.pk: row for row in work if row.request_status in OPEN_REQUESTS}
    if not asked:
        return
    rows = lock_requests_of(asked, OPEN_REQUESTS)
    for row in rows:
        row.fulfillment_order = asked[row.fulfillment_order_id]
        refuse_if(row.is_at_third_party, held_by_partner(row), code="with_partner")
        row.cancel(why=why)
    save_many(rows, ["state", "answer"])
    _mirror(rows)
    record_many(actor, [Act("fulfillment.cancel_request", row, f"{row.told} {why}".strip()) for row in rows])
    publish(
        *(
            SupplierRequestCancelled(at=actor.now, order_id=row.fulfillment_order.order_id, request_id=row.pk)
            for row in rows
        )
    )
