"""The pages of imports: choose a file, look at what it would do, apply it, take it back."""

from collections import namedtuple
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from oms.foundation.actor import Actor
from oms.foundation.console.import_forms import send_form
from oms.foundation.exports import write_csv
from oms.foundation.imports import keeping, sessions, telling
from oms.foundation.imports.kinds import ImportKind, kind_named, kinds_for
from oms.foundation.models import ImportSession
from oms.foundation.models.imports import TAKEN, WORKING, ImportState, RowOutcome
from oms.foundation.refusals import NotFound, Refused
from oms.foundation.scope import scoped

PAGE = 100
LOOKING = ["GET", "HEAD"]
Question = namedtuple("Question", "label")
PICK = "Choose what is in your file."


class ImportPages:
    """Replaces the pages for adding and changing an import by those of its steps."""

    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of the steps, of the question before taking back, and of the refused rows."""
        guard, name = self.admin_site.admin_view, "foundation_importsession"
        own = [
            path("<path:object_id>/step/", guard(self.step_view), name=f"{name}_step"),
            path("<path:object_id>/undo/", guard(self.undo_view), name=f"{name}_undo"),
            path("<path:object_id>/refused/", guard(self.refused_view), name=f"{name}_refused"),
        ]
        return [*own, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for a file of one kind, and take it."""
        mine = kinds_for(request.user)
        if not mine:
            raise PermissionDenied
        wanted = request.GET.get("kind", "")
        if not wanted:
            return self._draw(request, "console/import_kinds.html", {"title": PICK, "kinds": mine})
        kind = _kind(request, wanted)
        before = _before(request, kind)
        form = send_form(kind, request, before)
        if request.method == "POST" and form.is_valid():
            try:
                return HttpResponseRedirect(_address(_send(request, kind, form)))
            except Refused as refusal:
                form.add_error("file", refusal.sentence)
        context = {"title": f"Import {kind.title.lower()}", "kind": kind, "form": form, "before": before}
        return self._draw(request, "console/import_new.html", context, status=422 if form.errors else 200)

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """Draw the import's page; it is steered by its steps alone."""
        if request.method not in LOOKING:
            return HttpResponseNotAllowed(LOOKING)
        session = _session(request, object_id)
        kind = kind_named(session.kind)
        counts = keeping.count(session)
        part = telling.part_named(request.GET.get("show", ""))
        rows = session.rows.filter(part.condition).order_by("row")
        page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
        context = {
            "row": session,
            "kind": kind,
            "title": str(session),
            "parts": [(one, one.count(counts)) for one in telling.PARTS if not one.word or one.count(counts)],
            "part": part,
            "ready": keeping.number_of(counts, outcomes=[RowOutcome.READY]),
            "done": keeping.number_of(counts, outcomes=[RowOutcome.DONE]),
            "refused": keeping.number_of(counts, outcomes=[RowOutcome.REFUSED]),
            "noted": session.rows.exclude(note="").filter(outcome=RowOutcome.READY).count(),
            "page": page,
            "lines": telling.lines(session, list(page)),
            "is_working": session.state in WORKING,
            "can_undo": session.state in TAKEN and _may_undo(request, kind) and counts,
            "twins": _twins(request, session),
            "timeline": _timeline(session, request.user),
        }
        return self._draw(request, "console/import.html", context)

    def step_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Apply an import, drop it, or take it back."""
        session = _session(request, object_id)
        actor = Actor.of(request.user, now=timezone.now())
        try:
            match request.POST.get("step", "") if request.method == "POST" else "":
                case "apply":
                    sessions.apply_import(session_id=session.pk, principal=request.user, actor=actor)
                case "drop":
                    sessions.drop_import(session_id=session.pk, actor=actor)
                case "undo":
                    sessions.take_back(session_id=session.pk, principal=request.user, actor=actor)
        except Refused as refusal:
            if refusal.status == 403:
                raise PermissionDenied from None
            messages.error(request, refusal.sentence)
        return HttpResponseRedirect(_address(session))

    def undo_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask before an import is taken back, and say what that would do now."""
        if request.method not in LOOKING:
            return HttpResponseNotAllowed(LOOKING)
        session = _session(request, object_id)
        kind = kind_named(session.kind)
        if not _may_undo(request, kind):
            raise PermissionDenied
        if session.state not in TAKEN:
            return HttpResponseRedirect(_address(session))
        question = telling.ask_undo(session, request.user)
        sentence = telling.undo_sentence(kind, question)
        return self._draw(
            request,
            "console/import_undo.html",
            {"action": Question("Take back"), "row": session, "question": question, "sentence": sentence},
        )

    def refused_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Send the refused rows as CSV, each with its reason."""
        if request.method not in LOOKING:
            return HttpResponseNotAllowed(LOOKING)
        session = _session(request, object_id)
        try:
            header, rows = telling.refused_table(session)
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(_address(session))
        return StreamingHttpResponse(
            write_csv(rows, header),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{session.kind}-{session.pk}-refused.csv"'},
        )

    def _draw(
        self, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
    ) -> TemplateResponse:
        """Draw a page of imports."""
        whole = {**self.admin_site.each_context(request), "opts": ImportSession._meta, **context}
        return TemplateResponse(request, template, whole, status=status)


def _kind(request: HttpRequest, code: str) -> ImportKind:
    """Return the kind that an address names, or answer 404 or 403."""
    try:
        kind = kind_named(code)
    except NotFound:
        raise Http404 from None
    if kind not in kinds_for(request.user):
        raise PermissionDenied
    return kind


def _before(request: HttpRequest, kind: ImportKind) -> ImportSession | None:
    """Return the import whose file is to be read once more, if the address names one that is still kept."""
    wanted = request.GET.get("again", "")
    if not wanted:
        return None
    session = _session(request, wanted)
    return session if session.kind == kind.code and session.file_id else None


def _send(request: HttpRequest, kind: ImportKind, form: Any) -> ImportSession:
    """Store the file of the form."""
    name, body = form.cleaned_data["file"]
    return sessions.send_file(
        kind=kind.code,
        name=name,
        body=body,
        options=form.options(),
        principal=request.user,
        actor=Actor.of(request.user, now=timezone.now()),
    )


def _session(request: HttpRequest, object_id: str | None) -> ImportSession:
    """Return the import in the person's scope, or answer 404."""
    if not object_id or not object_id.isascii() or not object_id.isdigit() or len(object_id) > 18:
        raise Http404
    session = scoped(request.user, ImportSession).select_related("user").filter(pk=int(object_id)).first()
    if session is None:
        raise Http404
    return session


def _may_undo(request: HttpRequest, kind: ImportKind) -> bool:
    """Return whether a person may take back imports of a kind."""
    return all(request.user.has_perm(one) for one in kind.undo_permissions)


def _twins(request: HttpRequest, session: ImportSession) -> list[ImportSession]:
    """Return earlier imports of the same file that were applied, as far as the person may see them."""
    if session.state != ImportState.PREVIEWED:
        return []
    same = scoped(request.user, ImportSession).filter(kind=session.kind, digest=session.digest, state__in=TAKEN)
    return list(same.exclude(pk=session.pk).order_by("-pk")[:3])


def _timeline(session: ImportSession, principal: Any) -> Any:
    """Return the audit lines of an import."""
    from oms.foundation.console.base import timeline

    return timeline(session, principal)


def _address(session: ImportSession) -> str:
    """Return the address of an import's page."""
    return reverse("admin:foundation_importsession_change", args=[session.pk])
