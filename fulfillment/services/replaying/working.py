"""The worker's side of replays: a few seconds at a time, each turn kept, so that a kill costs one turn."""

import json
import time
import zlib
from dataclasses import asdict
from datetime import timedelta

from django.db import OperationalError, transaction
from django.db.models import F, Q

from fulfillment.models import ReplayChange, SourcingReplay
from fulfillment.services.replaying.history import Period
from fulfillment.services.replaying.running import Replay
from fulfillment.services.sourcing.rule_changes import note_replay
from fulfillment.sourcing.snapshot import Rules
from fulfillment.sourcing.whatif.figures import Change
from fulfillment.states import ReplayState
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.claims import MAX_ATTEMPTS, backoff, claim, worn_out
from oms.foundation.locks import lock_row
from oms.foundation.questions import next_due_of
from oms.foundation.wording import count
from oms.foundation.work import drainer

SECONDS, LEASE = 4.0, 120
WAITING = Q(state__in=[ReplayState.QUEUED, ReplayState.RUNNING])
DIED = "The worker died on it again and again. Look into the log, or try a shorter period."


@drainer("bulk", next_due=next_due_of(SourcingReplay, WAITING))
def work_replays(actor: Actor, limit: int) -> int:
    """Give one replay that waits a turn of a few seconds."""
    rows = claim(SourcingReplay.objects.filter(WAITING).select_related("rule_set"), now=actor.now, limit=1, lease=LEASE)
    for row in rows:
        if worn_out(row) or row.attempts > MAX_ATTEMPTS:
            _end_as_failed(row, DIED, actor)
            continue
        try:
            _turn(row, actor)
        except OperationalError:  # the database is busy, no worker has died: the replay goes on a moment later
            _give_back(row, actor, later=backoff(row.attempts))
            raise
    return len(rows)


def _turn(row: SourcingReplay, actor: Actor) -> None:
    """Go on where the last worker stopped, until the time is over, and keep how far it is."""
    replay = Replay(Period(row.begins, row.ends), Rules.from_json(row.rules))
    if row.checkpoint:
        replay.go_on_from(json.loads(zlib.decompress(bytes(row.checkpoint))))
    began, changes = time.monotonic(), list(replay.step())
    while not replay.is_over and time.monotonic() - began < SECONDS:
        changes += replay.step()
    with transaction.atomic():
        fresh = lock_row(SourcingReplay, row.pk)
        if fresh.lease_token != row.lease_token:
            return
        _keep(fresh, replay, changes, actor)


def _keep(fresh: SourcingReplay, replay: Replay, changes: list[Change], actor: Actor) -> None:
    """Write what a turn has brought; the last one ends the replay."""
    if fresh.state == ReplayState.QUEUED:
        fresh.run()
    ReplayChange.objects.bulk_create(
        [
            ReplayChange(replay=fresh, order_id=one.order_id, before=asdict(one.before), after=asdict(one.after))
            for one in changes
        ],
        batch_size=500,
    )
    fresh.done, fresh.changed = replay.check.decisions, fresh.changed + len(changes)
    fresh.lease_until, fresh.lease_token, fresh.attempts, fresh.crashes = None, "", 0, 0
    fresh.next_try_at = actor.now
    held = ["state", "done", "changed", "lease_until", "lease_token", "attempts", "crashes", "next_try_at"]
    if replay.is_over:
        fresh.report = replay.report()
        fresh.sentence = _conclude(fresh, replay, actor)
        fresh.finish(at=actor.now)
        fresh.save(update_fields=[*held, "checkpoint", "report", "sentence", "finished_at"])
        record(actor, "fulfillment.replay_done", fresh, note=fresh.sentence)
        return
    fresh.checkpoint = zlib.compress(json.dumps(replay.to_json(), separators=(",", ":")).encode(), 1)
    fresh.save(update_fields=[*held, "checkpoint"])
    if fresh.last_move is not None:
        record(actor, "fulfillment.replay_begun", fresh, note=f"{fresh.done:,} of {fresh.total:,} decisions so far.")


def _conclude(fresh: SourcingReplay, replay: Replay, actor: Actor) -> str:
    """Let the rules be activated where the self-check has passed and they are still the same; return it in words."""
    told = f"{replay.check.sentence} {count(fresh.changed, 'order')} would have ended otherwise."
    version = fresh.rule_set.number
    if not replay.check.passed:
        return f"{told} The rules cannot be activated by this replay: the record is not reproduced."
    if not replay.check.reproduced:
        return f"{told} The rules cannot be activated by this replay: no decision of these days is left to check."
    if note_replay(version=version, at=actor.now, actor=actor, rules=fresh.rules) is None:
        return f"{told} The rules were changed while it ran: replay them as they are now."
    return told


@transaction.atomic
def _end_as_failed(row: SourcingReplay, why: str, actor: Actor) -> None:
    """End a replay that no worker outlasts."""
    fresh = lock_row(SourcingReplay, row.pk)
    if fresh.lease_token != row.lease_token:
        return
    fresh.fail(at=actor.now, why=why)
    fresh.lease_until, fresh.lease_token = None, ""
    fields = ["state", "finished_at", "next_try_at", "checkpoint", "sentence", "lease_until", "lease_token"]
    fresh.save(update_fields=fields)
    record(actor, "fulfillment.replay_failed", fresh, note=why)


def _give_back(row: SourcingReplay, actor: Actor, *, later: timedelta) -> None:
    """Let any worker go on later."""
    mine = SourcingReplay.objects.filter(pk=row.pk, lease_token=row.lease_token)
    mine.update(lease_until=None, next_try_at=actor.now + later, version=F("version") + 1)
