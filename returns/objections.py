"""What the way back has against acts on its left."""

from collections.abc import Sequence

from oms.foundation.objections import objects_to
from oms.foundation.refusals import Reason
from returns.models import Return
from returns.states import OPEN_RETURNS


@objects_to("orders.cancel")
def open_returns(ids: Sequence[int]) -> dict[int, list[Reason]]:
    """Object to cancelling an order while pieces of it are coming back."""
    rows = Return.objects.filter(order__in=list(ids), state__in=OPEN_RETURNS).values_list("order_id", "number")
    found: dict[int, list[Reason]] = {}
    for order_id, number in rows:
        sentence = f"Return {number} is open: complete, decline or cancel it first."
        found.setdefault(order_id, []).append(Reason("return_open", sentence))
    return found
