"""Keys of a channel's systems: made once, kept as a digest, closed at any time."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from oms.foundation.numbers import random_code
from orders.models import ApiKey

ALL_SCOPES = "*"
PREFIX_LENGTH = 10


@transaction.atomic
def issue_api_key(
    *,
    account_id: int,
    name: str = "",
    scopes: Sequence[str] = (ALL_SCOPES,),
    expires_at: datetime | None = None,
    actor: Actor,
) -> str:
    """Make a key for the account and return its text, which is shown once: only its digest is kept."""
    prefix, secret = random_code(PREFIX_LENGTH), secrets.token_hex(32)
    key = ApiKey.objects.create(
        account_id=account_id,
        name=name,
        prefix=prefix,
        digest=digest_of(secret),
        scopes=list(scopes),
        created_at=actor.now,
        expires_at=expires_at,
    )
    record_many(actor, [Act("orders.api_key_issued", key, data={"scopes": list(scopes)})])
    return f"oms_{prefix}_{secret}"


@transaction.atomic
def revoke_api_key(*, key_id: int, actor: Actor) -> None:
    """Close a key for good; closing it twice changes nothing."""
    closed = ApiKey.objects.filter(pk=key_id, revoked_at=None).update(revoked_at=actor.now)
    if closed:
        record_many(actor, [Act("orders.api_key_revoked", ApiKey.objects.get(pk=key_id))])


def digest_of(secret: str) -> str:
    """Return the SHA-256 of a key's secret part, as hexadecimal digits; the secret itself has 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
