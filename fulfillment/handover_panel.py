"""The papers of a list of the day, on its page."""

from typing import Any

from fulfillment.models import Manifest
from oms.foundation.panels import Panel, add_panel


def papers_context(row: Manifest, principal: Any) -> dict[str, Any]:
    """Return which papers of a list the person may print."""
    return {"row": row, "may_label": principal.has_perm("fulfillment.label_shipment")}


add_panel("fulfillment.manifest", Panel("Papers", "fulfillment/panels/manifest.html", papers_context))
