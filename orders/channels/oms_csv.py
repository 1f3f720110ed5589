"""Our own order file: one row a line; the columns are named like the JSON of the API."""

from collections.abc import Sequence
from functools import partial

from oms.foundation.tables import BadCell
from oms.foundation.tables.cells import amount, identifier, iso_day, one_of, required, text, whole_number
from oms.foundation.tables.rows import Cells
from orders.channels.cells import amount_or_zero, country, currency, flag, moment, note
from orders.intake import AddressIn, CustomerIn, DiscountIn, LineIn, OrderIn, PaymentIn, ShippingIn
from orders.intake.limits import LONGEST_ID, MOST_PIECES
from orders.intake.order import AUTHORIZED, PAID, PENDING
from orders.payments.registry import GATEWAYS

ADDRESS = tuple(AddressIn.__dataclass_fields__)
HEAD = (
    "external_id", "placed_at", "currency", "prices_include_tax", "total",
    "customer.name", "customer.email", "customer.phone",
    *(f"shipping_address.{part}" for part in ADDRESS),
    *(f"billing_address.{part}" for part in ADDRESS),
    "shipping.service_level", "shipping.pickup_location", "shipping.amount", "shipping.tax", "discounts",
    "instructions", "tags", "purchase_order", "risk_stated", "ship_by", "deliver_by", "channel_fee",
    "sales_rep",
)  # fmt: skip
LINE = (
    "line.external_id", "sku", "title", "quantity", "unit_price", "line.tax", "line.discounts", "line.customization",
    "line.instructions",
)  # fmt: skip
PAYMENT = tuple(f"payment.{part}" for part in ("method", "gateway", "token", "amount", "status", "reference"))
REQUIRED = ("external_id", "currency", "total", "sku", "quantity", "unit_price")
SERVICE_LEVELS = ("", "standard", "express", "same_day", "pickup")
EXTERNAL = "external"


class OmsOrders:
    """Reads the rows of one order; its own columns stand in any of them, and nowhere differently."""

    code = "oms"
    key = "external_id"
    required: Sequence[str] = REQUIRED
    optional: Sequence[str] = tuple(one for one in (*HEAD, *LINE, *PAYMENT) if one not in REQUIRED)
    ignored: Sequence[str] = ("number", "state", "payment_status", "fulfillment_status")

    def read(self, rows: Sequence[Cells]) -> OrderIn | None:
        """Return the order, or None when a fault is noted in its rows."""
        head = _merged(rows)
        code = head.take("currency", currency, "EUR")
        lines = [_line(cells, code) for cells in rows if _has(cells, LINE)]
        payments = [_payment(cells, code) for cells in rows if _has(cells, PAYMENT)]
        order = _order(head, code, lines, payments)
        if head.faults:
            rows[0].faults += head.faults
        return None if any(cells.faults for cells in rows) else order


def _has(cells: Cells, columns: Sequence[str]) -> bool:
    """Return whether the row fills one of the columns."""
    return any(cells.texts.get(column) for column in columns)


def _merged(rows: Sequence[Cells]) -> Cells:
    """Return the order's own columns, whichever row fills them; notes a fault where rows disagree."""
    found: dict[str, str] = {}
    for cells in rows:
        for column in HEAD:
            text = cells.texts.get(column, "")
            if text and found.setdefault(column, text) != text:
                note(cells, column, "disagrees", f"the rows of this order say “{found[column][:40]}” too; keep one.")
    return Cells(rows[0].row, found)


