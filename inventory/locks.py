"""Locks on stock levels: always by primary key, and always the last locks of a transaction."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Q

from inventory.models import Bin, CountSession, IncomingStock, Location, Lot, Product, StockFile, StockLevel
from oms.foundation.locks import lock_row, lock_rows


def lock_levels(ids: Iterable[int]) -> list[StockLevel]:
    """Lock the stock levels in the order of their primary keys and return them, with product and location."""
    return lock_rows(StockLevel, ids, beside=("product", "location"))


def lock_level(pk: int) -> StockLevel:
    """Lock one stock level and return it; raises :class:`StaleVersion` when the asker saw another version."""
    return lock_row(StockLevel, pk)


def lock_levels_of(product_ids: Iterable[int], *, also: Iterable[int] = ()) -> list[StockLevel]:
    """Lock every stock level of the products, and some levels by id, in the order of their primary keys."""
    products, others = sorted(set(product_ids)), sorted(set(also))
    if not products and not others:
        return []
    wanted = Q(product__in=products) | Q(pk__in=others) if others else Q(product__in=products)
    rows = StockLevel.objects.select_for_update(no_key=True, of=("self",)).filter(wanted)
    return list(rows.select_related("product", "location").order_by("pk"))


def lock_stock_file(digest: str) -> StockFile:
    """Lock the memory of one imported stock file and return it; it exists."""
    return StockFile.objects.select_for_update(no_key=True, of=("self",)).get(digest=digest)


def lock_products(ids: Iterable[int]) -> list[Product]:
    """Lock the products in the order of their primary keys and return them."""
    return lock_rows(Product, ids)


def lock_locations(ids: Iterable[int]) -> list[Location]:
    """Lock the locations in the order of their primary keys and return them."""
    return lock_rows(Location, ids)


def lock_incoming(pk: int) -> IncomingStock:
    """Lock one announcement of incoming stock and return it; the stock levels come after it."""
    return lock_row(IncomingStock, pk)


def lock_incoming_rows(ids: Iterable[int]) -> list[IncomingStock]:
    """Lock announcements of incoming stock in the order of their primary keys and return them."""
    return lock_rows(IncomingStock, ids)


def lock_bins(ids: Iterable[int]) -> list[Bin]:
    """Lock bins in the order of their primary keys and return them; the stock levels come after them."""
    return lock_rows(Bin, ids)


def lock_bin(pk: int) -> Bin:
    """Lock one bin and return it."""
    return lock_row(Bin, pk)


def lock_count(pk: int) -> CountSession:
    """Lock one count and return it, after its bin; the stock levels come after it."""
    return lock_row(CountSession, pk)


def lock_product(pk: int) -> Product:
    """Lock one product and return it."""
    return lock_row(Product, pk)


def lock_location(pk: int) -> Location:
    """Lock one location and return it."""
    return lock_row(Location, pk)


def lock_lot(pk: int) -> Lot:
    """Lock one lot and return it, after every stock level of its product: none of its pieces come or go meanwhile."""
    lock_levels_of(Lot.objects.filter(pk=pk).values_list("product", flat=True))
    return lock_row(Lot, pk)


def lock_lots(product_id: int, ids: Iterable[int]) -> list[Lot]:
    """Lock some lots of one product in the order of their primary keys, after its stock levels, and return them."""
    lock_levels_of([product_id])
    return lock_rows(Lot, ids)


def share_lot(pk: int) -> None:
    """Let nobody lock a lot until this transaction ends, and others share it: pieces of it come to a new place.

    A place that is new has no level that who locks the lot could have locked. SQLite has one writer anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("select 1 from inventory_lot where id = %s for share", [pk])
