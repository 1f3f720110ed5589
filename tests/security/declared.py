"""Compares the surfaces there are with those that the register names."""

from collections.abc import Iterator

from tests.security.register import Register, register
from tests.security.surfaces import ENDPOINTS, PAGES, Surface, surfaces

# doors that stay closed to everybody while the register has no line for them
SHUT_UNLESS_NAMED = frozenset({door for doors in PAGES.values() for _, door in doors} | set(ENDPOINTS.values()) | {""})


def undeclared(page: Register | None = None) -> list[str]:
    """Return a sentence for each surface that the register does not name."""
    return sorted(set(_unnamed(page or register())))


def _unnamed(page: Register) -> Iterator[str]:
    """Yield what is missing."""
    for surface in surfaces():
        if surface.model is None and surface.door not in page.addresses:
            yield f"[addresses] does not name “{surface.door}” (/{surface.route})"
        elif surface.model is not None and surface.kind not in page.kinds:
            yield f'there is no [kinds."{surface.kind}"] (/{surface.route})'
        elif surface.model is not None and not _is_named(surface, page):
            yield f'[kinds."{surface.kind}"] has no line “{surface.door}” (/{surface.route})'


def _is_named(surface: Surface, page: Register) -> bool:
    """Tell whether the register says who may, or that nobody may."""
    return surface.door in SHUT_UNLESS_NAMED or page.door(surface.kind, surface.door) is not None


def gone(page: Register | None = None) -> list[str]:
    """Return a sentence for each line of the register that no surface belongs to."""
    page = page or register()
    doors = {(one.kind, one.door) for one in surfaces()}
    addresses = {one.door for one in surfaces() if one.model is None}
    lines = [
        f"{kind} {door}" for kind, table in page.kinds.items() for door in table.doors if (kind, door) not in doors
    ]
    return lines + [f"[addresses] {name}" for name in page.addresses if name not in addresses]