def _order(head: Cells, code: str, lines: list[LineIn], payments: list[PaymentIn]) -> OrderIn:
    """Return the order of its own columns, lines and payments."""
    money = partial(amount_or_zero, code=code)
    texts = head.texts
    return OrderIn(
        external_id=head.take("external_id", partial(identifier, longest=LONGEST_ID), ""),
        placed_at=head.take("placed_at", moment, None),
        currency=code,
        prices_include_tax=head.take("prices_include_tax", flag, True),
        total=head.take("total", lambda cell: amount(cell, code), 0),
        lines=lines,
        customer=CustomerIn(*(texts.get(f"customer.{part}", "") for part in ("name", "email", "phone"))),
        shipping_address=_address(head, "shipping_address"),
        billing_address=_address(head, "billing_address"),
        shipping=ShippingIn(
            head.take("shipping.service_level", lambda cell: one_of(cell, SERVICE_LEVELS), "") or "standard",
            head.take("shipping.amount", money, 0),
            head.take("shipping.tax", money, 0),
            head.take("shipping.pickup_location", lambda cell: text(cell, longest=16), ""),
        ),
        discounts=head.take("discounts", partial(discounts_in, code=code), []),
        payments=payments,
        instructions=texts.get("instructions", ""),
        tags=[tag.strip() for tag in texts.get("tags", "").split(",") if tag.strip()],
        purchase_order=texts.get("purchase_order", ""),
        risk_stated=texts.get("risk_stated", ""),
        ship_by=head.take("ship_by", moment, None),
        deliver_by=head.take("deliver_by", iso_day, None),
        channel_fee=head.take("channel_fee", money, 0),
        sales_rep=texts.get("sales_rep", ""),
    )


def _address(head: Cells, kind: str) -> AddressIn | None:
    """Return an address, or None when its columns are empty."""
    texts = {part: head.texts.get(f"{kind}.{part}", "") for part in ADDRESS}
    return AddressIn(**texts | {"country": country(texts["country"])}) if any(texts.values()) else None


def _line(cells: Cells, code: str) -> LineIn:
    """Return the line of a row."""
    money = partial(amount_or_zero, code=code)
    return LineIn(
        sku=cells.take("sku", lambda cell: identifier(required(cell)), ""),
        quantity=cells.take("quantity", partial(whole_number, least=1, most=MOST_PIECES), 1),
        unit_price=cells.take("unit_price", lambda cell: amount(cell, code), 0),
        title=cells.texts.get("title", ""),
        external_id=cells.texts.get("line.external_id", ""),
        tax=cells.take("line.tax", money, 0),
        discounts=cells.take("line.discounts", partial(discounts_in, code=code), []),
        customization=cells.texts.get("line.customization", ""),
        instructions=cells.texts.get("line.instructions", ""),
    )


def _payment(cells: Cells, code: str) -> PaymentIn:
    """Return the payment of a row; one that has happened already moves no money here."""
    status = cells.take("payment.status", lambda cell: one_of(cell, ("", PAID, AUTHORIZED, PENDING)), "")
    gateway = cells.texts.get("payment.gateway", "") or EXTERNAL
    return PaymentIn(
        amount=cells.take("payment.amount", lambda cell: amount(cell, code), 0),
        method=cells.texts.get("payment.method", "") or "other",
        gateway=EXTERNAL if status else _known(cells, gateway),
        token=cells.texts.get("payment.token", ""),
        status=status or (PENDING if gateway == EXTERNAL else ""),
        reference=cells.texts.get("payment.reference", ""),
    )


def _known(cells: Cells, gateway: str) -> str:
    """Return the gateway; notes a fault for one that nobody speaks with."""
    cells.take("payment.gateway", lambda cell: one_of(cell or gateway, sorted(GATEWAYS)), "")
    return gateway


def discounts_in(cell: str, code: str) -> list[DiscountIn]:
    """Return discounts written like ``SUMMER:2.00; WELCOME:5.00``."""
    return [_discount(part.strip(), code) for part in cell.split(";") if part.strip()]


def _discount(text: str, code: str) -> DiscountIn:
    """Return one discount written like ``SUMMER:2.00``."""
    name, colon, taken = text.rpartition(":")
    if not colon:
        raise BadCell(f"“{text[:40]}” is not a discount; write code and amount, like SUMMER:2.00.", code="bad_discount")
    return DiscountIn(amount(taken.strip(), code), name.strip())


def discounts_text(pairs: Sequence[tuple[str, str]]) -> str:
    """Return (code, amount) pairs as a cell that :func:`discounts_in` reads."""
    return "; ".join(f"{name.replace(';', ',')}:{taken}" for name, taken in pairs)
