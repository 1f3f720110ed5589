"""Writing which products may be sent instead of others."""

from collections.abc import Mapping, Sequence

from inventory.models import Product, Substitute


def replace_substitutes(wanted: Mapping[int, Sequence[tuple[str, bool]]]) -> None:
    """Let locked products, by id, have exactly these substitutes, the best first; their SKUs are known."""
    named = {sku for pairs in wanted.values() for sku, _ in pairs}
    ids = dict(Product.objects.filter(sku__in=named).values_list("sku", "pk"))
    Substitute.objects.filter(product__in=list(wanted)).delete()
    Substitute.objects.bulk_create(
        Substitute(product_id=pk, substitute_id=ids[sku], rank=rank, both_ways=both_ways)
        for pk, pairs in wanted.items()
        for rank, (sku, both_ways) in enumerate(pairs, start=1)
    )
