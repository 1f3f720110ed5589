"""Addresses of a room's endpoints: list, one row, and its actions."""

from typing import Any

from django.urls import URLPattern, path

from oms.foundation.api.views import RoomViewSet


def room_urls(
    prefix: str, viewset: type[RoomViewSet], *, creates: bool = False, acts: bool = True, together: bool = False
) -> list[URLPattern]:
    """Return the patterns ``prefix/``, ``prefix/{lookup}/`` and ``prefix/{lookup}/{action}/``.

    ``creates`` routes POST on the list to the viewset's ``create``; ``together`` adds ``prefix/bulk/{action}/``.
    """
    key = viewset.lookup_url_kwarg or viewset.lookup_field
    collection: dict[str, Any] = {"get": "list", **({"post": "create"} if creates else {})}
    urls = [
        path(f"{prefix}/", viewset.as_view(collection), name=f"{prefix}-list"),
        path(f"{prefix}/<str:{key}>/", viewset.as_view({"get": "retrieve"}), name=f"{prefix}-detail"),
    ]
    if together:
        many = viewset.as_view({"post": "act_together"})
        urls.append(path(f"{prefix}/bulk/<slug:action_name>/", many, name=f"{prefix}-bulk"))
    if acts:
        urls.append(
            path(f"{prefix}/<str:{key}>/<slug:action_name>/", viewset.as_view({"post": "act"}), name=f"{prefix}-act")
        )
    return urls
