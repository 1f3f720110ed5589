"""Bulk acts: preview what would happen, then do it in small steps that survive a kill."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError, transaction
from django.db.models import Count, F, Model, Q
from django.utils import timezone

from oms.foundation.actions import Action, action_named, closed_reasons, run_action
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.claims import MAX_ATTEMPTS, backoff, claim, worn_out
from oms.foundation.locks import lock_row, lock_rows
from oms.foundation.models import BulkItem, BulkOperation
from oms.foundation.models.bulk import BulkState, ItemOutcome
from oms.foundation.objections import objections
from oms.foundation.questions import next_due_of
from oms.foundation.refusals import Refused, refuse_if
from oms.foundation.scope import scoped
from oms.foundation.together import run_together
from oms.foundation.work import drainer, ring

MOST_ROWS = 5_000
STEP = 50
REASONS_SHOWN = 12
RUNNING = Q(state=BulkState.RUNNING)
NOT_DONE = (ItemOutcome.REFUSED, ItemOutcome.FAILED)
LEFT_ALONE = "The worker died on this row again and again; it was left alone. Look into the log, then try it again."
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
    *,
    action: Action,
    ids: Sequence[int],
    principal: Any,
    actor: Actor,
    undoes: BulkOperation | None = None,
    retries: BulkOperation | None = None,
) -> BulkOperation:
    """Store what the act would do to each row in scope: ready, or refused and why.

    :raises TooMany: above 5,000 rows. :raises Refused: when nothing is selected.
    """
    refuse_if(not ids, "Select at least one row first.", code="nothing_selected")
    if len(ids) > MOST_ROWS:
        raise TooMany(f"{len(ids)} rows are selected; one bulk act may touch {MOST_ROWS}. Narrow the list first.")
    operation = BulkOperation(
        model=action.model._meta.label,
        action=action.name,
        label=action.label,
        user_id=principal.pk,
        undoes=undoes,
        retries=retries,
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
    """Drop a previewed act; what it was to take back or to try again is then free for another one."""
    operation = lock_row(BulkOperation, operation_id)
    refuse_if(operation.state != BulkState.PREFLIGHT, "This bulk act was started already.", code="started")
    operation.cancel()
    operation.undoes = operation.retries = None
    operation.save(update_fields=["state", "undoes", "retries"])
    record(actor, "bulk.cancelled", operation)
    return operation


@drainer("bulk", next_due=next_due_of(BulkOperation, RUNNING))
def run_operations(actor: Actor, limit: int) -> int:
    """Do the next rows of each running bulk act."""
    operations = claim(BulkOperation.objects.filter(RUNNING).select_related("user"), now=actor.now, limit=1)
    for operation in operations:
        try:
            _step(operation)
        except OperationalError:  # the database is busy, no worker has died: the act goes on a moment later
            _give_back(operation, actor.now + backoff(operation.attempts))
            raise
    return len(operations)


def _step(operation: BulkOperation) -> None:
    """Do up to fifty rows, then give the operation back or end it.

    Where the act can be done on many rows it is, in one transaction; otherwise, for what that could not do, and after a
    worker has died, each row has a transaction of its own: then the row that kills is the first that is left.
    """
    waiting = list(operation.items.filter(outcome=ItemOutcome.READY).values_list("pk", flat=True)[:STEP])
    if waiting and (worn_out(operation) or operation.attempts > MAX_ATTEMPTS):
        _settle(waiting[0], ItemOutcome.FAILED, LEFT_ALONE)
        BulkOperation.objects.filter(pk=operation.pk).update(crashes=0, attempts=1)
        del waiting[0]
    if waiting and not operation.crashes and action_of(operation).together is not None:
        _do_together(operation, waiting)
        waiting = list(operation.items.filter(pk__in=waiting, outcome=ItemOutcome.READY).values_list("pk", flat=True))
    for item_id in waiting:
        _do(operation, item_id)
    if not operation.items.filter(outcome=ItemOutcome.READY).exists():
        _finish(operation.pk)
        return
    _give_back(operation, timezone.now(), attempts=0, crashes=0)


def _give_back(operation: BulkOperation, due_at: datetime, **tries: int) -> None:
    """Let go of an operation until a moment, if the lease is still ours."""
    held = BulkOperation.objects.filter(pk=operation.pk, lease_token=operation.lease_token)
    held.update(lease_until=None, next_try_at=due_at, version=F("version") + 1, **tries)


def _do_together(operation: BulkOperation, item_ids: Sequence[int]) -> None:
    """Run the act for many rows at once and keep the outcomes with it; leave them to be done singly when it fails."""
    action, now = action_of(operation), timezone.now()
    try:
        with transaction.atomic():
            items = [one for one in lock_rows(BulkItem, item_ids) if one.outcome == ItemOutcome.READY]
            seen = scoped(operation.user, action.model).filter(pk__in=[one.object_id for one in items])
            ids = sorted(seen.order_by().values_list("pk", flat=True))
            actor = Actor.of(operation.user, now=now)
            told = run_together(action, principal=operation.user, ids=ids, data=operation.values, actor=actor)
            for item in items:
                if item.object_id in told.refused:
                    _settle(item.pk, ItemOutcome.REFUSED, told.refused[item.object_id].sentence)
            done = [item.pk for item in items if item.object_id in told.done]
            BulkItem.objects.filter(pk__in=done).update(outcome=ItemOutcome.DONE, message="")
    except OperationalError:
        raise
    except Refused:
        return
    except Exception:  # the worker's edge: a row that fails must not stop the others
        logger.exception("bulk act %s failed for %s rows together", operation.pk, len(item_ids))


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
    except OperationalError:
        raise
    except Exception as error:  # the worker's edge: a row that fails must not stop the others
        logger.exception("bulk act %s failed for row %s", operation.pk, item_id)
        _settle(item_id, ItemOutcome.FAILED, f"It failed and nothing was changed ({type(error).__name__}).")


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
    left = operation.items.filter(outcome__in=NOT_DONE).exists()
    finish = operation.finish_partly if left else operation.finish
    finish(at=actor.now)
    operation.lease_until = None
    operation.save(update_fields=["state", "finished_at", "lease_until"])
    record(actor, "bulk.finished", operation)
    if operation.undoes_id and operation.items.filter(outcome=ItemOutcome.DONE).exists():
        original = lock_row(BulkOperation, operation.undoes_id)
        original.undo()
        original.save(update_fields=["state"])
        record(actor, "bulk.undone", original)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows of an operation are in each outcome, and the reasons by how often they occur."""

    ready: int
    refused: int
    failed: int
    done: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """Return all rows."""
        return self.ready + self.refused + self.failed + self.done


def tally(operation: BulkOperation) -> Tally:
    """Count an operation's rows by outcome and reason."""
    counts = dict(operation.items.order_by().values_list("outcome").annotate(Count("pk")))
    told = operation.items.filter(outcome__in=NOT_DONE).order_by()
    reasons = told.values_list("message").annotate(rows=Count("pk")).order_by("-rows", "message")[:REASONS_SHOWN]
    return Tally(
        counts.get(ItemOutcome.READY, 0),
        counts.get(ItemOutcome.REFUSED, 0),
        counts.get(ItemOutcome.FAILED, 0),
        counts.get(ItemOutcome.DONE, 0),
        tuple(reasons),
    )
