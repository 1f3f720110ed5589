"""What a carrier's refusal is about, as far as its words tell: no carrier publishes the list of its codes; pure."""

import re

from fulfillment.carriers.gateway import CarrierRefused
from fulfillment.states_parcels import RefusedFor

WITHOUT_A_REASON = "without a reason"
OF_NEITHER = re.compile(
    r"rate.?limit|too many (?:requests|calls)|too often|quota|throttl|try again"
    r"|(?:weigh|dimension|length|width|height|girth)[^.]*(?:missing|invalid|not valid|incorrect|required|empty)",
    re.IGNORECASE,
)
"""A carrier that is busy, and a parcel of which something is not told: another carrier would miss it too."""
OF_THE_PARCEL = re.compile(
    r"address|postal|postcode|\bzip|\bcity|\btown|street|house number|recipient|receiver|consignee|ship.?to\b|phone"
    r"|customs|commodit|tariff|goods|invoice|hazard|dangerous",
    re.IGNORECASE,
)
OF_THE_CARRIER = re.compile(
    r"account|licen[cs]e|authori[sz]|authentic|credential|token|\bkey\b|permission|contract|service|weigh|heavy|heavier"
    r"|dimension|length|girth|too (?:big|large|long)|limit|\brange\b|wallet|balance|suspend",
    re.IGNORECASE,
)


def about(refusal: CarrierRefused) -> RefusedFor:
    """Return what a refusal is about; words that nobody recognises, or that speak of both, are never the carrier's."""
    if refusal.about:
        return RefusedFor(refusal.about)
    words = str(refusal)
    if WITHOUT_A_REASON in words:
        return RefusedFor.UNCLEAR
    if OF_THE_PARCEL.search(words):
        return RefusedFor.PARCEL
    if OF_NEITHER.search(words):
        return RefusedFor.UNCLEAR
    return RefusedFor.CARRIER if OF_THE_CARRIER.search(words) else RefusedFor.UNCLEAR
