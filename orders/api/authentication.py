"""Who calls the API: a channel account, known by its key."""

import re
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from oms.foundation.refusals import Denied
from orders.models import ApiKey, ChannelAccount
from orders.services.api_keys import ALL_SCOPES, digest_of
from orders.services.key_uses import note_use

NO_CHANNEL = 0
KEY = re.compile(r"oms_([0-9A-Z]{1,12})_([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class ApiCaller:
    """The system that holds a key: what it may do, and the channel account it speaks for or the location it is at."""

    key: ApiKey

    is_authenticated = True
    is_active = True
    is_superuser = False
    is_staff = False
    actor_kind = "api"

    @property
    def pk(self) -> int:
        """Return the key's id."""
        return self.key.pk

    @property
    def account(self) -> ChannelAccount:
        """Return the account the caller speaks for, its channel at hand.

        :raises Denied: for a key of a location, which speaks for no channel
        """
        if self.key.account is None:
            raise Denied("This key belongs to a location, not to a channel.", code="no_channel")
        return self.key.account

    @property
    def channel_id(self) -> int:
        """Return the channel whose rows the caller may see; a key of a location sees none of any."""
        return self.key.account.channel_id if self.key.account else NO_CHANNEL

    @property
    def location_id(self) -> int | None:
        """Return the location that the caller is limited to, None for a key of a channel."""
        return self.key.location_id

    @property
    def device_id(self) -> int | None:
        """Return the user that stands for the device on the floor, None for any other key."""
        return self.key.device_id

    @property
    def owner(self) -> str:
        """Return whose idempotency keys they are: the account's, so that they outlive a change of the API key.

        At a location they are the key's own: several systems may work there.
        """
        return f"account:{self.key.account_id}" if self.key.account_id else f"key:{self.key.pk}"

    @property
    def unseen(self) -> str:
        """Return what the key may not see of an answer: no stored reply of another key of the account shows it."""
        return "" if self.has_perm("orders.view_payment") else "payments"

    @property
    def actor_label(self) -> str:
        """Return how the caller is named on the timeline."""
        owner = self.key.account or self.key.location
        return f"{owner.code if owner else ''} ({self.key.name or self.key.prefix})"

    def get_username(self) -> str:
        """Return the caller's name where a person's would stand."""
        return self.actor_label

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Return whether the key's scopes contain the permission."""
        return ALL_SCOPES in self.key.scopes or perm in self.key.scopes


class ApiKeyAuthentication(BaseAuthentication):
    """Reads ``Authorization: Bearer oms_PREFIX_SECRET``."""

    def authenticate(self, request: Request) -> tuple[ApiCaller, ApiKey] | None:
        """Return the caller and key, None without an Authorization header.

        :raises AuthenticationFailed: for a key that is unknown, revoked, expired or of a closed account.
        """
        header = get_authorization_header(request).decode("latin-1").split()
        if not header:
            return None
        found = KEY.fullmatch(header[1]) if len(header) == 2 and header[0].lower() == "bearer" else None
        key = _key(found[1]) if found else None
        digest = digest_of(found[2]) if found else ""
        if key is None or not compare_digest(digest, key.digest):
            raise AuthenticationFailed("This key is not known.", code="unknown_key")
        now = timezone.now()
        _refuse_closed(key, now)
        note_use(key, now)
        return ApiCaller(key), key

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401."""
        return 'Bearer realm="api"'


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the API's description how a caller shows its key."""

    target_class = "orders.api.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return a bearer key."""
        return {"type": "http", "scheme": "bearer", "description": "A channel's API key."}


def _key(prefix: str) -> ApiKey | None:
    """Return the key with the prefix, its account and channel at hand."""
    return ApiKey.objects.select_related("account__channel", "location").filter(prefix=prefix).first()


def _refuse_closed(key: ApiKey, now: datetime) -> None:
    """Raise when the key or its account no longer opens the door."""
    if key.revoked_at is not None:
        raise AuthenticationFailed("This key was revoked.", code="revoked_key")
    if key.expires_at is not None and key.expires_at <= now:
        raise AuthenticationFailed("This key has expired.", code="expired_key")
    if key.account is not None and not (key.account.is_active and key.account.channel.is_active):
        raise AuthenticationFailed("This key's account is closed.", code="closed_account")
