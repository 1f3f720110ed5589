"""The boxes of third parties' messages: on the request that they speak of, and what stands in one."""

from typing import Any

from fulfillment.models import PartnerMessage, SupplierRequest
from oms.foundation.panels import Panel, add_panel
from oms.foundation.scope import scoped

SHOWN = 8_000
SEE = "fulfillment.view_partnermessage"


def messages_context(row: SupplierRequest, principal: Any) -> dict[str, Any]:
    """Return the messages about a request as far as the person may see them, newest first."""
    if not principal.has_perm(SEE):
        return {"messages": []}
    rows = scoped(principal, PartnerMessage).filter(request=row).defer("body").order_by("-pk")
    return {"messages": list(rows.select_related("partner__location"))}


def text_context(row: PartnerMessage, principal: Any) -> dict[str, Any]:
    """Return how a message begins."""
    text = bytes(row.body[:SHOWN]).decode(errors="replace").replace("~\n", "~").replace("~", "~\n")
    shown = "".join(one if one.isprintable() or one == "\n" else "·" for one in text)
    return {"row": row, "text": shown, "is_cut": len(row.body) > SHOWN}


add_panel(
    "fulfillment.supplierrequest", Panel("Messages", "fulfillment/panels/messages.html", messages_context, position=60)
)
add_panel("fulfillment.partnermessage", Panel("As it was", "fulfillment/panels/message_text.html", text_context))
