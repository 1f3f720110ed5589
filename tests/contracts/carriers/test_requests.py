"""Every request that is built satisfies the description that its carrier has published."""

import json
from datetime import UTC, date, datetime

import pytest
from phonenumbers import SUPPORTED_REGIONS

from fulfillment.carriers.account import Account
from fulfillment.carriers.dhl_express import asking as dhl_express
from fulfillment.carriers.dhl_parcel_de import asking as dhl_parcel
from fulfillment.carriers.dhl_parcel_de.contract import read_contract
from fulfillment.carriers.dhl_parcel_de.places import three_letters
from fulfillment.carriers.fedex import asking as fedex
from fulfillment.carriers.gateway import Goods, Parcel
from fulfillment.carriers.line import Request
from fulfillment.carriers.shipglobal import asking as shipglobal
from fulfillment.carriers.ups import asking as ups
from fulfillment.documents.papers import Address
from tests.contracts.carriers.descriptions import CONTRADICTIONS, VENDORS, description, needs_vendors
from tests.contracts.carriers.more_fakes import ENTERED

NOW = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
DAY = date(2026, 11, 27)
ACCOUNT = Account("main", ENTERED)
MEMPHIS = Address("Shop", "12 Main Street", "Memphis", "38116", "US", "Shop Inc", region="TN", phone="+1 901 555 0100")
NEW_YORK = Address("Ada Lovelace", "100 Broadway Apt 4", "New York", "10005-1234", "US", region="NY")
BONN = Address("Shop", "Charles-de-Gaulle-Str. 20", "Bonn", "53113", "DE", "Shop GmbH", phone="+49 228 1234")
COLOGNE = Address("Käthe Müller", "Hauptstraße 5a", "Köln", "50667", "DE", line2="Hinterhaus, zweite Klingel von oben")
LEEDS = Address("Ada Lovelace", "12 The Headrow", "Leeds", "LS1 4AP", "GB")
LONDON = Address("Shop", "The Old Brewery, Unit 17, 148 Long Lane", "London", "SE1 4BJ", "GB", "Shop Limited")
DELHI = Address("Shop", "5 MG Road", "Delhi", "110001", "IN", phone="+91 99999 99999")
GOODS = (Goods("T-shirt, red, “Ørsted”", 2, 1990, "EUR", 180, "TEE-RED-M"), Goods("Mug", 1, 995, "EUR", 320, "MUG"))


def a_parcel(start: Address, end: Address, **fields: object) -> Parcel:
    """Return a parcel of 2,345 g with goods."""
    values = {"weight_g": 2345, "length_mm": 301, "width_mm": 205, "height_mm": 99, "order_number": "T1001"}
    return Parcel("label:12:1", start, end, **values | {"goods": GOODS} | fields)  # type: ignore[arg-type]


WAYS = {
    "at home in the United States": a_parcel(MEMPHIS, NEW_YORK),
    "at home in Britain": a_parcel(LONDON, LEEDS),
    "within the Union": a_parcel(BONN, Address("Anne", "Rue de Rivoli 1", "Paris", "75001", "FR")),
    "across customs": a_parcel(BONN, LEEDS),
    "from the United States across customs": a_parcel(MEMPHIS, LEEDS),
    "back from a customer": a_parcel(NEW_YORK, MEMPHIS, is_return=True),
    "without sizes or goods": a_parcel(LONDON, LEEDS, length_mm=0, goods=()),
}
PRODUCTS = {one.code: one for one in read_contract(ENTERED["contract"])}
FEDEX, UPS, DE = "fedex/spec/{}.json", "ups/spec/{}.json", "dhl/spec/dhl_parcel_de/{}.yaml"
GERMAN = DE.format("parcel-de-shipping-v2_2")
SHIPPING = "ups/spec/Shipping.json.gz"
MYDHL = "dhl/spec/mydhl/dpdhl-express-api-3.1.1_swagger.yaml.gz"
SHIPGLOBAL = "shipglobal/spec/shipglobal-v1.derived-openapi.json"
KNOWN = tuple(f"{one.shown[1]}: {one.rule}" for one in CONTRADICTIONS)
"""How the faults read that the vendors' own examples have too."""


@needs_vendors
@pytest.mark.parametrize("parcel", WAYS.values(), ids=list(WAYS))
def test_rates_and_labels_of_those_that_serve_the_world(parcel) -> None:
    asked = [
        (FEDEX.format("rate-api"), "", fedex.rates(parcel, ACCOUNT, now=NOW)),
        (FEDEX.format("ship-api"), "", fedex.ship(parcel, "FEDEX_GROUND", ACCOUNT, now=NOW)),
        (UPS.format("Rating"), "/api", ups.rates(parcel, ACCOUNT, now=NOW)),
        (SHIPPING, "/api", ups.ship(parcel, "11", ACCOUNT, now=NOW)),
        (MYDHL, "", dhl_express.rates(parcel, ACCOUNT, now=NOW)),
        (MYDHL, "", dhl_express.ship(parcel, "P", ACCOUNT, now=NOW)),
    ]
    assert [description(spec).faults(request, base=base) for spec, base, request in asked] == [[]] * len(asked)


def a_german(parcel: Parcel, product: str) -> Request:
    """Return the request for a label of one of the contract's products."""
    return dhl_parcel.ship(parcel, PRODUCTS[product], ACCOUNT, now=NOW)


