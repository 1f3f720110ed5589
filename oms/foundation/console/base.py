"""The base of every admin class: deny by default, scoped rows, buttons from declared actions."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.admin import ModelAdmin

from oms.foundation import bulk
from oms.foundation.actions import Action, actions_of, offers
from oms.foundation.actor import Actor
from oms.foundation.aggregate import Versioned
from oms.foundation.audit import subject_of
from oms.foundation.cards import card_reasons
from oms.foundation.console import acts, exporting
from oms.foundation.console.filters import as_select
from oms.foundation.console.lists import ConsoleList
from oms.foundation.console.paging import CappedPaginator
from oms.foundation.imports.kinds import kinds_for
from oms.foundation.look.buttons import arrange
from oms.foundation.look.columns import COLUMNS
from oms.foundation.look.headings import list_name
from oms.foundation.look.tabs import tabs_of
from oms.foundation.look.words import kinds_kept_from
from oms.foundation.models import AuditLine
from oms.foundation.panels import BESIDE, PANELS
from oms.foundation.refusals import Refused, StaleVersion
from oms.foundation.scope import scoped

TIMELINE_LENGTH = 100
SEEN_VERSION = "seen_version"


class CardlessForm:
    """A form that refuses a card number in any of its texts."""

    def clean(self) -> Any:
        """Say at each field that holds one."""
        values = super().clean()
        for reason in card_reasons(self.cleaned_data.items()):  # type: ignore[attr-defined]
            self.add_error(reason.field, reason.sentence)  # type: ignore[attr-defined]
        return values


class ConsoleAdmin(ModelAdmin):
    """Lists and pages of one kind of row.

    Rows are read-only unless ``editable``; they are never deleted here. ``export_columns`` are (header, attribute or
    function) pairs, ``export_prefetch`` what those read of other tables; a list without them has no export. ``page`` is
    the name its panels are registered under. ``state_fields`` stand as coloured words in the head of a row's page,
    ``everyday_acts`` beside its main acts. ``empty_words`` tell what to do while a list has no rows, ``search_words``
    how to search when nothing is found.
    """

    editable: ClassVar[bool] = False
    addable: ClassVar[bool | None] = None
    export_columns: ClassVar[Sequence[tuple[str, str | Callable[[Any], Any]]]] = ()
    export_prefetch: ClassVar[Sequence[Any]] = ()
    page: ClassVar[str] = ""
    state_fields: ClassVar[Sequence[str]] = ("state",)
    everyday_acts: ClassVar[Sequence[str]] = ()
    empty_words: ClassVar[str] = ""
    search_words: ClassVar[str] = ""
    add_words: ClassVar[str] = ""
    empty_value_display = ""
    change_form_template = "console/change_form.html"
    change_list_template = "console/change_list.html"
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 200
    list_filter_submit = True
    list_fullwidth = True
    compressed_fields = True
    warn_unsaved_form = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow adding only where the class says so, to people with the permission."""
        allowed = self.editable if self.addable is None else self.addable
        return bool(allowed and super().has_add_permission(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow editing only where the class says so, to people with the permission."""
        return bool(self.editable and super().has_change_permission(request, obj))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow looking to people with the permission."""
        view = f"{self.opts.app_label}.view_{self.opts.model_name}"
        return bool(request.user.has_perm(view))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted in the console: books stay."""
        return False

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """Return the rows in the person's scope, in the list's order."""
        rows = scoped(request.user, self.model)
        order = self.get_ordering(request)
        return rows.order_by(*order) if order else rows

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the rows in the person's scope."""
        kwargs.setdefault("queryset", scoped(request.user, db_field.remote_field.model))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Any], bool]":
        """Search without NUL characters, which no database takes."""
        return super().get_search_results(request, queryset, search_term.replace("\x00", "").strip())

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ConsoleList]:
        """Return the list that reads the cells of other rooms."""
        return ConsoleList

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Return the columns of the list, with those of the rooms on the right before the last one."""
        own = list(super().get_list_display(request))
        added = [column.as_display() for column in COLUMNS.get(f"{self.opts.app_label}_{self.opts.model_name}", ())]
        return [*own[:-1], *added, *own[-1:]]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Return the filters, those of words and of related rows as selects."""
        return [as_select(self.model, wanted) for wanted in super().get_list_filter(request)]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer the declared bulk acts that the person's role may do."""
        allowed = (one for one in actions_of(self.model) if one.bulk and request.user.has_perm(one.permission))
        return {one.name: (_bulk_starter(one), one.name, f"{one.label}…") for one in allowed}

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of the buttons and of the export."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        guard = self.admin_site.admin_view
        own = [
            path("export/", guard(self.export_view), name=f"{name}_export"),
            path("<path:object_id>/act/<slug:action_name>/", guard(self.act_view), name=f"{name}_act"),
        ]
        return own + super().get_urls()

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Send the filtered rows as CSV or XLSX."""
        return exporting.export(self, request)

    def export_columns_for(self, request: HttpRequest) -> Sequence[tuple[str, str | Callable[[Any], Any]]]:
        """Return the columns of the export that the person may see."""
        return self.export_columns

    @property
    def add_told(self) -> str:
        """Return the words of the button that adds a row."""
        return self.add_words or f"Add {self.opts.verbose_name}"

    def act_view(self, request: HttpRequest, object_id: str, action_name: str) -> HttpResponse:
        """Show the confirmation of a button, or do it."""
        return acts.act(self, request, object_id, action_name)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Draw the list with its tabs and export links."""
        view = f"{self.opts.app_label}_{self.opts.model_name}"
        context = {
            "title": list_name(self.opts),
            "tabs": tabs_of(view, request),
            "add_words": self.add_told,
            "import_url": self.import_url(request),
            "export_url": f"{reverse(f'admin:{view}_export')}?{request.GET.urlencode()}" if self.export_columns else "",
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def import_url(self, request: HttpRequest) -> str:
        """Return where files of the list's rows are imported, for people who may."""
        kind = next((one for one in kinds_for(request.user) if one.model is self.model), None)
        return f"{reverse('admin:foundation_importsession_add')}?kind={kind.code}" if kind else ""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Draw the page with buttons, panels and timeline; a stale save gets both values shown."""
        context = dict(extra_context or {})
        if object_id is not None:
            row = self.get_object(request, object_id)
            if row is not None and self.has_view_or_change_permission(request, row):
                context.update(self.page_context(request, row))
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except StaleVersion as stale:
            return acts.stale_page(self, request, object_id or "", stale)

    def page_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """Return what stands around the row's fields: buttons, panels and timeline."""
        return {
            "row": row,
            "buttons": arrange(
                permitted(offers(row, request.user)), leading=self.leading_acts(row), everyday=self.everyday_acts
            ),
            "panels": [
                {"panel": panel, "context": panel.context(row, request.user)} for panel in PANELS.get(self.page, ())
            ],
            "timeline": timeline(row, request.user),
            "act_base": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk]),
        }

    def leading_acts(self, row: Any) -> Sequence[str]:
        """Return the names of the acts that a person most likely wants now, most wanted first."""
        return [one.name for one in actions_of(self.model) if one.primary]

    def beside_act(self, row: Any, action: Action, principal: Any) -> dict[str, Any] | None:
        """Return what a person looks at while filling an act's form: ``template`` and what it is drawn with."""
        beside = BESIDE.get((self.page, action.name))
        return dict(beside(row, principal)) if beside else None

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form, with the version its reader saw."""
        if "fields" not in kwargs:
            sets = self.get_fieldsets(request, obj)
            kwargs["fields"] = list(_flat(field for _, options in sets for field in options["fields"]))
        if kwargs["fields"] is not None:
            kwargs["fields"] = [field for field in kwargs["fields"] if field != SEEN_VERSION]
        form = super().get_form(request, obj, change=change, **kwargs)
        form = type(form.__name__, (CardlessForm, form), {"__module__": form.__module__})
        if not (change and isinstance(obj, Versioned) and self.has_change_permission(request, obj)):
            return form
        seen = forms.IntegerField(initial=obj.version, widget=forms.HiddenInput, required=False)
        return type(form.__name__, (form,), {SEEN_VERSION: seen, "__module__": form.__module__})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fieldsets, with the hidden version at the end of the last one."""
        sets = [(name, dict(options)) for name, options in super().get_fieldsets(request, obj)]
        if not (obj and isinstance(obj, Versioned) and self.has_change_permission(request, obj)):
            return sets
        named = {field for _, options in sets for field in _flat(options["fields"])}
        if SEEN_VERSION not in named:
            sets[-1][1]["fields"] = [*sets[-1][1]["fields"], SEEN_VERSION]
        return sets

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save against the version that the person saw."""
        seen = form.cleaned_data.get(SEEN_VERSION) if change else None
        if seen is not None and isinstance(obj, Versioned):
            obj.version = seen
        super().save_model(request, obj, form, change)


def _flat(fields: Iterable[Any]) -> Iterable[str]:
    """Yield the names of nested field rows."""
    for field in fields:
        if isinstance(field, (list, tuple)):
            yield from _flat(field)
        else:
            yield field


def permitted(found: Sequence[Any]) -> list[Any]:
    """Leave out the buttons that the person's role never opens."""
    return [one for one in found if all(reason.code != "permission_denied" for reason in one.reasons)]


def timeline(row: Any, principal: Any) -> list[AuditLine]:
    """Return the latest audit lines of the row's stream that the person may read, newest first."""
    lines = AuditLine.objects.filter(subject=subject_of(row))
    if kept := kinds_kept_from(principal):
        lines = lines.exclude(entity__in=kept)
    return list(lines.order_by("-id")[:TIMELINE_LENGTH])


def _bulk_starter(action: Action) -> Callable[..., HttpResponse]:
    """Return the list action that previews a declared act on the selected rows."""

    def begin(admin: ConsoleAdmin, request: HttpRequest, rows: "QuerySet[Any]") -> HttpResponse:
        """Store the preview and show it."""
        ids = list(rows.order_by().values_list("pk", flat=True)[: bulk.MOST_ROWS + 1])
        actor = Actor.of(request.user, now=timezone.now())
        try:
            operation = bulk.preview(action=action, ids=ids, principal=request.user, actor=actor)
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(request.get_full_path())
        return HttpResponseRedirect(reverse("admin:foundation_bulkoperation_change", args=[operation.pk]))

    return begin
