"""Reading the record of sourcing: what a decision saw, under which rules, and what comes of it when decided again."""

import json
import zlib
from dataclasses import dataclass

from fulfillment.models import SourcingDecision
from fulfillment.services.sourcing.rule_sets import rules_of
from fulfillment.sourcing.decision import Decision, decision_hash
from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.snapshot import Rules, Snapshot
from fulfillment.sourcing.turning_points import TurningPoint, turning_points
from oms.foundation.refusals import Refused

TRIED_CELLS = 2_000
"""Above so many lines × locations nothing is tried out on a page: it would take seconds."""


class Gone(Refused):
    """What a decision saw is no longer kept."""

    code = "snapshot_erased"


@dataclass(frozen=True, slots=True)
class Replayed:
    """A recorded decision decided again: the answer of now, and whether it is the recorded one to the last figure."""

    snapshot: Snapshot
    rules: Rules
    decision: Decision
    hash: str
    same: bool


def snapshot_of(packed: bytes) -> Snapshot:
    """Return what a decision saw, from the compressed form in which it is kept.

    :raises Gone: when it was erased with what was known of the customer.
    """
    if not packed:
        raise Gone("What sourcing saw was erased with the customer's data; the decision itself stays on record.")
    return Snapshot.from_json(json.loads(zlib.decompress(packed)))


def replay(row: SourcingDecision) -> Replayed:
    """Decide a stored snapshot again under the rules that it was decided by.

    :raises NotFound: when these rules are not on record. :raises Gone: when the snapshot was erased.
    """
    rules = rules_of(row.rules_version)
    snapshot = snapshot_of(bytes(row.snapshot))
    (decision,) = decide(snapshot, rules)
    found = decision_hash(decision)
    return Replayed(snapshot, rules, decision, found, found == row.outcome_hash)


def too_large(snapshot: Snapshot) -> bool:
    """Return whether trying changes out on a snapshot would take too long for a page."""
    (order,) = snapshot.orders
    return len(order.wants) * len(snapshot.nodes) > TRIED_CELLS


def what_would_change(replayed: Replayed) -> tuple[TurningPoint, ...]:
    """Return what would have changed a decision; nothing for an order too large to be tried out on a page."""
    if too_large(replayed.snapshot):
        return ()
    return turning_points(replayed.snapshot, replayed.rules, replayed.decision)
