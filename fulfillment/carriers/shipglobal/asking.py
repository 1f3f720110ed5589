"""What is asked of ShipGlobal, as requests; pure. Numbers are strings there, weights are kilograms."""

from datetime import datetime
from typing import Any

from fulfillment.carriers.account import Account, declared
from fulfillment.carriers.gateway import CarrierRefused, Goods, Parcel
from fulfillment.carriers.line import Request, json_request
from fulfillment.carriers.measures import amount, centimetres, first_of, has_sizes, kilograms, lines_of

HOME = "IN"
CURRENCIES = frozenset({"AED", "AUD", "CAD", "EUR", "GBP", "INR", "SAR", "USD"})
SERVICES = ("ShipGlobal Direct", "ShipGlobal First Class", "ShipGlobal Premium", "UPS Promotional", "UPS", "Fedex")
"""The services that a clerk can name by hand."""
SPELLINGS = {"ShipGlobal Direct": "Shipglobal Direct"}
"""A service's name in the price list, and how an order spells it."""
LINE = 60
SMALLEST_CM = 1


def rates(parcel: Parcel) -> Request:
    """Return the request for the price of every service to a postcode."""
    data = {
        "package_weight": _weight(parcel),
        "country_iso_code_2": parcel.ship_to.country,
        "postcode": parcel.ship_to.postal_code,
    }
    return json_request("POST", "/rates/calculate", data)


def add(parcel: Parcel, service: str, account: Account, *, now: datetime) -> Request:
    """Return the request to enter an order; it costs nothing before its label is fetched."""
    goods = declared(parcel, account, needs_tariff=True)
    currency = goods[0].currency
    if currency not in CURRENCIES:
        raise CarrierRefused(f"ShipGlobal takes no invoice in {currency}; it knows {', '.join(sorted(CURRENCIES))}.")
    to = parcel.ship_to
    first, _, last = to.name.strip().partition(" ")
    lines = [*lines_of(to, width=LINE, most=3), "", "", ""]
    data: dict[str, Any] = {
        "invoice_no": parcel.order_number or parcel.reference,
        "invoice_date": now.date().isoformat(),
        "order_reference": parcel.reference,
        "service": SPELLINGS.get(service, service),
        "package_weight": _weight(parcel),
        **_sizes(parcel),
        "currency_code": currency,
        "csb5_status": 1 if account["csb5"].lower() in ("yes", "1", "true") else 0,
        "customer_shipping_firstname": first or to.company,
        "customer_shipping_lastname": last,
        "customer_shipping_mobile": first_of(to.phone, account["phone"]),
        "customer_shipping_email": first_of(parcel.email, account["email"]),
        "customer_shipping_company": to.company,
        "customer_shipping_address": lines[0],
        "customer_shipping_address_2": lines[1],
        "customer_shipping_address_3": lines[2],
        "customer_shipping_city": to.city,
        "customer_shipping_postcode": to.postal_code,
        "customer_shipping_country_code": to.country,
        "customer_shipping_state": to.region,
        "ioss_number": account["ioss_number"],
        "vendor_order_items": [_item(one) for one in goods],
    }
    return json_request("POST", "/order/add", data)


def get_label(tracking_number: str) -> Request:
    """Return the request for an order's label; it takes the price from the wallet."""
    return json_request("POST", "/order/getLabel", {"tracking": tracking_number, "label": True})


def cancel(tracking_number: str) -> Request:
    """Return the request to cancel an order and give the price back."""
    return json_request("POST", "/order/cancelRefundOrder", {"tracking": tracking_number})


def track(tracking_number: str) -> Request:
    """Return the request for all that is known of a parcel."""
    return json_request("POST", "/tools/tracking", {"tracking": tracking_number})


def _weight(parcel: Parcel) -> str:
    """Return the weight in kilograms, ten grams up."""
    return f"{kilograms(parcel.weight_g, '0.01'):f}"


def _sizes(parcel: Parcel) -> dict[str, str]:
    """Return the sizes in centimetres; ShipGlobal wants some, and a centimetre bills nothing."""
    known = has_sizes(parcel)
    sizes = {
        "package_length": parcel.length_mm,
        "package_breadth": parcel.width_mm,
        "package_height": parcel.height_mm,
    }
    return {name: str(centimetres(size) if known else SMALLEST_CM) for name, size in sizes.items()}


def _item(one: Goods) -> dict[str, str]:
    """Return goods of one kind; exports bear no tax."""
    return {
        "vendor_order_item_name": one.description or one.sku,
        "vendor_order_item_sku": one.sku,
        "vendor_order_item_quantity": str(one.quantity),
        "vendor_order_item_unit_price": f"{amount(one.unit_value, one.currency):f}",
        "vendor_order_item_hsn": one.tariff_number,
        "vendor_order_item_tax_rate": "0",
    }
