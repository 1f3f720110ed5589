"""The repair plan: SQL that brings derived counters back to the facts they are derived from; a person runs it."""

from collections.abc import Iterator, Sequence

from django.db import connection

from oms.foundation.invariants import Finding, Invariant

EVERY = 1_000_000
CHUNK = 500
HEAD = """\
-- Derived counters only; money, states and audit lines are never repaired by a program.
-- Read it, run it with {program}, and verify again."""
NOTHING = "-- No derived counter is wrong: there is nothing to repair."


def plan(findings: Sequence[Finding]) -> str:
    """Return the statements for every broken counter: lock first, then recompute, a transaction for some rows each."""
    steps = [line for one in findings if one.invariant.repair and one.count for line in _steps(one.invariant, one.ids)]
    program = "psql" if connection.vendor == "postgresql" else "sqlite3"
    return "\n".join([HEAD.format(program=program), *steps]) if steps else NOTHING


def _steps(broken: Invariant, found: Sequence[int]) -> Iterator[str]:
    """Yield the transactions of one invariant."""
    if broken.repair is None:
        return
    for start in range(0, len(found), CHUNK):
        ids = ", ".join(str(int(pk)) for pk in found[start : start + CHUNK])
        yield f"-- {broken.id}: {broken.meaning}"
        if connection.vendor == "postgresql":
            yield "begin;"
            yield f"{broken.repair.lock.format(ids=ids)};"
        else:
            yield "begin immediate;"  # one writer: the transaction is the lock
        yield f"{broken.repair.update.format(ids=ids)};"
        yield "commit;"
