"""The console's pages of the system itself: facts, messages, jobs, bulk acts and the audit trail.

The base class of every admin class is :class:`oms.foundation.console.ConsoleAdmin`.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from oms.foundation.console import ConsoleAdmin
from oms.foundation.console.bulk_pages import BulkPages
from oms.foundation.models import AuditLine, BulkOperation, InboxMessage, OutboxEvent, PeriodicJob


@admin.register(OutboxEvent)
class OutboxEventAdmin(ConsoleAdmin):
    """Facts on their way: what waits, what died and why; dead ones can be replayed."""

    list_display = ["kind", "stream", "state", "occurred_at", "attempts", "last_error"]
    list_filter = ["state", "kind"]
    search_fields = ["=stream"]
    ordering = ["-id"]


@admin.register(InboxMessage)
class InboxMessageAdmin(ConsoleAdmin):
    """Messages from outside: what waits, what died and why; dead ones can be replayed."""

    list_display = ["source", "message_id", "kind", "state", "received_at", "attempts", "last_error"]
    list_filter = ["state", "kind"]
    search_fields = ["=message_id"]
    exclude = ["headers", "body"]
    ordering = ["-id"]


@admin.register(PeriodicJob)
class PeriodicJobAdmin(ConsoleAdmin):
    """Jobs of the clock: when each ran last, and how it ended."""

    list_display = ["name", "due_at", "last_run_at", "last_ok", "last_result"]
    ordering = ["name"]


@admin.register(AuditLine)
class AuditLineAdmin(ConsoleAdmin):
    """Who did what, when."""

    list_display = ["at", "act", "subject", "from_state", "to_state", "actor_label", "note"]
    list_filter = ["entity"]
    search_fields = ["=subject", "=actor_label"]
    ordering = ["-id"]


@admin.register(BulkOperation)
class BulkOperationAdmin(BulkPages, ConsoleAdmin):
    """Bulk acts: preview, progress, outcome by row, and taking back."""

    list_display = ["label", "user", "state", "created_at", "finished_at", "rows"]
    list_filter = ["state"]
    list_select_related = ["user"]
    ordering = ["-id"]

    @admin.display(description="rows")
    def rows(self, operation: Any) -> int:
        """Return how many rows it touches."""
        return int(operation.touched)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[BulkOperation]":
        """Count the rows of each act in the statement of the list."""
        return super().get_queryset(request).annotate(touched=Count("items"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let every member of staff see their own bulk acts; the scope limits them to those."""
        return bool(request.user.is_active and request.user.is_staff)


admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User], ConsoleAdmin):
    """People and their roles."""

    editable = True
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "first_name", "last_name", "is_active", "last_login"]
    list_filter = ["is_active", "groups"]


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ConsoleAdmin):
    """Roles and their permissions; the roles of the house are brought in step by every migrate."""

    editable = True
