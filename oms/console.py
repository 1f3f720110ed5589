"""How the operator console looks: its name, colours, style sheet and side bar."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy


def _may(permission: str) -> Any:
    """Return a function that tells whether the person may see an entry."""
    return lambda request: request.user.has_perm(permission)


def _may_import(request: Any) -> bool:
    """Return whether the person may import any kind of file."""
    from oms.foundation.imports.kinds import kinds_for

    return bool(kinds_for(request.user))


def _entry(
    title: str, icon: str, view: str, permission: str, query: str = "", *, page: str = "changelist"
) -> dict[str, Any]:
    """Return one entry of the side bar."""
    link: Any = reverse_lazy(f"admin:{view}_{page}")
    return {"title": title, "icon": icon, "link": _Address(link, query), "permission": _may(permission)}


class _Address:
    """An address that is worked out when the side bar is drawn."""

    def __init__(self, link: Any, query: str) -> None:
        self._link, self._query = link, query

    def __str__(self) -> str:
        return f"{self._link}{self._query}"


def _static(name: str) -> Any:
    """Return a function that returns the address of a file of our own."""
    return lambda request: static(name)


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Order desk",
    "SITE_HEADER": "Order desk",
    "SITE_SYMBOL": "package_2",
    "SITE_URL": None,
    "SHOW_HISTORY": False,
    "ACCOUNT": {
        "navigation": [
            {"title": "Change password", "link": reverse_lazy("admin:password_change")},
            {"title": "Second factor", "link": reverse_lazy("second-factor-set-up")},
        ]
    },
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": [_static("console.css"), _static("frame.css")],
    "SCRIPTS": [_static("keys.js")],
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _static("favicon.svg")}],
    "DASHBOARD_CALLBACK": "oms.outlets.start.dashboard",
    "COMMAND": {"search_models": False, "show_history": False},
    "COLORS": {
        "primary": {
            "50": "240 253 250",
            "100": "204 251 241",
            "200": "153 246 228",
            "300": "94 234 212",
            "400": "45 212 191",
            "500": "20 184 166",
            "600": "13 118 110",
            "700": "15 100 94",
            "800": "17 80 76",
            "900": "19 66 64",
            "950": "4 40 40",
        }
    },
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "title": "Orders",
                "items": [
                    {"title": "Today", "icon": "home", "link": reverse_lazy("admin:index")},
                    _entry("Orders", "receipt_long", "orders_order", "orders.view_order"),
                    _entry("Customers", "group", "orders_customer", "orders.view_customer"),
                    _entry("Payments", "credit_card", "orders_payment", "orders.view_payment"),
                    _entry("Refunds", "currency_exchange", "orders_refund", "orders.view_refund"),
                ],
            },
            {
                "title": "Fulfillment",
                "items": [
                    _entry(
                        "To pick and pack",
                        "inventory",
                        "fulfillment_fulfillmentorder",
                        "fulfillment.view_fulfillmentorder",
                        "?state__exact=open",
                    ),
                    {
                        "title": "Handheld",
                        "icon": "barcode_scanner",
                        "link": reverse_lazy("floor"),
                        "permission": lambda request: request.user.has_perm("fulfillment.pick_fulfillmentorder"),
                    },
                    _entry(
                        "Floor figures",
                        "monitoring",
                        "fulfillment",
                        "fulfillment.view_fulfillmentorder",
                        page="figures",
                    ),
                    _entry("Waves", "waves", "fulfillment_wave", "fulfillment.view_wave"),
                    _entry("Walks", "footprint", "fulfillment_picklist", "fulfillment.view_picklist"),
                    _entry("Who got what", "tag", "fulfillment_tracedpieces", "fulfillment.view_tracedpieces"),
                    _entry("Mispacks caught", "fact_check", "fulfillment_packscan", "fulfillment.view_packscan"),
                    _entry("Shipments", "package", "fulfillment_shipment", "fulfillment.view_shipment"),
                    _entry("Handing over", "local_shipping", "fulfillment_manifest", "fulfillment.view_manifest"),
                    _entry("Drivers", "airport_shuttle", "fulfillment_drivervisit", "fulfillment.view_drivervisit"),
                    _entry(
                        "To be collected",
                        "shelves",
                        "fulfillment_pickup",
                        "fulfillment.view_pickup",
                        "?state__exact=waiting",
                    ),
                    _entry(
                        "Partner requests",
                        "forward_to_inbox",
                        "fulfillment_supplierrequest",
                        "fulfillment.view_supplierrequest",
                    ),
                    _entry(
                        "3PL messages",
                        "mark_email_unread",
                        "fulfillment_partnermessage",
                        "fulfillment.view_partnermessage",
                    ),
                    _entry("Parcels", "deployed_code", "fulfillment_package", "fulfillment.view_package"),
                    _entry(
                        "At risk", "crisis_alert", "fulfillment_parcelrisk", "fulfillment.view_parcelrisk", "?open=yes"
                    ),
                    _entry("Claims", "request_quote", "fulfillment_carrierclaim", "fulfillment.view_carrierclaim"),
                    _entry(
                        "Carriers’ promises",
                        "schedule_send",
                        "fulfillment",
                        "fulfillment.view_package",
                        page="lateness",
                    ),
                    _entry(
                        "Decisions", "alt_route", "fulfillment_sourcingdecision", "fulfillment.view_sourcingdecision"
                    ),
                    _entry("Sourcing rules", "rule", "fulfillment_sourcingruleset", "fulfillment.view_sourcingruleset"),
                    _entry("Scarcity fees", "price_change", "fulfillment_scarcityrun", "fulfillment.view_scarcityrun"),
                    _entry("Replays", "history", "fulfillment_sourcingreplay", "fulfillment.view_sourcingreplay"),
                    _entry(
                        "Substitute offers",
                        "contact_support",
                        "fulfillment_substituteoffer",
                        "fulfillment.view_substituteoffer",
                    ),
                    _entry("Returns", "assignment_return", "returns_return", "returns.view_return"),
                ],
            },
            {
                "title": "Stock",
                "items": [
                    _entry("Products", "sell", "inventory_product", "inventory.view_product"),
                    _entry("Stock levels", "warehouse", "inventory_stocklevel", "inventory.view_stocklevel"),
                    _entry("Bins", "shelves", "inventory_bin", "inventory.view_bin"),
                    _entry("Labels", "barcode", "fulfillment", "inventory.view_bin", page="labels"),
                    _entry("Space", "grid_view", "inventory", "inventory.view_bin", page="space"),
                    _entry("Slotting", "moving", "fulfillment", "inventory.view_bin", page="slotting"),
                    _entry("Counts", "fact_check", "inventory_countsession", "inventory.view_countsession"),
                    _entry("Lots and serials", "tag", "inventory_lot", "inventory.view_lot"),
                    _entry("Incoming", "local_shipping", "inventory_incomingstock", "inventory.view_incomingstock"),
                    _entry(
                        "Can I promise?", "event_available", "fulfillment", "inventory.view_stocklevel", page="promise"
                    ),
                    _entry("Movements", "swap_horiz", "inventory_stockmovement", "inventory.view_stockmovement"),
                    _entry("Locations", "location_on", "inventory_location", "inventory.view_location"),
                    _entry("Boxes", "package", "fulfillment_box", "fulfillment.view_box"),
                    _entry("Shipping rates", "payments", "fulfillment_shippingrate", "fulfillment.view_shippingrate"),
                ],
            },
            {
                "title": "Channels and messages",
                "collapsible": True,
                "items": [
                    _entry("Channels", "storefront", "orders_channel", "orders.view_channel"),
                    _entry("Accounts", "hub", "orders_channelaccount", "orders.view_channelaccount"),
                    _entry(
                        "3PLs", "handshake", "fulfillment_fulfillmentpartner", "fulfillment.view_fulfillmentpartner"
                    ),
                    _entry(
                        "Carrier accounts",
                        "contract",
                        "fulfillment_carrieraccount",
                        "fulfillment.view_carrieraccount",
                    ),
                    _entry("API keys", "key", "orders_apikey", "orders.view_apikey"),
                    _entry("Customer e-mails", "mail", "outlets_notification", "outlets.view_notification"),
                    _entry("Mail rules", "rule", "outlets_notificationrule", "outlets.view_notificationrule"),
                    _entry("Webhooks", "webhook", "outlets_webhookendpoint", "outlets.view_webhookendpoint"),
                    _entry("Webhook deliveries", "send", "outlets_webhookdelivery", "outlets.view_webhookdelivery"),
                ],
            },
            {
                "title": "System",
                "collapsible": True,
                "items": [
                    _entry("Bulk acts", "checklist", "foundation_bulkoperation", "orders.view_order"),
                    {**_entry("Imports", "upload_file", "foundation_importsession", ""), "permission": _may_import},
                    _entry("Facts", "outbox", "foundation_outboxevent", "foundation.view_outboxevent"),
                    _entry("Inbox", "inbox", "foundation_inboxmessage", "foundation.view_inboxmessage"),
                    _entry("Jobs", "schedule", "foundation_periodicjob", "foundation.view_periodicjob"),
                    _entry("Audit trail", "history", "foundation_auditline", "foundation.view_auditline"),
                    _entry("People", "badge", "auth_user", "auth.view_user"),
                    _entry("Roles", "admin_panel_settings", "auth_group", "auth.view_group"),
                ],
            },
        ],
    },
}
