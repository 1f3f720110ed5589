"""What DHL Express answers, in our words; pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from fulfillment.carriers.choosing import cheapest_of_each
from fulfillment.carriers.dhl_express import older
from fulfillment.carriers.dhl_express.codes import UNKNOWN_DAYS, status_of
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
from fulfillment.carriers.proofs import proof_of

NAME = "DHL Express"
BILLING = "BILLC"
ADVICE = (
    ("postal code", "DHL Express does not serve this postcode or does not know it; correct the address."),
    ("required key", "DHL Express misses something in the address or the account: {}"),
    ("cutoff time", "It is too late for a driver today; choose another day or take the parcels to a DHL point."),
)


def told(answer: Answer) -> Any:
    """Return what a good answer says; raises :class:`CarrierRefused` with a sentence for any other."""
    if not answer.is_good:
        raise CarrierRefused(_sentence(reason_in(answer.body)))
    root = older.read_xml(answer.body)
    if root is None:
        return read_answer(answer, NAME)
    if older.reason_in(root):
        raise CarrierRefused(_sentence(older.reason_in(root)))
    return older.told_in(root)


def reason_in(body: bytes) -> str:
    """Return DHL's own words about what is wrong: JSON of this API, XML of the servers behind it, or nothing."""
    try:
        data = read_json(body)
    except ValueError:
        root = older.read_xml(body)
        return older.reason_in(root) if root is not None else ""
    if not isinstance(data, dict):
        return ""
    details = data.get("additionalDetails") or []
    return joined([data.get("detail") or data.get("message") or data.get("title"), *details], "; ")


def _sentence(reason: str) -> str:
    """Return what is wrong and what to do."""
    known = next((todo for word, todo in ADVICE if word in reason.lower()), "")
    if known:
        return known.format(reason)[:300]
    return f"DHL Express says: {reason[:240]}" if reason else "DHL Express refuses without a reason."


def rates_in(data: Any, carrier: str, *, today: date) -> list[Rate]:
    """Return the account's rate of each product, cheapest first; one without a price is left out."""
    found = [_rate(one, carrier, today) for one in data.get("products") or []]
    return cheapest_of_each(rate for rate in found if rate is not None)


def _price(rows: Any) -> tuple[int, str] | None:
    """Return the price in the currency that is billed, else the first one named."""
    named = [row for row in rows or [] if row.get("priceCurrency") and row.get("price")]
    if not named:
        return None
    billed = next((row for row in named if row.get("currencyType") == BILLING), named[0])
    currency = str(billed["priceCurrency"])
    return minor_units(billed["price"], currency), currency


def _rate(one: Mapping[str, Any], carrier: str, today: date) -> Rate | None:
    """Return the rate of one product."""
    price = _price(one.get("totalPrice"))
    if price is None:
        return None
    ability = one.get("deliveryCapabilities") or {}
    arrives = str(ability.get("estimatedDeliveryDateAndTime") or "")[:10]
    stated = str(ability.get("totalTransitDays") or "")
    ahead = (date.fromisoformat(arrives) - today).days if arrives else -1
    days = int(stated) if stated.isdigit() else UNKNOWN_DAYS
    name = f"DHL {str(one.get('productName') or one['productCode']).title()}"
    code = str(one["productCode"])
    return Rate(carrier, code, name, "express", price[0], price[1], ahead if 0 <= ahead <= 60 else days)


def label_in(data: Any, *, reference: str, service: str) -> BoughtLabel:
    """Return the label of a shipment of one parcel; raises :class:`CarrierUnreachable` when the answer has none."""
    try:
        number = str(data["shipmentTrackingNumber"])
        papers = [one for one in data.get("documents") or [] if one.get("typeCode", "label") == "label"]
        price = _price(data.get("shipmentCharges"))
    except (KeyError, TypeError, AttributeError):
        raise CarrierUnreachable("DHL Express answered without a label; it may have sold one.") from None
    amount, currency = price if price is not None else (None, "")
    document = paper(papers[0].get("content")) if papers else b""
    return BoughtLabel(number, reference, number, service, amount, currency, None, None, None, document)


def numbers_in(data: Any) -> list[str]:
    """Return the tracking numbers that a search has found."""
    return [str(one["shipmentTrackingNumber"]) for one in data.get("shipments") or []]


def events_in(data: Any) -> list[CarrierEvent]:
    """Return the checkpoints of a parcel, oldest first; raises :class:`CarrierRefused` for an unknown one."""
    shipments = data.get("shipments") or []
    if not shipments:
        raise CarrierRefused("DHL Express knows no such parcel.")
    one = shipments[0]
    number = str(one["shipmentTrackingNumber"])
    expected = str(one.get("estimatedTimeOfDelivery") or one.get("estimatedDeliveryDate") or "")[:10]
    day = date.fromisoformat(expected) if expected else None
    events = [_event(each, number, day) for each in one.get("events") or []]
    return sorted(events, key=lambda event: event.occurred_at)


def _event(one: Mapping[str, Any], number: str, expected: date | None) -> CarrierEvent:
    """Return one checkpoint; without a zone its moment is taken as UTC."""
    code = str(one.get("typeCode", ""))
    places = [place.get("description") for place in one.get("serviceArea") or []]
    at: datetime = moment(f"{one['date']}T{one['time']}{one.get('GMTOffset') or ''}")
    return CarrierEvent(
        event_id=f"{number}:{one['date']}T{one['time']}:{code}",
        tracking_number=number,
        status=status_of(code),
        raw_code=code,
        description=str(one.get("description", "")).strip()[:300],
        place=joined(places[:1])[:120],
        occurred_at=at,
        expected_on=expected,
        proof=proof_of(one.get("signedBy")) if status_of(code) == "delivered" else None,
    )


def pickup_in(data: Any, day: date) -> Pickup:
    """Return the driver's confirmation."""
    return Pickup(str(data["dispatchConfirmationNumbers"][0]), day, "12:00–18:00")
