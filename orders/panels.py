"""What demand calls its acts on the timeline of an order."""

from collections.abc import Mapping
from typing import Any

from oms.foundation.look.words import changes_told, detail_acts, keep_lines_back, name_acts
from orders.states import GateName, GateState

GATE_WORDS = {
    GateState.OPEN: "{} gate opened",
    GateState.CLOSED: "{} gate closed",
    GateState.PENDING: "{} gate: being checked",
}


def gate_words(data: Mapping[str, Any]) -> str:
    """Return which gate came to which verdict."""
    return GATE_WORDS.get(data.get("state", ""), "{} gate checked").format(_gate(data))


def _gate(data: Mapping[str, Any]) -> str:
    """Return the name of the gate that a line tells of."""
    return dict(GateName.choices).get(data.get("gate", ""), "A")


def fields_told(data: Mapping[str, Any]) -> str:
    """Return which settings were changed, and who is limited now."""
    names = ", ".join(str(name).replace("_", " ") for name in data.get("fields", ()))
    pairs = {name: pair for name, pair in data.items() if name != "fields"}
    return "; ".join(part for part in (names, changes_told(pairs)) if part)


name_acts(
    "orders",
    {
        "capture": "Order arrived",
        "draft": "Draft written",
        "place": "Order placed",
        "change_lines": "Lines changed",
        "gate": gate_words,
        "recheck": "Checked again",
        "waive_gate": lambda data: f"{_gate(data)} gate waived",
        "reinstate_gate": lambda data: f"{_gate(data)} gate: waiver taken back",
        "release": "Released to the floor",
        "recall": "Taken back from the floor",
        "complete": "Order completed",
        "cancel": "Order cancelled",
        "cancel_line": "Pieces cancelled",
        "swap": "Swapped for a substitute",
        "swap_back": "Swapped back",
        "ship": "Pieces shipped",
        "hold": "Put on hold",
        "release_hold": "Hold let go",
        "override_hold": "Hold overridden",
        "expire_hold": "Hold ran out",
        "note": "Note",
        "set_tags": "Tags set",
        "set_priority": "Priority set",
        "edit_address": "Address changed",
        "change_shipping": "Shipping method changed",
        "edit_contact": "Contact changed",
        "stop_mails": "Customer e-mails stopped",
        "resume_mails": "Customer e-mails resumed",
        "add_payment": "Payment noted",
        "record_payment": "Payment recorded",
        "retry_payment": "Another payment tried",
        "authorize_payment": "Payment authorized",
        "authorization_ends": "Authorization runs out soon",
        "payment_pending": "Payment pending",
        "lost_answer": "Gateway’s answer lost",
        "needs_person": "Payment needs a person",
        "ask_gateway_again": "Gateway asked again",
        "settle_by_hand": "Payment settled by hand",
        "amount_differs": "Gateway told another amount",
        "fail_payment": "Payment failed",
        "expire_payment": "Payment ran out",
        "capture_payment": "Payment collected",
        "fail_capture": "Collecting failed",
        "fail_void": "Giving the authorization back failed",
        "request_capture": "Payment being collected",
        "request_refund": "Refund being paid out",
        "request_void": "Authorization being given back",
        "void_payment": "Authorization given back",
        "refund": "Refund asked for",
        "approve_refund": "Refund approved",
        "cancel_refund": "Refund dropped",
        "submit_refund": "Refund sent to the gateway",
        "settle_refund": "Refund paid out",
        "fail_refund": "Refund failed",
        "change_customer": "Customer changed",
        "create_channel": "Channel added",
        "change_channel": "Channel changed",
        "create_channelaccount": "Account added",
        "change_channelaccount": "Account changed",
        "api_key_issued": "Key issued",
        "api_key_revoked": "Key revoked",
    },
)
detail_acts(
    "orders",
    {"change_channel": fields_told, "change_channelaccount": fields_told, "change_customer": changes_told},
)
keep_lines_back(
    {
        "orders.payment": "orders.view_payment",
        "orders.paymentevent": "orders.view_payment",
        "orders.refund": "orders.view_refund",
    }
)
