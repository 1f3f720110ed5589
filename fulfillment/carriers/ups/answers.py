"""What UPS answers, in our words; pure. What may come once or many times comes as one thing or as a list."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from fulfillment.carriers.choosing import cheapest_of_each
from fulfillment.carriers.gateway import (
    BoughtLabel,
    CarrierEvent,
    CarrierRefused,
    CarrierUnreachable,
    DeliveryProof,
    Pickup,
    Rate,
)
from fulfillment.carriers.line import Answer, read_answer, read_json
from fulfillment.carriers.measures import joined, minor_units, paper
from fulfillment.carriers.proofs import proof_of, with_proof
from fulfillment.carriers.ups.codes import BY_LETTERS, SERVICES, status_of
from fulfillment.documents.picture import picture_as_pdf

NAME = "UPS"
PDF = b"%PDF-"
ADVICE = {
    "250003": "UPS does not accept the key of this account; an administrator enters a valid one.",
    "9560131": "UPS sends no driver on that day; choose a working day from today on.",
}


def told(answer: Answer) -> Any:
    """Return what a good answer says; raises :class:`CarrierRefused` with a sentence for any other."""
    if not answer.is_good:
        raise CarrierRefused(_sentence(answer))
    data = read_answer(answer, NAME)
    if isinstance(data, dict) and "errors" in (data.get("response") or {}):
        raise CarrierRefused(_sentence(answer))
    return data


def _errors(answer: Answer) -> Sequence[Mapping[str, Any]]:
    """Return code and message of each error."""
    try:
        data = read_json(answer.body)
    except ValueError:
        return []
    held = data.get("response", data) if isinstance(data, dict) else {}
    return [one for one in many(held.get("errors")) if isinstance(one, dict)] if isinstance(held, dict) else []


def _sentence(answer: Answer) -> str:
    """Return what is wrong and what to do."""
    errors = _errors(answer)
    if not errors:
        return "UPS refuses without a reason; look at the address and the account."
    code = str(errors[0].get("code", ""))
    message = joined((str(one.get("message", "")).rstrip(".") for one in errors[:3]), "; ")
    return ADVICE.get(code) or f"UPS says: {message or code}. ({code})"


def was_done_before(answer: Answer) -> bool:
    """Return whether a refusal says that the shipment was voided before."""
    texts = [str(one.get("message", "")).lower() for one in _errors(answer)]
    return any("already" in text and "void" in text for text in texts)


def many(value: Any) -> list[Any]:
    """Return a list, of one thing where it is none."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def rates_in(data: Any, carrier: str) -> list[Rate]:
    """Return the account's rate of each service, cheapest first; one without a price is left out."""
    found = [_rate(one, carrier) for one in many(data["RateResponse"].get("RatedShipment"))]
    return cheapest_of_each(rate for rate in found if rate is not None)


def _price(negotiated: Mapping[str, Any], public: Mapping[str, Any]) -> tuple[int, str] | None:
    """Return the account's own price in minor units, taxes included where UPS names them, else the public one."""
    for total in (
        negotiated.get("TotalChargesWithTaxes"),
        negotiated.get("TotalCharge"),
        public.get("TotalChargesWithTaxes"),
        public.get("TotalCharges"),
    ):
        if total and total.get("MonetaryValue") and total.get("CurrencyCode"):
            currency = str(total["CurrencyCode"])
            return minor_units(total["MonetaryValue"], currency), currency
    return None


def _rate(one: Mapping[str, Any], carrier: str) -> Rate | None:
    """Return the rate of one service."""
    code = str(one["Service"]["Code"])
    price = _price(one.get("NegotiatedRateCharges") or {}, one)
    if price is None:
        return None
    transit = (one.get("TimeInTransit") or {}).get("ServiceSummary") or {}
    stated = str((transit.get("Service") or {}).get("Description") or one["Service"].get("Description") or "")
    name, level, usual = SERVICES.get(code, (stated or f"UPS {code}", "standard", 7))
    arrival = transit.get("EstimatedArrival") or {}
    words = (
        arrival.get("TotalTransitDays"),
        arrival.get("BusinessDaysInTransit"),
        (one.get("GuaranteedDelivery") or {}).get("BusinessDaysInTransit"),
    )
    days = next((int(word) for word in words if word and str(word).isdigit()), usual)
    return Rate(carrier, code, stated or name, level, price[0], price[1], days)


def label_in(data: Any, *, reference: str, service: str) -> BoughtLabel:
    """Return the label of a shipment of one parcel; raises :class:`CarrierUnreachable` when the answer has none."""
    try:
        results = data["ShipmentResponse"]["ShipmentResults"]
        piece = many(results["PackageResults"])[0]
        number = str(piece["TrackingNumber"])
        document = page((piece.get("ShippingLabel") or {}).get("GraphicImage"))
        shipment = str(results["ShipmentIdentificationNumber"])
        price = _price(results.get("NegotiatedRateCharges") or {}, results.get("ShipmentCharges") or {})
    except (KeyError, IndexError, TypeError, AttributeError):
        raise CarrierUnreachable("UPS answered without a label; it may have sold one.") from None
    amount, currency = price if price is not None else (None, "")
    return BoughtLabel(shipment, reference, number, service, amount, currency, None, None, None, document)


