"""What the roof shows in other rooms: the mails of an order, and its queues as tabs over the lists they count."""

from collections.abc import Mapping
from typing import Any

from oms.foundation.look.tabs import Tab, add_tab
from oms.foundation.look.words import name_acts
from oms.foundation.panels import Panel, add_panel
from oms.foundation.scope import scoped
from oms.outlets.models import Notification
from oms.outlets.notifications.kinds import label_of
from oms.outlets.queues import QUEUES
from orders.models import Order


def mails_of_order(order: Order, principal: Any) -> Mapping[str, Any]:
    """Return the order's mails that the person may see, newest first."""
    rows = scoped(principal, Notification).filter(order=order).order_by("-id")[:50]
    return {"mails": [{"row": row, "label": label_of(row.kind)} for row in rows]}


add_panel("orders.order", Panel("Mails to the customer", "outlets/order_panel.html", mails_of_order, position=80))

for queue in QUEUES:
    add_tab(queue.view, Tab(queue.title, queue.query, queue.permission, queue.count))
name_acts(
    "outlets",
    {
        "erase_customer": "Customer erased",
        "export_customer": "Customer’s data handed out",
        "send_mail": "E-mail sent",
        "resend_mail": "E-mail sent again",
        "leave_mail": "E-mail left unsent",
        "replay_delivery": "Webhook sent again",
        "leave_delivery": "Webhook left unsent",
        "create_endpoint": "Webhook added",
        "delete_endpoint": "Webhook removed",
    },
)
