"""Panels: a right room's box on a left room's page, beside its acts' forms, and its part of the left room's answers."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Context = Callable[[Any, Any], Mapping[str, Any]]
Part = Callable[[Sequence[int]], Mapping[int, Any]]


@dataclass(frozen=True, slots=True)
class Panel:
    """A titled box: a template with the context of (row, principal), in the order of its position."""

    title: str
    template: str
    context: Context
    position: int = 50


PANELS: dict[str, list[Panel]] = defaultdict(list)
PARTS: dict[str, dict[str, tuple[Part, Any]]] = defaultdict(dict)
BESIDE: dict[tuple[str, str], Context] = {}


def add_panel(page: str, panel: Panel) -> None:
    """Put a box on a page, such as ``orders.order``."""
    if all(known.template != panel.template for known in PANELS[page]):
        PANELS[page].append(panel)
        PANELS[page].sort(key=lambda one: one.position)


def add_beside(page: str, act: str, beside: Context) -> None:
    """Show something beside the form of an act on a page: ``template``, ``title`` and ``panel`` of (row, principal)."""
    BESIDE[page, act] = beside


def add_part(page: str, name: str, part: Part, *, empty: Any) -> None:
    """Add a named part to the API answer of a page: a function of ids that returns values by id."""
    PARTS[page][name] = (part, empty)


def parts(page: str, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return the parts of every right room for many rows at once, by id."""
    answers: dict[int, dict[str, Any]] = {pk: {} for pk in ids}
    for name, (part, empty) in PARTS.get(page, {}).items():
        values = part(ids)
        for pk in ids:
            answers[pk][name] = values.get(pk, empty)
    return answers
