"""What pages that only tell have in common: read by GET with a permission, and their tables as files."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, StreamingHttpResponse

from oms.foundation.exports import write_csv


def report(permission: str, draw: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], Any]:
    """Return a view for people with the permission; it writes nothing."""

    def view(request: HttpRequest) -> HttpResponseBase:
        """Check method and permission, then draw."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not request.user.has_perm(permission):
            raise PermissionDenied
        return draw(request)

    return view


def csv_file(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """Return a table as a file to keep; what nobody can tell (None) stays empty."""
    told = (["" if value is None else value for value in row] for row in rows)
    disposition = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    answer = write_csv(told, list(header))
    return StreamingHttpResponse(answer, content_type="text/csv; charset=utf-8", headers=disposition)


def choose_among(form: forms.Form, field: str, rows: Any) -> None:
    """Let a select of a form show some rows."""
    form.fields[field].queryset = rows  # type: ignore[attr-defined]
