"""Writing what kits are made of."""

from collections.abc import Mapping, Sequence

from inventory.models import KitComponent, Product


def replace_components(wanted: Mapping[int, Sequence[tuple[str, int]]]) -> None:
    """Let locked products, by id, be made of exactly these pieces by SKU; the SKUs are known and locked too."""
    named = {sku for parts in wanted.values() for sku, _ in parts}
    ids = dict(Product.objects.filter(sku__in=named).values_list("sku", "pk"))
    KitComponent.objects.filter(kit__in=list(wanted)).delete()
    KitComponent.objects.bulk_create(
        KitComponent(kit_id=pk, component_id=ids[sku], quantity=quantity)
        for pk, parts in wanted.items()
        for sku, quantity in parts
    )
