"""What stands in the cells of lists: two lines, moments with their age, coloured words, long sentences cut short."""

from collections.abc import Iterable
from datetime import datetime, tzinfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.timesince import timesince

from oms.foundation.look.facts import Pill


def two_lines(main: str, below: str) -> str:
    """Return a word with a smaller one below it."""
    return format_html('{} <span class="oms-sub">{}</span>', main, below) if below else str(main)


def moment(at: datetime | None, *, age: bool = False, zone: tzinfo | None = None, late: bool = False) -> str:
    """Return a moment, with how long ago it was below; in another zone than the desk's it says which."""
    if at is None:
        return ""
    local = timezone.localtime(at, zone)
    elsewhere = zone is not None and local.utcoffset() != timezone.localtime(at).utcoffset()
    below = [since(at) if age else "", f"{local:%Z}" if elsewhere else ""]
    text = format_html('<span class="oms-nowrap">{}</span>', date_format(local, "j M Y, H:i"))
    if late:
        return format_html(
            '<span class="oms-late">{}</span> <span class="oms-sub oms-late">late by {}</span>', text, since(at)
        )
    return two_lines(text, " ".join(word for word in below if word))


def since(at: datetime) -> str:
    """Return how long ago a moment was, in its largest unit."""
    return timesince(at, timezone.now(), depth=1)


def pill_row(pills: Iterable[Pill]) -> str:
    """Return states as coloured words side by side."""
    from oms.foundation.templatetags.console import pill

    return format_html_join(" ", "{}", ((pill(one.label, one.word),) for one in pills))


def clipped(text: str) -> str:
    """Return a sentence that takes two lines at most; the whole of it shows when pointed at."""
    return format_html('<span class="oms-clip" title="{}">{}</span>', text, text) if text else ""
