"""Looking at a previewed bulk act with the values of its form: what it would do to each row, in words."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from oms.foundation.actor import Actor
from oms.foundation.bulk import action_of, model_of
from oms.foundation.locks import lock_row
from oms.foundation.models import BulkItem, BulkOperation
from oms.foundation.models.bulk import BulkState, ItemOutcome
from oms.foundation.refusals import refuse_if
from oms.foundation.scope import scoped

LOOKED_AT = 50
"""So many rows are looked at; a page cannot wait for more."""


@transaction.atomic
def look(*, operation_id: int, values: Mapping[str, Any], principal: Any, actor: Actor) -> int:
    """Write beside the first ready rows of a previewed act what it would do to them; return how many there were.

    Nothing is done, and the act itself looks again: between looking and doing things may change.
    """
    operation = lock_row(BulkOperation, operation_id)
    refuse_if(operation.state != BulkState.PREFLIGHT, "This bulk act was started already.", code="started")
    foresees = action_of(operation).foresees
    if foresees is None:
        return 0
    items = list(operation.items.filter(outcome=ItemOutcome.READY)[:LOOKED_AT])
    rows = scoped(principal, model_of(operation)).in_bulk([item.object_id for item in items])
    for item in items:
        row = rows.get(item.object_id)
        item.message = foresees(row, values, actor.now)[:1000] if row is not None else ""
    BulkItem.objects.bulk_update(items, ["message"])
    return len(items)
