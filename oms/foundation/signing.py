"""Signatures of webhooks: what we send follows Standard Webhooks, what we receive is checked as its sender signs.

Source: the Standard Webhooks specification 1.0.0 (webhook-id, webhook-timestamp, webhook-signature).
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes

PREFIX = "whsec_"
TOLERANCE_SECONDS = 300
LONGEST_ID = 200


class BadSignature(Exception):
    """The message is not proven to come from its sender; the reason is for our log, never for the answer."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A message as it arrived: header names in lower case, the raw body, the secrets in force and the moment."""

    headers: Mapping[str, str]
    body: bytes
    secrets: Sequence[str]
    now: datetime


Verifier = Callable[[Signed], str]
VERIFIERS: dict[str, Verifier] = {}


def verifies(*adapters: str) -> Callable[[Verifier], Verifier]:
    """Register how messages of adapters are checked: a function that returns the message's id or raises."""

    def register(function: Verifier) -> Verifier:
        """Remember the verifier."""
        VERIFIERS.update(dict.fromkeys(adapters, function))
        return function

    return register


def verify(adapter: str, message: Signed) -> str:
    """Return the id of a message that is proven genuine.

    :raises BadSignature: otherwise; also without a secret and for an adapter that nobody can check.
    """
    verifier = VERIFIERS.get(adapter)
    if verifier is None or not any(message.secrets):
        raise BadSignature(f"no way to check {adapter}")
    return verifier(message)


def new_secret() -> str:
    """Return a fresh secret of 192 bits in the form receivers expect."""
    return PREFIX + base64.b64encode(token_bytes(24)).decode()


def key_of(secret: str) -> bytes:
    """Return the key of a secret: base64 after ``whsec_``, otherwise the text itself."""
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            raise BadSignature("the secret is not base64") from None
    return secret.encode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature ``v1,…`` of a message."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key_of(secret), signed, hashlib.sha256).digest()).decode()


def signed_headers(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the three headers of a message that we send."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, message_id, timestamp, body),
    }


@verifies("api", "generic", "sandbox_gateway", "sandbox_carrier", "x12")
def standard(message: Signed) -> str:
    """Check a message signed by Standard Webhooks and return its id.

    :raises BadSignature: for a missing header, a time off by more than five minutes, or a signature of no secret.
    """
    message_id = message.headers.get("webhook-id", "")
    stamp = message.headers.get("webhook-timestamp", "")
    if not (0 < len(message_id) <= LONGEST_ID and message_id.isascii() and message_id.isprintable()):
        raise BadSignature("no usable webhook-id")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise BadSignature("no usable webhook-timestamp")
    if abs(message.now.timestamp() - int(stamp)) > TOLERANCE_SECONDS:
        raise BadSignature("the time is too far off")
    given = [part.encode() for part in message.headers.get("webhook-signature", "").split(" ")[:10]]
    wanted = [signature(secret, message_id, int(stamp), message.body).encode() for secret in message.secrets if secret]
    matches = [hmac.compare_digest(one, other) for one in given for other in wanted]
    if not any(matches):
        raise BadSignature("no signature fits")
    return message_id
