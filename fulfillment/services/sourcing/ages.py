"""How old stock is: the days since the oldest piece that still lies there came in, as the ledger tells."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import F, Sum, Window

from inventory.models import StockMovement
from inventory.models.stock import StockLevel


def stock_ages(
    product_ids: Collection[int], location_ids: Iterable[int], *, now: datetime
) -> dict[tuple[int, int], int]:
    """Return the days by (product, location), in two statements; levels without a movement that tells are left out.

    First in, first out: what lies there are the last pieces that came in, so the oldest of them came with the movement
    with which all later ones together reach the pieces on hand.
    """
    rows = StockLevel.objects.filter(product__in=product_ids, location__in=list(location_ids), on_hand__gt=0)
    levels = {pk: (product, place) for pk, product, place in rows.values_list("pk", "product_id", "location_id")}
    newest_first = [F("at").desc(), F("pk").desc()]
    came = StockMovement.objects.filter(stock_level__in=list(levels), quantity__gt=0).annotate(
        there=F("stock_level__on_hand"),
        since=Window(Sum("quantity"), partition_by=[F("stock_level")], order_by=newest_first),
    )
    oldest = came.filter(since__gte=F("there"), since__lt=F("there") + F("quantity"))
    return {levels[pk]: max(0, (now - at).days) for pk, at in oldest.values_list("stock_level_id", "at")}
