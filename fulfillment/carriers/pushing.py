"""Carriers that push what happens to parcels: which ones, under which address, and how each proves who it is.

Sources: UPS Track Alert, whose description of the message names the header ``credential`` ("an opaque string meant for
client authentication"), and FedEx Advanced Integrated Visibility, whose validation process signs the raw payload with
HMAC-SHA256 under the security token, in base64, in the header ``fdx-signature``. Neither gives a message a number.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence

from fulfillment.carriers.account import Field
from oms.foundation.signing import BadSignature, Signed, verifies

PREFIX = "carrier-"
"""Stands before the account's code in the address of the door, so that no channel can have the same one."""
SECRET = "push_secret"  # noqa: S105  the name of a field
UPS_ALERT, FEDEX_VISIBILITY = "ups_track_alert", "fedex_visibility"
PUSHES = {"ups": UPS_ALERT, "fedex": FEDEX_VISIBILITY}
"""How the messages of an adapter are proven genuine."""
SHORTEST, LONGEST = 16, 200
TOKEN_LENGTHS = range(26, 101)


def check_credential(text: str) -> None:
    """Raise ValueError for a credential that could be guessed; while it is changed several are separated by spaces."""
    if any(not SHORTEST <= len(one) <= LONGEST or not one.isascii() for one in text.split()):
        raise ValueError(f"A credential has {SHORTEST} to {LONGEST} plain characters and no space.")


def check_token(text: str) -> None:
    """Raise ValueError for what FedEx takes for no security token; several are separated by spaces."""
    for one in text.split():
        mixed = any(map(str.isupper, one)) and any(map(str.islower, one)) and any(map(str.isdigit, one))
        if len(one) not in TOKEN_LENGTHS or not mixed or not one.isascii():
            raise ValueError("FedEx takes 26 to 100 characters with a capital, a small letter and a digit; no space.")


TRACK_ALERT = Field(
    SECRET,
    "credential of Track Alert",
    "For messages about parcels: what you enter at UPS as the credential of your webhook.",
    is_secret=True,
    is_required=False,
    check=check_credential,
)
VISIBILITY = Field(
    SECRET,
    "security token of the webhook",
    "For messages about parcels: what you enter at FedEx for Advanced Integrated Visibility.",
    is_secret=True,
    is_required=False,
    check=check_token,
)


@verifies(UPS_ALERT)
def has_credential(message: Signed) -> str:
    """Check the credential that UPS sends back and return the message's mark; the body itself is not signed.

    :raises BadSignature: for another one.
    """
    given = message.headers.get("credential", "").encode()
    _refuse_unless_one(given, [one.encode() for one in message.secrets if one])
    return mark_of(message.body)


@verifies(FEDEX_VISIBILITY)
def has_signature(message: Signed) -> str:
    """Check FedEx's signature of the raw body and return the message's mark.

    :raises BadSignature: for any other.
    """
    given = message.headers.get("fdx-signature", "").encode()
    digests = [hmac.new(one.encode(), message.body, hashlib.sha256).digest() for one in message.secrets if one]
    _refuse_unless_one(given, [base64.b64encode(one) for one in digests])
    return mark_of(message.body)


def _refuse_unless_one(given: bytes, wanted: Sequence[bytes]) -> None:
    """Compare with every secret in constant time; raises :class:`BadSignature` when none fits."""
    matches = [hmac.compare_digest(given, one) for one in wanted]
    if not any(matches):
        raise BadSignature("nothing that was sent fits a secret")


def mark_of(body: bytes) -> str:
    """Return the mark of a message that has no number: sent again byte by byte, it is the same one."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"
