"""Bulk acts: preview what would happen, do it in small steps that survive a kill, take it back by the inverse."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError, transaction
from django.db.models import Count, F, Model, Q
from django.utils import timezone

from oms.foundation.actions import Action, action_named, closed_reasons, run_action
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.claims import claim, worn_out
from oms.foundation.locks import lock_row, lock_rows
from oms.foundation.models import BulkItem, BulkOperation
from oms.foundation.models.bulk import BulkState, ItemOutcome
from oms.foundation.objections import objections
from oms.foundation.refusals import Refused, refuse_if
from oms.foundation.scope import scoped
from oms.foundation.work import drainer, next_due_of, ring

MOST_ROWS = 5_000
STEP = 50
REASONS_SHOWN = 12
RUNNING = Q(state=BulkState.RUNNING)
logger = logging.getLogger(__name__)


class TooMany(Refused):
    """More rows than one bulk act may touch."""

    code = "too_many_rows"


def model_of(operation: BulkOperation) -> type[Model]:
    """Return the kind of row an operation acts on."""
    return apps.get_model(operation.model)


def action_of(operation: BulkOperation) -> Action:
    """Return the declared action of an operation."""
    return action_named(model_of(operation), operation.action)


@transaction.atomic
def preview(
    *, action: Action, ids: Sequence[int], principal: Any, actor: Actor, undoes: BulkOperation | None = None
) -> BulkOperation:
    """Store what the act would do to each row in scope: ready, or refused and why.

    :raises TooMany: above 5,000 rows. :raises Refused: when nothing is selected.
    """
    refuse_if(not ids, "Select at least one row first.", code="nothing_selected")
    if len(ids) > MOST_ROWS:
        raise TooMany(f"{len(ids)} rows are selected; one bulk act may touch {MOST_ROWS}. Narrow the list first.")
    operation = BulkOperation(
        model=action.model._meta.label, action=action.name, label=action.label, user_id=principal.pk, undoes=undoes
    )
    operation.save()
    rows = list(scoped(principal, action.model).filter(pk__in=list(ids)).order_by("pk"))
    against = objections(action.key, [row.pk for row in rows])
    BulkItem.objects.bulk_create([_item(operation, action, row, principal, against) for row in rows], batch_size=500)
    record(actor, "bulk.previewed", operation, data={"rows": len(rows)})
    return operation


def _item(
    operation: BulkOperation, action: Action, row: Model, principal: Any, against: Mapping[int, Sequence[Any]]
) -> BulkItem:
    """Return the preview of one row."""
    reasons = [*closed_reasons(action, row, principal, ask=False), *against.get(row.pk, ())]
    text = " ".join(reason.sentence for reason in reasons)
    outcome = ItemOutcome.REFUSED if reasons else ItemOutcome.READY
    return BulkItem(operation=operation, object_id=row.pk, label=str(row)[:120], outcome=outcome, message=text[:1000])


@transaction.atomic
def start(*, operation_id: int, values: Mapping[str, Any], actor: Actor) -> BulkOperation:
    """Let a previewed act run with the values of its form."""
    operation = lock_row(BulkOperation, operation_id)
    refuse_if(operation.state != BulkState.PREFLIGHT, "This bulk act was started already.", code="started")
    operation.values = plain(values)
    operation.start(at=actor.now)
    operation.save(update_fields=["state", "values", "next_try_at"])
    record(actor, "bulk.started", operation)
    ring("bulk")
    return operation


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return form values as JSON keeps them; a chosen row becomes its id."""
    ids = {name: value.pk if isinstance(value, Model) else value for name, value in values.items()}
    result: dict[str, Any] = json.loads(json.dumps(ids, cls=DjangoJSONEncoder))
    return result


@transaction.atomic
def cancel(*, operation_id: int, actor: Actor) -> BulkOperation:
    """Drop a previewed act; what it was to take back can then be taken back by another one."""
    operation = lock_row(BulkOperation, operation_id)
    refuse_if(operation.state != BulkState.PREFLIGHT, "This bulk act was started already.", code="started")
    operation.cancel()
    operation.undoes = None
    operation.save(update_fields=["state", "undoes"])
    record(actor, "bulk.cancelled", operation)
    return operation


@drainer("bulk", next_due=next_due_of(BulkOperation, RUNNING))
def run_operations(actor: Actor, limit: int) -> int:
    """Do the next rows of each running bulk act."""
    operations = claim(BulkOperation.objects.filter(RUNNING).select_related("user"), now=actor.now, limit=1)
    for operation in operations:
        _step(operation)
    return len(operations)


