"""Whether a label is the one that was asked for; pure."""

from fulfillment.carriers.gateway import BoughtLabel, Parcel

PDF_MAGIC = b"%PDF-"
LARGEST_DOCUMENT = 2_000_000
LONGEST_ZPL = 200_000
LONGEST_NUMBER = 64


def fault_in(bought: BoughtLabel, *, parcel: Parcel, currency: str) -> str | None:
    """Return what is wrong with a carrier's answer in a sentence, or None when it is what was asked for.

    What the answer does not repeat cannot be wrong.
    """
    priced = bought.amount is not None
    checks = (
        (bought.reference != parcel.reference, "The carrier answered for another reference."),
        (not 0 < len(bought.tracking_number) <= LONGEST_NUMBER, "The carrier's answer has no usable tracking number."),
        (
            bought.weight_g not in (None, parcel.weight_g),
            f"The label is for {bought.weight_g} g, asked was {parcel.weight_g} g.",
        ),
        (_goes_elsewhere(bought, parcel), _elsewhere(bought, parcel)),
        (
            priced and bool(currency) and bought.currency != currency,
            f"The label costs {bought.currency}, asked was {currency}.",
        ),
        ((bought.amount or 0) < 0, "The label has a negative price."),
        (not bought.document.startswith(PDF_MAGIC), "The label's document is not a PDF."),
        (
            len(bought.document) > LARGEST_DOCUMENT or len(bought.zpl) > LONGEST_ZPL,
            "The label's document is larger than any label.",
        ),
    )
    return next((sentence for wrong, sentence in checks if wrong), None)


def _goes_elsewhere(bought: BoughtLabel, parcel: Parcel) -> bool:
    """Return whether the label names another place than the parcel's."""
    asked = parcel.ship_to
    return bought.postal_code not in (None, asked.postal_code) or bought.country not in (None, asked.country)


def _elsewhere(bought: BoughtLabel, parcel: Parcel) -> str:
    """Return both places in a sentence."""
    asked = parcel.ship_to
    return f"The label is for {bought.country} {bought.postal_code}, asked was {asked.country} {asked.postal_code}."
