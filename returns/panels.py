"""What the way back shows on an order: its returns, on the page and in the API's answer."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from oms.foundation.look.words import name_acts
from oms.foundation.money import minor_text
from oms.foundation.panels import Panel, add_panel, add_part
from oms.foundation.scope import scoped
from orders.models import Order
from returns.models import Return
from returns.queries import lines_with_goods


def returns_of_order(order: Order, principal: Any) -> Mapping[str, Any]:
    """Return the order's returns that the person may see, newest first."""
    rows = scoped(principal, Return).filter(order=order).order_by("-id")
    return {"returns": list(rows.select_related("location", "refund").prefetch_related(lines_with_goods()))}


def returns_part(ids: Sequence[int]) -> Mapping[int, Any]:
    """Return the returns of many orders for the API, oldest first."""
    rows = Return.objects.filter(order__in=list(ids)).order_by("id")
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for one in rows.select_related("refund").prefetch_related(lines_with_goods()):
        found[one.order_id].append(summary(one))
    return found


def summary(one: Return) -> dict[str, Any]:
    """Return a return as it stands within its order."""
    lines = sorted(one.lines.all(), key=lambda line: line.order_line.position)
    refund = one.refund
    return {
        "number": one.number,
        "state": one.state,
        "reason": one.reason,
        "refund": minor_text(refund.amount, refund.currency) if refund else None,
        "lines": [
            {
                "sku": line.order_line.sku,
                "line": line.order_line.position,
                "quantity": line.quantity,
                "received": line.quantity_received,
                "restocked": line.quantity_restocked,
            }
            for line in lines
        ],
    }


add_panel("orders.order", Panel("Returns", "returns/order_panel.html", returns_of_order, position=60))
add_part("orders.order", "returns", returns_part, empty=[])
name_acts(
    "returns",
    {
        "request_return": "Return asked for",
        "approve_return": "Return approved",
        "decline_return": "Return declined",
        "send_return": "Return on its way",
        "receive_return": "Return parcel received",
        "inspect_return": "Return inspected",
        "complete_return": "Return completed",
        "cancel_return": "Return cancelled",
        "expire_return": "Return ran out",
    },
)
