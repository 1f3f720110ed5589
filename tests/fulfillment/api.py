"""The API as a channel's system calls it in tests of matching."""

import json
from typing import Any

from django.test import Client

from orders.models import ChannelAccount
from tests.factories import make_api_key


class Api:
    """A channel's system that speaks to the API."""

    def __init__(self, account: ChannelAccount) -> None:
        self._key = make_api_key(account)
        self._client = Client()
        self._calls = 0

    def get(self, address: str) -> Any:
        """Read an address below ``/api/v1/``."""
        return self._client.get(f"/api/v1/{address}", HTTP_AUTHORIZATION=f"Bearer {self._key}")

    def post(self, address: str, **data: Any) -> Any:
        """Do something, with a new idempotency key."""
        self._calls += 1
        return self._client.post(
            f"/api/v1/{address}",
            data=json.dumps(data),
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {self._key}",
            HTTP_IDEMPOTENCY_KEY=f"call-{self._calls}",
        )
