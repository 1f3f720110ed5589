"""What ShipGlobal answers, in our words; pure. Errors come as success too, with a flag that says otherwise."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from fulfillment.carriers.gateway import CarrierEvent, CarrierRefused, Rate
from fulfillment.carriers.line import Answer, read_answer
from fulfillment.carriers.measures import minor_units

NAME = "ShipGlobal"
GROUPS = {
    "pre_transit": "SGE_001 SGE_002 SGE_101 SGE_102 SGE_103",
    "picked_up": "SGE_104",
    "in_transit": (
        "SGE_105 SGE_106 SGE_107 SGE_201 SGE_202 SGE_203 SGE_204 SGE_205 SGE_206 SGE_207 SGE_208 SGE_301"
        " SGE_302 SGE_305"
    ),
    "out_for_delivery": "SGE_303",
    "delivered": "SGE_304",
    "available_for_pickup": "SGE_501",
    "exception": "SGE_401 SGE_402 SGE_403 SGE_503 SGE_505 SGE_506 SGERROR_101 SGERROR_102 SGERROR_103",
    "returning": "SGE_502",
    "returned": "SGE_504",
    "lost": "SGERROR_104",
}
STATUS_OF = {code: status for status, codes in GROUPS.items() for code in codes.split()}
"""Source: ShipGlobal's list of status codes."""
UNMOVED = "pre_transit"
CODE = re.compile(r"SG(?:E|ERROR)_\d{3}")
MOMENTS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d %b %Y %H:%M")
FAST_DAYS, UNKNOWN_DAYS = 5, 14


def told(answer: Answer) -> Mapping[str, Any]:
    """Return what a good answer says; raises :class:`CarrierRefused` with a sentence for any other."""
    data = read_answer(answer, NAME)
    if not isinstance(data, dict) or not answer.is_good or data.get("success") is not True:
        raise CarrierRefused(_sentence(data if isinstance(data, dict) else {}))
    return data


def _sentence(data: Mapping[str, Any]) -> str:
    """Return what is wrong."""
    said = next((data[key] for key in ("msg", "message", "error", "errors") if data.get(key)), "")
    words = "; ".join(map(str, said.values() if isinstance(said, dict) else said if isinstance(said, list) else [said]))
    return f"ShipGlobal says: {words.rstrip('.')}."[:300] if words else "ShipGlobal refuses without a reason."


def rates_in(data: Mapping[str, Any], carrier: str) -> list[Rate]:
    """Return the price of each service, cheapest first."""
    currency = str(data["currency"])
    found = [_rate(one, carrier, currency) for one in data.get("services") or []]
    return sorted(found, key=lambda rate: (rate.amount, rate.service))


def _rate(one: Mapping[str, Any], carrier: str, currency: str) -> Rate:
    """Return the price of one service with all fees, and the longest of the days that it names."""
    days = max((int(number) for number in re.findall(r"\d+", str(one.get("transit_time", "")))), default=UNKNOWN_DAYS)
    level = "express" if days <= FAST_DAYS else "standard"
    title = str(one["title"])
    return Rate(carrier, title[:40], title, level, minor_units(one["subtotal_fee"], currency), currency, days)


def number_in(data: Any) -> str:
    """Return the tracking number in the answer to an order, wherever it stands: its shape is not published."""
    for one in _objects(data):
        for name in ("tracking", "tracking_number", "tracking_no", "awb"):
            if isinstance(one.get(name), str | int) and one[name]:
                return str(one[name])
    return ""


def _objects(data: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every object of an answer, the outer before the inner."""
    if isinstance(data, dict):
        yield data
        for value in data.values():
            yield from _objects(value)
    elif isinstance(data, list):
        for value in data:
            yield from _objects(value)


def events_in(data: Any, tracking_number: str) -> list[CarrierEvent]:
    """Return what happened, oldest first: every object with a status code and a moment is one event.

    Moments have no zone and are taken as UTC. The newest comes first there, and ``SGE_001`` on late entries too.
    """
    found = [event for one in _objects(data) if (event := _event(one, tracking_number)) is not None]
    return sorted(found, key=lambda event: event.occurred_at)


def _event(one: Mapping[str, Any], number: str) -> CarrierEvent | None:
    """Return the event that an object tells, or None."""
    texts = {str(name).lower(): str(value) for name, value in one.items() if isinstance(value, str | int)}
    code = next((text for text in texts.values() if CODE.fullmatch(text)), "")
    at = next((moment for text in texts.values() if (moment := _moment(text)) is not None), None)
    if not code or at is None:
        return None
    place = next((text for name, text in texts.items() if "location" in name or "city" in name), "")
    words = next((text for name, text in texts.items() if "desc" in name or "remark" in name or name == "status"), "")
    return CarrierEvent(
        event_id=f"{number}:{at:%Y%m%d%H%M%S}:{code}",
        tracking_number=number,
        status=STATUS_OF.get(code, UNMOVED),
        raw_code=code,
        description=(words if words != code else "")[:300],
        place=place[:120],
        occurred_at=at,
    )


def _moment(text: str) -> datetime | None:
    """Return the moment that a text is, or None."""
    for form in MOMENTS:
        with suppress(ValueError):
            return datetime.strptime(text.strip(), form).replace(tzinfo=UTC)
    with suppress(ValueError):
        at = datetime.fromisoformat(text.strip()) if "T" in text else None
        return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)
    return None
