"""The pages of the second factor: one that asks for a code after the password, one to set it up and turn it off."""

from typing import Any

import segno
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from oms.foundation.actor import Actor
from oms.foundation.logins.asking import MISSING, TO_SET_UP, TO_SHOW, let_in
from oms.foundation.logins.factor import (
    address_for_app,
    begin_factor,
    check_code,
    confirm_factor,
    factor_of,
    forget_factor,
    is_required,
)
from oms.foundation.refusals import Invalid, Refused


def show_factor(request: HttpRequest) -> HttpResponse:
    """Ask for a code, and let the person in with the right one."""
    if request.session.get(MISSING) != TO_SHOW:
        return HttpResponseRedirect(reverse("admin:index"))
    fault = None
    if request.method == "POST":
        try:
            check_code(user_id=_user_id(request), code=request.POST.get("code", ""), now=timezone.now())
        except Refused as refusal:
            fault = refusal
        else:
            let_in(request)
            return HttpResponseRedirect(_next(request))
    context = {"title": "Second factor", "fault": fault, "next": _next(request)}
    return _page(request, "console/second_factor.html", context, fault)


def set_up_factor(request: HttpRequest) -> HttpResponse:
    """Show what is set up, and do one step of setting it up or turning it off."""
    fault, codes = None, []
    if request.method == "POST":
        try:
            codes = _step(request, request.POST.get("step", ""))
        except Refused as refusal:
            fault = refusal
        else:
            if not codes:
                return HttpResponseRedirect(reverse(TO_SET_UP))
    factor = factor_of(request.user)
    context = {
        "title": "Second factor",
        "fault": fault,
        "codes": codes,
        "factor": factor,
        "required": is_required(request.user),  # type: ignore[arg-type]
        "left": factor.codes.count() if factor else 0,
        **(_for_app(request, factor) if factor and not factor.confirmed else {}),
    }
    return _page(request, "console/second_factor_set_up.html", context, fault)


def _step(request: HttpRequest, step: str) -> list[str]:
    """Do a step; the one that confirms returns the recovery codes."""
    user_id, code = _user_id(request), request.POST.get("code", "")
    actor = Actor.of(request.user, now=timezone.now())
    if step == "begin":
        begin_factor(user_id=user_id, actor=actor)
    elif step == "confirm":
        codes = confirm_factor(user_id=user_id, code=code, actor=actor)
        let_in(request)
        return codes
    elif step == "forget" and not is_required(request.user):  # type: ignore[arg-type]
        check_code(user_id=user_id, code=code, now=actor.now)
        forget_factor(user_id=user_id, actor=actor, keep=request.session.session_key or "")
    else:
        raise Invalid("Choose one of the buttons.", field="step")
    return []


def _for_app(request: HttpRequest, factor: Any) -> dict[str, str]:
    """Return what the app reads: the QR code as an image, and the key to type."""
    address = address_for_app(factor, request.user.get_username())
    key = factor.key
    return {
        "image": segno.make(address, micro=False).svg_data_uri(scale=5, light="#fff"),
        "key": " ".join(key[i : i + 4] for i in range(0, len(key), 4)),
    }


def _user_id(request: HttpRequest) -> int:
    """Return whose page it is; the console shows it to nobody else."""
    return int(request.user.pk or 0)


def _next(request: HttpRequest) -> str:
    """Return the page that the person wanted, if it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=settings.HTTPS)
    return wanted if own else reverse("admin:index")


def _page(request: HttpRequest, template: str, context: dict[str, Any], fault: Refused | None) -> HttpResponse:
    """Draw a page; a fault is shown on it with its status."""
    context = {**admin.site.each_context(request), **context}
    return TemplateResponse(request, template, context, status=fault.status if fault else 200)
