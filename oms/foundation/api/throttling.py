"""Rate limits: a counter a minute for each key, and for each address without one."""

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle


class KeyThrottle(BaseThrottle):
    """Counts requests in fixed minutes; the counter lives in the cache and is never needed for correctness."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request and tell whether it is within the limit."""
        known = getattr(request.user, "is_authenticated", False)
        limit = _per_minute("key" if known else "anon")
        who = f"key:{request.user.pk}" if known else f"address:{self.get_ident(request)}"
        slot = f"throttle:{who}:{timezone.now():%Y%m%d%H%M}"
        cache.add(slot, 0, timeout=120)
        try:
            return bool(cache.incr(slot) <= limit)
        except ValueError:
            return True

    def wait(self) -> float:
        """Return the seconds until the next minute."""
        return 60.0 - timezone.now().second


def _per_minute(scope: str) -> int:
    """Return the limit of a scope, written as ``6000/min`` in the settings."""
    rates: dict[str, str] = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]  # type: ignore[assignment]
    return int(rates[scope].split("/")[0])
