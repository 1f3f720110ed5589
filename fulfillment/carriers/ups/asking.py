"""What is asked of UPS, as requests; pure. Numbers are strings there, and every text has its length."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from fulfillment.carriers.account import Account
from fulfillment.carriers.gateway import CarrierRefused, Parcel
from fulfillment.carriers.line import Request, basic, get_request, json_request, segment
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
from fulfillment.carriers.ups.forms import invoice
from fulfillment.documents.papers import Address

VERSION = "v2409"
LINE, NAME, CITY = 35, 35, 30
LONGEST_REFERENCE, LONGEST_ID = 35, 32
PRINT_RETURN_LABEL = "9"
HEAVY_G = 32_000
ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]")
DOMESTIC_REFERENCES = frozenset({"US", "PR"})


def mark_of(reference: str) -> str:
    """Return our reference in the letters and digits that UPS takes; two references never have the same mark."""
    return ALPHANUMERIC.sub("X", reference)[:LONGEST_REFERENCE]


def login(account: Account) -> Request:
    """Return the request for a token (OAuth 2, client credentials, key in the header)."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "x-merchant-id": account["account_number"]}
    signed = headers | basic(account["client_id"], account["client_secret"])
    return Request("POST", "/security/v1/oauth/token", signed, b"grant_type=client_credentials")


def _named(mark: str) -> dict[str, str]:
    """Return the headers by which UPS finds a request in its books."""
    return {"transId": mark[:LONGEST_ID], "transactionSrc": "oms"}


def rates(parcel: Parcel, account: Account, *, now: datetime) -> Request:
    """Return the request for the account's rates of every service, with days on the way."""
    shipment: dict[str, Any] = {
        "Shipper": {
            "Name": _name(parcel.ship_from),
            "ShipperNumber": account["account_number"],
            "Address": _address(parcel.ship_from, account["region"]),
        },
        "ShipTo": {"Name": _name(parcel.ship_to), "Address": _address(parcel.ship_to)},
        "ShipFrom": {"Name": _name(parcel.ship_from), "Address": _address(parcel.ship_from, account["region"])},
        "PaymentDetails": {"ShipmentCharge": [_charge(account)]},
        "ShipmentRatingOptions": {"NegotiatedRatesIndicator": "Y"},
        "DeliveryTimeInformation": {"PackageBillType": "03", "Pickup": {"Date": f"{now:%Y%m%d}"}},
        "ShipmentTotalWeight": _weight(parcel),
        "NumOfPieces": "1",
        "Package": [{"PackagingType": {"Code": "02"}, **_measures(parcel)}],
    }
    if parcel.goods and crosses_customs(parcel):
        shipment["InvoiceLineTotal"] = _value(parcel)
    data = {"RateRequest": {"Request": {"RequestOption": "Shop"}, "Shipment": shipment}}
    path = f"/api/rating/{VERSION}/Shop?additionalinfo=timeintransit"
    return json_request("POST", path, data, _named(mark_of(parcel.reference) or "rates"))


def ship(parcel: Parcel, service: str, account: Account, *, now: datetime) -> Request:
    """Return the request for a label of one parcel; by our reference it can be recovered."""
    data = {
        "ShipmentRequest": {
            "Request": {"RequestOption": "nonvalidate"},
            "Shipment": _shipment(parcel, service, account, now),
            "LabelSpecification": {
                "LabelImageFormat": {"Code": "GIF"},
                "LabelStockSize": {"Height": "6", "Width": "4"},
            },
        }
    }
    return json_request("POST", f"/api/shipments/{VERSION}/ship", data, _named(mark_of(parcel.reference)))


def _shipment(parcel: Parcel, service: str, account: Account, now: datetime) -> dict[str, Any]:
    """Return the shipment of one parcel; within the United States a reference belongs to the package."""
    sender = _party(parcel.ship_from, account, account["region"])
    reference = {"ReferenceNumber": [{"Value": mark_of(parcel.reference)}]}
    countries = {parcel.ship_from.country, parcel.ship_to.country}
    domestic = len(countries) == 1 and countries <= DOMESTIC_REFERENCES
    package = {"Packaging": {"Code": "02"}, **_measures(parcel)}
    if parcel.is_return:
        package["Description"] = "Returned goods"
    shipment: dict[str, Any] = {
        "Description": _contents(parcel),
        "Shipper": {**sender, "ShipperNumber": account["account_number"]},
        "ShipTo": _party(parcel.ship_to, account),
        "ShipFrom": sender,
        "PaymentInformation": {"ShipmentCharge": [_charge(account)]},
        "ShipmentRatingOptions": {"NegotiatedRatesIndicator": "Y"},
        "Service": {"Code": service},
        "Package": [package | reference if domestic else package],
        **({} if domestic else reference),
    }
    if parcel.is_return:
        shipment["ReturnService"] = {"Code": PRINT_RETURN_LABEL}
        shipment["Shipper"] = {**shipment["ShipTo"], "ShipperNumber": account["account_number"]}
    if crosses_customs(parcel):
        shipment["ShipmentServiceOptions"] = {"InternationalForms": invoice(parcel, account, now=now)}
        shipment["InvoiceLineTotal"] = _value(parcel)
    return shipment


def void(shipment_number: str) -> Request:
    """Return the request to take a shipment's label back."""
    path = f"/api/shipments/{VERSION}/void/cancel/{segment(shipment_number)}"
    return get_request(path, headers=_named(mark_of(shipment_number)), method="DELETE")


