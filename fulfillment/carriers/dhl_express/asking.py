"""What is asked of DHL Express, as requests; pure. Metric everywhere, to the gram and the millimetre."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from fulfillment.carriers.account import Account, declared
from fulfillment.carriers.gateway import CarrierRefused, Goods, Parcel
from fulfillment.carriers.line import Request, get_request, json_request, segment
from fulfillment.carriers.measures import amount, crosses_customs, first_of, has_sizes, kilograms, lines_of
from fulfillment.documents.papers import Address

VERSION = "3.1.1"
LINE, CITY, COMPANY, NAME = 45, 45, 100, 255
LONGEST_REFERENCE = 35
SPACE = uuid.UUID("5f4a4e0e-6f0c-5c0e-9d5c-0d5b6f1f7c11")
LABEL_TEMPLATE = "ECOM26_84_001"
SEARCH_DAYS = 14
PICKUP_PRODUCT, PICKUP_SIDE_CM = "P", 30


def headers(reference: str) -> dict[str, str]:
    """Return the headers by which DHL finds a message: the same reference always gives the same 36 letters."""
    return {"x-version": VERSION, "Message-Reference": str(uuid.uuid5(SPACE, reference))}


def _moment(at: datetime) -> str:
    """Return a moment as DHL writes it."""
    zone = at.strftime("%z") or "+0000"
    return f"{at:%Y-%m-%dT%H:%M:%S} GMT{zone[:3]}:{zone[3:5]}"


def rates(parcel: Parcel, account: Account, *, now: datetime) -> Request:
    """Return the request for the account's rates of every product, leaving within the hour."""
    declarable = crosses_customs(parcel)
    data: dict[str, Any] = {
        "customerDetails": {
            "shipperDetails": _place(parcel.ship_from, account["region"]),
            "receiverDetails": _place(parcel.ship_to),
        },
        "accounts": [{"typeCode": "shipper", "number": account["account_number"]}],
        "plannedShippingDateAndTime": _moment(now + timedelta(hours=1)),
        "unitOfMeasurement": "metric",
        "isCustomsDeclarable": declarable,
        "estimatedDeliveryDate": {"isRequested": True, "typeCode": "QDDC"},
        "nextBusinessDay": True,
        "packages": [_package(parcel)],
    }
    if declarable and parcel.goods:
        data["monetaryAmount"] = [{"typeCode": "declaredValue", **_value(parcel.goods)}]
    return json_request("POST", "/rates", data, headers(f"rates:{parcel.reference}:{now:%Y%m%d%H%M}"))


def ship(parcel: Parcel, service: str, account: Account, *, now: datetime) -> Request:
    """Return the request for a label of one parcel; our reference is printed on it."""
    data: dict[str, Any] = {
        "plannedShippingDateAndTime": _moment(now + timedelta(hours=1)),
        "pickup": {"isRequested": False},
        "productCode": service,
        "getRateEstimates": True,
        "accounts": [{"typeCode": "shipper", "number": account["account_number"]}],
        "outputImageProperties": {
            "encodingFormat": "pdf",
            "imageOptions": [{"typeCode": "label", "templateName": LABEL_TEMPLATE}],
        },
        "customerReferences": [{"value": parcel.reference[:LONGEST_REFERENCE], "typeCode": "CU"}],
        "customerDetails": {
            "shipperDetails": _party(parcel.ship_from, account, account["region"]),
            "receiverDetails": _party(parcel.ship_to, account),
        },
        "content": _content(parcel, account, now),
    }
    return json_request("POST", "/shipments", data, headers(parcel.reference))


def track(tracking_number: str) -> Request:
    """Return the request for all checkpoints of a parcel, with the zone of each."""
    query = {
        "trackingView": "all-checkpoints",
        "levelOfDetail": "shipment",
        "requestGMTOffsetPerEvent": "true",
    }
    path = f"/shipments/{segment(tracking_number)}/tracking"
    return get_request(path, query, headers(f"track:{tracking_number}"))


def search(reference: str, account: Account, *, now: datetime) -> Request:
    """Return the request for parcels of the last two weeks that carry our reference."""
    query = {
        "shipmentReference": reference[:LONGEST_REFERENCE],
        "shipmentReferenceType": "CU",
        "shipperAccountNumber": account["account_number"],
        "dateRangeFrom": (now - timedelta(days=SEARCH_DAYS)).date().isoformat(),
        "dateRangeTo": (now + timedelta(days=1)).date().isoformat(),
        "trackingView": "shipment-details-only",
    }
    return get_request("/tracking", query, headers(f"search:{reference}"))


