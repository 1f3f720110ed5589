"""The door of every POST: a key must be given, and a repeated key gets the stored reply byte for byte."""

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from oms.foundation.idempotency import Asked, Reply, fingerprint, reply_once
from oms.foundation.refusals import Refused

HEADER = "Idempotency-Key"
PRINTABLE = re.compile(r"[\x21-\x7e]{1,200}")


class BadKey(Refused):
    """The request carries no key, or one that cannot be stored."""

    code = "idempotency_key_invalid"
    status = 400


def once(request: Request, act: Callable[[], tuple[int, Any]]) -> HttpResponse:
    """Run the act, which returns status and data, once for the request's key, and answer its stored bytes.

    :raises BadKey: without a usable key. :raises KeyReused: for a key of another request.
    """
    asked = Asked(
        owner=owner_of(request.user),
        key=key_of(request),
        fingerprint=fingerprint(
            request.method or "", request.path, request.data, unseen=getattr(request.user, "unseen", "")
        ),
    )

    def reply() -> Reply:
        """Run the act and render its data."""
        status, data = act()
        return Reply(status, JSONRenderer().render(data))

    told = reply_once(asked=asked, now=timezone.now(), act=reply)
    response = HttpResponse(told.body, status=told.status, content_type="application/json")
    if told.replayed:
        response["Idempotent-Replayed"] = "true"
    return response


def owner_of(principal: Any) -> str:
    """Return whose keys they are: the channel account's for an API key, otherwise the person's."""
    return str(getattr(principal, "owner", "") or f"user:{principal.pk}")


def key_of(request: Request) -> str:
    """Return the request's key; raises :class:`BadKey` without a usable one."""
    key = request.headers.get(HEADER, "").strip()
    if not key:
        raise BadKey(f"Send an {HEADER} header with every POST.", code="idempotency_key_missing", field=HEADER)
    if not PRINTABLE.fullmatch(key):
        raise BadKey(f"The {HEADER} may have 1 to 200 visible ASCII characters.", field=HEADER)
    return key
