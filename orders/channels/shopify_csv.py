"""Shopify's order export: a head row with the order's own columns, then a row for each further line."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from oms.foundation.tables.cells import amount, identifier, whole_number
from oms.foundation.tables.rows import Cells
from orders.channels.cells import amount_or_zero, country, currency, moment, note
from orders.intake import AddressIn, CustomerIn, DiscountIn, LineIn, OrderIn, PaymentIn, ShippingIn
from orders.intake.arithmetic import own_discount, spread_tax
from orders.intake.limits import LONGEST_ID, MOST_PIECES
from orders.intake.order import AUTHORIZED, PAID, PENDING

SERVICE_LEVELS = {
    "": "standard",
    "standard": "standard",
    "express": "express",
    "same-day": "same_day",
    "same day": "same_day",
    "pickup": "pickup",
    "local pickup": "pickup",
}
NOT_TAKEN = {"refunded", "partially_refunded", "voided", "expired"}
WAITING = {"pending": PENDING, "authorized": AUTHORIZED, "paid": PAID}
UNFULFILLED = {"", "unfulfilled"}


class ShopifyOrders:
    """Reads the rows of one order of a Shopify export."""

    code = "shopify"
    key = "Name"
    required: Sequence[str] = (
        "Name", "Email", "Financial Status", "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code",
        "Discount Amount", "Shipping Method", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price",
        "Lineitem sku",
    )  # fmt: skip
    optional: Sequence[str] = (
        "Lineitem discount", "Fulfillment Status", "Cancelled at", "Notes", "Payment Method", "Payment Reference",
        "Outstanding Balance", "Tags", "Risk Level", "Phone", "PO Number",
        *(f"{kind} {part}" for kind in ("Billing", "Shipping")
          for part in ("Name", "Company", "Address1", "Address2", "City", "Zip", "Province", "Country", "Phone")),
    )  # fmt: skip

    ignored: Sequence[str] = (
        "Paid at", "Fulfilled at", "Accepts Marketing", "Lineitem compare at price", "Lineitem requires shipping",
        "Lineitem taxable", "Lineitem fulfillment status", "Billing Street", "Shipping Street", "Billing Province Name",
        "Shipping Province Name", "Note Attributes", "Refunded Amount", "Vendor", "Employee", "Location", "Device ID",
        "Id", "Source", "Tax 1 Name", "Tax 1 Value", "Tax 2 Name", "Tax 2 Value", "Tax 3 Name", "Tax 3 Value",
        "Tax 4 Name", "Tax 4 Value", "Tax 5 Name", "Tax 5 Value", "Receipt Number", "Duties", "Payment ID",
        "Payment Terms Name", "Next Payment Due At", "Payment References",
    )  # fmt: skip

    def read(self, rows: Sequence[Cells]) -> OrderIn | None:
        """Return the order, or None when a fault is noted in its rows."""
        head = _head(rows)
        if head is None or _is_over(head):
            return None
        code = head.take("Currency", currency, "EUR")
        total = head.take("Total", lambda cell: amount(cell, code), 0)
        lines = [_line(cells, code) for cells in rows]
        if any(cells.faults for cells in rows):
            return None
        return _order(head, code, total, lines)


def _head(rows: Sequence[Cells]) -> Cells | None:
    """Return the one row with the order's own columns; notes a fault for none or several."""
    heads = [cells for cells in rows if cells.texts.get("Total") or cells.texts.get("Financial Status")]
    if not heads:
        note(rows[0], "Total", "empty", "no row of this order has a total; fill it in.")
        return None
    for cells in heads[1:]:
        sentence = f"this order begins in row {heads[0].row} already; keep one of the two."
        note(cells, "Name", "doubled_order", sentence)
    return heads[0] if len(heads) == 1 else None


def _is_over(head: Cells) -> bool:
    """Note a fault for an order that is over at the channel: taking it would ship it again."""
    money = head.texts.get("Financial Status", "").casefold()
    shipped = head.texts.get("Fulfillment Status", "").casefold()
    if head.texts.get("Cancelled at"):
        note(head, "Cancelled at", "cancelled", "this order was cancelled at the channel; it is not taken.")
    elif money in NOT_TAKEN:
        note(head, "Financial Status", "settled", f"this order is {money} at the channel; it is not taken.")
    elif shipped not in UNFULFILLED:
        note(head, "Fulfillment Status", "shipped", f"this order is {shipped} at the channel; it is not taken.")
    return bool(head.faults)


