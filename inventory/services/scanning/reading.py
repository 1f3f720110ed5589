"""What a scanned code is: a bin of the place, else a product."""

from collections.abc import Collection

from django.db.models import Q

from inventory.gs1 import Label, read_label
from inventory.models import Bin, Location, Product, StockLevel
from inventory.services.stock import open_levels
from oms.foundation.refusals import NotFound, Refused

MOST_ALIKE = 5


def what_is(code: str, place: Location, *, likely: Collection[int] = ()) -> Bin | Product:
    """Return the bin or the product that a code stands for; of products with one bar code the one that is ``likely``.

    :raises NotFound: for a code that is unknown here. :raises Refused: for one that stands for several products.
    """
    code = code.strip()
    if code:
        found = Bin.objects.filter(location=place, code__iexact=code).order_by("pk").first()
        if found is not None:
            return found
        label = read_label(code)
        named = Q(barcode__in=label.barcodes) if label is not None and label.gtin else Q()
        named |= Q(barcode=code) | Q(sku__in=[code, code.upper()])
        alike = list(Product.objects.filter(named).order_by("pk")[:MOST_ALIKE])
        products = [one for one in alike if one.pk in likely] or alike
        if len(products) == 1:
            return products[0]
        if products:
            skus = ", ".join(one.sku for one in products)
            raise Refused(f"“{code}” is the bar code of {skus}. Type the SKU of the one you have.", code="two_products")
    raise NotFound(f"“{code[:64]}” is no bin and no product that is known here.", code="unknown_code")


def is_of_other(label: Label, product: Product) -> bool:
    """Return whether a label names another product; that of a product without a bar code may be of an unknown one."""
    if not label.gtin or product.barcode in label.barcodes:
        return False
    return bool(product.barcode) or Product.objects.filter(barcode__in=label.barcodes).exists()


def level_at(product: Product, place: Location) -> StockLevel:
    """Return the stock level of a product at a place, an empty one where there was none."""
    level = open_levels([(product.pk, place.pk)])[product.pk, place.pk]
    level.product, level.location = product, place
    return level


def product_of(sku: str) -> Product:
    """Return the product that was scanned before."""
    return Product.objects.get(sku=sku)


def bin_of(code: str, place: Location) -> Bin:
    """Return the bin that was scanned before."""
    return Bin.objects.get(location=place, code=code)