def recovered_in(data: Any, *, reference: str) -> BoughtLabel | None:
    """Return the label that was found by our reference, or None when there are several parcels to choose from."""
    response = data["LabelRecoveryResponse"]
    results = many(response.get("LabelResults"))
    if len(results) != 1 or not (results[0].get("LabelImage") or {}).get("GraphicImage"):
        return None
    number = str(results[0]["TrackingNumber"])
    shipment = str(response.get("ShipmentIdentificationNumber") or number)
    document = page(results[0]["LabelImage"]["GraphicImage"])
    return BoughtLabel(shipment, reference, number, "", None, "", None, None, None, document)


def page(encoded: Any) -> bytes:
    """Return a label as PDF, whatever UPS drew it as; nothing when it is no label."""
    drawn = paper(encoded)
    try:
        return drawn if drawn.startswith(PDF) else picture_as_pdf(drawn)
    except ValueError:
        return b""


def events_in(data: Any) -> list[CarrierEvent]:
    """Return the activities of a parcel, oldest first; raises :class:`CarrierRefused` when UPS knows no such parcel."""
    shipments = many(data["trackResponse"].get("shipment"))
    packages = [package for one in shipments for package in many(one.get("package"))]
    if not packages:
        warnings = [str(word.get("message", "")) for one in shipments for word in many(one.get("warnings"))]
        raise CarrierRefused(f"UPS says: {joined(warnings, '; ') or 'no such parcel'}.")
    asked = str(shipments[0].get("inquiryNumber", ""))
    package = packages[0]
    number = asked or str(package.get("trackingNumber", ""))
    days = [one for one in many(package.get("deliveryDate")) if one.get("type") in ("SDD", "RDD")]
    expected = _day(str(days[0].get("date", ""))) if days else None
    events = [_event(one, number, expected) for one in many(package.get("activity"))]
    return with_proof(sorted(events, key=lambda event: event.occurred_at), _proof(package))


def _proof(package: Mapping[str, Any]) -> DeliveryProof | None:
    """Return who took the parcel, with the picture of the signature."""
    told = package.get("deliveryInformation") or {}
    return proof_of(told.get("receivedBy"), told.get("location"), (told.get("signature") or {}).get("image"))


def _event(one: Mapping[str, Any], number: str, expected: date | None) -> CarrierEvent:
    """Return one activity; its moment in UTC where UPS gives it, else the local one, taken as UTC."""
    status = one.get("status") or {}
    kind, code = str(status.get("type", "")).strip(), str(status.get("code", "")).strip()
    address = (one.get("location") or {}).get("address") or {}
    day, time = (one.get("gmtDate"), one.get("gmtTime")) if one.get("gmtDate") else (one["date"], one["time"])
    local = f"{one['date']}{one['time']}"
    return CarrierEvent(
        event_id=event_id(number, local, code),
        tracking_number=number,
        status=status_of(kind, str(status.get("statusCode", ""))),
        raw_code=f"{kind}:{code}",
        description=str(status.get("description", "")).strip()[:300],
        place=joined([address.get("city"), address.get("stateProvince"), address.get("countryCode")])[:120],
        occurred_at=when(str(day), str(time)),
        expected_on=expected,
    )


def event_id(number: str, local: str, code: str) -> str:
    """Return the same mark for an activity that was asked for and for one that UPS has sent."""
    return f"{number}:{local}:{code}"


def when(day: str, time: str) -> datetime:
    """Return the moment of ``YYYYMMDD`` and ``HHMMSS``, separators allowed."""
    plain = day.replace("-", "") + time.replace(":", "").ljust(6, "0")
    return datetime.strptime(plain, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _day(text: str) -> date | None:
    """Return a day of ``YYYYMMDD``, or None for anything else."""
    return when(text, "000000").date() if len(text) == 8 and text.isdigit() else None


def message_in(data: Any) -> CarrierEvent:
    """Return the event of a message of UPS Track Alert; raises KeyError or ValueError when it makes no sense."""
    if not isinstance(data, dict):
        raise ValueError("not a message of UPS Track Alert")
    number, status = str(data["trackingNumber"]).strip(), data["activityStatus"]
    kind, code = str(status["type"]).strip(), str(status.get("code", "")).strip()
    place = data.get("activityLocation") or {}
    day, time = str(data["localActivityDate"]), str(data["localActivityTime"])
    moment = (data["gmtActivityDate"], data["gmtActivityTime"]) if data.get("gmtActivityDate") else (day, time)
    return CarrierEvent(
        event_id=event_id(number, f"{day}{time}", code),
        tracking_number=number,
        status=status_of(kind, _finer(status.get("descriptionCode"), code)),
        raw_code=f"{kind}:{code}",
        description=str(status.get("description", ""))[:300],
        place=joined([place.get("city"), place.get("stateProvince"), place.get("country")])[:120],
        occurred_at=when(str(moment[0]), str(moment[1])),
        expected_on=_day(str(data.get("scheduledDeliveryDate") or "")),
        proof=proof_of(data.get("receivedBy"), "", data.get("deliveryPhoto")) if kind == "D" else None,
    )


def _finer(told: Any, code: str) -> str:
    """Return the finer status code of a message; UPS writes it as three digits in a text.

    As a number, such as in UPS's own example, it is not to be trusted: “021” was read there as octal and became 17.
    """
    return told if isinstance(told, str) and told else BY_LETTERS.get(code, "")


def pickup_in(data: Any, day: date) -> Pickup:
    """Return the driver's confirmation, of an ordered visit or of a standing one."""
    response = data.get("PickupCreationResponse") or data["PickupTriggerGWNResponse"]
    return Pickup(str(response.get("PRN") or response["Response"]["PRN"]), day, "12:00–18:00")
