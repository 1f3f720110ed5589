"""Filters of the console's pages: words for states and acts, pills, amounts and addresses of buttons."""

from typing import Any

from django import template
from django.utils.html import format_html

from oms.foundation.money import Money

register = template.Library()

GOOD = {
    "open", "waived", "completed", "released", "paid", "captured", "authorized", "delivered", "shipped", "done",
    "fulfilled", "settled", "ok", "purchased", "printed", "sent", "applied", "accepted", "restock", "allocated", "none",
}  # fmt: skip
BAD = {"failed", "dead", "refused", "cancelled", "lost", "rejected", "declined", "exception", "voided", "short"}
WARN = {
    "closed", "pending", "unknown", "on_hold", "backordered", "retry_wait", "unpaid", "delayed", "preflight", "running",
    "requested", "partly_done", "expired", "void_requested", "unallocated",
}  # fmt: skip


@register.filter
def tone(word: str) -> str:
    """Return the colour of a state: good, warn, bad or info."""
    for name, known in (("good", GOOD), ("bad", BAD), ("warn", WARN)):
        if word in known:
            return name
    return "info"


@register.filter
def pill(label: str, word: str) -> str:
    """Return a state as a coloured pill."""
    return format_html('<span class="oms-pill {}">{}</span>', tone(str(word)), label)


@register.filter
def words(code: str) -> str:
    """Return a code such as ``partially_paid`` as words."""
    return str(code).replace("_", " ")


@register.filter
def act_words(act: str) -> str:
    """Return an act such as ``orders.address_edited`` as words."""
    return str(act).rpartition(".")[2].replace("_", " ").capitalize()


@register.filter
def act_url(base: str, name: str) -> str:
    """Return the address of a button from the address of its row's page."""
    return f"{base.removesuffix('change/')}act/{name}/"


@register.filter
def money(amount: int | None, currency: str) -> str:
    """Return minor units as people write them."""
    return "" if amount is None else Money(amount, currency).format()


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """Return a value of a mapping by a key held in a variable."""
    return mapping.get(key)
