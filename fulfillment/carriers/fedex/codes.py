"""What FedEx's codes mean in our words.

Source: FedEx developer portal, “Tracking Status Codes”. The same letters mean other things at other carriers.
"""

from collections.abc import Sequence

from fulfillment.carriers.choosing import SPEED

GROUPS = {
    "pre_transit": "OC OX EP MD",
    "picked_up": "PU PX OF AP",
    "in_transit": "IT IX AA AC AF AO AR AX CC CH CP DP DR DS EA ED EO FD LO OA PF PL PM SF SP TR",
    "out_for_delivery": "OD AD",
    "delivered": "DL",
    "available_for_pickup": "HL HP",
    "delayed": "DY DD PY",
    "exception": "SE CD HA DE",
    "returning": "RS RT",
}
STATUS_OF = {code: status for status, codes in GROUPS.items() for code in codes.split()} | {"ED": "out_for_delivery"}
UNMOVED = "pre_transit"
"""What an event counts as that moves nothing (cancelled, rerouted, unknown): it is kept, and the parcel stays."""

SERVICES = {
    "FEDEX_GROUND": "FedEx Ground",
    "GROUND_HOME_DELIVERY": "FedEx Home Delivery",
    "FEDEX_EXPRESS_SAVER": "FedEx Express Saver",
    "FEDEX_2_DAY": "FedEx 2Day",
    "FEDEX_2_DAY_AM": "FedEx 2Day A.M.",
    "STANDARD_OVERNIGHT": "FedEx Standard Overnight",
    "PRIORITY_OVERNIGHT": "FedEx Priority Overnight",
    "FIRST_OVERNIGHT": "FedEx First Overnight",
    "FEDEX_INTERNATIONAL_PRIORITY": "FedEx International Priority",
    "FEDEX_INTERNATIONAL_PRIORITY_EXPRESS": "FedEx International Priority Express",
    "FEDEX_INTERNATIONAL_CONNECT_PLUS": "FedEx International Connect Plus",
    "INTERNATIONAL_ECONOMY": "FedEx International Economy",
    "INTERNATIONAL_FIRST": "FedEx International First",
}
"""The services that a clerk can name by hand."""
SLOW = ("GROUND", "HOME_DELIVERY", "ECONOMY", "SAVER", "SMART_POST", "CONNECT_PLUS")
NUMBERS = (
    *("ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "TEN"),
    *("ELEVEN", "TWELVE", "THIRTEEN", "FOURTEEN", "FIFTEEN", "SIXTEEN", "SEVENTEEN", "EIGHTEEN", "NINETEEN", "TWENTY"),
)
DAYS_IN_WORDS = {f"{word}_DAY{'' if days == 1 else 'S'}": days for days, word in enumerate(NUMBERS, 1)}
UNKNOWN_DAYS = {"same_day": 0, "express": 3, "standard": 7}
"""Days that a service is taken to need when FedEx gives none."""


def status_of(code: str, derived: str) -> str:
    """Return our word for an event: by its own code, else by the group that FedEx derives."""
    return STATUS_OF.get(code) or STATUS_OF.get(derived) or UNMOVED


def level_of(service: str) -> str:
    """Return how fast a service is, in our words."""
    if "SAME_DAY" in service:
        return "same_day"
    return "standard" if any(word in service for word in SLOW) else "express"


def days_of(words: Sequence[str], level: str) -> int:
    """Return the first of FedEx's words for days that is one, or what the level is taken to need."""
    assert level in SPEED  # noqa: S101  a word of ours, see level_of
    return next((DAYS_IN_WORDS[word] for word in words if word in DAYS_IN_WORDS), UNKNOWN_DAYS[level])
