"""Keeping what each entry of an import would do, and what became of it."""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Count, QuerySet

from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.imports.kinds import Undo
from oms.foundation.imports.plans import WRITES, Earlier, Plan, Seen, Verb
from oms.foundation.models import ImportRow, ImportSession
from oms.foundation.models.imports import ImportState, RowOutcome
from oms.foundation.tables import RowFault
from oms.foundation.updates import update_each

PREVIEWED = {
    Verb.CREATE: RowOutcome.READY,
    Verb.CHANGE: RowOutcome.READY,
    Verb.SAME: RowOutcome.SAME,
    Verb.REFUSE: RowOutcome.REFUSED,
}
SETTLED = {**PREVIEWED, Verb.CREATE: RowOutcome.DONE, Verb.CHANGE: RowOutcome.DONE}
LONGEST_KEY, LONGEST_NOTE = 200, 300


Counts = Mapping[tuple[str, str], int]


def count(session: ImportSession) -> Counts:
    """Return how many entries there are by verb and outcome."""
    rows = session.rows.order_by().values_list("verb", "outcome").annotate(Count("pk"))
    return {(verb, outcome): number for verb, outcome, number in rows}


def number_of(counts: Counts, *, verb: str = "", outcomes: Iterable[str] = ()) -> int:
    """Return how many entries have the verb, or any, and one of the outcomes, or any."""
    wanted = set(outcomes)
    return sum(
        number for (one, outcome), number in counts.items() if verb in ("", one) and (not wanted or outcome in wanted)
    )


def keep_plans(session: ImportSession, plans: Iterable[Plan]) -> None:
    """Write what a chunk of entries would do."""
    ImportRow.objects.bulk_create([_row(session, plan, PREVIEWED[plan.verb]) for plan in plans])


def keep_unreadable(session: ImportSession, faults: Iterable[RowFault]) -> None:
    """Write the rows that could not even be read."""
    refused = [Plan(fault.row, "", Verb.REFUSE, faults=(fault,)) for fault in faults]
    rows = [_row(session, plan, RowOutcome.REFUSED) for plan in refused]
    ImportRow.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


def _row(session: ImportSession, plan: Plan, outcome: RowOutcome) -> ImportRow:
    """Return a plan as it is kept."""
    return ImportRow(
        session=session,
        row=plan.row,
        key=plan.key[:LONGEST_KEY],
        verb=plan.verb,
        outcome=outcome,
        changes=dict(plan.changes),
        note=plan.note[:LONGEST_NOTE],
        faults=_kept(plan.faults),
        object_id=plan.object_id,
    )


def _kept(faults: Iterable[RowFault]) -> list[list[object]]:
    """Return faults as they are kept."""
    return [[fault.row, fault.column, fault.sentence] for fault in faults]


def earlier_of(session: ImportSession) -> Earlier:
    """Return how to ask for what the entries read before would do."""

    def earlier(keys: Iterable[str]) -> dict[str, Plan]:
        """Return the plans of the keys."""
        rows = session.rows.filter(key__in=list(keys), outcome=RowOutcome.READY)
        return {row.key: _plan(row) for row in rows}

    return earlier


def _plan(row: ImportRow) -> Plan:
    """Return what was previewed of an entry."""
    return Plan(row.row, row.key, Verb(row.verb), row.changes, object_id=row.object_id)


def waiting_rows(session: ImportSession) -> set[int]:
    """Return the numbers of the rows that are still to be applied."""
    return set(session.rows.filter(outcome=RowOutcome.READY).values_list("row", flat=True))


def settled_before(session: ImportSession) -> int:
    """Return how many entries stand before the first that is still to be applied; they are kept in their order."""
    first = session.rows.filter(outcome=RowOutcome.READY).order_by("pk").values_list("pk", flat=True).first()
    return session.rows.filter(pk__lt=first).count() if first else session.position


def seen_plans(session: ImportSession, numbers: Sequence[int]) -> Seen:
    """Return what was previewed of the entries in some rows, without those that are applied already."""
    rows = session.rows.filter(row__in=list(numbers)).exclude(outcome=RowOutcome.DONE)
    return {row.row: _plan(row) for row in rows}


