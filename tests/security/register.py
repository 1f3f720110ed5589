"""Reads the register of who may what: matrix.toml, the one page that a person reviews."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("matrix.toml")
ALL_STAFF = "staff"
SCOPES = frozenset({"channel", "location", "person"})


@dataclass(frozen=True, slots=True)
class Door:
    """One line of the register: the permission that opens a door, and the roles that have it."""

    permission: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Kind:
    """The doors to one kind of row, what limits which rows a caller sees, and whose words its pages must not show."""

    scope: frozenset[str]
    hides: frozenset[str]
    doors: Mapping[str, Door]


@dataclass(frozen=True, slots=True)
class Register:
    """Everything that is declared."""

    roles: Mapping[str, str]
    kinds: Mapping[str, Kind]
    addresses: Mapping[str, str]

    def door(self, kind: str, name: str) -> Door | None:
        """Return the declared door; None means that nobody gets in, not even an administrator."""
        return self.kinds[kind].doors.get(name)


@cache
def register() -> Register:
    """Return the register as it stands in the file."""
    return read(tomllib.loads(PAGE.read_text()))


def read(page: Mapping[str, Any]) -> Register:
    """Return a register; raises ``ValueError`` for a role, group or scope that is not known."""
    roles, groups = page["roles"], page["groups"]
    return Register(
        roles=roles,
        kinds={name: _kind(name, table, roles, groups) for name, table in page["kinds"].items()},
        addresses=page["addresses"],
    )


def _kind(name: str, table: Mapping[str, Any], roles: Mapping[str, str], groups: Mapping[str, Any]) -> Kind:
    """Return one kind of row."""
    scope, hides = frozenset(table["scope"]), frozenset(table.get("hides", ()))
    if not scope | hides <= SCOPES:
        raise ValueError(f"{name}: a scope is one of {sorted(SCOPES)}")
    lines = {door: line for door, line in table.items() if door not in ("scope", "hides")}
    return Kind(
        scope, hides | scope, {door: _door(f"{name} {door}", line, roles, groups) for door, line in lines.items()}
    )


def _door(name: str, line: Any, roles: Mapping[str, str], groups: Mapping[str, Any]) -> Door:
    """Return one door; its line is the permission, then roles and groups of roles."""
    permission, *words = line
    names = [role for word in words for role in groups.get(word, [word])]
    unknown = set(names) - set(roles) - {ALL_STAFF}
    if unknown:
        raise ValueError(f"{name}: no role is called {sorted(unknown)}")
    return Door(permission, frozenset(names))
