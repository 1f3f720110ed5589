"""The same published answers, read by us and by karrio, which knows nothing of us: both find the same."""

import json
import subprocess
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fulfillment.carriers.dhl_express import answers as dhl_express
from fulfillment.carriers.dhl_parcel_de import answers as dhl_parcel
from fulfillment.carriers.fedex import answers as fedex
from fulfillment.carriers.gateway import BoughtLabel, CarrierEvent, Rate
from fulfillment.carriers.line import read_json
from fulfillment.carriers.ups import answers as ups
from oms.foundation.money import exponent
from tests.contracts.carriers.descriptions import VENDORS

KARRIO = Path(__file__).resolve().parents[3] / "tools" / "karrio"
PYTHON = KARRIO.parents[1] / "var" / "karrio" / "bin" / "python"
DAY = date(2026, 11, 26)
needs_karrio = pytest.mark.skipif(
    VENDORS is None or not PYTHON.is_file(),
    reason="the vendors' examples are not beside the project (../shared/vendor)"
    if VENDORS is None
    else "karrio is not installed: make karrio",
)
READERS: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("fedex", "label"): lambda data: fedex.label_in(data, reference="label:1:1", service="x"),
    ("fedex", "track"): lambda data: fedex.events_in(data, "1"),
    ("ups", "rates"): lambda data: ups.rates_in(data, "x"),
    ("ups", "label"): lambda data: ups.label_in(data, reference="label:1:1", service="x"),
    ("ups", "track"): ups.events_in,
    ("mydhl", "rates"): lambda data: dhl_express.rates_in(data, "x", today=DAY),
    ("mydhl", "label"): lambda data: dhl_express.label_in(data, reference="label:1:1", service="x"),
    ("mydhl", "track"): dhl_express.events_in,
    ("dhl_parcel_de", "label"): lambda data: dhl_parcel.label_in(
        data, reference="label:1:1", service="x", price=None, currency=""
    ),
    ("dhl_universal", "track"): lambda data: dhl_parcel.events_in(data, "1"),
}
ANSWERS = [
    ("fedex", "rates", "fedex/examples/rate.RateResponse.json"),
    ("fedex", "rates", "fedex/examples/rate.IntlRateResponse.json"),
    ("fedex", "label", "fedex/examples/return_shipment.ShipmentResponseJSON.json"),
    ("fedex", "track", "fedex/examples/tracking.TrackingResponse.json"),
    ("fedex", "track", "fedex/examples/tracking.DuplicateTrackingResponse.json"),
    ("ups", "rates", "ups/examples/rate.RateResponseJSON.json"),
    ("ups", "rates", "ups/examples/rate.RateResponseWithMissingAmountJSON.json"),
    ("ups", "label", "ups/examples/return_shipment.ShipmentResponseJSON.json"),
    ("ups", "label", "ups/examples/shipment.ShipmentResponseWithInvoice.json"),
    ("ups", "track", "ups/examples/tracking.TrackingResponseJSON.json"),
    ("mydhl", "rates", "dhl/examples/rate.RateResponse.json"),
    ("mydhl", "rates", "dhl/spec/mydhl/rate_response.json"),
    ("mydhl", "label", "dhl/examples/shipment.ShipmentResponse.json"),
    ("mydhl", "track", "dhl/examples/tracking.TrackingResponse.json"),
    ("mydhl", "track", "dhl/spec/mydhl/tracking_response.json"),
    ("dhl_parcel_de", "label", "dhl/examples/shipment.ShipmentResponse-2.json"),
    ("dhl_universal", "track", "dhl/examples/tracking.TrackingResponseJSON.json"),
]
THEIRS = {
    "pending": "pre_transit",
    "picked_up": "picked_up",
    "in_transit": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "delivered": "delivered",
    "on_hold": "exception",
    "delivery_failed": "exception",
    "delivery_delayed": "delayed",
}
"""karrio's words for a status, in ours."""
KNOWN = {
    # codes that karrio does not know and calls “pending” or nothing
    ("fedex", "AO"): "in_transit",
    ("mydhl", "PU"): "picked_up",
    ("mydhl", "PL"): "in_transit",
    # an example that says “pre-transit” as its code and “DELIVERED” as its text: we go by the code
    ("dhl_universal", "pre-transit"): "pre_transit",
}
FEES = {Decimal("408.45"): Decimal("391.02")}
"""karrio adds FedEx's fee for advancing duties, which the receiver of our parcels pays (DAP)."""


def published(file: str) -> bytes:
    """Return an answer as it is published."""
    assert VENDORS is not None
    return (VENDORS / file).read_bytes()


@cache
def karrios() -> list[list[dict[str, Any]]]:
    """Return what karrio reads in every answer."""
    asked = [
        {"carrier": carrier, "call": call, "answer": json.loads(published(file))} for carrier, call, file in ANSWERS
    ]
    told = subprocess.run(
        [str(PYTHON), str(KARRIO / "reader.py")], input=json.dumps(asked), capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr[-2000:]
    found: list[list[dict[str, Any]]] = json.loads(told.stdout.splitlines()[-1])
    return found


def ours(carrier: str, call: str, file: str, *, preferred: str = "") -> Any:
    """Return what we read in an answer; FedEx names prices in several currencies."""
    data = read_json(published(file))
    if (carrier, call) == ("fedex", "rates"):
        return fedex.rates_in(data, "x", today=DAY, preferred=preferred)
    return READERS[carrier, call](data)


def of(call: str) -> list[Any]:
    """Return the answers to one kind of call, each with its place."""
    return [pytest.param(place, id=one[2]) for place, one in enumerate(ANSWERS) if one[1] == call]


@needs_karrio
@pytest.mark.parametrize("place", of("rates"))
def test_prices_and_currencies_are_the_same(place: int) -> None:
    carrier, call, file = ANSWERS[place]
    theirs: dict[str, tuple[Decimal, str]] = {}
    for one in karrios()[place]:  # the cheapest of a service that is named twice, as we take it
        price = FEES.get(Decimal(one["amount"]), Decimal(one["amount"])), one["currency"]
        theirs[one["service"]] = min(price, theirs.get(one["service"], price))
    rates: list[Rate] = ours(carrier, call, file, preferred=karrios()[place][0]["currency"])
    assert sorted(theirs.values()) == sorted((decimal(rate.amount, rate.currency), rate.currency) for rate in rates)


def decimal(minor: int, currency: str) -> Decimal:
    """Return minor units as carriers write them."""
    return Decimal(minor).scaleb(-exponent(currency))


@needs_karrio
@pytest.mark.parametrize("place", of("label"))
def test_numbers_and_papers_are_the_same(place: int) -> None:
    label: BoughtLabel = ours(*ANSWERS[place])
    [theirs] = karrios()[place]
    assert label.tracking_number == theirs["number"]
    assert label.document.startswith(b"%PDF-") == theirs["paper"].startswith("JVBERi0")
    if theirs["amount"]:
        assert label.amount is not None
        assert (decimal(label.amount, label.currency), label.currency) == (
            Decimal(theirs["amount"]),
            theirs["currency"],
        )


@needs_karrio
@pytest.mark.parametrize("place", of("track"))
def test_events_and_statuses_are_the_same(place: int) -> None:
    events: list[CarrierEvent] = ours(*ANSWERS[place])
    carrier = ANSWERS[place][0]
    theirs = [(one["code"], KNOWN.get((carrier, one["code"]), THEIRS.get(one["status"]))) for one in karrios()[place]]
    assert sorted((one.raw_code.rpartition(":")[2], one.status) for one in events) == sorted(theirs)
