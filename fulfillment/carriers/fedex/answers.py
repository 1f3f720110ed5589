"""What FedEx answers, in our words; pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from fulfillment.carriers.choosing import cheapest_of_each
from fulfillment.carriers.fedex.codes import days_of, level_of, status_of
from fulfillment.carriers.gateway import (
    BoughtLabel,
    CarrierEvent,
    CarrierRefused,
    CarrierUnreachable,
    Pickup,
    Rate,
)
from fulfillment.carriers.line import Answer, read_answer, read_json
from fulfillment.carriers.measures import joined, minor_units, moment, paper
from fulfillment.carriers.proofs import proof_of, with_proof

NAME = "FedEx"
ADVICE = {
    "ACCOUNT.NUMBER.MISMATCH": "The account number does not belong to this key; an administrator looks at the account.",
    "ACCOUNTNUMBER.REGISTRATION.REQUIRED": "FedEx does not know this account number; an administrator corrects it.",
    "SHIPMENT.USER.UNAUTHORIZED": "This key may not do that; ask FedEx to enable it for the account.",
    "PICKUP.REQUESTED.PREVIOUS.DAY": "No driver comes on a day that has passed; choose another day.",
    "PICKUP.POSTALCODE.MISSING": "The location's address has no postcode; complete it.",
}
DONE_BEFORE = ("ALREADY.CANCEL", "ALREADY.DELETED", "CANCELLED.ALREADY")


def told(answer: Answer) -> Any:
    """Return what a good answer says; raises :class:`CarrierRefused` with a sentence for any other."""
    if answer.is_good:
        data = read_answer(answer, NAME)
        errors = data.get("errors") if isinstance(data, dict) else None
        if not errors:
            return data
        raise CarrierRefused(_sentence(errors))
    raise CarrierRefused(_sentence(_errors(answer)))


def _errors(answer: Answer) -> Sequence[Mapping[str, Any]]:
    """Return code and message of each error, whichever of its shapes it has."""
    try:
        data = read_json(answer.body)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        return []
    if "error" in data:
        return [{"code": data["error"], "message": data.get("error_detail", "")}]
    return [one for one in data.get("errors") or [] if isinstance(one, dict)]


def _sentence(errors: Sequence[Mapping[str, Any]]) -> str:
    """Return what is wrong and what to do."""
    if not errors:
        return "FedEx refuses without a reason; look at the address and the account."
    code = str(errors[0].get("code", ""))
    known = ADVICE.get(code)
    message = " ".join(str(one.get("message", "")).strip().rstrip(".") for one in errors[:3]) or code
    return known or f"FedEx says: {message}. ({code})"


def was_done_before(answer: Answer) -> bool:
    """Return whether a refusal says that the label was taken back before."""
    return any(word in str(one.get("code", "")) for one in _errors(answer) for word in DONE_BEFORE)


def rates_in(data: Any, carrier: str, *, today: date, preferred: str = "") -> list[Rate]:
    """Return the account's rate of each service, cheapest first; services without a price are left out."""
    found = [_rate(one, carrier, today, preferred) for one in data["output"].get("rateReplyDetails") or []]
    return cheapest_of_each(one for one in found if one is not None)


def _own(prices: Sequence[Mapping[str, Any]], preferred: str) -> Mapping[str, Any] | None:
    """Return what the account pays, in the preferred currency where FedEx names it so; never a list price before that.

    FedEx names the account's price ``ACCOUNT`` or ``PAYOR_ACCOUNT_…``, the same in another currency ``PREFERRED_…``.
    """

    def rank(price: Mapping[str, Any]) -> tuple[bool, bool]:
        kind = str(price.get("rateType", ""))
        return price.get("currency") != preferred, not any(word in kind for word in ("ACCOUNT", "PREFERRED"))

    known = [price for price in prices if price.get("currency") and price.get("totalNetCharge") is not None]
    ours = [price for price in known if not any(rank(price)[1:])]
    return min(ours or known, key=rank, default=None)


def _rate(one: Mapping[str, Any], carrier: str, today: date, preferred: str) -> Rate | None:
    """Return the rate of one service: the account's own, else the first that FedEx names."""
    own = _own(one.get("ratedShipmentDetails") or [], preferred)
    if own is None:
        return None
    currency = str(own["currency"])
    service = str(one["serviceType"])
    level = level_of(service)
    name = str(one.get("serviceName") or service.replace("_", " ").title())
    days = _days(one, level, today)
    return Rate(carrier, service, name, level, minor_units(own["totalNetCharge"], currency), currency, days)


def _days(one: Mapping[str, Any], level: str, today: date) -> int:
    """Return in how many days a service delivers: by the day it commits to, by its transit time, or as is usual."""
    commit, detail = one.get("commit") or {}, one.get("operationalDetail") or {}
    day = str((commit.get("dateDetail") or {}).get("dayFormat") or detail.get("commitDate") or "")[:10]
    words = [
        str(detail.get("transitTime", "")),
        str((commit.get("transitDays") or {}).get("minimumTransitTime", "")),
    ]
    days = days_of(words, level)
    ahead = (date.fromisoformat(day) - today).days if day else -1
    return ahead if 0 <= ahead <= 60 else days


