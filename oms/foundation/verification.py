"""The invariants run by the clock: every five minutes, the result on the start page and in ``/readyz``."""

from oms.foundation.actor import Actor
from oms.foundation.invariants import check
from oms.foundation.work import periodic


@periodic("verify", seconds=300)
def verify_now(actor: Actor) -> str:
    """Run every invariant and say how many are broken."""
    broken = [finding for finding in check(actor.now) if finding.count]
    if not broken:
        return "all invariants hold"
    return "broken: " + ", ".join(f"{one.invariant.id} ({one.count})" for one in broken)
