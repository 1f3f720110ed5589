"""The console's own pages for what went wrong: no such page, no right to it, a form too old, a refusal, a fault."""

import sys
from typing import Any

from django.contrib import admin
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.views.defaults import server_error

from oms.foundation.refusals import Refused


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer an address that leads nowhere, or to a row outside the person's scope."""
    sentence = "The address is wrong, or what stood here belongs to a channel or location that is not yours."
    return _page(request, "There is nothing here", [sentence], 404)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer a person whose role may not see the page or do the act."""
    sentence = "Your role does not cover this. Nothing was changed. Ask an administrator if you need it."
    return _page(request, "Not yours to open", [sentence], 403)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose secret is missing or old: the person signed in anew, or blocks cookies."""
    sentence = (
        "The page was open for too long, or you signed in again meanwhile. Nothing was changed. "
        "Go back, reload the page and do it again."
    )
    return _page(request, "This form is too old", [sentence], 403)


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Answer what cannot be done or shown now, with every reason."""
    title = "There is nothing here" if refusal.status == 404 else "Not possible now"
    return _page(request, title, [reason.sentence for reason in refusal.reasons], refusal.status)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer what nobody caught: a database that is busy or away is worth another try, the rest is a fault of ours."""
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return server_error(request)
    sentences = ["The database is busy or cannot be reached. Nothing was changed. Go back and do it again in a moment."]
    # drawn without the request: looking for the person would ask the database
    page = render_to_string("console/error_bare.html", {"title": "Busy", "sentences": sentences})
    return HttpResponse(page, status=503, headers={"Retry-After": "2"})


def _page(request: HttpRequest, title: str, sentences: list[str], status: int) -> HttpResponse:
    """Draw the page: within the console for staff, on its own for everybody else."""
    user = getattr(request, "user", None)
    at_desk = user is not None and user.is_active and user.is_staff
    context = {"title": title, "sentences": sentences}
    if not at_desk:
        return TemplateResponse(request, "console/error_bare.html", context, status=status).render()
    context = {**admin.site.each_context(request), **context}
    return TemplateResponse(request, "console/error.html", context, status=status).render()
