"""Filters of the console's pages: words for states and acts, pills, amounts and addresses of buttons."""

from datetime import datetime, timedelta
from typing import Any

from django import forms, template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince

from oms.foundation.look import counts
from oms.foundation.look.facts import Fact, Pill, facts_of, pills_of
from oms.foundation.look.headings import Heading, heading_of
from oms.foundation.look.words import detail_of_line, words_of_line
from oms.foundation.money import Money

register = template.Library()

GOOD = {
    "open", "waived", "completed", "released", "paid", "captured", "authorized", "delivered", "shipped", "done",
    "fulfilled", "settled", "ok", "purchased", "printed", "sent", "applied", "accepted", "restock", "allocated", "none",
}  # fmt: skip
BAD = {"failed", "dead", "refused", "cancelled", "lost", "rejected", "declined", "exception", "voided", "short", "late"}
WARN = {
    "closed", "pending", "unknown", "on_hold", "backordered", "retry_wait", "unpaid", "delayed", "preflight", "running",
    "requested", "partly_done", "expired", "void_requested", "unallocated", "previewed", "partly_applied",
    "partly_undone", "kept", "at_risk",
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
def act_words(line: Any) -> str:
    """Return what the act of a line of the timeline is called."""
    return words_of_line(line)


@register.filter
def act_detail(line: Any) -> str:
    """Return what happened, as a line of the timeline tells it."""
    return detail_of_line(line)


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


@register.simple_tag(takes_context=True)
def heading(context: template.RequestContext) -> Heading:
    """Return what the page is called and where it belongs."""
    return heading_of(context)


@register.filter
def facts(adminform: Any) -> list[Fact]:
    """Return the fields of a read-only page as facts."""
    return facts_of(adminform)


@register.filter
def pills(row: Any, admin: Any) -> list[Pill]:
    """Return the states that stand in the head of a row's page."""
    return pills_of(row, admin.state_fields)


@register.filter
def is_tick(field: forms.BoundField) -> bool:
    """Tell whether a field of a form is a single box to tick."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def minutes(taken: Any) -> str:
    """Return minutes as people say them: ``45 min``, ``3 h 05 min``, ``2 d 4 h``."""
    if taken in (None, ""):
        return ""
    hours, rest = divmod(int(taken), 60)
    if hours < 1:
        return f"{rest} min"
    return f"{hours} h {rest:02} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"


@register.filter
def counted(count: int) -> str:
    """Return a count as people read it."""
    return counts.counted(count)


@register.filter
def ago(moment: datetime) -> str:
    """Return how long ago a moment was, in its greatest unit: ``2 minutes ago``."""
    if timezone.now() - moment < timedelta(minutes=1):
        return "a moment ago"
    return f"{timesince(moment, depth=1)} ago".replace("\xa0", " ")


@register.filter
def sentence(text: str) -> str:
    """Return words as a sentence: a capital in front, one full stop behind."""
    text = str(text).strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}." if text else ""


@register.filter
def with_query(address: str, more: str) -> str:
    """Return an address with one more piece of query."""
    return f"{address}{'&' if '?' in address and not address.endswith('?') else ''}{more}"
