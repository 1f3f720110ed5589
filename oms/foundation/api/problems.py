"""Errors as problem+json (RFC 9457): a status, a stable code, a sentence, and the field of each fault."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, JsonResponse
from django_fsm import ConcurrentTransition
from rest_framework import exceptions
from rest_framework.response import Response

from oms.foundation.refusals import Reason, Refused

CONTENT_TYPE = "application/problem+json"
TITLES = {
    400: "The request cannot be read",
    401: "Who are you?",
    403: "Not allowed",
    404: "Not found",
    405: "Wrong method",
    406: "Not available in this form",
    409: "Not possible now",
    413: "Too large",
    415: "Wrong content type",
    422: "The request has faults",
    429: "Too many requests",
    500: "Something went wrong here",
    503: "Busy",
}
BUSY, COME_BACK = "The database is busy; try again in a moment.", {"Retry-After": "2"}
logger = logging.getLogger(__name__)


def problem(status: int, code: str, detail: str, reasons: Iterable[Reason] = ()) -> dict[str, Any]:
    """Return the body of a problem."""
    return {
        "type": f"urn:oms:problem:{code}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
        "errors": [{"field": one.field, "code": one.code, "detail": one.sentence} for one in reasons],
    }


def problem_of(error: Refused) -> dict[str, Any]:
    """Return the body of a refusal, every reason listed."""
    return problem(error.status, error.code, error.sentence, error.reasons)


def problem_page(status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return a problem as an answer outside the API framework."""
    return JsonResponse(problem(status, code, detail), status=status, content_type=CONTENT_TYPE, headers=headers)


def answer(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn any known error of a view into a problem; unknown ones go on to the error log."""
    body, headers = _body(error)
    if body is None:
        return None
    return Response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)


def _body(error: Exception) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """Return the problem of an error and the headers it needs."""
    if isinstance(error, Refused):
        return problem_of(error), {}
    if isinstance(error, ConcurrentTransition):
        return problem(409, "changed_meanwhile", "Somebody else changed this at the same moment; try again."), {}
    if isinstance(error, OperationalError | InterfaceError):
        logger.warning("the database is busy: %s", type(error).__name__)
        return problem(503, "busy", BUSY), COME_BACK
    if isinstance(error, Http404):
        return problem(404, "not_found", "There is nothing here, or not for you."), {}
    if isinstance(error, PermissionDenied):
        return problem(403, "permission_denied", "You may not do this."), {}
    if isinstance(error, RequestDataTooBig):
        return problem(413, "body_too_large", "The body is too large."), {}
    if isinstance(error, exceptions.APIException):
        return _body_of_framework(error)
    return None, {}


def _body_of_framework(error: exceptions.APIException) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the problem of an error of the API framework."""
    headers: dict[str, str] = {}
    if scheme := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = scheme
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(wait)
    if isinstance(error, exceptions.ValidationError):
        reasons = list(flatten(error.get_full_details()))
        return problem(422, "invalid", " ".join(one.sentence for one in reasons[:5]), reasons), headers
    code = str(error.get_codes()) if not isinstance(error.get_codes(), dict) else error.default_code
    return problem(error.status_code, code, str(error.detail)), headers


def flatten(details: Any, path: str = "") -> Iterable[Reason]:
    """Yield a reason for each fault of nested serializer errors, its field as a dotted path such as ``lines.0.sku``."""
    if isinstance(details, Mapping) and "message" in details and "code" in details:
        yield Reason(str(details["code"]), f"{path}: {details['message']}" if path else str(details["message"]), path)
    elif isinstance(details, Mapping):
        for name, inner in details.items():
            yield from flatten(inner, path if name == "non_field_errors" else f"{path}.{name}".strip("."))
    elif isinstance(details, list):
        plain = all(isinstance(inner, Mapping) and "message" in inner for inner in details)
        for i, inner in enumerate(details):
            yield from flatten(inner, path if plain else f"{path}.{i}".strip("."))
