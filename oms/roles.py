"""Roles: which permissions each kind of staff has, by pattern, kept in step after every migrate.

A new permission that no pattern names belongs to the administrator alone: deny by default.
"""

from fnmatch import fnmatch
from typing import Any

EVERYONE = ["*.view_product", "*.view_location", "*.view_stocklevel", "*.view_incomingstock", "inventory.view_bin"]
SEES_ORDERS = ["orders.view_order*", "orders.view_customer", "orders.view_hold", "orders.view_channel"]
SEES_FLOOR = ["fulfillment.view_*"]

ROLES: dict[str, list[str]] = {
    "Customer service": [
        *EVERYONE,
        *SEES_ORDERS,
        *SEES_FLOOR,
        "orders.view_payment*",
        "orders.view_refund",
        "orders.draft_order",
        "orders.place_order",
        "orders.hold_order",
        "orders.release_order",
        "orders.cancel_order",
        "orders.swap_order",
        "orders.readdress_order",
        "orders.note_order",
        "orders.tag_order",
        "orders.recheck_order",
        "orders.pay_order",
        "orders.mail_order",
        "orders.change_customer",
        "fulfillment.handle_parcelrisk",
        "fulfillment.handle_carrierclaim",
        "fulfillment.*_proofofdelivery",
        "returns.view_*",
        "returns.request_return",
        "returns.approve_return",
        "returns.cancel_return",
        "returns.send_return",
        "outlets.view_notification",
        "outlets.resend_notification",
    ],
    "Customer service lead": [
        *EVERYONE,
        *SEES_FLOOR,
        "orders.*order*",
        "orders.view_*",
        "orders.*hold*",
        "orders.*gate*",
        "orders.*payment*",
        "orders.*refund*",
        "orders.*customer",
        "fulfillment.reroute*",
        "fulfillment.source*",
        "fulfillment.*_sourcingrule*",
        "fulfillment.*_shippingrate",
        "fulfillment.add_sourcingreplay",
        "fulfillment.*_scarcityrun",
        "fulfillment.handle_parcelrisk",
        "fulfillment.handle_carrierclaim",
        "fulfillment.*_proofofdelivery",
        "returns.*",
        "outlets.*notification*",
    ],
    "Warehouse": [
        *EVERYONE,
        "orders.view_order",
        *SEES_FLOOR,
        "fulfillment.*_fulfillmentorder",
        "fulfillment.*_shipment",
        "fulfillment.*_package",
        "fulfillment.free_picklist",
        "fulfillment.*_box",
        "fulfillment.load_manifest",
        "fulfillment.book_drivervisit",
        "fulfillment.add_wave",
        "fulfillment.release_wave",
        "fulfillment.*_pickup",
        "fulfillment.*_supplierrequest",
        "fulfillment.view_partnermessage",
        "fulfillment.settle_partnermessage",
        "inventory.view_*",
        "inventory.adjust_stock*",
        "inventory.block_lot",
        "inventory.plan_countsession",
        "returns.view_*",
        "returns.send_return",
        "returns.receive_return",
        "returns.inspect_return",
        "returns.complete_return",
    ],
    "Merchandising": [
        "inventory.*",
        "orders.view_order",
        "orders.view_orderline",
        "*.view_channel",
        "fulfillment.*_shippingrate",
        "fulfillment.*_box",
    ],
    "Finance": [
        *EVERYONE,
        *SEES_ORDERS,
        "orders.view_*",
        "orders.*payment*",
        "orders.*refund*",
        "orders.pay_order",
        "orders.capture_order",
        "fulfillment.view_carrierclaim",
        "fulfillment.handle_carrierclaim",
        "returns.view_*",
        "returns.complete_return",
    ],
    "Auditor": ["*.view_*"],
}
# Memberships limit what a person sees: whoever could change them could widen their own.
NEVER = ["*.delete_*", "*.add_*membership", "*.change_*membership", "auth.*", "admin.*", "sessions.*", "contenttypes.*"]
NEVER += ["axes.*", "*.*_personsession", "*.*_secondfactor", "*.*_recoverycode"]


def sync_roles(**kwargs: Any) -> None:
    """Make the groups and give each exactly the permissions of its patterns."""
    from django.contrib.auth.models import Group, Permission

    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for role, patterns in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set([row for name, row in known.items() if _matches(name, patterns)])


def _matches(name: str, patterns: list[str]) -> bool:
    """Return whether a permission is among the patterns and not among those no role has."""
    return any(fnmatch(name, pattern) for pattern in patterns) and not any(fnmatch(name, never) for never in NEVER)
