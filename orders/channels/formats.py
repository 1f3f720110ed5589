"""The formats of order files, by code."""

from pathlib import Path

from oms.foundation.tables import BadFile, Table, read_table
from orders.channels.files import OrderFormat
from orders.channels.oms_csv import OmsOrders
from orders.channels.shopify_csv import ShopifyOrders

FORMATS: dict[str, OrderFormat] = {one.code: one for one in (OmsOrders(), ShopifyOrders())}


def open_orders(source: Path | bytes, *, name: str, code: str = "", encoding: str = "") -> tuple[OrderFormat, Table]:
    """Return the format and the table of an order file; without a code the format whose columns the file has.

    :raises BadFile: when the file cannot be read as a table of the format.
    """
    forms = [FORMATS[code]] if code else list(FORMATS.values())
    refusals = []
    for form in forms:
        try:
            return form, read_table(source, name=name, expected=form.required, encoding=encoding)
        except BadFile as refusal:
            refusals.append(refusal)
            if refusal.code != "missing_columns":
                break
    raise refusals[0] if len(refusals) == 1 or refusals[-1].code == "missing_columns" else refusals[-1]
