"""The papers of a list of the day, on its page."""

from typing import Any

from fulfillment.models import Manifest
from oms.foundation.panels import Panel, add_panel


def papers_context(row: Manifest, principal: Any) -> dict[str, Any]:
    """Return which papers of a list the person may print."""
    may_label, may_load = (principal.has_perm(f"fulfillment.{one}") for one in ("label_shipment", "load_manifest"))
    return {"row": row, "may_label": may_label, "may_load": may_load}


add_panel("fulfillment.manifest", Panel("Papers", "fulfillment/panels/manifest.html", papers_context))
