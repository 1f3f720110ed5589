"""Papers that the console's pages draw."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from oms.foundation.console import errors
from oms.foundation.refusals import Refused

PDF, ZPL, JPEG = "application/pdf", "application/zpl", "image/jpeg"


def document(content: bytes, name: str, kind: str = PDF) -> HttpResponse:
    """Return a paper to show in the browser."""
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def paper(permission: str, draw: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Return a view that draws a paper for people with the permission; a refusal is answered in words."""

    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Check method and permission, then draw."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        if not request.user.has_perm(permission):
            raise PermissionDenied
        try:
            return draw(request, **kwargs)
        except Refused as refusal:
            return errors.refused(request, refusal)

    return view
