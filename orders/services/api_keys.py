"""Keys of a channel's systems: made once, kept as a digest, closed at any time."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from oms.foundation.numbers import random_code
from oms.foundation.refusals import Invalid
from orders.models import ApiKey

ALL_SCOPES = "*"
PREFIX_LENGTH = 10


@transaction.atomic
def issue_api_key(
    *,
    account_id: int | None = None,
    location_id: int | None = None,
    name: str = "",
    device: bool = False,
    scopes: Sequence[str] = (ALL_SCOPES,),
    expires_at: datetime | None = None,
    actor: Actor,
) -> str:
    """Make a key for an account, or for a location, and return its text, which is shown once.

    Only its digest is kept. A ``device`` at a location gets a user of its own who cannot sign in: it stands for the
    device wherever the floor names who picks.

    :raises Invalid: unless it belongs to one of both, or when a location's key names nothing that it may do
    """
    _refuse_loose(account_id, location_id, scopes, device)
    prefix, secret = random_code(PREFIX_LENGTH), secrets.token_hex(32)
    key = ApiKey.objects.create(
        account_id=account_id,
        location_id=location_id,
        device=_stand_in(name or prefix) if device else None,
        name=name,
        prefix=prefix,
        digest=digest_of(secret),
        scopes=list(scopes),
        created_at=actor.now,
        expires_at=expires_at,
    )
    record_many(actor, [Act("orders.api_key_issued", key, data={"scopes": list(scopes)})])
    return f"oms_{prefix}_{secret}"


def _refuse_loose(account_id: int | None, location_id: int | None, scopes: Sequence[str], device: bool) -> None:
    """Raise for a key of nobody or of two, and for one at a location that would do everything there."""
    if (account_id is None) is (location_id is None):
        raise Invalid("A key belongs to one channel or to one location.", code="loose_key", field="location")
    if location_id is not None and ALL_SCOPES in scopes:
        sentence = "Name what a key of a location may do, such as fulfillment.answer_supplierrequest; * is too much."
        raise Invalid(sentence, code="too_much", field="scopes")
    if device and location_id is None:
        raise Invalid("A device stands at a location; name it.", code="no_location", field="location")


def _stand_in(name: str) -> User:
    """Return the user that stands for a device: nobody can sign in as it, and it has no permission.

    :raises Invalid: for a name that is a user's already
    """
    if User.objects.filter(username=name).exists():
        raise Invalid(f"Somebody is called {name} already; choose another name.", code="name_taken", field="name")
    user = User(username=name, is_active=False)
    user.set_unusable_password()
    user.save()
    return user


@transaction.atomic
def revoke_api_key(*, key_id: int, actor: Actor) -> None:
    """Close a key for good; closing it twice changes nothing."""
    closed = ApiKey.objects.filter(pk=key_id, revoked_at=None).update(revoked_at=actor.now)
    if closed:
        record_many(actor, [Act("orders.api_key_revoked", ApiKey.objects.get(pk=key_id))])


def digest_of(secret: str) -> str:
    """Return the SHA-256 of a key's secret part, as hexadecimal digits; the secret itself has 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
