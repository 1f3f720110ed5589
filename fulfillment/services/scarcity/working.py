"""The worker's side of scarcity fees: one run at a time is learned outside any transaction, then written in one."""

from datetime import timedelta
from operator import attrgetter

from django.db import OperationalError, transaction
from django.db.models import F, Q

from fulfillment.locks import lock_scarcity_runs
from fulfillment.models import ScarcityFee, ScarcityRun
from fulfillment.services.scarcity.clearing import let_go
from fulfillment.services.scarcity.learning import HORIZON, Learned, learn
from fulfillment.services.scarcity.switching import begin_to_hold, let_weigh_no_more
from fulfillment.sourcing.optimal.failing import SolverFailed
from fulfillment.states import ScarcityState
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.claims import MAX_ATTEMPTS, backoff, claim, worn_out
from oms.foundation.locks import lock_row
from oms.foundation.questions import next_due_of
from oms.foundation.work import drainer

LEASE = 600
WAITING = Q(state=ScarcityState.QUEUED)
DIED = "The worker died on it again and again. Look into the log, or learn from another day."
HELD = ["lease_until", "lease_token"]


@drainer("bulk", next_due=next_due_of(ScarcityRun, WAITING))
def work_scarcity_runs(actor: Actor, limit: int) -> int:
    """Learn the fees of one run that waits."""
    rows = claim(ScarcityRun.objects.filter(WAITING), now=actor.now, limit=1, lease=LEASE)
    for row in rows:
        if worn_out(row) or row.attempts > MAX_ATTEMPTS:
            _end_as_failed(row, DIED, actor)
            continue
        try:
            let_go(_keep(row, learn(row, now=actor.now), actor))
        except SolverFailed as why:
            _end_as_failed(row, f"The solver gave up: {why}. Learn from another day.", actor)
        except OperationalError:  # the database is busy, no worker has died: it is learned a moment later
            _give_back(row, actor, later=backoff(row.attempts))
            raise
    return len(rows)


@transaction.atomic
def _keep(row: ScarcityRun, learned: Learned, actor: Actor) -> ScarcityRun | None:
    """Write what was learned; what is to take over does so from fees that are in force, and ends them without any.

    Return the run that it took over from.
    """
    others = lock_scarcity_runs()
    fresh = lock_row(ScarcityRun, row.pk)
    if fresh.lease_token != row.lease_token:
        return None
    fresh.sentence, fresh.orders, fresh.currency = learned.sentence, learned.orders, learned.currency
    held = next((one for one in others if one.state == ScarcityState.ACTIVE), None)
    before = held or max(others, key=attrgetter("pk"), default=None)
    fresh.caps = before.caps if before and learned.fees else {}
    fresh.report, fresh.lease_until, fresh.lease_token = dict(learned.report), None, ""
    if learned.fees:
        fresh.learn(at=actor.now, until=actor.now + HORIZON)
    else:
        fresh.find_nothing(at=actor.now)
    fields = ["state", "sentence", "orders", "currency", "caps", "report", "learned_at", "until", "next_try_at", *HELD]
    fresh.save(update_fields=fields)
    ScarcityFee.objects.bulk_create(
        [
            ScarcityFee(run=fresh, location_id=one.location_id, product_id=one.product_id or None, amount=one.amount)
            for one in learned.fees
        ],
        batch_size=1000,
    )
    record(actor, "fulfillment.fees_learned", fresh, note=fresh.sentence)
    if fresh.takes_over and held is not None:
        if learned.fees:
            begin_to_hold(fresh, others, note="Learned at night.", actor=actor)
            return held
        let_weigh_no_more(held, since=fresh, actor=actor)
    return None


@transaction.atomic
def _end_as_failed(row: ScarcityRun, why: str, actor: Actor) -> None:
    """End a run that cannot be learned."""
    fresh = lock_row(ScarcityRun, row.pk)
    if fresh.lease_token != row.lease_token:
        return
    fresh.fail(why=why[:1000])
    fresh.lease_until, fresh.lease_token = None, ""
    fresh.save(update_fields=["state", "sentence", "next_try_at", *HELD])
    record(actor, "fulfillment.fees_failed", fresh, note=why)


def _give_back(row: ScarcityRun, actor: Actor, *, later: timedelta) -> None:
    """Let any worker try again later."""
    mine = ScarcityRun.objects.filter(pk=row.pk, lease_token=row.lease_token)
    mine.update(lease_until=None, next_try_at=actor.now + later, version=F("version") + 1)