def recover(reference: str, account: Account) -> Request:
    """Return the request for the label that was sold under our reference, as a PDF."""
    mark = mark_of(reference)
    data = {
        "LabelRecoveryRequest": {
            "Request": {"RequestOption": "Non_Validate"},
            "LabelSpecification": {"LabelImageFormat": {"Code": "PDF"}},
            "TrackingNumbers": [],
            "ReferenceValues": {"ReferenceNumber": {"Value": mark}, "ShipperNumber": account["account_number"]},
        }
    }
    return json_request("POST", "/api/labels/v1/recovery", data, _named(mark))


def track(tracking_number: str) -> Request:
    """Return the request for all activities of a parcel, with the picture of the signature."""
    path, query = f"/api/track/v1/details/{segment(tracking_number)}", {"returnSignature": "true"}
    return get_request(path, query, headers=_named(mark_of(tracking_number)))


def pickup(ship_from: Address, day: date, account: Account, *, parcels: int, weight_g: int) -> Request:
    """Return the request for a driver between noon and six; parcels above 32 kg are announced as heavy."""
    asked = {
        "Request": {},
        "RatePickupIndicator": "N",
        "Shipper": {"Account": {"AccountNumber": account["account_number"], "AccountCountryCode": ship_from.country}},
        "PickupDateInfo": {"CloseTime": "1800", "ReadyTime": "1200", "PickupDate": f"{day:%Y%m%d}"},
        "PickupAddress": _pickup_address(ship_from, account),
        "AlternateAddressIndicator": "Y",
        "PickupPiece": [
            {
                "ServiceCode": "003" if ship_from.country in DOMESTIC_REFERENCES else "011",
                "Quantity": str(min(parcels, 999)),
                "DestinationCountryCode": ship_from.country,
                "ContainerCode": "01",
            }
        ],
        "OverweightIndicator": "Y" if weight_g > HEAVY_G * parcels else "N",
        "PaymentMethod": "01",
    }
    data = {"PickupCreationRequest": asked}
    return json_request("POST", f"/api/pickupcreation/{VERSION}/pickup", data, _named(f"pickup{day:%Y%m%d}"))


def _pickup_address(address: Address, account: Account) -> dict[str, Any]:
    """Return where the driver comes to; UPS knows one line of 73 letters here."""
    found: dict[str, Any] = {
        "CompanyName": _name(address)[:27],
        "ContactName": first_of(address.name, address.company)[:22],
        "AddressLine": lines_of(address, width=73, most=1),
        "City": address.city[:50],
        "PostalCode": address.postal_code[:8],
        "CountryCode": address.country,
        "ResidentialIndicator": "N",
        "Phone": {"Number": digits(first_of(address.phone, account["phone"]))},
    }
    region = first_of(address.region, account["region"])
    return found | ({"StateProvince": region} if region else {})


def _charge(account: Account) -> dict[str, Any]:
    """Return who pays the transport: the account."""
    return {"Type": "01", "BillShipper": {"AccountNumber": account["account_number"]}}


def _value(parcel: Parcel) -> dict[str, str]:
    """Return what the goods are worth together, in whole units, at least one."""
    currency = parcel.goods[0].currency
    total = amount(sum(one.unit_value * one.quantity for one in parcel.goods), currency)
    return {"CurrencyCode": currency, "MonetaryValue": str(max(int(total), 1))}


def _contents(parcel: Parcel) -> str:
    """Return in fifty letters what is inside."""
    named = ", ".join(one.description or one.sku for one in parcel.goods)
    return (named or "Merchandise")[:50].strip()


def _weight(parcel: Parcel) -> dict[str, Any]:
    """Return the weight, a tenth up, in the unit of the sender's country."""
    if is_imperial(parcel):
        return {"UnitOfMeasurement": {"Code": "LBS", "Description": "Pounds"}, "Weight": f"{pounds(parcel.weight_g):f}"}
    unit = {"Code": "KGS", "Description": "Kilograms"}
    return {"UnitOfMeasurement": unit, "Weight": f"{kilograms(parcel.weight_g):f}"}


def _measures(parcel: Parcel) -> dict[str, Any]:
    """Return weight and sizes; UPS wants the longest side as length."""
    package: dict[str, Any] = {"PackageWeight": _weight(parcel)}
    if has_sizes(parcel):
        convert, code, name = (inches, "IN", "Inches") if is_imperial(parcel) else (centimetres, "CM", "Centimeters")
        sides = sorted((parcel.length_mm, parcel.width_mm, parcel.height_mm), reverse=True)
        sizes = dict(zip(("Length", "Width", "Height"), (str(convert(side)) for side in sides), strict=True))
        package["Dimensions"] = {"UnitOfMeasurement": {"Code": code, "Description": name}, **sizes}
    return package


def _name(address: Address) -> str:
    """Return whose address it is: the company's, where there is one."""
    return first_of(address.company, address.name)[:NAME]


def _address(address: Address, region: str = "") -> dict[str, Any]:
    """Return an address: three lines of 35 letters."""
    lines = lines_of(address, width=LINE, most=3)
    if not lines or not address.city:
        raise CarrierRefused("UPS wants a street and a town; complete the address.")
    found: dict[str, Any] = {"AddressLine": lines, "City": address.city[:CITY], "CountryCode": address.country}
    if address.postal_code:
        found["PostalCode"] = address.postal_code.replace(" ", "").replace("-", "")[:9]
    province = first_of(address.region, region)
    return found | ({"StateProvinceCode": province[:5]} if province else {})


def _party(address: Address, account: Account, region: str = "") -> Mapping[str, Any]:
    """Return a sender or receiver; without a telephone of the receiver the sender's is given."""
    return {
        "Name": _name(address),
        "AttentionName": first_of(address.name, address.company)[:NAME],
        "Phone": {"Number": digits(first_of(address.phone, account["phone"]))},
        "Address": _address(address, region),
    }