def _line(cells: Cells, code: str) -> LineIn:
    """Return one line."""
    discount = cells.take("Lineitem discount", partial(amount_or_zero, code=code), 0)
    return LineIn(
        sku=cells.take("Lineitem sku", identifier, ""),
        quantity=cells.take("Lineitem quantity", partial(whole_number, least=1, most=MOST_PIECES), 1),
        unit_price=cells.take("Lineitem price", lambda cell: amount(cell, code), 0),
        title=cells.texts.get("Lineitem name", ""),
        discounts=[DiscountIn(discount)] if discount else [],
    )


def _order(head: Cells, code: str, total: int, lines: list[LineIn]) -> OrderIn | None:
    """Return the order of a head and its lines."""
    read = partial(amount_or_zero, code=code)
    subtotal, shipping, taxes, discount, outstanding = (
        head.take(column, read, 0)
        for column in ("Subtotal", "Shipping", "Taxes", "Discount Amount", "Outstanding Balance")
    )
    on_top = taxes > 0 and subtotal + shipping + taxes == total
    placed_at = head.take("Created at", moment, None)
    external_id = head.take("Name", partial(identifier, longest=LONGEST_ID), "")
    if head.faults:
        return None
    method = head.texts.get("Shipping Method", "")
    lines = [_taxed(line, tax) for line, tax in zip(lines, spread_tax(taxes, lines), strict=True)]
    return OrderIn(
        external_id=external_id,
        placed_at=placed_at,
        currency=code,
        prices_include_tax=not on_top,
        total=total,
        lines=lines,
        customer=_customer(head),
        shipping_address=_address(head, "Shipping"),
        billing_address=_address(head, "Billing"),
        shipping=ShippingIn(SERVICE_LEVELS.get(method.casefold(), "standard"), shipping),
        discounts=_discounts(head, discount, subtotal, lines),
        payments=_payments(head, total, outstanding),
        instructions=head.texts.get("Notes", ""),
        tags=_tags(head, method),
        purchase_order=head.texts.get("PO Number", ""),
        risk_stated=head.texts.get("Risk Level", "").casefold(),
    )


def _taxed(line: LineIn, tax: int) -> LineIn:
    """Return the line with its part of the order's tax."""
    return replace(line, tax=tax)


def _discounts(head: Cells, discount: int, subtotal: int, lines: Sequence[LineIn]) -> list[DiscountIn]:
    """Return the discount on the whole order; the export's amount may contain that of the lines already."""
    own = sum(own_discount(line) for line in lines)
    gross = sum(line.subtotal for line in lines)
    if own and gross - discount == subtotal:
        discount = max(0, discount - own)
    return [DiscountIn(discount, head.texts.get("Discount Code", ""))] if discount else []


def _customer(head: Cells) -> CustomerIn:
    """Return who ordered."""
    texts = head.texts
    return CustomerIn(
        name=texts.get("Billing Name") or texts.get("Shipping Name", ""),
        email=texts.get("Email", ""),
        phone=texts.get("Phone") or texts.get("Shipping Phone") or texts.get("Billing Phone", ""),
    )


def _address(head: Cells, kind: str) -> AddressIn | None:
    """Return an address as it stands in the file, or None without any."""
    texts = {part: head.texts.get(f"{kind} {part}", "") for part in ("Name", "Company", "Address1", "Address2", "City")}
    code = head.texts.get(f"{kind} Zip", "").lstrip("'")
    land, region = head.texts.get(f"{kind} Country", ""), head.texts.get(f"{kind} Province", "")
    if not any((*texts.values(), code, land)):
        return None
    return AddressIn(
        name=texts["Name"],
        company=texts["Company"],
        line1=texts["Address1"],
        line2=texts["Address2"],
        city=texts["City"],
        region=region,
        postal_code=code,
        country=country(land),
        phone=head.texts.get(f"{kind} Phone", ""),
    )


def _payments(head: Cells, total: int, outstanding: int) -> list[PaymentIn]:
    """Return what was paid at the channel and what is still to come."""
    status = head.texts.get("Financial Status", "").casefold()
    if status == "partially_paid":
        parts = [(PAID, total - outstanding), (PENDING, outstanding)]
    else:
        parts = [(WAITING.get(status, PENDING), total)]
    method, reference = head.texts.get("Payment Method", ""), head.texts.get("Payment Reference", "")
    return [
        PaymentIn(part, method or "other", "external", status=word, reference=reference)
        for word, part in parts
        if part > 0
    ]


def _tags(head: Cells, method: str) -> list[str]:
    """Return the order's tags, and the shipping method when it is none of ours."""
    tags = [tag.strip() for tag in head.texts.get("Tags", "").split(",") if tag.strip()]
    return tags if method.casefold() in SERVICE_LEVELS else [*tags, f"shipping method: {method}"]
