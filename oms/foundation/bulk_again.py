"""What follows a bulk act: taking back what was done, and trying again what failed."""

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from oms.foundation.actions import action_named
from oms.foundation.actor import Actor
from oms.foundation.bulk import action_of, preview
from oms.foundation.locks import lock_rows
from oms.foundation.models import BulkItem, BulkOperation
from oms.foundation.models.bulk import BulkState, ItemOutcome
from oms.foundation.refusals import Refused, refuse_if

ENDED = (BulkState.DONE, BulkState.PARTLY_DONE)


def opening_values(operation: BulkOperation) -> dict[str, Any]:
    """Return what the form of a previewed act opens with: the opposite of what it takes back, or the same again."""
    if operation.retries is not None:
        return dict(operation.retries.values)
    if operation.undoes is None:
        return {}
    opposite = action_of(operation.undoes).inverse_values
    return opposite(operation.undoes.values) if opposite else {}


@transaction.atomic
def undo_preview(*, operation_id: int, principal: Any, actor: Actor) -> BulkOperation:
    """Preview the inverse act on the rows that were done.

    :raises Refused: when the act has no inverse, or was taken back already.
    """
    operation = _found(operation_id)
    action = action_of(operation)
    refuse_if(not action.inverse, f"This cannot be taken back: {action.irreversible}", code="irreversible")
    refuse_if(
        operation.state not in ENDED or hasattr(operation, "undone_by"),
        "There is nothing to take back.",
        code="nothing_to_undo",
    )
    inverse = action_named(action.model, action.inverse)
    ids = _rows(operation, ItemOutcome.DONE)
    return preview(action=inverse, ids=ids, principal=principal, actor=actor, undoes=operation)


@transaction.atomic
def retry_preview(*, operation_id: int, principal: Any, actor: Actor) -> BulkOperation:
    """Preview the same act on the rows that failed.

    :raises Refused: when none failed, or they are being tried again already.
    """
    operation = _found(operation_id)
    ids = _rows(operation, ItemOutcome.FAILED)
    refuse_if(
        operation.state not in ENDED or not ids or hasattr(operation, "retried_by"),
        "No row of this bulk act waits to be tried again.",
        code="nothing_to_retry",
    )
    return preview(action=action_of(operation), ids=ids, principal=principal, actor=actor, retries=operation)


def with_failures(operations: "QuerySet[BulkOperation]") -> "QuerySet[BulkOperation]":
    """Return the ended acts of which rows failed that nobody has tried again."""
    failed = BulkItem.objects.filter(operation=OuterRef("pk"), outcome=ItemOutcome.FAILED)
    return operations.filter(Exists(failed), state__in=ENDED, retried_by=None)


def _rows(operation: BulkOperation, outcome: str) -> list[int]:
    """Return the keys of an operation's rows with an outcome."""
    return list(operation.items.filter(outcome=outcome).values_list("object_id", flat=True))


def _found(operation_id: int) -> BulkOperation:
    """Lock the operation and return it, so that of two clicks one comes first; raises when it is missing."""
    found = lock_rows(BulkOperation, [operation_id])
    if not found:
        raise Refused("There is no such bulk act.", code="not_found")
    return found[0]
