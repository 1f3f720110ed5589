"""Every call of every adapter, over the wire, against a server that knows nothing but the vendor's description."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fulfillment.carriers.account import Account
from fulfillment.carriers.gateway import (
    BoughtLabel,
    CarrierCannotTell,
    CarrierEvent,
    CarrierGateway,
    Manifest,
    Parcel,
    Pickup,
    Rate,
)
from fulfillment.carriers.kinds import KINDS
from fulfillment.documents.papers import Address
from tests.contracts.carriers.fakes import PAPER, TOKEN
from tests.contracts.carriers.mocks import Part, Vendor, needs_prism, playing
from tests.contracts.carriers.more_fakes import ENTERED
from tests.contracts.carriers.test_requests import BONN, COLOGNE, DAY, DELHI, LEEDS, MEMPHIS, NOW, WAYS, a_parcel

UPS_VOIDED = {"VoidShipmentResponse": {"SummaryResult": {"Status": {"Code": "1", "Description": "Voided"}}}}
UPS_RECOVERED = {
    "LabelRecoveryResponse": {
        "ShipmentIdentificationNumber": "1Z12345E8791315413",
        "LabelResults": {"TrackingNumber": "1Z12345E8791315413", "LabelImage": {"GraphicImage": PAPER}},
    }
}
INDIA = {"code": "SGE_104", "date": "2026-11-22 12:01:00", "description": "Picked up", "location": "Delhi"}
GERMAN = "dhl/spec/dhl_parcel_de/{}.yaml"
VENDOR = {
    "fedex": Vendor(
        [Part(f"fedex/spec/{name}.json") for name in ("rate-api", "ship-api", "track", "pickup-api")],
        {
            "POST /rate/v1/rates/quotes": "fedex/examples/rate.RateResponse.json",
            "POST /pickup/v1/pickups": "fedex/examples/pickup.PickupResponse.json",
        },
    ),
    "ups": Vendor(
        [
            Part("ups/spec/OAuthClientCredentials.json"),
            *(Part(f"ups/spec/{one}", "/api") for one in ("Rating.json", "Shipping.json.gz", "Tracking.json")),
            Part("ups/spec/Pickup.json", "/api"),
        ],
        {
            "POST /security/v1/oauth/token": TOKEN,
            "POST /api/rating/{version}/{requestoption}": "ups/examples/rate.RateResponseJSON.json",
            "POST /api/shipments/{version}/ship": "ups/examples/return_shipment.ShipmentResponseJSON.json",
            "DELETE /api/shipments/{version}/void/cancel/{shipmentidentificationnumber}": UPS_VOIDED,
            "POST /api/labels/{version}/recovery": UPS_RECOVERED,
            "GET /api/track/v1/details/{inquiryNumber}": "ups/examples/tracking.TrackingResponseJSON.json",
        },
    ),
    "dhl_express": Vendor([Part("dhl/spec/mydhl/dpdhl-express-api-3.1.1_swagger.yaml.gz", "/mydhlapi")]),
    "dhl_parcel_de": Vendor(
        [
            Part(GERMAN.format("parcel-de-shipping-v2_2"), "/parcel/de/shipping/v2"),
            Part(GERMAN.format("pp-parcel-returns"), "/parcel/de/shipping/returns/v1"),
            Part(GERMAN.format("parcel-de-pickup-v3"), "/parcel/de/transportation/pickup/v3"),
        ],
        {"POST /parcel/de/transportation/pickup/v3/orders": "dhl/spec/dhl_parcel_de/pickup_response.json"},
    ),
    "shipglobal": Vendor(
        [Part("shipglobal/spec/shipglobal-v1.derived-openapi.json", "/apiv1")],
        {
            "POST /apiv1/rates/calculate": "shipglobal/examples/rates.GB_20g.json",
            "POST /apiv1/order/add": {"success": True, "data": {"tracking": "SG3231107366132"}},
            "POST /apiv1/order/getLabel": "shipglobal/examples/getLabel.response.json",
            "POST /apiv1/order/cancelRefundOrder": {"success": True, "msg": "Order cancelled"},
            "POST /apiv1/tools/tracking": {"success": True, "events": [INDIA]},
        },
    ),
}
HOME: dict[str, Address] = {"fedex": MEMPHIS, "ups": MEMPHIS, "shipglobal": DELHI}
LABELS: dict[str, list[tuple[Parcel, str]]] = {
    "fedex": [(parcel, "FEDEX_GROUND") for parcel in WAYS.values()],
    "ups": [(parcel, "11") for parcel in WAYS.values()],
    "dhl_express": [(parcel, "P") for parcel in WAYS.values()],
    "dhl_parcel_de": [
        (a_parcel(BONN, COLOGNE), "V01PAK"),
        (WAYS["within the Union"], "V53WPAK"),
        (WAYS["across customs"], "V53WPAK"),
        (a_parcel(COLOGNE, BONN, is_return=True), "RETURN"),
    ],
    "shipglobal": [(a_parcel(DELHI, LEEDS), "UPS")],
}
NUMBERS = {"dhl_parcel_de": "340434310428091700"}
FOUND = {"fedex": CarrierCannotTell, "dhl_express": CarrierCannotTell}
"""Who tells a number by our reference, but not the paper."""
UNASKED = {
    ("dhl_express", "void"): "has no such call",
    ("dhl_parcel_de", "find"): "has no such call",
    ("dhl_parcel_de", "track"): "its description is a placeholder; its answers are read from examples",
    ("shipglobal", "find"): "has no such call",
    ("shipglobal", "pickup"): "has no such call",
}
Call = tuple[type, Callable[[], Any]]


def calls(kind: str, gateway: CarrierGateway) -> Iterator[Call]:
    """Yield every call that an adapter makes, with what it must come to."""
    number = NUMBERS.get(kind, "1Z12345E8791315413")
    for parcel, service in LABELS[kind]:
        yield Rate, lambda parcel=parcel: gateway.rates(parcel, now=NOW)[0]  # type: ignore[misc]
        yield BoughtLabel, lambda parcel=parcel, service=service: gateway.buy_label(parcel, service, now=NOW)  # type: ignore[misc]
    rest: dict[str, Call] = {
        "void": (type(None), lambda: gateway.void_label(number, now=NOW)),
        "find": (FOUND.get(kind, BoughtLabel), lambda: gateway.find_by_reference("label:12:1", now=NOW)),
        "track": (CarrierEvent, lambda: gateway.track(number)[0]),
        "manifest": (Manifest, lambda: gateway.manifest([number], now=NOW)),
        "pickup": (Pickup, lambda: gateway.pickup(HOME.get(kind, BONN), DAY, parcels=2, weight_g=3000)),
    }
    yield from (call for name, call in rest.items() if (kind, name) not in UNASKED)


def outcome(call: Callable[[], Any]) -> Any:
    """Return what a call comes to, words for a person too."""
    try:
        return call()
    except CarrierCannotTell as known:
        return known


@needs_prism
@pytest.mark.parametrize("kind", list(VENDOR))
def test_the_vendors_own_description_takes_every_call_and_its_answer_is_read(kind: str, settings) -> None:
    settings.ALLOW_INSIDE_TARGETS = True  # the only place where a carrier lives on this machine
    with playing(VENDOR[kind]) as prism:
        gateway = KINDS[kind].make(Account(kind, ENTERED), send=prism)  # type: ignore[call-arg]
        told = [(wanted, outcome(call)) for wanted, call in calls(kind, gateway)]
        good = len(prism.statuses)
        prism(*prism.statuses[-1][0].split(), body=b"{}", headers={"Content-Type": "application/json"})
    assert [one for wanted, one in told if not isinstance(one, wanted)] == []
    assert all(one.tracking_number for _, one in told if isinstance(one, BoughtLabel))
    assert all("has sold label" in str(one) for _, one in told if isinstance(one, CarrierCannotTell))
    assert [(what, status) for what, status in prism.statuses[:good] if status >= 300] == []
    *complaints, control = prism.complaints()
    assert (complaints, len(complaints)) == ([[]] * good, good)
    assert control != [] or prism.statuses[-1][1] >= 400  # what breaks the description is seen


def test_every_kind_of_carrier_is_played() -> None:
    assert set(VENDOR) == set(LABELS) == set(KINDS) - {"file"}  # which calls nobody
