"""Permissions of the API: a view names the permission of each method, and what is not named is denied."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class DeclaredPermission(BasePermission):
    """Lets a caller in who has the permission that the view names for the method."""

    message = "This key may not do this."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Look up ``view.permissions[METHOD]``; a method without an entry is closed."""
        if not getattr(request.user, "is_authenticated", False):
            return False
        if request.method in ("OPTIONS", "HEAD"):
            return self._allowed(request, view, "GET")
        return self._allowed(request, view, request.method or "")

    def _allowed(self, request: Request, view: Any, method: str) -> bool:
        """Return whether the caller has the permission of the method."""
        needed = getattr(view, "permissions", {}).get(method)
        return needed is not None and (needed == "" or request.user.has_perm(needed))


class SchemaPermission(BasePermission):
    """Shows the API's description to every key and to signed-in staff."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Ask for a signed-in member of staff or a key."""
        user = request.user
        is_key = getattr(user, "actor_kind", "user") == "api"
        return bool(getattr(user, "is_active", False) and (is_key or getattr(user, "is_staff", False)))
