"""What a page is called and where it belongs, in the words of the side bar."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.text import capfirst


@dataclass(frozen=True, slots=True)
class Step:
    """One page above this one."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of a page, under the pages that lead to it."""

    title: str
    trail: Sequence[Step] = ()

    @property
    def back(self) -> Step | None:
        """Return the page right above."""
        return self.trail[-1] if self.trail else None


def heading_of(context: Any) -> Heading:
    """Return the heading of a page of the console from what it is drawn with."""
    opts, row = context.get("opts"), _row(context)
    if opts is None:
        return Heading(str(context.get("title") or ""))
    if context.get("cl") is not None:
        return Heading(list_name(opts))
    the_list = Step(list_name(opts), reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"))
    action = context.get("action")
    if row is None:
        return Heading(str(context.get("title") or ""), [the_list])
    if action is not None and "operation" not in context:
        return Heading(action.label, [the_list, Step(str(row), _page_of(row))])
    return Heading(str(row), [the_list])


def list_name(opts: Any) -> str:
    """Return what the side bar calls the list of a model, or the model's own plural."""
    name = f"{opts.app_label}_{opts.model_name}"
    return _side_bar().get(reverse(f"admin:{name}_changelist"), capfirst(str(opts.verbose_name_plural)))


@cache
def _side_bar() -> dict[str, str]:
    """Return the titles of the side bar by address."""
    groups = settings.UNFOLD["SIDEBAR"]["navigation"]
    return {str(item["link"]).partition("?")[0]: item["title"] for group in groups for item in group["items"]}


def _row(context: Any) -> Any:
    """Return the row that the page is about."""
    found = (context.get(name) for name in ("original", "row", "object", "operation"))
    return next((one for one in found if hasattr(one, "_meta")), None)


def _page_of(row: Any) -> str:
    """Return the address of a row's page."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
