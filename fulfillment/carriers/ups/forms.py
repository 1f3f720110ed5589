"""The customs invoice that UPS draws for a parcel across a customs border; pure."""

from datetime import datetime
from typing import Any

from fulfillment.carriers.account import Account, declared
from fulfillment.carriers.gateway import Goods, Parcel
from fulfillment.carriers.measures import amount, digits, first_of, lines_of

MOST_GOODS = 50
LINE = 35


def invoice(parcel: Parcel, account: Account, *, now: datetime) -> dict[str, Any]:
    """Return the form; raises :class:`CarrierRefused` when customs want to know more than is known."""
    goods = declared(parcel, account)[:MOST_GOODS]
    to = parcel.ship_to
    buyer: dict[str, Any] = {
        "Name": first_of(to.company, to.name)[:LINE],
        "AttentionName": first_of(to.name, to.company)[:LINE],
        "Phone": {"Number": digits(first_of(to.phone, account["phone"]))},
        "Address": {
            "AddressLine": lines_of(to, width=LINE, most=3),
            "City": to.city[:30],
            "PostalCode": to.postal_code.replace(" ", "")[:9],
            "CountryCode": to.country,
        },
    }
    if to.region:
        buyer["Address"]["StateProvinceCode"] = to.region[:5]
    return {
        "FormType": ["01"],
        "InvoiceNumber": (parcel.order_number or parcel.reference)[:35],
        "InvoiceDate": f"{now:%Y%m%d}",
        "ReasonForExport": "RETURN" if parcel.is_return else "SALE",
        "TermsOfShipment": "DAP",
        "CurrencyCode": goods[0].currency,
        "Contacts": {"SoldTo": buyer},
        "Product": [_product(one) for one in goods],
    }


def _product(one: Goods) -> dict[str, Any]:
    """Return goods of one kind; the value is of one piece."""
    product: dict[str, Any] = {
        "Description": [(one.description or one.sku)[:35]],
        "OriginCountryCode": one.origin,
        "Unit": {
            "Number": str(one.quantity),
            "UnitOfMeasurement": {"Code": "PCS"},
            "Value": f"{amount(one.unit_value, one.currency):f}",
        },
    }
    if one.sku:
        product["PartNumber"] = one.sku[:10]
    return product | ({"CommodityCode": one.tariff_number} if one.tariff_number else {})
