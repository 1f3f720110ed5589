"""The door for every vendor's webhooks: proven genuine, stored raw, then answered."""

import logging

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from oms.foundation.actor import Actor
from oms.foundation.api.problems import problem_page
from oms.foundation.inbox import Sender, knows_senders, receive, sender_named
from oms.foundation.signing import BadSignature, Signed, verify
from orders.models import ChannelAccount

LONGEST_BODY = 1_048_576
KEPT_HEADERS = 60
SECRET_HEADERS = ("authorization", "cookie", "credential")
logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def inbound(request: HttpRequest, account: str) -> HttpResponse:
    """Store a message of an account once and answer 200; the work begins after that.

    401 without a word about why when it is not proven genuine, 404 for an unknown account, 413 above one MiB. An
    account may have several secrets in force, separated by spaces, while they are rotated.
    """
    body = _body(request)
    if body is None:
        return problem_page(413, "body_too_large", f"The body may have at most {LONGEST_BODY} bytes.")
    known = sender_named(account)
    if known is None:
        return problem_page(404, "not_found", "There is nothing here.")
    now = timezone.now()
    headers = {name.lower(): value for name, value in list(request.headers.items())[:KEPT_HEADERS]}
    try:
        message_id = verify(known.adapter, Signed(headers, body, known.secrets, now))
    except BadSignature as why:
        logger.warning("a message for account %s was refused: %s", known.code, why)
        return problem_page(401, "bad_signature", "The message is not signed as this account signs.")
    new = receive(
        source=known.source,
        kind=known.adapter,
        account=known.code,
        message_id=message_id,
        body=body,
        headers={name: value for name, value in headers.items() if name not in SECRET_HEADERS},
        actor=Actor("api", known.id, known.code, now),
    )
    return JsonResponse({"stored": True, "new": new})


@knows_senders
def account_named(code: str) -> Sender | None:
    """Return the open channel account with a code."""
    known = ChannelAccount.objects.filter(code=code, is_active=True).first()
    if known is None:
        return None
    return Sender(known.code, known.adapter, known.webhook_secret.split(), f"account:{known.code}", str(known.pk))


def _body(request: HttpRequest) -> bytes | None:
    """Return the raw body, or None when it is too large."""
    try:
        body = request.body
    except RequestDataTooBig:
        return None
    return body if len(body) <= min(LONGEST_BODY, settings.API_BODY_LIMIT) else None
