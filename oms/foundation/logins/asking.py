"""Lets nobody past the password who has, or must have, a second factor: what is missing stands in the session."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from oms.foundation.api.problems import problem_page
from oms.foundation.logins.factor import factor_of, is_required

MISSING = "second_factor"
TO_SHOW, TO_SET_UP = "second-factor", "second-factor-set-up"
# what does not belong to the console: it asks nobody's session, or leads out
OPEN = ("/healthz", "/readyz", "/inbound/")
Next = Callable[[HttpRequest], HttpResponse]


@receiver(user_logged_in)
def note_what_is_missing(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Write into the new session which page comes before all others; its value is the page's name."""
    factor = factor_of(user)
    if factor is not None and factor.confirmed:
        request.session[MISSING] = TO_SHOW
    elif is_required(user):
        request.session[MISSING] = TO_SET_UP


def second_factor(get_response: Next) -> Next:
    """Lead everybody whose session lacks the second factor to the page that asks for it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        """Answer, or lead to the page; a browser without a session is not asked for one."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or request.path.startswith((*OPEN, settings.STATIC_URL)):
            return get_response(request)
        page = request.session.get(MISSING)
        if not page or request.path in (reverse(page), reverse("admin:logout")):
            return get_response(request)
        if request.path.startswith("/api/"):
            return problem_page(403, "second_factor_missing", "Sign in with your second factor first.")
        return HttpResponseRedirect(f"{reverse(page)}?{urlencode({'next': request.get_full_path()})}")

    return middleware


def let_in(request: HttpRequest) -> None:
    """Let the session in from now on, under a new name."""
    request.session.pop(MISSING, None)
    request.session.cycle_key()
