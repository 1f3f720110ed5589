"""Tabs over a list: named filters, put there by whoever knows what staff look for."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone

BESIDE_FILTERS = ("p", "o", "all", "e")


@dataclass(frozen=True, slots=True)
class Tab:
    """A named filter of a list: its query, who may use it (no permission: everybody), and how many rows wait in it."""

    title: str
    query: str
    permission: str
    count: Callable[[Any, datetime], int]


@dataclass(frozen=True, slots=True)
class ShownTab:
    """A tab as drawn."""

    title: str
    query: str
    count: int | None
    is_open: bool


TABS: dict[str, list[Tab]] = defaultdict(list)


def add_tab(view: str, tab: Tab) -> None:
    """Put a tab over a list, such as ``orders_order``; the same query is put there once."""
    if all(known.query != tab.query for known in TABS[view]):
        TABS[view].append(tab)


def tabs_of(view: str, request: HttpRequest) -> list[ShownTab]:
    """Return the list's tabs for the person, the unfiltered list first; nothing where there are none."""
    mine = [tab for tab in TABS.get(view, ()) if not tab.permission or request.user.has_perm(tab.permission)]
    if not mine:
        return []
    now, chosen = timezone.now(), _filters(request.GET)
    everything = ShownTab("All", "", None, not chosen)
    return [everything, *(_shown(tab, request.user, now, chosen) for tab in mine)]


def _shown(tab: Tab, principal: Any, now: datetime, chosen: dict[str, list[str]]) -> ShownTab:
    """Return a tab with its count."""
    return ShownTab(tab.title, tab.query, tab.count(principal, now), _filters(QueryDict(tab.query)) == chosen)


def _filters(query: QueryDict) -> dict[str, list[str]]:
    """Return what narrows the list: no page, order or blank value."""
    return {name: values for name, values in query.lists() if name not in BESIDE_FILTERS and any(values)}