def label_in(data: Any, *, reference: str, service: str, preferred: str = "") -> BoughtLabel:
    """Return the label of a shipment of one parcel; raises :class:`CarrierUnreachable` when the answer has none."""
    try:
        shipment = data["output"]["transactionShipments"][0]
        piece = shipment["pieceResponses"][0]
        number = str(piece.get("trackingNumber") or shipment["masterTrackingNumber"])
        amount, currency = _price(shipment, preferred)
        papers = [one for one in piece.get("packageDocuments") or [] if one.get("contentType", "LABEL") == "LABEL"]
    except (KeyError, IndexError, TypeError):
        raise CarrierUnreachable("FedEx answered without a label; it may have sold one.") from None
    return BoughtLabel(
        carrier_reference=str(shipment.get("masterTrackingNumber") or number),
        reference=reference,
        tracking_number=number,
        service=str(shipment.get("serviceType") or service),
        amount=amount,
        currency=currency,
        weight_g=None,
        postal_code=None,
        country=None,
        document=paper(papers[0].get("encodedLabel")) if papers else b"",
    )


def _price(shipment: Mapping[str, Any], preferred: str) -> tuple[int | None, str]:
    """Return what the account pays; None when FedEx names no currency with it, or not the one that was compared."""
    rating = (shipment.get("completedShipmentDetail") or {}).get("shipmentRating") or {}
    own = _own(rating.get("shipmentRateDetails") or [], preferred)
    if own is None or (preferred and own["currency"] != preferred):
        return None, ""
    return minor_units(own["totalNetCharge"], str(own["currency"])), str(own["currency"])


def numbers_in(data: Any) -> list[str]:
    """Return the tracking numbers that a search has found."""
    results = [result for one in data["output"]["completeTrackResults"] for result in one.get("trackResults") or []]
    known = [one for one in results if one.get("scanEvents") or one.get("latestStatusDetail")]
    return [str(one["trackingNumberInfo"]["trackingNumber"]) for one in known]


def events_in(data: Any, tracking_number: str) -> list[CarrierEvent]:
    """Return the scans of a parcel, oldest first.

    FedEx uses numbers again: of several parcels with the same one the newest counts. :raises CarrierRefused: when
    FedEx knows no such parcel.
    """
    results = [result for one in data["output"]["completeTrackResults"] for result in one.get("trackResults") or []]
    known = [one for one in results if one.get("scanEvents")]
    if not known:
        errors = [one["error"] for one in results if one.get("error")]
        if errors:
            raise CarrierRefused(_sentence(errors))
        return []
    newest = max(known, key=lambda one: max(moment(scan["date"]) for scan in one["scanEvents"]))
    expected = _expected(newest)
    events = [_event(scan, tracking_number, expected) for scan in newest["scanEvents"]]
    told = newest.get("deliveryDetails") or {}
    proof = proof_of(told.get("signedByName") or told.get("receivedByName"), told.get("locationDescription"))
    return with_proof(sorted(events, key=lambda event: event.occurred_at), proof)


def messages_in(data: Any) -> list[CarrierEvent]:
    """Return the scans of all parcels of a message, which has the shape of the answer to a question for them.

    :raises ValueError: when it is no such message. :raises KeyError: when something is missing.
    """
    if not isinstance(data, dict) or not isinstance(data.get("output"), dict):
        raise ValueError("not a message of FedEx Advanced Integrated Visibility")
    parcels = data["output"]["completeTrackResults"]
    heard = [(one, str(one["trackingNumber"]).strip()) for one in parcels if _has_scans(one)]
    return [event for one, number in heard for event in events_in({"output": {"completeTrackResults": [one]}}, number)]


def _has_scans(parcel: Mapping[str, Any]) -> bool:
    """Return whether something is told of a parcel."""
    return any(result.get("scanEvents") for result in parcel.get("trackResults") or [])


def _event(scan: Mapping[str, Any], number: str, expected: date | None) -> CarrierEvent:
    """Return one scan."""
    code, derived = str(scan.get("eventType", "")), str(scan.get("derivedStatusCode", ""))
    place = scan.get("scanLocation") or {}
    why = scan.get("exceptionDescription")
    return CarrierEvent(
        event_id=f"{number}:{scan['date']}:{code}:{scan.get('exceptionCode', '')}",
        tracking_number=number,
        status=status_of(code, derived),
        raw_code=code,
        description=joined([scan.get("eventDescription"), why], ": ")[:300],
        place=joined([place.get("city"), place.get("stateOrProvinceCode"), place.get("countryCode")])[:120],
        occurred_at=moment(scan["date"]),
        expected_on=expected,
    )


def _expected(result: Mapping[str, Any]) -> date | None:
    """Return the day on which FedEx means to deliver."""
    window = (result.get("estimatedDeliveryTimeWindow") or {}).get("window") or {}
    stated = [one["dateTime"] for one in result.get("dateAndTimes") or [] if one.get("type") == "ESTIMATED_DELIVERY"]
    text = str(window.get("ends") or next(iter(stated), ""))
    return datetime.fromisoformat(text).date() if text else None


def pickup_in(data: Any, day: date) -> Pickup:
    """Return the driver's confirmation; it is cancelled with code and place together."""
    output = data["output"]
    number = joined([output["pickupConfirmationCode"], output.get("location")], " ")
    return Pickup(number, day, "12:00–18:00")
