"""Sets of sourcing rules: drafts are edited here, what was tested is read as sentences."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.admin import StackedInline

from fulfillment.models import SourcingRule, SourcingRuleSet
from fulfillment.rule_forms import NewRuleSetForm, RuleForm, RuleSetForm
from fulfillment.rule_panel import rules_told
from fulfillment.services.sourcing.rule_changes import change_draft, create_draft
from fulfillment.services.sourcing.rule_checks import check_rules
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.console import ConsoleAdmin, TellsRelated
from oms.foundation.look.cells import moment, two_lines
from oms.foundation.scope import scoped
from oms.foundation.templatetags.console import pill


class RuleInline(StackedInline):
    """The rules of a draft, in their order."""

    model = SourcingRule
    form = RuleForm
    extra = 0
    collapsible = True
    verbose_name_plural = "rules"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("position", "name"),
                    ("effect", "amount"),
                    ("locations", "kinds"),
                    ("channels", "services"),
                    ("countries", "postal_prefixes"),
                    ("tags", "skus", "capabilities"),
                    ("total_from", "total_to"),
                    ("weight_from", "weight_to"),
                )
            },
        ),
    )

    class Media:
        """A rule that is added stands open."""

        js = ("rows.js",)

    def _may(self, request: HttpRequest, obj: SourcingRuleSet | None) -> bool:
        """Return whether the person may change the draft; what was tested stays as it is."""
        may: bool = request.user.has_perm("fulfillment.change_sourcingruleset")
        return may and (obj is None or obj.is_draft)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Show the form to those who may use it; the others read the sentences."""
        return self._may(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let rules be added to a draft."""
        return self._may(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let rules of a draft be changed."""
        return self._may(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let rules be taken out of a draft."""
        return self._may(request, obj)


@admin.register(SourcingRuleSet)
class SourcingRuleSetAdmin(TellsRelated, ConsoleAdmin):
    """How locations are chosen: one set is in force, drafts are made, tested, replayed and put into force."""

    page = "fulfillment.sourcingruleset"
    form = RuleSetForm
    editable = True
    add_words = "Draft new rules"
    list_display = ["version_name", "status", "rule_count", "made", "in_force"]
    list_filter = ["state"]
    search_fields = ["name", "note"]
    search_help_text = "Name or note"
    empty_words = (
        "The built-in rules hold: fewest parcels, then the nearest location. Draft new rules to change that; nothing"
        " happens before you activate them."
    )
    ordering = ["-number"]
    everyday_acts = ["copy_to_draft"]
    inlines: ClassVar[list[Any]] = [RuleInline]
    related_told = (("rules", rules_told),)
    fieldsets = [
        (None, {"fields": ["name", "note"]}),
        (
            "Weights",
            {
                "fields": [
                    "prefer",
                    ("max_parcels", "allow_partial"),
                    ("split_penalty", "distance_weight"),
                    ("last_unit_fee", "late_day_fee"),
                    "move_saving",
                    ("young_stock_fee", "shallow_stock_fee"),
                ]
            },
        ),
    ]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only drafts change."""
        return bool((obj is None or obj.is_draft) and super().has_change_permission(request, obj))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask a new set for its name alone; it begins with the rules in force."""
        return super().get_fieldsets(request, obj) if obj else [(None, {"fields": ["name", "note"]})]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form of a draft, or the short one of a new set."""
        return super().get_form(request, obj, change=change, **({} if obj else {"form": NewRuleSetForm}), **kwargs)

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """Show the rules once the set exists."""
        return list(self.inlines) if obj else []

    def leading_acts(self, row: SourcingRuleSet) -> Sequence[str]:
        """Lead with the next step of its life."""
        return ["test"] if row.is_draft else ["activate", "copy_to_draft"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Make the draft from the rules in force, or change it; a changed draft has to be replayed anew."""
        actor = Actor.of(request.user, now=timezone.now())
        if not change:
            draft = create_draft(name=obj.name, note=obj.note, actor=actor)
            obj.__dict__.update({name: value for name, value in draft.__dict__.items() if name != "_state"})
            obj._state.adding, obj._state.db = False, draft._state.db
            return
        with transaction.atomic():
            change_draft(rule_set_id=obj.pk, actor=actor)
            obj.replayed_at = None
            super().save_model(request, obj, form, change)
            data = {name: [str(form.initial.get(name, "")), str(form.cleaned_data[name])] for name in form.changed_data}
            data.pop("seen_version", None)
            record(actor, "fulfillment.change_sourcingruleset", obj, data=data)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the rules, and say what is odd about them now."""
        super().save_related(request, form, formsets, change)
        for one in (
            check_rules(scoped(request.user, SourcingRuleSet).get(pk=form.instance.pk).as_rules(), orders=0)
            if change
            else ()
        ):
            (messages.error if one.fault else messages.warning)(request, one.sentence)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Go on to the page of the draft, where its rules are."""
        return HttpResponseRedirect(reverse("admin:fulfillment_sourcingruleset_change", args=[obj.pk]))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Stay on the page, where the findings stand."""
        messages.success(request, f"Version {obj.number} is saved.")
        return HttpResponseRedirect(reverse("admin:fulfillment_sourcingruleset_change", args=[obj.pk]))

    @admin.display(description="rules", ordering="number")
    def version_name(self, row: SourcingRuleSet) -> str:
        """Return the name over the version."""
        return two_lines(row.name, f"version {row.number}")

    @admin.display(description="state", ordering="state")
    def status(self, row: SourcingRuleSet) -> str:
        """Return the state as a coloured word."""
        return pill(row.get_state_display(), row.state)

    @admin.display(description="number of rules")
    def rule_count(self, row: SourcingRuleSet) -> int:
        """Return how many rules it has."""
        return len(row.content.get("ordered", ())) if row.content else len(row.rows.all())

    @admin.display(description="made", ordering="created_at")
    def made(self, row: SourcingRuleSet) -> str:
        """Return when it was made, and by whom."""
        return two_lines(moment(row.created_at), row.created_by)

    @admin.display(description="in force since", ordering="activated_at")
    def in_force(self, row: SourcingRuleSet) -> str:
        """Return when it was last put into force, and by whom."""
        return two_lines(moment(row.activated_at), row.activated_by) if row.activated_at else ""

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the sets with the rules of their drafts."""
        return super().get_queryset(request).prefetch_related("rows")