def pickup(ship_from: Address, day: date, account: Account, *, parcels: int, weight_g: int) -> Request:
    """Return the request for a driver between noon and six; the weight is shared out evenly."""
    each = kilograms(-(-weight_g // max(parcels, 1)), "0.001")
    side = PICKUP_SIDE_CM
    box = {"weight": each, "dimensions": {"length": side, "width": side, "height": side}}
    account_rows = [{"typeCode": "shipper", "number": account["account_number"]}]
    data = {
        "plannedPickupDateAndTime": f"{day.isoformat()}T12:00:00 GMT+00:00",
        "closeTime": "18:00",
        "location": "reception",
        "locationType": "business",
        "accounts": account_rows,
        "customerDetails": {"shipperDetails": _party(ship_from, account, account["region"])},
        "shipmentDetails": [
            {
                "productCode": PICKUP_PRODUCT,
                "isCustomsDeclarable": False,
                "unitOfMeasurement": "metric",
                "packages": [box] * min(parcels, 999),
            }
        ],
    }
    return json_request("POST", "/pickups", data, headers(f"pickup:{account.code}:{day.isoformat()}:{parcels}"))


def _content(parcel: Parcel, account: Account, now: datetime) -> dict[str, Any]:
    """Return what is inside, with the customs declaration where one is needed."""
    named = ", ".join(one.description or one.sku for one in parcel.goods).strip()
    declarable = crosses_customs(parcel)
    content: dict[str, Any] = {
        "packages": [_package(parcel)],
        "isCustomsDeclarable": declarable,
        "description": (named or "Merchandise")[:70],
        "incoterm": "DAP",
        "unitOfMeasurement": "metric",
    }
    if declarable:
        goods = declared(parcel, account)
        value = _value(goods)
        content |= {"declaredValue": value["value"], "declaredValueCurrency": value["currency"]}
        content["exportDeclaration"] = {
            "lineItems": [_line(number, one) for number, one in enumerate(goods[:999], 1)],
            "invoice": {
                "number": (parcel.order_number or parcel.reference)[:LONGEST_REFERENCE],
                "date": now.date().isoformat(),
            },
            "exportReasonType": "return" if parcel.is_return else "permanent",
        }
    return content


def _line(number: int, one: Goods) -> dict[str, Any]:
    """Return goods of one kind; the price is of one piece, the weight of all."""
    weight = kilograms(one.weight_g * one.quantity, "0.001")
    line: dict[str, Any] = {
        "number": number,
        "description": (one.description or one.sku)[:512],
        "price": amount(one.unit_value, one.currency),
        "quantity": {"value": one.quantity, "unitOfMeasurement": "PCS"},
        "manufacturerCountry": one.origin,
        "weight": {"netValue": weight, "grossValue": weight},
    }
    if one.tariff_number:
        line["commodityCodes"] = [{"typeCode": "outbound", "value": one.tariff_number[:18]}]
    return line


def _value(goods: Any) -> dict[str, Any]:
    """Return what goods are worth together."""
    currency = goods[0].currency
    return {"value": amount(sum(one.unit_value * one.quantity for one in goods), currency), "currency": currency}


def _package(parcel: Parcel) -> dict[str, Any]:
    """Return weight in kilograms and sizes in centimetres."""
    package: dict[str, Any] = {"weight": kilograms(parcel.weight_g, "0.001")}
    if has_sizes(parcel):
        sizes = {"length": parcel.length_mm, "width": parcel.width_mm, "height": parcel.height_mm}
        package["dimensions"] = {name: kilograms(size * 100, "0.1") for name, size in sizes.items()}
    return package


def _place(address: Address, region: str = "") -> dict[str, Any]:
    """Return an address without street lines: rates go by place."""
    if not address.city:
        raise CarrierRefused("DHL Express wants a town; complete the address.")
    place = {"postalCode": address.postal_code[:12], "cityName": address.city[:CITY], "countryCode": address.country}
    province = first_of(address.region, region)
    return place | ({"provinceCode": province[:35]} if len(province) > 1 else {})


def _party(address: Address, account: Account, region: str = "") -> Mapping[str, Any]:
    """Return a sender or receiver; without a telephone of the receiver the sender's is given."""
    lines = lines_of(address, width=LINE, most=3)
    if not lines:
        raise CarrierRefused("DHL Express wants a street; complete the address.")
    streets = {f"addressLine{number}": line for number, line in enumerate(lines, 1)}
    contact = {
        "phone": first_of(address.phone, account["phone"])[:70],
        "companyName": first_of(address.company, address.name)[:COMPANY],
        "fullName": first_of(address.name, address.company)[:NAME],
    }
    return {"postalAddress": {**_place(address, region), **streets}, "contactInformation": contact}