def _step(operation: BulkOperation) -> None:
    """Do up to fifty rows, each in a transaction of its own, then give the operation back or end it."""
    waiting = list(operation.items.filter(outcome=ItemOutcome.READY).values_list("pk", flat=True)[:STEP])
    if worn_out(operation) and waiting:
        _settle(waiting[0], ItemOutcome.REFUSED, "The worker died on this row again and again; it was left alone.")
        del waiting[0]
    for item_id in waiting:
        _do(operation, item_id)
    if not operation.items.filter(outcome=ItemOutcome.READY).exists():
        _finish(operation.pk)
        return
    BulkOperation.objects.filter(pk=operation.pk, lease_token=operation.lease_token).update(
        lease_until=None, attempts=0, next_try_at=timezone.now(), version=F("version") + 1
    )


def _do(operation: BulkOperation, item_id: int) -> None:
    """Run the action for one row as the operation's person, and keep the outcome in the same transaction."""
    now = timezone.now()
    try:
        with transaction.atomic():
            items = lock_rows(BulkItem, [item_id])
            if not items or items[0].outcome != ItemOutcome.READY:
                return
            run_action(
                action_of(operation),
                principal=operation.user,
                lookup={"pk": items[0].object_id},
                data=operation.values,
                now=now,
                actor=Actor.of(operation.user, now=now),
            )
            _settle(item_id, ItemOutcome.DONE, "")
    except Refused as refusal:
        _settle(item_id, ItemOutcome.REFUSED, refusal.sentence)
    except OperationalError:  # the database is busy or away: the row is tried again when the lease is over
        raise
    except Exception as error:  # the worker's edge: a row that fails must not stop the others
        logger.exception("bulk act %s failed for row %s", operation.pk, item_id)
        _settle(item_id, ItemOutcome.REFUSED, f"It failed and nothing was changed ({type(error).__name__}).")


def _settle(item_id: int, outcome: ItemOutcome, message: str) -> None:
    """Keep what became of a row that was still to do."""
    BulkItem.objects.filter(pk=item_id, outcome=ItemOutcome.READY).update(outcome=outcome, message=message[:1000])


@transaction.atomic
def _finish(operation_id: int) -> None:
    """End an operation, and mark the one it takes back."""
    operation = lock_row(BulkOperation, operation_id)
    if operation.state != BulkState.RUNNING:
        return
    actor = Actor.system("bulk", now=timezone.now())
    refused = operation.items.filter(outcome=ItemOutcome.REFUSED).exists()
    finish = operation.finish_partly if refused else operation.finish
    finish(at=actor.now)
    operation.lease_until = None
    operation.save(update_fields=["state", "finished_at", "lease_until"])
    record(actor, "bulk.finished", operation)
    if operation.undoes_id and operation.items.filter(outcome=ItemOutcome.DONE).exists():
        original = lock_row(BulkOperation, operation.undoes_id)
        original.undo()
        original.save(update_fields=["state"])
        record(actor, "bulk.undone", original)


def values_to_undo(operation: BulkOperation) -> dict[str, Any]:
    """Return what the form of an act that takes another back opens with, such as the opposite quantity."""
    original = operation.undoes
    if original is None:
        return {}
    opposite = action_of(original).inverse_values
    return opposite(original.values) if opposite else {}


def undo_preview(*, operation_id: int, principal: Any, actor: Actor) -> BulkOperation:
    """Preview the inverse act on the rows that were done.

    :raises Refused: when the act has no inverse, or was taken back already.
    """
    operation = lock_free(operation_id)
    action = action_of(operation)
    refuse_if(not action.inverse, f"This cannot be taken back: {action.irreversible}", code="irreversible")
    refuse_if(
        operation.state not in (BulkState.DONE, BulkState.PARTLY_DONE) or hasattr(operation, "undone_by"),
        "There is nothing to take back.",
        code="nothing_to_undo",
    )
    ids = list(operation.items.filter(outcome=ItemOutcome.DONE).values_list("object_id", flat=True))
    inverse = action_named(action.model, action.inverse)
    return preview(action=inverse, ids=ids, principal=principal, actor=actor, undoes=operation)


def lock_free(operation_id: int) -> BulkOperation:
    """Return the operation without a lock; raises :class:`Refused` when it is missing."""
    operation = BulkOperation.objects.filter(pk=operation_id).first()
    if operation is None:
        raise Refused("There is no such bulk act.", code="not_found")
    return operation


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows of an operation are ready, refused and done, and the reasons by how often they occur."""

    ready: int
    refused: int
    done: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """Return all rows."""
        return self.ready + self.refused + self.done


def tally(operation: BulkOperation) -> Tally:
    """Count an operation's rows by outcome and reason."""
    counts = dict(operation.items.order_by().values_list("outcome").annotate(Count("pk")))
    refused = operation.items.filter(outcome=ItemOutcome.REFUSED).order_by()
    reasons = refused.values_list("message").annotate(rows=Count("pk")).order_by("-rows", "message")[:REASONS_SHOWN]
    return Tally(
        counts.get(ItemOutcome.READY, 0),
        counts.get(ItemOutcome.REFUSED, 0),
        counts.get(ItemOutcome.DONE, 0),
        tuple(reasons),
    )
