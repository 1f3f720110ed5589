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

from oms.foundation.bulk_again import with_failures
from oms.foundation.console import ConsoleAdmin
from oms.foundation.console.bulk_pages import BulkPages
from oms.foundation.console.filters import PersonFilter
from oms.foundation.console.import_pages import ImportPages
from oms.foundation.imports.kinds import KINDS, kinds_for
from oms.foundation.look.cells import clipped, moment, two_lines
from oms.foundation.look.words import detail_of_line, rows_told, words_of_line
from oms.foundation.models import (
    AuditLine,
    BulkOperation,
    ImportSession,
    InboxMessage,
    OutboxEvent,
    PeriodicJob,
)
from oms.foundation.templatetags.console import pill


class Delivered(ConsoleAdmin):
    """What is delivered by workers: its state as a coloured word, and the fault that stopped it."""

    @admin.display(description="state", ordering="state")
    def status(self, row: Any) -> str:
        """Return the state as a coloured word."""
        return pill(row.get_state_display(), row.state)

    @admin.display(description="last error")
    def fault(self, row: Any) -> str:
        """Return the last error, cut short."""
        return clipped(row.last_error)


@admin.register(OutboxEvent)
class OutboxEventAdmin(Delivered):
    """Facts on their way: what waits, what died and why; dead ones can be replayed."""

    list_display = ["kind", "stream", "status", "occurred_at", "fault", "attempts"]
    list_filter = ["state", "kind"]
    search_fields = ["=stream"]
    search_help_text = "Stream, such as order:12"
    empty_words = "Facts are written by every act: there has been none."
    ordering = ["-id"]


@admin.register(InboxMessage)
class InboxMessageAdmin(Delivered):
    """Messages from outside: what waits, what died and why; dead ones can be replayed."""

    list_display = ["message_id", "source", "kind", "status", "received_at", "fault", "attempts"]
    list_filter = ["state", "kind"]
    search_fields = ["=message_id"]
    search_help_text = "Message id"
    empty_words = "Messages of channels, gateways and carriers are kept here as they came."
    exclude = ["headers", "body"]
    ordering = ["-id"]


@admin.register(PeriodicJob)
class PeriodicJobAdmin(ConsoleAdmin):
    """Jobs of the clock: when each ran last, and how it ended."""

    list_display = ["name", "last_run_at", "last_ok", "result", "due_at"]
    empty_words = "The clock makes its jobs within seconds of the start."
    ordering = ["name"]

    @admin.display(description="last result")
    def result(self, job: PeriodicJob) -> str:
        """Return how it ended, cut short."""
        return clipped(job.last_result)


@admin.register(AuditLine)
class AuditLineAdmin(ConsoleAdmin):
    """Who did what, when."""

    list_display = ["at", "what", "subject", "actor_label", "said"]
    list_filter = ["entity"]
    search_fields = ["=subject", "=actor_label"]
    search_help_text = "Person, or subject such as order:12"
    empty_words = "Every act leaves a line here: there has been none."
    ordering = ["-id"]
    export_columns = [
        ("at", "at"),
        ("act", "act"),
        ("subject", "subject"),
        ("from", "from_state"),
        ("to", "to_state"),
        ("actor", "actor_label"),
        ("note", "note"),
    ]

    @admin.display(description="act", ordering="act")
    def what(self, line: AuditLine) -> str:
        """Return the act over the states it led from and to."""
        move = f"{line.from_state} → {line.to_state}" if line.from_state else line.to_state
        return two_lines(words_of_line(line), move.replace("_", " "))

    @admin.display(description="note")
    def said(self, line: AuditLine) -> str:
        """Return the note, cut short."""
        return clipped(detail_of_line(line))


class FailedRowsFilter(PersonFilter):
    """Bulk acts of which rows failed that nobody has tried again."""

    def narrowed(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return them."""
        return with_failures(rows)


@admin.register(BulkOperation)
class BulkOperationAdmin(BulkPages, ConsoleAdmin):
    """Bulk acts: preview, progress, outcome by row, and taking back."""

    list_display = ["label", "user", "status", "created_at", "finished_at", "rows"]
    list_filter = ["state", FailedRowsFilter]
    empty_words = "Choose rows of a list and pick an act: its preview, progress and outcome stay here."
    list_select_related = ["user"]
    ordering = ["-id"]

    @admin.display(description="state", ordering="state")
    def status(self, operation: BulkOperation) -> str:
        """Return the state as a coloured word."""
        return pill(operation.get_state_display(), operation.state)

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


@admin.register(ImportSession)
class ImportSessionAdmin(ImportPages, ConsoleAdmin):
    """Files that were sent: what they would do, what they did, and taking back."""

    list_display = ["name", "kind_shown", "state_shown", "outcome", "sender", "sent", "finished_at"]
    list_filter = ["state"]
    list_select_related = ["user"]
    search_fields = ["name"]
    ordering = ["-id"]
    add_words = "Import a file"
    empty_words = "Products, stock, locations and orders come in here from files; what a file would do is shown first."

    @admin.display(description="kind", ordering="kind")
    def kind_shown(self, session: ImportSession) -> str:
        """Return what is in the file."""
        return KINDS[session.kind].title if session.kind in KINDS else session.kind

    @admin.display(description="state", ordering="state")
    def state_shown(self, session: ImportSession) -> str:
        """Return the state as a coloured word."""
        return pill(session.get_state_display(), session.state)

    @admin.display(description="rows")
    def outcome(self, session: ImportSession) -> str:
        """Return how many rows have which outcome."""
        return rows_told(session.tally)

    @admin.display(description="sent by", ordering="user__username")
    def sender(self, session: ImportSession) -> str:
        """Return whose import it is."""
        return str(session.user)

    @admin.display(description="sent", ordering="created_at")
    def sent(self, session: ImportSession) -> str:
        """Return when the file was sent."""
        return moment(session.created_at, age=True)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let every member of staff see their own imports; the scope limits them to those."""
        return bool(request.user.is_active and request.user.is_staff)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let people import who may import anything."""
        return bool(kinds_for(request.user))


admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User], ConsoleAdmin):
    """People and their roles."""

    editable = True
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "first_name", "last_name", "roles", "last_login", "is_active"]
    list_filter = ["is_active", "groups"]
    search_help_text = "Name or e-mail"
    add_words = "Add a person"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[User]":
        """Return the people with their roles."""
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="roles")
    def roles(self, user: User) -> str:
        """Return the person's roles."""
        return "Administrator" if user.is_superuser else ", ".join(group.name for group in user.groups.all())


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ConsoleAdmin):
    """Roles and their permissions; the roles of the house are brought in step by every migrate."""

    editable = True
    add_words = "Add a role"
