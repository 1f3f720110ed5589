"""What DHL Express's checkpoints mean in our words.

Source: MyDHL API reference data, “trackingEventCode”. Checkpoints that are not named here say that the parcel moves.
"""

GROUPS = {
    "picked_up": "PU",
    "out_for_delivery": "WC",
    "delivered": "OK DD DL PD",
    "available_for_pickup": "CC",
    "exception": "OH HP HN HX SS BA BN CA CD CM MC MS NH ND RD UD DS",
    "returned": "RT",
    "delayed": "MD",
}
SERVICES = {
    "N": "DHL Domestic Express",
    "P": "DHL Express Worldwide",
    "U": "DHL Express Worldwide EU",
    "W": "DHL Economy Select EU",
    "H": "DHL Economy Select",
    "T": "DHL Express 12:00 documents",
    "Y": "DHL Express 12:00",
    "K": "DHL Express 9:00 documents",
    "E": "DHL Express 9:00",
}
"""The products that a clerk can name by hand."""
STATUS_OF = {code: status for status, codes in GROUPS.items() for code in codes.split()}
MOVES, UNMOVED = "in_transit", "pre_transit"
UNKNOWN_DAYS = 3


def status_of(code: str) -> str:
    """Return our word for a checkpoint; one without a code moves nothing."""
    return STATUS_OF.get(code, MOVES) if code else UNMOVED