def settle(session: ImportSession, plans: Sequence[Plan]) -> None:
    """Keep what became of entries that waited; those that did not stay as the preview showed them."""
    by_row = {plan.row: plan for plan in plans}
    rows = list(session.rows.filter(row__in=list(by_row), outcome=RowOutcome.READY))
    for row in rows:
        plan = by_row[row.row]
        row.outcome, row.faults = SETTLED[plan.verb], _kept(plan.faults)
        row.object_id = plan.object_id if plan.verb in WRITES else row.object_id
    update_each(rows, ["outcome", "faults", "object_id"])


def refuse_waiting(session: ImportSession, why: str, rows: Sequence[int] | None = None) -> None:
    """Refuse entries that waited to be applied, all or those in some rows, for one reason."""
    waiting = session.rows.filter(outcome=RowOutcome.READY)
    _settle_alike(waiting if rows is None else waiting.filter(row__in=list(rows)), RowOutcome.REFUSED, why)


def keep_waiting(session: ImportSession, why: str, rows: Sequence[int] | None = None) -> None:
    """Say of entries that waited to be taken back, all or those in some rows, why they are not."""
    waiting = session.rows.filter(outcome=RowOutcome.DONE)
    _settle_alike(waiting if rows is None else waiting.filter(row__in=list(rows)), RowOutcome.KEPT, why)


def _settle_alike(rows: "QuerySet[ImportRow]", outcome: RowOutcome, why: str) -> None:
    """Give rows one outcome and one reason."""
    found = list(rows.only("pk", "row"))
    for row in found:
        row.outcome, row.faults = outcome, [[row.row, "", why]]
    update_each(found, ["outcome", "faults"])


def settle_undo(rows: Sequence[ImportRow], undone: Sequence[Undo]) -> None:
    """Keep what became of entries that were to be taken back."""
    by_row = {one.row: one for one in undone}
    for row in rows:
        one = by_row[row.row]
        row.outcome = RowOutcome.UNDONE if one.possible else RowOutcome.KEPT
        row.faults = [[row.row, "", one.sentence]] if one.sentence else []
    update_each(rows, ["outcome", "faults"])


def show(session: ImportSession, unused: list[str], actor: Actor) -> None:
    """End the reading of a locked session's file: its person is to look at it."""
    session.unused = unused
    session.show()
    _let_go(session, ["unused"])
    record(actor, "imports.previewed", session, data=session.tally)


def end(session: ImportSession, why: str, actor: Actor) -> None:
    """End what a locked session waited for; what still waits is left undone for the reason given."""
    if session.state == ImportState.UPLOADED:
        session.fail(at=actor.now, why=why)
    elif session.state == ImportState.APPLYING:
        refuse_waiting(session, why)
        _end_applying(session, actor)
    else:
        keep_waiting(session, why)
        kept = session.rows.filter(outcome=RowOutcome.KEPT).exists()
        (session.end_undo_partly if kept else session.end_undo)(at=actor.now)
    _let_go(session, ["why", "finished_at"])
    record(actor, "imports.ended", session, note=session.why, data=session.tally)


def _end_applying(session: ImportSession, actor: Actor) -> None:
    """Say that a file was applied, in part or not at all."""
    counts = count(session)
    if not number_of(counts, outcomes=[RowOutcome.REFUSED]):
        session.finish(at=actor.now)
    elif number_of(counts, outcomes=[RowOutcome.DONE]):
        session.finish_partly(at=actor.now)
    else:
        session.fail(at=actor.now, why="Nothing was applied; each row says why.")


def _let_go(session: ImportSession, fields: Sequence[str]) -> None:
    """Save a session that waits for no worker any more."""
    counts = count(session)
    session.tally = {word: number for word in RowOutcome.values if (number := number_of(counts, outcomes=[word]))}
    session.lease_until, session.lease_token, session.attempts, session.crashes = None, "", 0, 0
    held = ["lease_until", "lease_token", "attempts", "crashes"]
    session.save(update_fields=["state", "tally", "next_try_at", *held, *fields])
