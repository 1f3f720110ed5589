"""Who took a parcel, read from the carriers' own examples."""

import base64
import json
from typing import Any

import pytest

from fulfillment.carriers.dhl_express import answers as dhl_express
from fulfillment.carriers.dhl_parcel_de import answers as dhl_parcel
from fulfillment.carriers.fedex import answers as fedex
from fulfillment.carriers.gateway import CarrierEvent, DeliveryProof
from fulfillment.carriers.ups import answers as ups
from tests.contracts.carriers.descriptions import VENDORS, needs_vendors

pytestmark = needs_vendors
PICTURE = b"\x89PNG a signature"


def example(path: str) -> Any:
    """Return an example of a carrier's."""
    return json.loads((VENDORS / path).read_text())


def proofs(events: list[CarrierEvent]) -> list[tuple[str, DeliveryProof]]:
    """Return the status and the proof of the events that bring one."""
    return [(event.status, event.proof) for event in events if event.proof is not None]


def test_dhl_express_names_who_signed() -> None:
    events = dhl_express.events_in(example("dhl/spec/mydhl/tracking_response.json"))
    assert proofs(events) == [("delivered", DeliveryProof("J. Smith"))]


def delivered(data: Any) -> Any:
    """Return an example whose last event is a delivery, as the description allows."""
    data["shipments"][0]["events"][0]["statusCode"] = "delivered"
    return data


def test_dhl_parcel_names_who_signed() -> None:
    data = delivered(example("dhl/examples/tracking.TrackingResponseJSON.json"))
    assert proofs(dhl_parcel.events_in(data, "1")) == [("delivered", DeliveryProof("John Doe"))]


def test_fedex_names_who_signed_and_where_it_was_left() -> None:
    data = example("fedex/examples/tracking.TrackingResponse.json")
    (result,) = data["output"]["completeTrackResults"][0]["trackResults"][:1]
    result["scanEvents"][0] |= {"eventType": "DL"}
    data["output"]["completeTrackResults"] = [{"trackResults": [result]}]
    assert proofs(fedex.events_in(data, "1")) == [("delivered", DeliveryProof("Reciever", "Receptionist/Front Desk"))]


@pytest.mark.parametrize(("image", "kept"), [(base64.b64encode(PICTURE).decode(), PICTURE), ("encoding Base64", b"")])
def test_ups_sends_the_signature_s_picture(image: str, kept: bytes) -> None:
    data = example("ups/examples/tracking.TrackingResponseJSON.json")
    package = data["trackResponse"]["shipment"][0]["package"][0]
    package["activity"][0]["status"] |= {"type": "D"}
    package["deliveryInformation"] |= {"receivedBy": "SMITH", "signature": {"image": image}}
    found = proofs(ups.events_in(data))
    assert found == [("delivered", DeliveryProof("SMITH", "DEL", kept))]
