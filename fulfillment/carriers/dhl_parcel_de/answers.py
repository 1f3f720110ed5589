"""What DHL Parcel Germany answers, in our words; pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from fulfillment.carriers.gateway import (
    BoughtLabel,
    CarrierEvent,
    CarrierRefused,
    CarrierUnreachable,
    DeliveryProof,
    Pickup,
)
from fulfillment.carriers.line import Answer, read_answer, read_json
from fulfillment.carriers.measures import joined, moment, paper
from fulfillment.carriers.proofs import proof_of, with_proof

NAME = "DHL"
STATUS_OF = {
    "pre-transit": "pre_transit",
    "transit": "in_transit",
    "delivered": "delivered",
    "failure": "exception",
    "unknown": "pre_transit",
}
UNMOVED = "pre_transit"
OK = 200
RETURNED = "return:"
GONE = ("unknown shipment", "not found")


def told(answer: Answer) -> Any:
    """Return what a good answer says; raises :class:`CarrierRefused` with a sentence for any other."""
    if not answer.is_good:
        raise CarrierRefused(_sentence(_read(answer.body)))
    return read_answer(answer, NAME)


def _read(body: bytes) -> Mapping[str, Any]:
    """Return what an answer says, or nothing when it cannot be read."""
    try:
        data = read_json(body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _sentence(data: Mapping[str, Any]) -> str:
    """Return what is wrong: what was found wrong with each field, else the general word."""
    items = [one for one in data.get("items") or [] if isinstance(one, dict)]
    faults = [
        joined([fault.get("property"), fault.get("validationMessage")], ": ").rstrip(".")
        for item in items
        for fault in item.get("validationMessages") or []
        if str(fault.get("validationState", "error")).lower() != "warning"
    ]
    status = data.get("status") if isinstance(data.get("status"), dict) else {}
    general = [data.get("detail"), (status or {}).get("detail"), data.get("title")]
    stated = [(item.get("sstatus") or {}).get("detail") for item in items if not _is_ok(item)]
    words = joined(faults[:3], "; ") or joined(stated[:1]) or next((str(text) for text in general if text), "")
    return f"DHL says: {words.rstrip('.')}."[:300] if words else "DHL refuses without a reason."


def _is_ok(item: Mapping[str, Any]) -> bool:
    """Return whether one of several things asked was done."""
    status = item.get("sstatus") or {}
    return int(status.get("statusCode") or status.get("status") or 0) == OK


def label_in(data: Any, *, reference: str, service: str, price: int | None, currency: str) -> BoughtLabel:
    """Return the label of one parcel, of an order or of a return.

    :raises CarrierRefused: when DHL refuses this parcel. :raises CarrierUnreachable: when the answer has no number.
    """
    items = data.get("items") or [data]
    item = items[0]
    if "sstatus" in item and not _is_ok(item) and not item.get("shipmentNo"):
        raise CarrierRefused(_sentence(data))
    number = str(item.get("shipmentNo") or item.get("internationalShipmentNo") or "")
    if not number:
        raise CarrierUnreachable("DHL answered without a label; it may have sold one.")
    kept = f"{RETURNED}{number}" if "items" not in data else number
    document = paper((item.get("label") or {}).get("b64"))
    return BoughtLabel(kept, reference, number, service, price, currency, None, None, None, document)


def check_voided(answer: Answer, number: str) -> None:
    """Raise :class:`CarrierRefused` unless DHL has taken the label back.

    A label that was taken back is unknown to DHL: what looks like one of its numbers and is unknown counts as done.
    """
    data = _read(answer.body)
    items = [one for one in data.get("items") or [] if isinstance(one, dict)]
    if answer.is_good and all(_is_ok(item) for item in items):
        return
    words = _sentence(data)
    if number.isdigit() and any(word in words.lower() for word in GONE):
        return
    raise CarrierRefused(words)


def manifested_in(data: Any) -> list[str]:
    """Return the numbers of the parcels that DHL has on its list."""
    return [str(item["shipmentNo"]) for item in data.get("items") or [] if _is_ok(item)]


def listed_in(data: Any) -> set[str]:
    """Return the numbers of all parcels on the list of a day."""
    return {str(item["shipmentNo"]) for item in data.get("items") or [] if item.get("shipmentNo")}


def events_in(data: Any, tracking_number: str) -> list[CarrierEvent]:
    """Return what happened, oldest first; raises :class:`CarrierRefused` when DHL knows no such parcel."""
    shipments: Sequence[Mapping[str, Any]] = data.get("shipments") or []
    if not shipments:
        raise CarrierRefused("DHL knows no such parcel.")
    one = shipments[0]
    expected = str(one.get("estimatedTimeOfDelivery") or "")[:10]
    day = date.fromisoformat(expected) if expected else None
    rows = one.get("events") or [one["status"]]
    events = [_event(row, tracking_number, day) for row in rows if row.get("timestamp")]
    return with_proof(sorted(events, key=lambda event: event.occurred_at), _proof(one))


def _proof(shipment: Mapping[str, Any]) -> DeliveryProof | None:
    """Return who signed for the parcel."""
    signed = ((shipment.get("details") or {}).get("proofOfDelivery") or {}).get("signed") or {}
    return proof_of(joined([signed.get("givenName"), signed.get("familyName")], " ") or signed.get("name"))


def _event(row: Mapping[str, Any], number: str, expected: date | None) -> CarrierEvent:
    """Return one thing that happened."""
    code = str(row.get("statusCode", ""))
    address = (row.get("location") or {}).get("address") or {}
    at: datetime = moment(str(row["timestamp"]))
    return CarrierEvent(
        event_id=f"{number}:{row['timestamp']}:{code}",
        tracking_number=number,
        status=STATUS_OF.get(code, UNMOVED),
        raw_code=code,
        description=joined([row.get("description") or row.get("status"), row.get("remark")], ". ")[:300],
        place=joined([address.get("addressLocality"), address.get("countryCode")])[:120],
        occurred_at=at,
        expected_on=expected,
    )


def pickup_in(data: Any) -> Pickup:
    """Return the driver's confirmation, for the day that DHL names."""
    value = data["confirmation"]["value"]
    return Pickup(str(value["orderID"]), date.fromisoformat(str(value["pickupDate"])), "12:00–18:00")
