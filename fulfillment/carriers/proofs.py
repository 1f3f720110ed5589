"""The proof of a delivery as carriers tell it, put on the event that it belongs to."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fulfillment.carriers.gateway import CarrierEvent, DeliveryProof
from fulfillment.carriers.measures import paper

LONGEST = 120


def proof_of(signed_by: Any, place: Any = "", picture: Any = "") -> DeliveryProof | None:
    """Return the proof that a carrier tells, a picture in base64; None where it says nothing at all."""
    name, where = str(signed_by or "").strip()[:LONGEST], str(place or "").strip()[:LONGEST]
    drawn = paper(picture)
    return DeliveryProof(name, where, drawn) if name or drawn else None


def with_proof(events: Sequence[CarrierEvent], proof: DeliveryProof | None) -> list[CarrierEvent]:
    """Return the events, the first delivery among them with the proof."""
    first = next((one for one in events if one.status == "delivered"), None)
    return [replace(one, proof=proof) if one is first else one for one in events]
