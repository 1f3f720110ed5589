"""The act on a key of a channel's system."""

from oms.foundation.actions import Action, Condition, register
from orders.models import ApiKey
from orders.services.api_keys import revoke_api_key


def _not_revoked(key: ApiKey) -> str | None:
    """Return that the key opens nothing any more."""
    return None if key.revoked_at is None else "The key was revoked already."


register(
    Action(
        model=ApiKey,
        subject="key_id",
        name="revoke",
        label="Revoke key",
        permission="orders.change_apikey",
        service=revoke_api_key,
        conditions=(Condition("key_revoked", _not_revoked),),
        irreversible="Issue a new key instead.",
        danger=True,
        icon="key_off",
        help="Whoever uses the key is refused from now on.",
    )
)
