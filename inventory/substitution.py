"""Substitutes as one text, best first: ``TEE-BLUE-M; TEE-GREEN-M <>``; ``<>`` marks that both ways are meant."""

from collections.abc import Iterable

from django.db.models import Prefetch

from inventory.models import Product, Substitute
from oms.foundation.tables import BadCell
from oms.foundation.tables.cells import identifier, shown

BOTH_WAYS = "<>"
MOST = 50
Pairs = list[tuple[str, bool]]


def with_substitutes() -> "Prefetch[str]":
    """Return how the substitutes of many products are read at once."""
    return Prefetch("substitutes", Substitute.objects.select_related("substitute"))


def substitutes_text(product: Product) -> str:
    """Return a product's substitutes as one text."""
    return text_of((row.substitute.sku, row.both_ways) for row in product.substitutes.all())


def text_of(pairs: Iterable[tuple[str, bool]]) -> str:
    """Return SKUs, each with whether both ways are meant, as one text."""
    return "; ".join(f"{sku} {BOTH_WAYS}" if both_ways else sku for sku, both_ways in pairs)


def pairs_of(text: str) -> Pairs:
    """Return what :func:`text_of` has written."""
    pieces = [piece.strip() for piece in text.split(";")]
    return [(piece.removesuffix(BOTH_WAYS).strip(), piece.endswith(BOTH_WAYS)) for piece in pieces if piece]


def substitutes_in(cell: str) -> str:
    """Return the substitutes of a cell as one text; raises :class:`BadCell` for what is no list of SKUs."""
    pairs = [(identifier(sku), both_ways) for sku, both_ways in pairs_of(cell)]
    skus = [sku for sku, _ in pairs]
    doubled = next((sku for sku in skus if skus.count(sku) > 1), None)
    if "" in skus:
        raise BadCell(f"“{shown(cell)}” lacks a SKU; write like TEE-BLUE-M; TEE-GREEN-M <>.", code="bad_substitute")
    if doubled is not None:
        raise BadCell(f"“{shown(doubled)}” stands here twice; keep one.", code="doubled_substitute")
    if len(pairs) > MOST:
        raise BadCell(f"there are {len(pairs)} substitutes; {MOST} are allowed.", code="too_many_substitutes")
    return text_of(pairs)


def texts_by_sku(skus: Iterable[str]) -> dict[str, str]:
    """Return the substitutes of products as texts, by their SKU."""
    rows = Product.objects.filter(sku__in=list(skus)).prefetch_related(with_substitutes())
    return {product.sku: substitutes_text(product) for product in rows}
