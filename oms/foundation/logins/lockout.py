"""Keeps those out for a while who guess passwords: one person's from one address, or many people's from one address.

django-axes counts the failed attempts in the database, so that every web process knows them.
"""

import ipaddress
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from rest_framework.throttling import BaseThrottle

from oms.foundation.console.errors import refused
from oms.foundation.refusals import Refused


class LockedOut(Refused):
    """Too many passwords were wrong."""

    code = "locked_out"
    status = 429


class Attempts(AxesDatabaseHandler):
    """Counts for a person and an address together, and for an address alone: that one tries everybody's name."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Return whether the address is kept out, for this person or for everybody."""
        if super().is_locked(request, credentials):
            return True
        attempts = AccessAttempt.objects.filter(
            ip_address=request.axes_ip_address,  # type: ignore[attr-defined]
            attempt_time__gte=get_cool_off_threshold(request),
        )
        failures = attempts.aggregate(failures=Sum("failures_since_start"))["failures"] or 0
        return bool(failures >= settings.LOGIN_FAILURES_OF_ADDRESS)


def client_address(request: HttpRequest) -> str | None:
    """Return the caller's address, behind as many proxies as the settings name; None where there is none."""
    address = BaseThrottle().get_ident(request) or ""  # type: ignore[arg-type]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None) -> HttpResponse:
    """Answer somebody who is kept out; nothing tells whether the name or the password was right."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    page = refused(
        request,
        LockedOut(
            f"Too many wrong passwords. Wait {minutes} minutes and try again, or ask an administrator to set a new one."
        ),
    )
    page.headers["Retry-After"] = str(minutes * 60)
    return page
