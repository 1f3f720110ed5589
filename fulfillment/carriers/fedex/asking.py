"""What is asked of FedEx, as requests; pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from fulfillment.carriers.account import Account, declared
from fulfillment.carriers.gateway import CarrierRefused, Goods, Parcel
from fulfillment.carriers.line import Request, json_request
from fulfillment.carriers.measures import (
    amount,
    centimetres,
    crosses_customs,
    digits,
    first_of,
    has_sizes,
    inches,
    is_imperial,
    kilograms,
    lines_of,
    pounds,
)
from fulfillment.documents.papers import Address

LONGEST_REFERENCE = 40
LINE, CITY, NAME, COMPANY = 35, 35, 70, 35
SEARCH_DAYS = 14


def login(account: Account) -> Request:
    """Return the request for a token (OAuth 2, client credentials, in the body)."""
    form = {
        "grant_type": "client_credentials",
        "client_id": account["client_id"],
        "client_secret": account["client_secret"],
    }
    return Request(
        "POST", "/oauth/token", {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(form).encode()
    )


def rates(parcel: Parcel, account: Account, *, now: datetime) -> Request:
    """Return the request for the account's rates of every service."""
    shipment: dict[str, Any] = {
        "shipper": {"address": _address(parcel.ship_from, account["region"])},
        "recipient": {"address": _address(parcel.ship_to)},
        "pickupType": "USE_SCHEDULED_PICKUP",
        "packagingType": "YOUR_PACKAGING",
        **_priced(parcel),
        "shipDateStamp": now.date().isoformat(),
        "totalPackageCount": 1,
        "requestedPackageLineItems": [_package(parcel)],
    }
    if crosses_customs(parcel):
        shipment["customsClearanceDetail"] = {
            "dutiesPayment": {"paymentType": "SENDER"},
            "commodities": [_commodity(one) for one in declared(parcel, account)],
        }
    data = {
        "accountNumber": {"value": account["account_number"]},
        "rateRequestControlParameters": {"returnTransitTimes": True},
        "requestedShipment": shipment,
    }
    return json_request("POST", "/rate/v1/rates/quotes", data)


def ship(parcel: Parcel, service: str, account: Account, *, now: datetime) -> Request:
    """Return the request for a label of one parcel; our reference is printed on it and travels as transaction id."""
    data = {
        "labelResponseOptions": "LABEL",
        "accountNumber": {"value": account["account_number"]},
        "requestedShipment": _shipment(parcel, service, account, now),
    }
    headers = {"x-customer-transaction-id": parcel.reference[:LONGEST_REFERENCE]}
    return json_request("POST", "/ship/v1/shipments", data, headers)


def _shipment(parcel: Parcel, service: str, account: Account, now: datetime) -> dict[str, Any]:
    """Return the shipment of one parcel."""
    references = [{"customerReferenceType": "CUSTOMER_REFERENCE", "value": parcel.reference[:LONGEST_REFERENCE]}]
    if parcel.order_number:
        references.append({"customerReferenceType": "INVOICE_NUMBER", "value": parcel.order_number[:30]})
    shipment: dict[str, Any] = {
        "shipDatestamp": now.date().isoformat(),
        "shipper": _party(parcel.ship_from, account, account["region"]),
        "recipients": [_party(parcel.ship_to, account)],
        "pickupType": "USE_SCHEDULED_PICKUP",
        "serviceType": service,
        "packagingType": "YOUR_PACKAGING",
        "totalWeight": pounds(parcel.weight_g),
        "shippingChargesPayment": {"paymentType": "SENDER"},
        "labelSpecification": {
            "labelFormatType": "COMMON2D",
            "imageType": "PDF",
            "labelStockType": "PAPER_4X6",
        },
        **_priced(parcel),
        "totalPackageCount": 1,
        "requestedPackageLineItems": [{**_package(parcel), "customerReferences": references}],
    }
    if parcel.is_return:
        shipment["shipmentSpecialServices"] = {
            "specialServiceTypes": ["RETURN_SHIPMENT"],
            "returnShipmentDetail": {"returnType": "PRINT_RETURN_LABEL"},
        }
    if crosses_customs(parcel):
        shipment["customsClearanceDetail"] = {
            "commercialInvoice": {"shipmentPurpose": "SOLD", "termsOfSale": "DAP"},
            "dutiesPayment": {"paymentType": "RECIPIENT"},
            "commodities": [_commodity(one) for one in declared(parcel, account)],
        }
    return shipment


def void(tracking_number: str, account: Account) -> Request:
    """Return the request to take a label back."""
    data = {
        "accountNumber": {"value": account["account_number"]},
        "deletionControl": "DELETE_ALL_PACKAGES",
        "trackingNumber": tracking_number,
    }
    return json_request("PUT", "/ship/v1/shipments/cancel", data)


def track(tracking_number: str) -> Request:
    """Return the request for all scans of a parcel."""
    info = [{"trackingNumberInfo": {"trackingNumber": tracking_number}}]
    return json_request("POST", "/track/v1/trackingnumbers", {"includeDetailedScans": True, "trackingInfo": info})


