"""Small order files for tests."""

import csv
import io
from collections.abc import Iterable, Mapping

SHOPIFY_HEAD = {
    "Name": "#1", "Email": "ann@example.com", "Financial Status": "paid", "Fulfillment Status": "unfulfilled",
    "Currency": "GBP", "Subtotal": "20.00", "Shipping": "4.90", "Taxes": "3.33", "Total": "24.90",
    "Discount Code": "", "Discount Amount": "0.00", "Shipping Method": "Standard",
    "Created at": "2011-11-01 08:16:00 +0000", "Lineitem quantity": "2", "Lineitem name": "Pot",
    "Lineitem price": "10.00", "Lineitem sku": "A", "Lineitem discount": "0.00", "Billing Name": "Ann Lee",
    "Billing Address1": "1 High Street", "Billing City": "Leeds", "Billing Zip": "LS1 4AP", "Billing Country": "GB",
    "Shipping Name": "Ann Lee", "Shipping Address1": "1 High Street", "Shipping City": "Leeds",
    "Shipping Zip": "LS1 4AP", "Shipping Country": "GB", "Payment Method": "PayPal", "Payment Reference": "c1.1",
    "Risk Level": "Low", "Tags": "", "Notes": "", "Cancelled at": "", "Outstanding Balance": "0.00", "Phone": "+44",
}  # fmt: skip


def head(name: str = "#1", **changes: str) -> dict[str, str]:
    """Return the head row of a Shopify order of two pots at 10.00."""
    return SHOPIFY_HEAD | {"Name": name} | changes


def line(name: str = "#1", sku: str = "B", quantity: str = "1", price: str = "5.00") -> dict[str, str]:
    """Return the row of a further line."""
    return {"Name": name, "Lineitem sku": sku, "Lineitem quantity": quantity, "Lineitem price": price}


def table_bytes(rows: Iterable[Mapping[str, str]], columns: Iterable[str] = tuple(SHOPIFY_HEAD)) -> bytes:
    """Return a CSV file of the rows."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
