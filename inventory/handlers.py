"""What the clock does with supply."""

from inventory.services.reservations import expire_reservations
from oms.foundation.actor import Actor
from oms.foundation.work import periodic


@periodic("expire_reservations", seconds=60)
def expire_old_reservations(actor: Actor) -> str:
    """Forget reservations that ran out."""
    return f"{expire_reservations(actor=actor)} ran out"
