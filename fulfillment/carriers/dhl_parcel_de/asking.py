"""What is asked of DHL Parcel Germany, as requests; pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from fulfillment.carriers.account import Account, declared
from fulfillment.carriers.dhl_parcel_de.contract import CURRENCY, RETURN, Product
from fulfillment.carriers.dhl_parcel_de.places import street_and_house, three_letters
from fulfillment.carriers.gateway import CarrierRefused, Goods, Parcel
from fulfillment.carriers.line import Request, get_request, json_request
from fulfillment.carriers.measures import amount, crosses_customs, first_of, has_sizes
from fulfillment.documents.papers import Address

SHIPPING, RETURNS = "/parcel/de/shipping/v2", "/parcel/de/shipping/returns/v1"
PICKUP, TOKEN = "/parcel/de/transportation/pickup/v3", "/parcel/de/account/auth/ropc/v1/token"
PROFILE = "STANDARD_GRUPPENPROFIL"
PRINT_FORMAT = "910-300-400"
LINE, CITY, NAME = 50, 40, 50
SHORTEST_REFERENCE, LONGEST_REFERENCE = 8, 35
INTERNATIONAL = "V53WPAK"
MOST_TOGETHER = 30


def login(account: Account) -> Request:
    """Return the request for a token (OAuth 2, resource owner's password)."""
    form = {
        "grant_type": "password",
        "client_id": account["api_key"],
        "client_secret": account["api_secret"],
        "username": account["username"],
        "password": account["password"],
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    return Request("POST", TOKEN, headers, urlencode(form).encode())


def mark_of(reference: str) -> str:
    """Return our reference in the length that DHL takes: eight letters at least."""
    return reference[:LONGEST_REFERENCE].ljust(SHORTEST_REFERENCE, "-")


def ship(parcel: Parcel, product: Product, account: Account, *, now: datetime) -> Request:
    """Return the request for a label of one parcel, or for a label with which a customer sends it back."""
    if product.code == RETURN:
        return _returned(parcel, product)
    shipment: dict[str, Any] = {
        "product": product.code,
        "billingNumber": product.number,
        "refNo": mark_of(parcel.reference),
        "shipDate": now.date().isoformat(),
        "shipper": _party(parcel.ship_from),
        "consignee": _consignee(parcel.ship_to),
        "details": _details(parcel),
    }
    if product.code == INTERNATIONAL:
        shipment["services"] = {"endorsement": "RETURN"}
    if crosses_customs(parcel):
        shipment["customs"] = _customs(parcel, product, account)
    query = urlencode({"docFormat": "PDF", "printFormat": PRINT_FORMAT, "includeDocs": "include"})
    return json_request("POST", f"{SHIPPING}/orders?{query}", {"profile": PROFILE, "shipments": [shipment]})


def _returned(parcel: Parcel, product: Product) -> Request:
    """Return the request for a return label; the number of a return's product is the receiver's id."""
    street, house = street_and_house(parcel.ship_from)
    sender = parcel.ship_from
    data = {
        "receiverId": product.number,
        "customerReference": parcel.order_number[:50] or mark_of(parcel.reference),
        "shipmentReference": mark_of(parcel.reference),
        "shipper": {
            "name1": first_of(sender.name, sender.company)[:NAME],
            "addressStreet": street[:LINE],
            "addressHouse": house,
            "postalCode": sender.postal_code,
            "city": sender.city[:CITY],
        },
        "itemWeight": {"uom": "g", "value": max(parcel.weight_g, 1)},
    }
    return json_request("POST", f"{RETURNS}/orders?labelType=SHIPMENT_LABEL", data)


def void(shipment_number: str) -> Request:
    """Return the request to take a label back."""
    query = {"profile": PROFILE, "shipment": shipment_number}
    return get_request(f"{SHIPPING}/orders", query, method="DELETE")


def manifest(numbers: Sequence[str]) -> Request:
    """Return the request to close the day for up to thirty parcels."""
    data = {"profile": PROFILE, "shipmentNumbers": list(numbers[:MOST_TOGETHER])}
    return json_request("POST", f"{SHIPPING}/manifests", data)


def list_of_day(day: date) -> Request:
    """Return the request for the list of the parcels that were closed on a day; its paper is not wanted."""
    return get_request(f"{SHIPPING}/manifests", {"date": day.isoformat(), "includeDocs": "URL"})


def track(tracking_number: str) -> Request:
    """Return the request for all that is known of a parcel."""
    query = {"trackingNumber": tracking_number, "service": "parcel-de", "language": "en"}
    return get_request("/track/shipments", query)


def pickup(
    ship_from: Address, day: date, account: Account, product: Product, *, parcels: int, weight_g: int
) -> Request:
    """Return the request for a driver; parcels are announced one by one."""
    street, house = street_and_house(ship_from)
    address = {
        "name1": first_of(ship_from.company, ship_from.name)[:NAME],
        "addressStreet": street[:70],
        "addressHouse": house,
        "postalCode": ship_from.postal_code[:7],
        "city": ship_from.city[:35],
        "country": ship_from.country,
    }
    person = {"name": first_of(ship_from.name, ship_from.company)[:NAME], "phone": account["phone"][:50]}
    data = {
        "customerDetails": {"billingNumber": product.number},
        "pickupLocation": {"type": "Address", "pickupAddress": address},
        "businessHours": [{"timeFrom": "12:00", "timeUntil": "18:00"}],
        "contactPerson": [person],
        "pickupDetails": {
            "pickupDate": {"type": "Date", "value": day.isoformat()},
            "totalWeight": {"uom": "g", "value": weight_g},
        },
        "shipmentDetails": {"shipments": [{"transportationType": "PAKET"}] * max(parcels, 1)},
    }
    return json_request("POST", f"{PICKUP}/orders", data)


def _party(address: Address) -> dict[str, Any]:
    """Return a sender: two lines for the name, one for the street with its number."""
    name = first_of(address.company, address.name)
    street = " ".join(address.line1.split())
    if not name or not street or not address.city:
        raise CarrierRefused("DHL wants a name, a street and a town; complete the address.")
    party = {
        "name1": name[:NAME],
        "addressStreet": street[:LINE],
        "city": address.city[:CITY],
        "country": three_letters(address.country),
    }
    if address.company and address.name and address.name != address.company:
        party["name2"] = address.name[:NAME]
    return party | ({"postalCode": address.postal_code[:10]} if address.postal_code else {})


def _consignee(address: Address) -> Mapping[str, Any]:
    """Return a receiver, with the second line of the address and the state where there are such."""
    more = {"additionalAddressInformation1": address.line2.strip()[:60], "state": address.region.strip()[:20]}
    return {**_party(address), **{name: text for name, text in more.items() if text}}


def _details(parcel: Parcel) -> dict[str, Any]:
    """Return weight in grams and sizes in millimetres."""
    details: dict[str, Any] = {"weight": {"uom": "g", "value": parcel.weight_g}}
    if has_sizes(parcel):
        sizes = {"length": parcel.length_mm, "width": parcel.width_mm, "height": parcel.height_mm}
        details["dim"] = {"uom": "mm", **sizes}
    return details


def _customs(parcel: Parcel, product: Product, account: Account) -> dict[str, Any]:
    """Return the customs declaration; raises :class:`CarrierRefused` when customs want to know more than is known."""
    postage = product.price(parcel.weight_g) or 0
    return {
        "invoiceNo": (parcel.order_number or parcel.reference)[:LONGEST_REFERENCE],
        "exportType": "RETURN_OF_GOODS" if parcel.is_return else "COMMERCIAL_GOODS",
        "postalCharges": {"currency": CURRENCY, "value": amount(postage, CURRENCY)},
        "items": [_item(one) for one in declared(parcel, account, needs_tariff=True)[:99]],
    }


def _item(one: Goods) -> dict[str, Any]:
    """Return goods of one kind; value and weight are of one piece."""
    return {
        "itemDescription": (one.description or one.sku)[:256],
        "countryOfOrigin": three_letters(one.origin),
        "hsCode": one.tariff_number[:11],
        "packagedQuantity": one.quantity,
        "itemValue": {"currency": one.currency, "value": amount(one.unit_value, one.currency)},
        "itemWeight": {"uom": "g", "value": max(one.weight_g, 1)},
    }
