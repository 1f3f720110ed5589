"""The fields of a row that is only looked at, as facts with their labels."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.html import strip_tags
from django.utils.text import capfirst

LONGEST = 60
EMPTY = ("", "-", "–", "None")


@dataclass(frozen=True, slots=True)
class Fact:
    """One field: its label, its contents, and whether it needs the width of the page."""

    label: str
    contents: str
    is_wide: bool


@dataclass(frozen=True, slots=True)
class Pill:
    """A state as shown: its label, and the word that gives the colour."""

    label: str
    word: str


def facts_of(adminform: Any) -> list[Fact]:
    """Return the fields of a read-only page that are not blank, short ones first; states stand in the head instead."""
    states = adminform.model_admin.state_fields
    fields = [field for field in _fields(adminform) if field.field["name"] not in states]
    found = [_fact(field) for field in fields]
    return sorted((fact for fact in found if strip_tags(fact.contents) not in EMPTY), key=lambda fact: fact.is_wide)


def _fields(adminform: Any) -> Iterator[Any]:
    """Yield the fields of every fieldset."""
    for fieldset in adminform:
        for line in fieldset:
            yield from line


def _fact(field: Any) -> Fact:
    """Return one field as a fact."""
    contents = field.contents()
    is_wide = field.is_json or len(strip_tags(contents)) > LONGEST
    return Fact(capfirst(str(field.field["label"])), contents, is_wide)


def pills_of(row: Any, state_fields: Any) -> list[Pill]:
    """Return the states of a row, in the order of the fields."""
    names = [name for name in state_fields if hasattr(row, name)]
    return [Pill(_label(row, name), str(getattr(row, name))) for name in names]


def _label(row: Any, name: str) -> str:
    """Return the label of a state."""
    display = getattr(row, f"get_{name}_display", None)
    return str(display() if display else getattr(row, name))
