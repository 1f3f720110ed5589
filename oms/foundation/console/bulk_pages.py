"""The page of a bulk act: preview with reasons, the form of its values, progress and taking back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from oms.foundation import bulk, bulk_again, bulk_look
from oms.foundation.actions import cleaned, form_of
from oms.foundation.actor import Actor
from oms.foundation.console.acts import posted
from oms.foundation.models import BulkOperation
from oms.foundation.refusals import Invalid, Refused
from oms.foundation.scope import scoped

SHOWN = 200


class BulkPages:
    """Replaces the change page of a bulk operation by its preview and progress page."""

    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        """Add the address that starts, cancels, takes back or repeats an operation."""
        own = path(
            "<path:object_id>/step/", self.admin_site.admin_view(self.step_view), name="foundation_bulkoperation_step"
        )
        return [own, *super().get_urls()]

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """Draw the operation's page; it is steered by its steps alone."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._page(request, _operation(request, object_id), form=None)

    def step_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Start, look at, cancel, take back or repeat an operation."""
        operation = _operation(request, object_id)
        if request.method != "POST":
            return HttpResponseRedirect(_address(operation))
        actor = Actor.of(request.user, now=timezone.now())
        action = bulk.action_of(operation)
        step = request.POST.get("step", "")
        try:
            if step in ("start", "look"):
                return self._with_values(request, operation, step, actor)
            if step == "cancel":
                bulk.cancel(operation_id=operation.pk, actor=actor)
            elif step == "undo":
                operation = bulk_again.undo_preview(operation_id=operation.pk, principal=request.user, actor=actor)
            elif step == "retry":
                operation = bulk_again.retry_preview(operation_id=operation.pk, principal=request.user, actor=actor)
        except Invalid:
            return self._page(request, operation, form=form_of(action, request.user, data=request.POST), status=422)
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        return HttpResponseRedirect(_address(operation))

    def _with_values(self, request: HttpRequest, operation: BulkOperation, step: str, actor: Actor) -> HttpResponse:
        """Start the act with the values of the form, or show what would become of each row with them."""
        action = bulk.action_of(operation)
        known = posted(request, action)
        values = cleaned(action, known, request.user)
        if step == "start":
            bulk.start(operation_id=operation.pk, values=values, actor=actor)
            return HttpResponseRedirect(_address(operation))
        bulk_look.look(operation_id=operation.pk, values=values, principal=request.user, actor=actor)
        return self._page(request, operation, form=form_of(action, request.user, initial=known))

    def _page(self, request: HttpRequest, operation: BulkOperation, form: Any, status: int = 200) -> HttpResponse:
        """Draw preview, progress or outcome, whichever it is."""
        action = bulk.action_of(operation)
        done = operation.state in bulk_again.ENDED
        tally = bulk.tally(operation)
        context = {
            **self.admin_site.each_context(request),
            "title": str(operation),
            "opts": BulkOperation._meta,
            "operation": operation,
            "action": action,
            "tally": tally,
            "form": form or form_of(action, request.user, initial=bulk_again.opening_values(operation)),
            "items": operation.items.all()[:SHOWN],
            "shown": SHOWN,
            "can_look": action.foresees is not None and tally.ready,
            "looked_at": bulk_look.LOOKED_AT,
            "can_undo": done and tally.done and action.inverse and not hasattr(operation, "undone_by"),
            "can_retry": done and tally.failed and not hasattr(operation, "retried_by"),
            "step_url": reverse("admin:foundation_bulkoperation_step", args=[operation.pk]),
            "list_url": reverse(f"admin:{action.model._meta.label_lower.replace('.', '_')}_changelist"),
        }
        return TemplateResponse(request, "console/bulk.html", context, status=status)


def _operation(request: HttpRequest, object_id: str | None) -> BulkOperation:
    """Return the operation in the person's scope, or answer 404."""
    if not object_id or not object_id.isascii() or not object_id.isdigit():
        raise Http404
    operation = scoped(request.user, BulkOperation).filter(pk=int(object_id)).first()
    if operation is None:
        raise Http404
    return operation


def _address(operation: BulkOperation) -> str:
    """Return the address of an operation's page."""
    return reverse("admin:foundation_bulkoperation_change", args=[operation.pk])
