"""What carriers answer is read: every example that they have published, and the telling ones to the letter."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fulfillment.carriers.dhl_express import answers as dhl_express
from fulfillment.carriers.dhl_parcel_de import answers as dhl_parcel
from fulfillment.carriers.fedex import answers as fedex
from fulfillment.carriers.gateway import BoughtLabel, CarrierEvent, CarrierRefused, Pickup, Rate
from fulfillment.carriers.line import Answer
from fulfillment.carriers.shipglobal import answers as shipglobal
from fulfillment.carriers.ups import answers as ups
from fulfillment.states import TrackingStatus
from tests.contracts.carriers.descriptions import VENDORS, needs_vendors

DAY = date(2026, 11, 26)
ASKED = ("Request", ".REQ.", "_data", "Data.json", "_index")
GERMAN = ("Response-2", "ShipmentCancel", "TrackingResponseJSON", "TrackingErrorResponseJSON", "return_shipment")


def answers_of(vendor: str) -> list[Path]:
    """Return the published answers of a vendor."""
    files = sorted((VENDORS / vendor / "examples").iterdir()) if VENDORS else []
    return [one for one in files if not any(word in one.name for word in ASKED)]


def answer_of(file: Path) -> Answer:
    """Return a file as the answer that it was: with the status in its name or in itself, else a good one."""
    body = file.read_bytes()
    named = [int(word) for word in file.name.split(".") if word.isdigit() and len(word) == 3]
    data = json.loads(body) if file.suffix == ".json" else {}
    told = data.get("status", data.get("statusCode", 200))
    return Answer((named or [told if isinstance(told, int) else 200])[0], body)


def read(module, kind: str, data):
    """Return what a good answer of some kind says, in our words; the shape itself where no kind of ours fits."""
    if kind.startswith("rate."):
        return {
            fedex: lambda: fedex.rates_in(data, "x", today=DAY),
            ups: lambda: ups.rates_in(data, "x"),
            dhl_express: lambda: dhl_express.rates_in(data, "x", today=DAY),
        }[module]()
    if kind.startswith(("tracking.Track", "tracking.Dup")):
        by_number = module in (fedex, dhl_parcel)
        return module.events_in(data, "794") if by_number else module.events_in(data)
    if "ShipmentResponse" in kind:
        price = {"price": 419, "currency": "EUR"} if module is dhl_parcel else {}
        return module.label_in(data, reference="label:1:1", service="x", **price)
    if any(word in kind for word in ("PickupResponse", ".200.2.", "PUResponse")):
        return module.pickup_in(data) if module is dhl_parcel else module.pickup_in(data, DAY)
    return data


def makes_sense(found) -> bool:
    """Return whether something was read: rates, events, a label, a visit, a shape, or a sentence."""
    if isinstance(found, str):
        return len(found) > 15 and "without a reason" not in found
    if isinstance(found, list):
        rates = all(one.amount > 0 and one.days >= 0 for one in found if isinstance(one, Rate))
        events = [one for one in found if isinstance(one, CarrierEvent)]
        return bool(found) and rates and all(one.status in TrackingStatus.values for one in events)
    if isinstance(found, BoughtLabel):
        return bool(found.tracking_number and found.carrier_reference)
    return bool(found.number) if isinstance(found, Pickup) else isinstance(found, dict) and bool(found)


@needs_vendors
@pytest.mark.parametrize("vendor", ["fedex", "ups", "dhl"])
def test_every_published_answer_is_read(vendor: str) -> None:
    own = {"fedex": fedex, "ups": ups, "dhl": dhl_express}[vendor]
    files = answers_of(vendor)
    assert len(files) >= 16
    for file in files:
        module = dhl_parcel if vendor == "dhl" and any(word in file.name for word in GERMAN) else own
        found = outcome(module, file)
        expected = (
            str if any(word in file.name for word in ("rror", "NotFound")) or answer_of(file).status >= 400 else object
        )
        assert isinstance(found, expected), file.name
        assert makes_sense(found), file.name


def outcome(module, file: Path):
    """Return what an answer says, or the sentence with which it is refused."""
    try:
        return read(module, file.name, module.told(answer_of(file)))
    except CarrierRefused as refusal:
        return str(refusal)


@needs_vendors
def test_what_shipglobal_has_shown_is_read() -> None:
    assert VENDORS is not None
    shown = {
        name: json.loads((VENDORS / "shipglobal" / "examples" / f"{name}.json").read_text())["response"]
        for name in ("rates.GB_20g", "getLabel.response")
    }
    rates = shipglobal.rates_in(shipglobal.told(Answer(200, json.dumps(shown["rates.GB_20g"]).encode())), "x")
    assert [(rate.service, rate.amount, rate.days) for rate in rates[:2]] == [
        ("ShipGlobal Direct", 30000, 10),
        ("ShipGlobal First Class", 32600, 10),
    ]
    assert shipglobal.number_in(shown["getLabel.response"]) == "SG3231107366132"


def told(module, status: int, data) -> str:
    """Return the sentence with which an answer is refused."""
    with pytest.raises(CarrierRefused) as refusal:
        module.told(Answer(status, data if isinstance(data, bytes) else json.dumps(data).encode()))
    return str(refusal.value)


def test_refusals_say_what_to_do() -> None:
    mismatch = {"errors": [{"code": "ACCOUNT.NUMBER.MISMATCH", "message": "When payment Type is SENDER, …"}]}
    assert told(fedex, 400, mismatch).startswith("The account number does not belong to this key; an administrator")
    late = {"response": {"errors": [{"code": "9560131", "message": "Invalid pickup date"}]}}
    assert told(ups, 400, late) == "UPS sends no driver on that day; choose a working day from today on."
    place = {"status": 400, "detail": "Invalid postal code provided", "instance": "/rates"}
    assert told(dhl_express, 400, place).endswith("correct the address.")
    fault = {
        "property": "shipper.addressStreet",
        "validationMessage": "Street name is required",
        "validationState": "Error",
    }
    street = {"detail": "Validation failed.", "items": [{"validationMessages": [fault]}]}
    assert told(dhl_parcel, 400, street) == "DHL says: shipper.addressStreet: Street name is required."
    assert told(shipglobal, 200, {"success": False, "msg": "Insufficient wallet balance."}) == (
        "ShipGlobal says: Insufficient wallet balance."
    )
    assert told(fedex, 400, b"<html>") == "FedEx refuses without a reason; look at the address and the account."


def test_the_same_letters_mean_different_things() -> None:
    def fedex_scan(code: str) -> str:
        scan = {"date": "2026-11-22T12:01:00-07:00", "eventType": code}
        results = [{"trackResults": [{"trackingNumberInfo": {}, "scanEvents": [scan]}]}]
        return str(fedex.events_in({"output": {"completeTrackResults": results}}, "794")[0].status)

    def ups_scan(kind: str, status: str) -> str:
        activity = {"date": "20261122", "time": "120100", "status": {"type": kind, "code": "OF", "statusCode": status}}
        shipment = {"inquiryNumber": "1Z", "package": [{"activity": [activity]}]}
        return str(ups.events_in({"trackResponse": {"shipment": [shipment]}})[0].status)

    assert (fedex_scan("OF"), ups_scan("I", "021")) == ("picked_up", "out_for_delivery")
    assert (fedex_scan("CA"), fedex_scan("??"), ups_scan("D", "035")) == ("pre_transit", "pre_transit", "delivered")
    assert (ups_scan("X", "048"), ups_scan("I", "005")) == ("delayed", "in_transit")


def test_of_two_parcels_with_one_number_the_newest_counts() -> None:
    def parcel(day: int) -> dict[str, object]:
        return {"scanEvents": [{"date": f"2024-04-{day}T08:52:00-07:00", "eventType": "OD" if day > 25 else "HP"}]}

    data = {"output": {"completeTrackResults": [{"trackResults": [parcel(25), parcel(26)]}]}}
    assert [event.status for event in fedex.events_in(data, "776094337676")] == ["out_for_delivery"]


def test_a_message_of_ups_is_the_activity_that_is_asked_for() -> None:
    body = {
        "trackingNumber": "1Z204W4R0308071865",
        "localActivityDate": "20240423",
        "localActivityTime": "091519",
        "gmtActivityDate": "20240423",
        "gmtActivityTime": "131519",
        "activityLocation": {"city": "Charlotte", "stateProvince": "NC", "country": "US"},
        "activityStatus": {"type": "I", "code": "OT", "description": "Out for Delivery", "descriptionCode": 21},
        "scheduledDeliveryDate": "20240423",
    }
    event = ups.message_in(body)
    assert (event.status, event.place) == ("out_for_delivery", "Charlotte, NC, US")
    assert event.occurred_at == datetime(2024, 4, 23, 13, 15, 19, tzinfo=UTC)
    assert event.event_id == "1Z204W4R0308071865:20240423091519:OT"


def test_fedexs_prices_are_taken_in_the_currency_of_the_goods() -> None:
    def price(kind: str, charge: float, currency: str) -> dict[str, object]:
        return {"rateType": kind, "totalNetCharge": charge, "currency": currency}

    prices = [price("LIST", 1, "USD"), price("ACCOUNT", 535.68, "CAD"), price("PREFERRED_CURRENCY", 391.02, "USD")]
    data = {"output": {"rateReplyDetails": [{"serviceType": "FEDEX_GROUND", "ratedShipmentDetails": prices}]}}
    asked = {
        currency: fedex.rates_in(data, "x", today=DAY, preferred=currency)[0] for currency in ("USD", "CAD", "EUR")
    }
    assert {currency: (rate.amount, rate.currency) for currency, rate in asked.items()} == {
        "USD": (39102, "USD"),
        "CAD": (53568, "CAD"),
        "EUR": (53568, "CAD"),
    }


def test_a_price_without_its_currency_is_no_price() -> None:
    piece = {"trackingNumber": "794", "netChargeAmount": 120.0, "packageDocuments": []}
    data = {"output": {"transactionShipments": [{"masterTrackingNumber": "794", "pieceResponses": [piece]}]}}
    label = fedex.label_in(data, reference="label:1:1", service="FEDEX_GROUND")
    assert (label.amount, label.currency, label.document) == (None, "", b"")


def test_shipglobals_events_are_found_wherever_they_stand() -> None:
    rows = [
        {
            "status_code": "SGE_304",
            "created_at": "2026-11-25 10:00:00",
            "remark": "Shipment Delivered",
            "city": "Leeds",
        },
        {"status_code": "SGE_001", "created_at": "2026-11-25 09:00:00", "remark": "Created"},
        {"note": "no code"},
    ]
    events = shipglobal.events_in({"success": True, "data": {"history": rows}}, "SG1")
    assert [(event.status, event.place) for event in events] == [("pre_transit", ""), ("delivered", "Leeds")]
