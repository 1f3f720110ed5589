"""The purchase order to a supplier as a file: a row a line, with where it is sent."""

from collections.abc import Iterator
from typing import Any

from fulfillment.models import SupplierRequest
from fulfillment.states import OPEN_ALLOCATIONS
from oms.foundation.exports import write_csv
from orders.models import OrderAddress

TO = ("name", "company", "line1", "line2", "city", "region", "postal_code", "country", "phone")
COLUMNS = ("purchase_order", "sku", "title", "quantity", *(f"to_{part}" for part in TO), "instructions")


def purchase_order(request: SupplierRequest, to: OrderAddress | None) -> tuple[str, str]:
    """Return name and text of the file; the request has its work with its pieces at hand."""
    return f"{request.number}.csv", "".join(write_csv(_rows(request, to), COLUMNS))


def _rows(request: SupplierRequest, to: OrderAddress | None) -> Iterator[list[Any]]:
    """Yield the cells of each line that is still to be sent."""
    address = [getattr(to, part) if to else "" for part in TO]
    for piece in request.fulfillment_order.allocations.all():
        if piece.state in OPEN_ALLOCATIONS:
            line = piece.order_line
            yield [request.number, line.sku, line.title, piece.quantity, *address, line.instructions]
