"""DHL Express, DHL Parcel Germany and ShipGlobal as companies of their own, and an account at every carrier."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fulfillment.carriers.account import Account
from fulfillment.carriers.gateway import CarrierGateway
from fulfillment.carriers.kinds import KINDS
from tests.contracts.carriers.fakes import PAPER, TOKEN, Company, Fedex, Told, Ups


class DhlExpress(Company):
    """DHL Express."""

    def answer(self, method: str, path: str, whole: str, body: bytes) -> Told:
        """Return what DHL Express says."""
        way = path.removeprefix("/mydhlapi")
        if way == "/rates":
            weight = json.loads(body)["packages"][0]["weight"]
            price = [{"currencyType": "BILLC", "priceCurrency": "GBP", "price": 20 + weight}]
            product = {"productName": "EXPRESS WORLDWIDE", "productCode": "P", "totalPrice": price}
            return 200, {"products": [product, {"productCode": "7", "totalPrice": [{"price": 0}]}]}
        if way == "/shipments":
            return self.ship(json.loads(body))
        if way == "/tracking":
            mark = parse_qs(urlsplit(whole).query)["shipmentReference"][0]
            found = [number for number, row in self.book.items() if row["mark"] == mark]
            return (200, {"shipments": [{"shipmentTrackingNumber": one} for one in found]}) if found else self.unknown()
        if way == "/pickups":
            return 201, {"dispatchConfirmationNumbers": ["PRG999123456"]}
        return self.track(way.split("/")[2])

    @staticmethod
    def unknown() -> Told:
        """Return that there is no such parcel."""
        return 404, {"status": "404", "title": "Not data found", "detail": "No Shipments Found"}

    def ship(self, data: Any) -> Told:
        """Sell a label."""
        if data["productCode"] != "P":
            return 422, {"status": "422", "detail": "The requested product(s) not available."}
        number = self.sell(data["customerReferences"][0]["value"])
        weight = data["content"]["packages"][0]["weight"]
        charges = [{"currencyType": "BILLC", "priceCurrency": "GBP", "price": 20 + weight}]
        papers = [{"imageFormat": "PDF", "content": PAPER, "typeCode": "label"}]
        return 201, {"shipmentTrackingNumber": int(number), "shipmentCharges": charges, "documents": papers}

    def track(self, number: str) -> Told:
        """Tell where a parcel is."""
        if number not in self.book:
            return self.unknown()
        area = [{"code": "BRS", "description": "Barking"}]
        event = {"date": "2026-11-22", "time": "12:01:00", "GMTOffset": "+00:00", "typeCode": "PU", "serviceArea": area}
        return 200, {"shipments": [{"shipmentTrackingNumber": number, "events": [event]}]}


class DhlParcelDe(Company):
    """DHL Parcel Germany."""

    def answer(self, method: str, path: str, whole: str, body: bytes) -> Told:
        """Return what DHL says."""
        query = parse_qs(urlsplit(whole).query)
        if path.endswith("/token"):
            return 200, TOKEN
        if path.endswith("/returns/v1/orders"):
            number = self.sell(json.loads(body)["shipmentReference"])
            return 201, {"sstatus": {"title": "Created", "status": 201}, "shipmentNo": number, "label": {"b64": PAPER}}
        if path.endswith("/shipping/v2/orders"):
            return self.void(query["shipment"][0]) if method == "DELETE" else self.ship(json.loads(body))
        if path.endswith("/manifests") and method == "GET":
            listed = [{"shipmentNo": one, "sheetNo": "1"} for one, row in self.book.items() if row.get("closed")]
            return (200, {"manifestDate": query["date"][0], "items": listed}) if listed else (404, {"title": "None"})
        if path.endswith("/manifests"):
            for number in json.loads(body)["shipmentNumbers"]:
                self.book.get(number, {})["closed"] = True
            rows = [self.item(number, 200) for number in json.loads(body)["shipmentNumbers"]]
            return 207, {"status": {"title": "OK", "statusCode": 200}, "items": rows}
        if path == "/track/shipments":
            return self.track(query["trackingNumber"][0])
        value = {"orderID": "837624af", "pickupDate": json.loads(body)["pickupDetails"]["pickupDate"]["value"]}
        return 200, {"confirmation": {"type": "ORDERPICKUP", "value": value}}

    @staticmethod
    def item(number: str, status: int, detail: str = "") -> dict[str, Any]:
        """Return one row of an answer about several parcels."""
        return {
            "shipmentNo": number,
            "sstatus": {"title": "x", "status": status, "statusCode": status, "detail": detail},
        }

    def ship(self, data: Any) -> Told:
        """Sell a label."""
        number = self.sell(data["shipments"][0]["refNo"])
        return 200, {"items": [{**self.item(number, 200), "label": {"b64": PAPER, "fileFormat": "PDF"}}]}

    def void(self, number: str) -> Told:
        """Delete a label; what is deleted is unknown."""
        if self.book.get(number, {"voided": True})["voided"]:
            return 400, {"items": [self.item(number, 400, "Unknown shipment number.")]}
        self.book[number]["voided"] = True
        return 200, {"items": [self.item(number, 200)]}

    def track(self, number: str) -> Told:
        """Tell where a parcel is."""
        if number not in self.book:
            return 404, {
                "title": "No result found",
                "detail": "No shipment with given tracking number found.",
                "status": 404,
            }
        event = {
            "timestamp": "2026-11-22T12:01:00+01:00",
            "statusCode": "transit",
            "description": "At the parcel centre",
        }
        return 200, {"shipments": [{"id": number, "status": event, "events": [event]}]}


class ShipGlobal(Company):
    """ShipGlobal; what an order answers is not published, so this is one of the shapes that are read."""

    def answer(self, method: str, path: str, whole: str, body: bytes) -> Told:
        """Return what ShipGlobal says."""
        data, way = json.loads(body), path.removeprefix("/apiv1")
        if way == "/rates/calculate":
            fee = 300 + 100 * float(data["package_weight"])
            service = {"title": "ShipGlobal Direct", "transit_time": "7-10 Days", "subtotal_fee": fee}
            return 200, {"success": True, "currency": "INR", "services": [service]}
        if way == "/order/add":
            if not data["service"].lower().startswith("shipglobal"):
                return 200, {"success": False, "msg": "Invalid service"}
            return 200, {"success": True, "data": {"tracking": self.sell(data["order_reference"])}}
        if data["tracking"] not in self.book:
            return 200, {"success": False, "msg": "Invalid tracking"}
        if way == "/order/getLabel":
            return 200, {"success": True, "tracking": data["tracking"], "label": PAPER}
        if way == "/order/cancelRefundOrder":
            self.book[data["tracking"]]["voided"] = True
            return 200, {"success": True, "msg": "Order cancelled"}
        rows = [{"code": "SGE_104", "date": "2026-11-22 12:01:00", "description": "Picked up", "location": "Delhi"}]
        return 200, {"success": True, "events": rows}


ENTERED = {
    "client_id": "id",
    "client_secret": "secret",
    "account_number": "A1B2C3",
    "username": "user",
    "password": "secret",
    "api_key": "key",
    "api_secret": "secret",
    "contract": "V01PAK 33333333330102 2=4.19 31.5=8.19\nV53WPAK 33333333335301 31.5=14.19\nRETURN deu 31.5=4.00",
    "email": "export@example.com",
    "phone": "+44 20 7946 0000",
    "tariff_number": "61091000",
    "origin": "DE",
}
COMPANIES: dict[str, tuple[type[Company], str]] = {
    "fedex": (Fedex, "794953"),
    "ups": (Ups, "1Z0FH3440000"),
    "dhl_express": (DhlExpress, "9356"),
    "dhl_parcel_de": (DhlParcelDe, "00340434310428"),
    "shipglobal": (ShipGlobal, "SG32311"),
}


def an_account(kind: str) -> tuple[CarrierGateway, Company]:
    """Return a gateway that speaks with a company of paper, and the company."""
    company_type, numbers = COMPANIES[kind]
    company = company_type(numbers)
    made: Any = KINDS[kind].make
    return made(Account(kind, ENTERED), send=company), company