REST = {
    "FedEx void": (FEDEX.format("ship-api"), "", fedex.void("794953535000", ACCOUNT)),
    "FedEx track": (FEDEX.format("track"), "", fedex.track("794953535000")),
    "FedEx search": (FEDEX.format("track"), "", fedex.search("label:12:1", ACCOUNT, now=NOW)),
    "FedEx pickup": (
        FEDEX.format("pickup-api"), "", fedex.pickup(MEMPHIS, DAY, ACCOUNT, parcels=3, weight_g=5000)
    ),
    "UPS token": (UPS.format("OAuthClientCredentials"), "", ups.login(ACCOUNT)),
    "UPS void": (SHIPPING, "/api", ups.void("1Z12345E8791315509")),
    "UPS recovery": (SHIPPING, "/api", ups.recover("label:12:1", ACCOUNT)),
    "UPS track": (UPS.format("Tracking"), "/api", ups.track("1Z12345E8791315509")),
    "UPS pickup": (UPS.format("Pickup"), "/api", ups.pickup(LONDON, DAY, ACCOUNT, parcels=2, weight_g=3000)),
    "DHL Express track": (MYDHL, "", dhl_express.track("9356579890")),
    "DHL Express search": (MYDHL, "", dhl_express.search("label:12:1", ACCOUNT, now=NOW)),
    "DHL Express pickup": (MYDHL, "", dhl_express.pickup(BONN, DAY, ACCOUNT, parcels=2, weight_g=3000)),
    "DHL label": (GERMAN, dhl_parcel.SHIPPING, a_german(WAYS["across customs"], "V53WPAK")),
    "DHL label within the Union": (GERMAN, dhl_parcel.SHIPPING, a_german(WAYS["within the Union"], "V53WPAK")),
    "DHL label at home": (
        GERMAN, dhl_parcel.SHIPPING, a_german(a_parcel(BONN, COLOGNE), "V01PAK")
    ),
    "DHL return": (
        DE.format("pp-parcel-returns"), dhl_parcel.RETURNS,
        a_german(a_parcel(COLOGNE, BONN, is_return=True), "RETURN"),
    ),
    "DHL void": (GERMAN, dhl_parcel.SHIPPING, dhl_parcel.void("340434310428091700")),
    "DHL manifest": (
        GERMAN, dhl_parcel.SHIPPING, dhl_parcel.manifest(["340434310428091700"])
    ),
    "DHL pickup": (
        DE.format("parcel-de-pickup-v3"), dhl_parcel.PICKUP,
        dhl_parcel.pickup(BONN, DAY, ACCOUNT, PRODUCTS["V01PAK"], parcels=2, weight_g=3000),
    ),
    "ShipGlobal rates": (SHIPGLOBAL, "", shipglobal.rates(a_parcel(DELHI, LEEDS))),
    "ShipGlobal order": (SHIPGLOBAL, "", shipglobal.add(a_parcel(DELHI, LEEDS), "UPS", ACCOUNT, now=NOW)),
    "ShipGlobal label": (SHIPGLOBAL, "", shipglobal.get_label("SG3231107366132")),
    "ShipGlobal void": (SHIPGLOBAL, "", shipglobal.cancel("SG3231107366132")),
    "ShipGlobal track": (SHIPGLOBAL, "", shipglobal.track("SG3231107366132")),
}  # fmt: skip


@needs_vendors
@pytest.mark.parametrize(("spec", "base", "request_"), REST.values(), ids=list(REST))
def test_the_rest_of_what_is_asked(spec: str, base: str, request_: Request) -> None:
    assert description(spec).faults(request_, base=base, allowed=KNOWN) == []


@needs_vendors
def test_a_rule_that_is_not_kept_is_broken_by_the_vendors_own_example() -> None:
    assert VENDORS is not None
    for one in CONTRADICTIONS:
        file, path = one.shown
        value = json.loads((VENDORS / file).read_text())
        for step in path.split("."):
            value = value[step]
        assert description(one.file).broken(one.schema, one.property, value) == [one.rule]
    broken = {
        name: faults
        for name, (spec, base, request) in REST.items()
        if (faults := description(spec).faults(request, base=base))
    }
    assert {name: len(faults) for name, faults in broken.items()} == {
        "UPS recovery": 1,
        "UPS pickup": 1,
        "DHL pickup": 1,
    }


@needs_vendors
def test_dhl_knows_the_letters_of_every_country_with_a_telephone() -> None:
    known = set(description(GERMAN).document["components"]["schemas"]["Country"]["enum"])
    unserved = {"AC", "EH", "IO", "TA", "XK"}
    assert {two for two in SUPPORTED_REGIONS if three_letters(two) not in known} == unserved


@needs_vendors
def test_a_request_that_breaks_its_description_is_seen() -> None:
    wrong = fedex.ship(WAYS["across customs"], "FEDEX_GROUND", ACCOUNT, now=NOW)
    broken = Request(wrong.method, wrong.path, wrong.headers, wrong.body.replace(b'"SENDER"', b'"NOBODY"'))
    assert any("paymentType" in fault for fault in description(FEDEX.format("ship-api")).faults(broken))
    assert "query colour is unknown" in description(MYDHL).faults(Request("GET", "/tracking?colour=red"))
