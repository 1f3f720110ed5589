"""The worker's side of imports: files are read, applied and taken back chunk by chunk, across kills and many turns."""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError
from django.db.models import Q
from django.utils import timezone

from oms.foundation.actor import Actor
from oms.foundation.claims import MAX_ATTEMPTS, backoff, claim, worn_out
from oms.foundation.imports import keeping
from oms.foundation.imports.kinds import ImportKind, kind_named
from oms.foundation.imports.running import OpenedFile, chunks, good, plan_chunk
from oms.foundation.imports.sessions import open_file, refuse_unpermitted
from oms.foundation.imports.turns import Turn, TurnLost
from oms.foundation.models import ImportRow, ImportSession
from oms.foundation.models.imports import WORKING, ImportState, RowOutcome
from oms.foundation.questions import next_due_of
from oms.foundation.refusals import Refused
from oms.foundation.work import drainer

CAREFUL = 2
WAITING = Q(state__in=WORKING)
DIED = "The worker died on this row again and again; it was left alone. Look into the log, then send it again."
FAILED = "It failed and nothing was changed ({})."
Leave = Callable[[ImportSession, str, Sequence[int]], None]
logger = logging.getLogger(__name__)


@drainer("bulk", next_due=next_due_of(ImportSession, WAITING))
def work_imports(actor: Actor, limit: int) -> int:
    """Give one import that waits a turn."""
    sessions = claim(ImportSession.objects.filter(WAITING).select_related("user"), now=actor.now, limit=1)
    for session in sessions:
        _work(Turn(session))
    return len(sessions)


def _work(turn: Turn) -> None:
    """Do what the session waits for; what cannot go on at all ends it with a sentence."""
    phases: dict[str, Callable[[Turn], bool]] = {
        ImportState.UPLOADED: _preview,
        ImportState.APPLYING: _apply,
        ImportState.UNDOING: _undo,
    }
    try:
        if not phases[turn.state](turn):
            turn.give_back()
    except TurnLost:
        logger.info("import %s is worked on elsewhere", turn.session.pk)
    except SoftTimeLimitExceeded:
        turn.give_back()
        raise
    except OperationalError:  # the database is busy, no worker has died: the import goes on a moment later
        turn.give_back(later=backoff(turn.session.attempts))
        raise
    except Refused as refusal:
        _end(turn, refusal.sentence)
    except Exception as error:  # the worker's edge: a file that breaks its reader must not stop the others
        logger.exception("import %s failed", turn.session.pk)
        _end(turn, f"It failed while being worked on ({type(error).__name__}); the error is in the log.")


def _preview(turn: Turn) -> bool:
    """Keep what each entry would do; tell whether the file is read to its end."""
    session = turn.session
    if _is_hopeless(session):
        raise Refused("The worker died on this file again and again; send it in smaller parts.", code="worn_out")
    opened = open_file(session)
    position = session.position
    for chunk in chunks(opened.entries(position), opened.most):
        with turn.chunk() as fresh:
            keeping.keep_plans(fresh, plan_chunk(opened, chunk, keeping.earlier_of(fresh)))
            position += len(chunk)
            ImportSession.objects.filter(pk=fresh.pk).update(position=position)
        if turn.is_over:
            return False
    with turn.chunk() as fresh:
        keeping.keep_unreadable(fresh, opened.table.faults)
        keeping.show(fresh, opened.unused, _system())
    return True


def _apply(turn: Turn) -> bool:
    """Apply what was previewed and still waits; tell whether nothing waits any more."""
    session = turn.session
    if _is_hopeless(session):
        _leave_alone(turn, RowOutcome.READY, keeping.refuse_waiting)
    opened = open_file(session)
    waiting = keeping.waiting_rows(session)
    for chunk in chunks(
        opened.entries(keeping.settled_before(session)), 1 if session.crashes >= CAREFUL else opened.most
    ):
        if waiting.isdisjoint(entry.row for entry in chunk):
            continue
        _one_by_one(turn, chunk, partial(_store, turn, opened), keeping.refuse_waiting)
        if turn.is_over:
            return False
    _end(turn, "The file has no such row any more.")
    return True


def _store(turn: Turn, opened: OpenedFile, chunk: Sequence[Any]) -> None:
    """Store a chunk, and keep what became of it in the same transaction."""
    with turn.chunk() as fresh:
        seen = keeping.seen_plans(fresh, [entry.row for entry in chunk])
        wanted = [entry for entry in good(chunk) if entry.row in seen]
        keeping.settle(fresh, opened.store(wanted, _person(turn), seen))


def _undo(turn: Turn) -> bool:
    """Take back what was applied, the last entries first; tell whether all of it was tried."""
    session = turn.session
    kind = kind_named(session.kind)
    refuse_unpermitted(kind, session.user, kind.undo_permissions)
    if _is_hopeless(session):
        _leave_alone(turn, RowOutcome.DONE, keeping.keep_waiting)
    size = 1 if session.crashes >= CAREFUL else kind.undo_most
    done = session.rows.filter(outcome=RowOutcome.DONE).order_by("-pk")
    while chunk := list(done[:size]):
        _one_by_one(turn, chunk, partial(_take_back, turn, kind), keeping.keep_waiting)
        if turn.is_over:
            return False
    _end(turn, "")
    return True


def _take_back(turn: Turn, kind: ImportKind, chunk: Sequence[ImportRow]) -> None:
    """Take back a chunk, and keep what became of it in the same transaction."""
    with turn.chunk() as fresh:
        numbers = [row.row for row in chunk]
        rows = list(fresh.rows.filter(outcome=RowOutcome.DONE, row__in=numbers).order_by("row"))
        keeping.settle_undo(rows, kind.undo(rows, principal=turn.session.user, actor=_person(turn)))


def _one_by_one(turn: Turn, chunk: Sequence[Any], work: Callable[[Sequence[Any]], None], leave: Leave) -> None:
    """Work on a chunk, or where that fails on each entry alone; one that fails alone is left with its reason."""
    try:
        work(chunk)
    except (OperationalError, SoftTimeLimitExceeded, TurnLost):
        raise
    except Exception as error:  # the worker's edge: an entry that fails must not stop the others
        if len(chunk) > 1:
            for entry in chunk:
                _one_by_one(turn, [entry], work, leave)
            return
        logger.exception("import %s failed in row %s", turn.session.pk, chunk[0].row)
        why = error.sentence if isinstance(error, Refused) else FAILED.format(type(error).__name__)
        with turn.chunk() as fresh:
            leave(fresh, why, [chunk[0].row])


def _is_hopeless(session: ImportSession) -> bool:
    """Tell whether worker after worker has died over what comes next, or the database gave way again and again."""
    return worn_out(session) or session.attempts > MAX_ATTEMPTS


def _leave_alone(turn: Turn, outcome: RowOutcome, leave: Leave) -> None:
    """Leave the entry alone on which worker after worker has died."""
    with turn.chunk() as fresh:
        waiting = fresh.rows.filter(outcome=outcome).order_by("pk" if outcome == RowOutcome.READY else "-pk")
        leave(fresh, DIED, list(waiting.values_list("row", flat=True)[:1]))


def _end(turn: Turn, why: str) -> None:
    """End what the session waited for: as failed, applied or taken back, in whole or in part."""
    with turn.chunk() as fresh:
        keeping.end(fresh, why, _system())


def _person(turn: Turn) -> Actor:
    """Return the person whose import it is, acting now."""
    return Actor.of(turn.session.user, now=timezone.now())


def _system() -> Actor:
    """Return the worker, acting now."""
    return Actor.system("imports", now=timezone.now())
