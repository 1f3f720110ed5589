"""What the clock does with returns."""

from oms.foundation.actor import Actor
from oms.foundation.work import periodic
from returns.services.expiring import expire_returns


@periodic("expire_returns", seconds=3600)
def expire_late_returns(actor: Actor) -> str:
    """End returns that never came."""
    return f"{expire_returns(actor=actor)} expired"
