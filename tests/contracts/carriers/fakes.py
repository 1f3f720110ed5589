"""The carriers as companies of their own: each answers in the shapes that it has published, and keeps a book."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from fulfillment.carriers.line import Request
from oms.foundation.http import Unreachable

PAPER = base64.b64encode(b"%PDF-1.4\n% a label\n%%EOF").decode()
DOT = "R0lGODlhAQABAIAAAAAAAP///yH5BAAAAAAALAAAAAABAAEAAAIBRAA7"
"""A GIF of one dot: UPS draws labels as pictures."""
TOKEN = {"access_token": "good", "token_type": "Bearer", "expires_in": 3599}
Told = tuple[int, Any]


@dataclass
class Company:
    """A carrier's server: hears requests, answers, and can be told to lose its next answers."""

    numbers: str
    heard: list[Request] = field(default_factory=list)
    book: dict[str, dict[str, Any]] = field(default_factory=dict)
    lost: int = 0
    next_answers: list[Told] = field(default_factory=list)

    def __call__(
        self, method: str, url: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Answer one call as the one HTTP client would."""
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        self.heard.append(Request(method, path, headers or {}, body))
        status, data = self.next_answers.pop(0) if self.next_answers else self.answer(method, parts.path, path, body)
        if self.lost and not parts.path.endswith("token"):
            self.lost -= 1
            raise Unreachable("ReadTimeout")
        return status, data if isinstance(data, bytes) else json.dumps(data).encode()

    def answer(self, method: str, path: str, whole: str, body: bytes) -> Told:
        """Return status and answer."""
        raise NotImplementedError

    def sell(self, mark: str) -> str:
        """Enter a parcel in the book and return its number."""
        number = f"{self.numbers}{len(self.book) + 1:06d}"
        self.book[number] = {"mark": mark, "voided": False}
        return number


class Fedex(Company):
    """FedEx."""

    def answer(self, method: str, path: str, whole: str, body: bytes) -> Told:
        """Return what FedEx says."""
        if path == "/oauth/token":
            return 200, TOKEN
        data = json.loads(body)
        answers: dict[str, Callable[[Any], Told]] = {
            "/rate/v1/rates/quotes": self.rate,
            "/ship/v1/shipments": self.ship,
            "/ship/v1/shipments/cancel": self.cancel,
            "/track/v1/trackingnumbers": self.track,
            "/track/v1/referencenumbers": self.search,
            "/pickup/v1/pickups": lambda _: (
                200,
                {"output": {"pickupConfirmationCode": "3001", "location": "COSA"}},
            ),
        }
        return answers[path](data)

    @staticmethod
    def refuse(code: str, message: str) -> Told:
        """Return a refusal."""
        return 400, {"transactionId": "1", "errors": [{"code": code, "message": message}]}

    def rate(self, data: Any) -> Told:
        """Price by weight."""
        weight = data["requestedShipment"]["requestedPackageLineItems"][0]["weight"]["value"]
        return 200, {
            "output": {
                "rateReplyDetails": [
                    {
                        "serviceType": service,
                        "serviceName": service.title(),
                        "ratedShipmentDetails": [
                            {"rateType": "LIST", "totalNetCharge": 99, "currency": "GBP"},
                            {"rateType": "ACCOUNT", "totalNetCharge": base + weight, "currency": "GBP"},
                        ],
                        "commit": {"transitDays": {"minimumTransitTime": days}},
                    }
                    for service, base, days in (("FEDEX_GROUND", 5, "THREE_DAYS"), ("FEDEX_PRIORITY", 15, "ONE_DAY"))
                ]
            }
        }

    def ship(self, data: Any) -> Told:
        """Sell a label."""
        shipment = data["requestedShipment"]
        if not shipment["serviceType"].startswith("FEDEX_"):
            return self.refuse("SERVICE.NOT.ALLOWED", "The service is not allowed.")
        item = shipment["requestedPackageLineItems"][0]
        number = self.sell(item["customerReferences"][0]["value"])
        charge = 5 + item["weight"]["value"]
        rates = [{"rateType": "PAYOR_ACCOUNT_PACKAGE", "totalNetCharge": charge, "currency": "GBP"}]
        paper = {"contentType": "LABEL", "docType": "PDF", "encodedLabel": PAPER}
        piece = {"trackingNumber": number, "netChargeAmount": charge, "packageDocuments": [paper]}
        sold = {
            "serviceType": shipment["serviceType"],
            "masterTrackingNumber": number,
            "completedShipmentDetail": {"shipmentRating": {"shipmentRateDetails": rates}},
            "pieceResponses": [piece],
        }
        return 200, {"output": {"transactionShipments": [sold]}}

    def cancel(self, data: Any) -> Told:
        """Take a label back, once."""
        row = self.book.get(data["trackingNumber"])
        if row is None:
            return self.refuse("TRACKINGNUMBER.ENTERED.INVALID", "Error with entered Tracking Number.")
        if row["voided"]:
            return self.refuse("SHIPMENT.ALREADY.CANCELLED", "The shipment is cancelled.")
        row["voided"] = True
        return 200, {"output": {"cancelledShipment": True, "cancelledHistory": True}}

    def track(self, data: Any) -> Told:
        """Tell where a parcel is."""
        number = data["trackingInfo"][0]["trackingNumberInfo"]["trackingNumber"]
        result: dict[str, Any] = {"trackingNumberInfo": {"trackingNumber": number}}
        if number in self.book:
            scan = {"date": "2026-11-22T12:01:00-07:00", "eventType": "PU", "eventDescription": "Picked up"}
            result["scanEvents"] = [scan]
        else:
            result["error"] = {"code": "TRACKING.TRACKINGNUMBER.NOTFOUND", "message": "Cannot be found."}
        return 200, {"output": {"completeTrackResults": [{"trackingNumber": number, "trackResults": [result]}]}}

    def search(self, data: Any) -> Told:
        """Find parcels by their mark."""
        mark = data["referencesInformation"]["value"]
        found = [number for number, row in self.book.items() if row["mark"] == mark]
        results = [
            {"trackingNumberInfo": {"trackingNumber": one}, "latestStatusDetail": {"code": "OC"}} for one in found
        ]
        return 200, {"output": {"completeTrackResults": [{"trackResults": results}]}}


class Ups(Company):
    """UPS."""

    def answer(self, method: str, path: str, whole: str, body: bytes) -> Told:
        """Return what UPS says."""
        if path == "/security/v1/oauth/token":
            return 200, {**TOKEN, "expires_in": "14399"}
        if path.startswith("/api/rating/"):
            return self.rate(json.loads(body))
        if path.endswith("/ship"):
            return self.ship(json.loads(body)["ShipmentRequest"]["Shipment"])
        if "/void/cancel/" in path:
            return self.void(path.rpartition("/")[2])
        if path.startswith("/api/labels/"):
            return self.recover(json.loads(body)["LabelRecoveryRequest"])
        if path.startswith("/api/track/"):
            return self.track(path.rpartition("/")[2])
        return 200, {"PickupCreationResponse": {"Response": {}, "PRN": "2929AONCALL02"}}

    @staticmethod
    def refuse(code: str, message: str) -> Told:
        """Return a refusal."""
        return 400, {"response": {"errors": [{"code": code, "message": message}]}}

    @staticmethod
    def charges(shipment: Any) -> dict[str, Any]:
        """Return public and negotiated price, by weight."""
        weight = float(shipment["Package"][0]["PackageWeight"]["Weight"])
        money = {"CurrencyCode": "GBP", "MonetaryValue": f"{6 + weight:.2f}"}
        return {"TotalCharges": {**money, "MonetaryValue": "99.00"}, "NegotiatedRateCharges": {"TotalCharge": money}}

    def rate(self, data: Any) -> Told:
        """Price by weight; one thing comes alone, not in a list."""
        transit = {"ServiceSummary": {"EstimatedArrival": {"TotalTransitDays": "2"}}}
        charges = self.charges(data["RateRequest"]["Shipment"])
        rated = {"Service": {"Code": "11", "Description": ""}, "TimeInTransit": transit, **charges}
        return 200, {"RateResponse": {"RatedShipment": rated}}

    def ship(self, shipment: Any) -> Told:
        """Sell a label."""
        if shipment["Service"]["Code"] not in ("03", "11"):
            return self.refuse("111100", "The requested service is invalid from the selected origin.")
        number = self.sell(shipment["ReferenceNumber"][0]["Value"])
        charges = self.charges(shipment)
        label = {"ImageFormat": {"Code": "GIF"}, "GraphicImage": DOT}
        results = {
            "ShipmentCharges": {"TotalCharges": charges["TotalCharges"]},
            "NegotiatedRateCharges": charges["NegotiatedRateCharges"],
            "ShipmentIdentificationNumber": number,
            "PackageResults": {"TrackingNumber": number, "ShippingLabel": label},
        }
        return 200, {"ShipmentResponse": {"ShipmentResults": results}}

    def void(self, number: str) -> Told:
        """Take a label back, once."""
        row = self.book.get(number)
        if row is None:
            return self.refuse("190102", "No shipment found within the allowed void period")
        if row["voided"]:
            return self.refuse("190117", "The shipment has already been voided.")
        row["voided"] = True
        return 200, {"VoidShipmentResponse": {"SummaryResult": {"Status": {"Code": "1", "Description": "Voided"}}}}

    def recover(self, asked: Any) -> Told:
        """Find a label by its mark."""
        mark = asked["ReferenceValues"]["ReferenceNumber"]["Value"]
        found = [number for number, row in self.book.items() if row["mark"] == mark and not row["voided"]]
        if not found:
            return self.refuse("300021", "No label was found.")
        image = {"LabelImageFormat": {"Code": "PDF"}, "GraphicImage": PAPER}
        results = {"TrackingNumber": found[0], "LabelImage": image}
        return 200, {"LabelRecoveryResponse": {"ShipmentIdentificationNumber": found[0], "LabelResults": results}}

    def track(self, number: str) -> Told:
        """Tell where a parcel is."""
        if number not in self.book:
            warnings = [{"code": "TW0001", "message": "Tracking Information Not Found"}]
            return 200, {"trackResponse": {"shipment": [{"warnings": warnings}]}}
        status = {"type": "I", "code": "OR", "description": "Origin scan", "statusCode": "005"}
        place = {"address": {"city": "Barking", "countryCode": "GB"}}
        activity = [{"date": "20261122", "time": "120100", "status": status, "location": place}]
        package = {"trackingNumber": number, "activity": activity}
        return 200, {"trackResponse": {"shipment": [{"inquiryNumber": number, "package": [package]}]}}
