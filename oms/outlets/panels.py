"""What the roof shows on an order: the mails its customer got, or did not get and why."""

from collections.abc import Mapping
from typing import Any

from oms.foundation.panels import Panel, add_panel
from oms.foundation.scope import scoped
from oms.outlets.models import Notification
from oms.outlets.notifications.kinds import label_of
from orders.models import Order


def mails_of_order(order: Order, principal: Any) -> Mapping[str, Any]:
    """Return the order's mails that the person may see, newest first."""
    rows = scoped(principal, Notification).filter(order=order).order_by("-id")[:50]
    return {"mails": [{"row": row, "label": label_of(row.kind)} for row in rows]}


add_panel("orders.order", Panel("Mails to the customer", "outlets/order_panel.html", mails_of_order, position=80))
