"""Whether a label is the one that was asked for; pure."""

from fulfillment.carriers.gateway import BoughtLabel, Parcel

PDF_MAGIC = b"%PDF-"
LARGEST_DOCUMENT = 2_000_000
LONGEST_ZPL = 200_000
LONGEST_NUMBER = 64


def fault_in(bought: BoughtLabel, *, parcel: Parcel, currency: str) -> str | None:
    """Return what is wrong with a carrier's answer in a sentence, or None when it is what was asked for."""
    asked = parcel.ship_to
    checks = (
        (bought.reference != parcel.reference, "The carrier answered for another reference."),
        (not 0 < len(bought.tracking_number) <= LONGEST_NUMBER, "The carrier's answer has no usable tracking number."),
        (bought.weight_g != parcel.weight_g, f"The label is for {bought.weight_g} g, asked was {parcel.weight_g} g."),
        (
            (bought.postal_code, bought.country) != (asked.postal_code, asked.country),
            f"The label is for {bought.country} {bought.postal_code}, asked was {asked.country} {asked.postal_code}.",
        ),
        (bool(currency) and bought.currency != currency, f"The label costs {bought.currency}, asked was {currency}."),
        (bought.amount < 0, "The label has a negative price."),
        (not bought.document.startswith(PDF_MAGIC), "The label's document is not a PDF."),
        (
            len(bought.document) > LARGEST_DOCUMENT or len(bought.zpl) > LONGEST_ZPL,
            "The label's document is larger than any label.",
        ),
    )
    return next((sentence for wrong, sentence in checks if wrong), None)
