"""The pages of a button: its confirmation, its refusal, and the page of a stale save."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from oms.foundation.actions import Action, action_named, closed_reasons, form_of, run_action
from oms.foundation.refusals import Denied, Invalid, NotFound, Reason, Refused, StaleVersion
from oms.foundation.retrying import until_done
from oms.foundation.scope import scoped


def act(admin: Any, request: HttpRequest, object_id: str, action_name: str) -> HttpResponse:
    """Show the confirmation of an action (GET), or do it (POST)."""
    try:
        action = action_named(admin.model, action_name)
    except NotFound:
        raise Http404 from None
    if not request.user.has_perm(action.permission):
        raise PermissionDenied
    row = scoped(request.user, admin.model).filter(pk=_number(object_id)).first()
    if row is None:
        raise Http404
    if request.method != "POST":
        form = form_of(action, request.user, initial=_initial(action, row, request))
        reasons = closed_reasons(action, row, request.user)
        return _page(admin, request, action, row, form, reasons, closed=bool(reasons))
    return _do(admin, request, action, row)


def _number(object_id: str) -> int:
    """Return the primary key named by an address, or answer 404."""
    if not object_id.isascii() or not object_id.isdigit() or len(object_id) > 18:
        raise Http404
    return int(object_id)


def _initial(action: Action, row: Any, request: HttpRequest) -> dict[str, Any]:
    """Return the values a form opens with: those of the address, over the form's own for the row."""
    own = getattr(action.form, "initial_for", None)
    known = {name: request.GET[name] for name in action.form.base_fields if name in request.GET}
    return {**(own(row) if own else {}), **known}


def _do(admin: Any, request: HttpRequest, action: Action, row: Any) -> HttpResponse:
    """Run the action and return to the row's page, or show why not."""
    data = {name: value for name, value in posted(request, action).items() if name != "version"}
    version = request.POST.get("version", "")
    try:
        until_done(
            lambda: run_action(
                action,
                principal=request.user,
                lookup={"pk": row.pk},
                data=data,
                now=timezone.now(),
                version=int(version) if version.isascii() and version.isdigit() else None,
            )
        )
    except Denied:
        raise PermissionDenied from None
    except Invalid as invalid:
        form = form_of(action, request.user, data=data)
        form.is_valid()
        _mark(form, invalid.reasons)
        loose = [reason for reason in invalid.reasons if reason.field not in form.fields]
        return _page(admin, request, action, row, form, loose, status=422)
    except Refused as refusal:
        form = form_of(action, request.user, initial=data)
        return _page(admin, request, action, row, form, refusal.reasons, status=409)
    messages.success(request, f"{action.label}: done.")
    return HttpResponseRedirect(_next(admin, request, row))


def _mark(form: Any, reasons: Sequence[Reason]) -> None:
    """Put what the act itself has against a value on its field; what the form has found stands there already."""
    for reason in reasons:
        if reason.field in form.fields and reason.field not in form.errors:
            form.add_error(reason.field, reason.sentence)


def posted(request: HttpRequest, action: Action) -> dict[str, Any]:
    """Return the posted values that the action's form knows, lists for fields that take several."""
    known = [name for name in request.POST if name in action.form.base_fields]
    files = {name: one for name, one in request.FILES.items() if name in action.form.base_fields}
    many = {name for name in known if getattr(action.form.base_fields[name].widget, "allow_multiple_selected", False)}
    return {name: request.POST.getlist(name) if name in many else request.POST[name] for name in known} | files


def _next(admin: Any, request: HttpRequest, row: Any) -> str:
    """Return the address to go to after an act: where the person came from, if it is ours."""
    from django.utils.http import url_has_allowed_host_and_scheme

    wanted = request.POST.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    opts = admin.model._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])


def _page(
    admin: Any,
    request: HttpRequest,
    action: Action,
    row: Any,
    form: Any,
    reasons: list[Reason],
    *,
    status: int = 200,
    closed: bool = False,
) -> HttpResponse:
    """Draw the confirmation page: what will happen and the form; a closed act has its reasons in their place."""
    context = {
        **admin.admin_site.each_context(request),
        "title": f"{action.label}: {row}",
        "opts": admin.model._meta,
        "model_admin": admin,
        "action": action,
        "row": row,
        "form": form,
        "reasons": reasons,
        "closed": closed,
        "beside": admin.beside_act(row, action, request.user),
        "back": _next(admin, request, row),
    }
    return TemplateResponse(request, "console/act.html", context, status=status)


def stale_page(admin: Any, request: HttpRequest, object_id: str, stale: StaleVersion) -> HttpResponse:
    """Draw the page of a save that came too late, with both values of each field that differs."""
    row = scoped(request.user, admin.model).filter(pk=_number(object_id)).first()
    if row is None:
        raise Http404
    differences = [
        {"field": field.verbose_name, "yours": request.POST[field.name], "theirs": field.value_to_string(row)}
        for field in admin.model._meta.concrete_fields
        if field.name in request.POST and request.POST[field.name] != field.value_to_string(row)
    ]
    context = {
        **admin.admin_site.each_context(request),
        "title": "Changed meanwhile",
        "opts": admin.model._meta,
        "sentence": stale.sentence,
        "differences": differences,
        "back": request.path,
    }
    return TemplateResponse(request, "console/stale.html", context, status=409)
