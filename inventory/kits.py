"""What kits are made of as one text: ``2 x BULB; 1 x SHADE``; and why a product cannot be part of one."""

import re
from collections.abc import Iterable, Mapping

from django.db.models import Prefetch

from inventory.models import KitComponent, Product
from inventory.models.catalogue import FollowedBy
from oms.foundation.tables import BadCell
from oms.foundation.tables.cells import identifier, shown

MOST_COMPONENTS, MOST_PIECES = 30, 1000
COUNTED = re.compile(r"(\d{1,9})\s*[x×]\s+(.*)", re.DOTALL | re.IGNORECASE)
Composition = dict[str, int]
"""Pieces in one kit by the component's SKU."""


def with_components() -> "Prefetch[str]":
    """Return how the components of many products are read at once."""
    return Prefetch("components", KitComponent.objects.select_related("component"))


def components_text(product: Product) -> str:
    """Return what a product is made of as one text."""
    return text_of((row.component.sku, row.quantity) for row in product.components.all())


def text_of(parts: Iterable[tuple[str, int]]) -> str:
    """Return SKUs with their pieces as one text."""
    return "; ".join(f"{quantity} x {sku}" for sku, quantity in parts)


def parts_of(text: str) -> list[tuple[str, int]]:
    """Return what :func:`text_of` has written; a SKU without a number is one piece."""
    found = []
    for piece in filter(None, (piece.strip() for piece in text.split(";"))):
        counted = COUNTED.fullmatch(piece)
        found.append((counted[2].strip(), int(counted[1])) if counted else (piece, 1))
    return found


def components_in(cell: str) -> str:
    """Return the components of a cell as one text; raises :class:`BadCell` for what is no list of pieces."""
    parts = [(identifier(sku), quantity) for sku, quantity in parts_of(cell)]
    skus = [sku for sku, _ in parts]
    doubled = next((sku for sku in skus if skus.count(sku) > 1), None)
    if "" in skus:
        raise BadCell(f"“{shown(cell)}” lacks a SKU; write like 2 x BULB; 1 x SHADE.", code="bad_component")
    if doubled is not None:
        raise BadCell(f"“{shown(doubled)}” stands here twice; add its pieces up.", code="doubled_component")
    if any(not 0 < quantity <= MOST_PIECES for _, quantity in parts):
        raise BadCell(f"of a component 1 to {MOST_PIECES} pieces go into one kit.", code="bad_component")
    if len(parts) > MOST_COMPONENTS:
        raise BadCell(f"there are {len(parts)} components; {MOST_COMPONENTS} are allowed.", code="too_many_components")
    return text_of(parts)


def texts_by_sku(skus: Iterable[str]) -> dict[str, str]:
    """Return what products are made of as texts, by their SKU."""
    rows = Product.objects.filter(sku__in=list(skus)).prefetch_related(with_components())
    return {product.sku: components_text(product) for product in rows}


class Compositions:
    """What is made of what once some products got the components that are wanted for them, by SKU."""

    def __init__(self, wanted: Mapping[str, Composition]) -> None:
        self.wanted = wanted
        named = {*wanted, *(sku for parts in wanted.values() for sku in parts)}
        rows = KitComponent.objects.filter(kit__sku__in=named) | KitComponent.objects.filter(component__sku__in=wanted)
        before: dict[str, set[str]] = {}
        for kit, component in rows.values_list("kit__sku", "component__sku") if named else ():
            before.setdefault(kit, set()).add(component)
        kits = [sku for sku, parts in wanted.items() if parts]
        followed = Product.objects.filter(sku__in=kits).exclude(followed_by=FollowedBy.NOTHING)
        self.followed = set(followed.values_list("sku", flat=True)) if kits else set()
        self.after = before | {kit: set(parts) for kit, parts in wanted.items()}

    def fault(self, kit: str, known: Iterable[str]) -> tuple[str, str] | None:
        """Return code and sentence of why a product cannot be made of what is wanted for it, or None when it can."""
        parts = self.wanted.get(kit) or {}
        if kit in parts:
            return "own_component", "no kit is a component of itself; name other products."
        unknown = sorted(parts.keys() - set(known))
        if unknown:
            sentence = f"there is no product “{unknown[0]}” yet; import this row without it first, and again once it is"
            return "unknown_component", f"{sentence} there."
        nested = sorted(sku for sku in parts if self.after.get(sku))
        if nested:
            return "nested_kit", f"“{nested[0]}” is a kit itself; name what it is made of."
        around = sorted(one for one, inside in self.after.items() if kit in inside and one != kit) if parts else []
        if kit in self.followed:
            return "followed_kit", "it is followed by lot or serial number itself; of a kit the components are."
        if around:
            return "is_component", f"it goes into the kit “{around[0]}”, so it cannot be a kit itself."
        return None
