"""Named preconditions of acts on supply, each with the sentence that is shown while it does not hold."""

from collections.abc import Callable, Collection
from typing import Any

from inventory.models import IncomingStock, StockLevel
from inventory.states import LIVE_COUNTS, CountState
from oms.foundation.actions import Condition

IS_SOLD = Condition("is_sold", lambda product: None if product.is_active else "It is not sold at the moment.")
IS_NOT_SOLD = Condition("is_not_sold", lambda product: "It is sold already." if product.is_active else None)
IS_OPEN = Condition("is_open", lambda location: None if location.is_active else "It is closed already.")
IS_CLOSED = Condition("is_closed", lambda location: "It is open already." if location.is_active else None)


SOME_IN_NO_BIN = Condition(
    "some_in_no_bin", lambda level: None if level.without_bin else "None of its pieces is without a bin."
)


def _by_number(level: StockLevel) -> str | None:
    """Return why pieces of a followed product are not booked without saying which they are."""
    if not level.is_followed:
        return None
    product = level.product
    return f"{product.sku} is followed by {product.followed_word}: handhelds take it in, and count it bin by bin."


FOLLOWED_BY_NOTHING = Condition("is_followed", _by_number)
SOME_IN_BINS = Condition("some_in_bins", lambda level: None if level.in_bins else "None of its pieces lies in a bin.")
IS_IN_USE = Condition("is_in_use", lambda bin_: None if bin_.is_active else "It is out of use already.")
IS_OUT_OF_USE = Condition("is_out_of_use", lambda bin_: "It is in use already." if bin_.is_active else None)

IS_FREE_LOT = Condition("is_free_lot", lambda lot: "It is blocked already." if lot.blocked_at else None)
IS_BLOCKED_LOT = Condition("is_blocked_lot", lambda lot: None if lot.blocked_at else "It is not blocked.")


def _stays_away(row: IncomingStock) -> str | None:
    """Return why nothing of it can be expected again."""
    if row.closed_at is None:
        return "It is expected already."
    return "All of it has come." if row.received >= row.quantity else None


IS_EXPECTED = Condition("is_expected", lambda row: "Nothing of it is expected any more." if row.closed_at else None)
STAYS_AWAY = Condition("stays_away", _stays_away)


def _in(states: Collection[str], wanted: str) -> Callable[[Any], str | None]:
    """Return a check that a count is in one of the states."""
    return lambda row: None if row.state in states else f"{row.number} is {row.get_state_display()}; {wanted}"


IS_LIVE_COUNT = Condition("is_live_count", _in(LIVE_COUNTS, "there is nothing to call off."))
IS_COUNTED = Condition("is_counted", _in((CountState.COUNTING, CountState.REVIEW), "nothing of it was counted."))
IS_FOR_REVIEW = Condition("is_for_review", _in((CountState.REVIEW,), "only what was counted goes into the books."))
