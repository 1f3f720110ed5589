"""How the operator console looks: colours, side bar and start page."""

from typing import Any

from django.urls import reverse_lazy

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Order desk",
    "SITE_HEADER": "Order desk",
    "SITE_SYMBOL": "package_2",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {"show_search": False, "navigation": []},
}
del reverse_lazy