def search(reference: str, account: Account, *, now: datetime) -> Request:
    """Return the request for parcels of the last two weeks that carry our reference."""
    sought = {
        "type": "CUSTOMER_REFERENCE",
        "value": reference[:LONGEST_REFERENCE],
        "accountNumber": account["account_number"],
        "shipDateBegin": (now - timedelta(days=SEARCH_DAYS)).date().isoformat(),
        "shipDateEndDate": (now + timedelta(days=1)).date().isoformat(),
    }
    data = {"referencesInformation": sought, "includeDetailedScans": False}
    return json_request("POST", "/track/v1/referencenumbers", data)


def pickup(ship_from: Address, day: date, account: Account, *, parcels: int, weight_g: int) -> Request:
    """Return the request for an Express driver between noon and six."""
    address = _address(ship_from, account["region"])
    origin = {
        "pickupAddressType": "SHIPPER",
        "pickupLocation": {
            "contact": _contact(ship_from, account["phone"]),
            "address": address,
            "accountNumber": {"value": account["account_number"]},
        },
        "readyDateTimestamp": f"{day.isoformat()}T12:00:00Z",
        "customerCloseTime": "18:00:00",
        "packageLocation": "FRONT",
    }
    data = {
        "associatedAccountNumber": {"value": account["account_number"]},
        "originDetail": origin,
        "totalWeight": {"units": "LB", "value": pounds(weight_g)},
        "packageCount": parcels,
        "carrierCode": "FDXE",
    }
    return json_request("POST", "/pickup/v1/pickups", data)


def preferred(parcel: Parcel) -> str:
    """Return the currency in which the parcel's goods were sold, or nothing: prices in it can be compared."""
    return parcel.goods[0].currency if parcel.goods else ""


def _priced(parcel: Parcel) -> dict[str, Any]:
    """Return which prices are wanted: the account's, in the currency of the goods too."""
    currency = preferred(parcel)
    if not currency:
        return {"rateRequestType": ["ACCOUNT"]}
    return {"rateRequestType": ["ACCOUNT", "PREFERRED"], "preferredCurrency": currency}


def _package(parcel: Parcel) -> dict[str, Any]:
    """Return weight and sizes: pounds and inches within the United States, kilograms and centimetres elsewhere."""
    imperial = is_imperial(parcel) and not crosses_customs(parcel)
    weight = {"units": "LB", "value": pounds(parcel.weight_g)} if imperial else _kilograms(parcel.weight_g)
    package: dict[str, Any] = {"weight": weight}
    if has_sizes(parcel):
        convert, units = (inches, "IN") if imperial else (centimetres, "CM")
        sizes = {"length": parcel.length_mm, "width": parcel.width_mm, "height": parcel.height_mm}
        package["dimensions"] = {**{name: convert(size) for name, size in sizes.items()}, "units": units}
    return package


def _kilograms(grams: int) -> dict[str, Any]:
    """Return a weight in kilograms, a hundred grams up."""
    return {"units": "KG", "value": kilograms(grams)}


def _commodity(one: Goods) -> dict[str, Any]:
    """Return goods as customs want them; a value is of all pieces."""
    item: dict[str, Any] = {
        "description": one.description[:450] or one.sku,
        "quantity": one.quantity,
        "quantityUnits": "PCS",
        "numberOfPieces": one.quantity,
        "unitPrice": {"amount": amount(one.unit_value, one.currency), "currency": one.currency},
        "customsValue": {"amount": amount(one.unit_value * one.quantity, one.currency), "currency": one.currency},
        "countryOfManufacture": one.origin,
        "weight": _kilograms(one.weight_g * one.quantity),
    }
    return item | ({"harmonizedCode": one.tariff_number} if one.tariff_number else {})


def _address(address: Address, region: str = "") -> dict[str, Any]:
    """Return an address; FedEx knows two lines of 35 letters."""
    lines = lines_of(address, width=LINE, most=3)
    if not lines or not address.city:
        raise CarrierRefused("FedEx wants a street and a town; complete the address.")
    found: dict[str, Any] = {
        "streetLines": lines,
        "city": address.city[:CITY],
        "postalCode": address.postal_code,
        "countryCode": address.country,
    }
    province = first_of(address.region, region)
    return found | ({"stateOrProvinceCode": province} if province else {})


def _contact(address: Address, phone: str) -> dict[str, str]:
    """Return who is called: FedEx insists on a telephone number for every party."""
    contact = {"personName": address.name[:NAME], "phoneNumber": digits(first_of(address.phone, phone))}
    return contact | ({"companyName": address.company[:COMPANY]} if address.company else {})


def _party(address: Address, account: Account, region: str = "") -> Mapping[str, Any]:
    """Return a sender or receiver; without a telephone of the receiver the sender's is given."""
    return {"contact": _contact(address, account["phone"]), "address": _address(address, region)}
