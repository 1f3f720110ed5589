"""Middleware of our own: size limits, the content security policy, and problems for the API's own errors."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from oms.foundation.api.problems import BUSY, COME_BACK, CONTENT_TYPE, problem_page
from oms.foundation.refusals import Refused

Next = Callable[[HttpRequest], HttpResponse]
CONSOLE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'none'; form-action 'self'; base-uri 'self'; object-src 'none'"
)
DOCS_POLICY = CONSOLE_POLICY.replace("script-src 'self' 'unsafe-eval'", "script-src 'self' 'unsafe-inline'")
BULK_FACTOR = 4
FORM_AROUND = 65_536


class BodyTooLarge(Refused):
    """More bytes than the door takes."""

    code = "body_too_large"
    status = 413


def _is_api(request: HttpRequest) -> bool:
    """Return whether a request speaks to the API or an inbound door."""
    return request.path.startswith(("/api/", "/inbound/"))


def body_limit(get_response: Next) -> Next:
    """Refuse a body over the limit before anything reads it: 1 MiB, four for bulk calls, a file as set."""

    def middleware(request: HttpRequest) -> HttpResponse:
        """Compare the announced length with the limit of the door."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdigit()):
            return problem_page(400, "bad_length", "The Content-Length is not a number.")
        if int(length) <= _limit(request):
            return get_response(request)
        if _is_api(request):
            return problem_page(413, BodyTooLarge.code, f"The body may have at most {_limit(request)} bytes.")
        from oms.foundation.console.errors import refused

        most = settings.UPLOAD_LIMIT >> 20
        return refused(
            request, BodyTooLarge(f"The file is larger than {most} MB. Go back, split it and send the parts.")
        )

    return middleware


def _limit(request: HttpRequest) -> int:
    """Return the largest body of a door, in bytes."""
    if not _is_api(request):
        return settings.UPLOAD_LIMIT + FORM_AROUND
    return settings.API_BODY_LIMIT * (BULK_FACTOR if request.path.endswith("/bulk/") else 1)


@csrf_exempt
def nothing_here(request: HttpRequest, *args: object) -> HttpResponse:
    """Answer an address that the API does not know; without it the console would ask a machine to log in."""
    hint = "" if request.path.endswith("/") else " Addresses end with a slash."
    return problem_page(404, "not_found", f"There is nothing at this address.{hint}")


def content_security_policy(get_response: Next) -> Next:
    """Say which scripts may run: our own, and what the admin's widgets need."""

    def middleware(request: HttpRequest) -> HttpResponse:
        """Add the policy of the page's kind."""
        response = get_response(request)
        policy = DOCS_POLICY if request.path.startswith("/api/v1/docs") else CONSOLE_POLICY
        response.headers.setdefault("Content-Security-Policy", policy)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def api_problems(get_response: Next) -> Next:
    """Answer unknown addresses and crashes of the API as problems, never as pages."""

    def middleware(request: HttpRequest) -> HttpResponse:
        """Replace a page of Django's own by a problem."""
        response = get_response(request)
        if not _is_api(request) or response.status_code < 400 or _is_problem(response):
            return response
        if response.status_code == 404:
            return problem_page(404, "not_found", "There is nothing at this address.")
        if response.status_code == 503:
            return problem_page(503, "busy", BUSY, COME_BACK)
        return problem_page(response.status_code, "error", "Something went wrong here; it has been logged.")

    return middleware


def _is_problem(response: HttpResponse) -> bool:
    """Return whether an answer already is a problem, or anything else of the API's own making."""
    return response.headers.get("Content-Type", "").startswith((CONTENT_TYPE, "application/json"))
