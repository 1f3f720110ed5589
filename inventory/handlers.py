"""What the clock does with supply."""

from inventory.services.lots import expire_lots
from inventory.services.reservations import expire_reservations
from oms.foundation.actor import Actor
from oms.foundation.work import periodic


@periodic("expire_reservations", seconds=60)
def expire_old_reservations(actor: Actor) -> str:
    """Forget reservations that ran out."""
    return f"{expire_reservations(actor=actor)} ran out"


@periodic("expire_lots", seconds=900)
def expire_old_lots(actor: Actor) -> str:
    """Withhold the lots whose best-before date has passed overnight."""
    return f"{expire_lots(actor=actor)} lots"
