"""Rows that stand under another row on its page."""

from typing import Any, ClassVar

from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import TabularInline


class ReadOnlyInline(TabularInline):
    """Rows of a child table, to look at."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is added here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is changed here."""
        return False


class OpenInline(TabularInline):
    """Rows that may be added, changed and taken away by whoever may do one thing: nobody, unless it is said."""

    extra = 0

    def may(self, request: HttpRequest) -> bool:
        """Return whether the person may do all of it."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Show the rows."""
        return self.may(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let rows be added."""
        return self.may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let rows be changed."""
        return self.may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let rows be taken away."""
        return self.may(request)


class MemberInline(OpenInline):
    """The people who are limited to a row; administrators alone see and change it."""

    autocomplete_fields: ClassVar[list[str]] = ["user"]

    def may(self, request: HttpRequest) -> bool:
        """Return whether the person is an administrator."""
        return bool(request.user.is_superuser)


def members_text(row: Any) -> str:
    """Return who is limited to a row, as its timeline tells it; "(own)" after those who see only their own of it."""
    names = [
        f"{one.user.get_username()}{' (own)' if getattr(one, 'own_only', False) else ''}"
        for one in row.memberships.select_related("user").order_by("user__username")
    ]
    return ", ".join(names)
