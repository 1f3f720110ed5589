"""The console's pages of replays: ask for one, see how far it is, read both courses side by side."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from fulfillment.models import ReplayChange, SourcingReplay, SourcingRuleSet
from fulfillment.services.replaying.asking import ask_for_replay
from fulfillment.states import ReplayState, RuleSetState
from oms.foundation.actor import Actor
from oms.foundation.console import ConsoleAdmin
from oms.foundation.console.filters import LAST_YEAR
from oms.foundation.look.cells import clipped, two_lines
from oms.foundation.refusals import Refused
from oms.foundation.scope import scoped
from oms.foundation.templatetags.console import pill

PAGE = 50
DAY = timedelta(days=1)
ROWS = (
    ("Orders", "orders", ""),
    ("Parcels", "parcels", ""),
    ("Parcels per order", "parcels_per_order", ""),
    ("Orders in several parcels", "split_percent", " %"),
    ("Kilometres", "km", ""),
    ("Kilometres per parcel", "km_per_parcel", ""),
    ("Freight, as far as rates are known", "cost", ""),
    ("Late promises", "late", ""),
    ("Orders short", "short_orders", ""),
    ("Units short", "units_short", ""),
)


class ReplayForm(forms.Form):
    """Which rules, and which days."""

    rule_set = forms.ModelChoiceField(queryset=SourcingRuleSet.objects.none(), label="Rules")
    first = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(
        label="Last day", help_text="This day is included.", widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the rules that may hold or may come to hold."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["rule_set"]
        field.queryset = SourcingRuleSet.objects.exclude(state=RuleSetState.RETIRED).order_by("-number")

    def clean_last(self) -> date:
        """Refuse days that have no day after them."""
        last: date = self.cleaned_data["last"]
        if last.year > LAST_YEAR:
            raise forms.ValidationError("Write a day of this century.", code="too_late")
        return last

    def period(self) -> tuple[datetime, datetime]:
        """Return from when on and up to when, on the desk's clock."""
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        begins, ends = (timezone.make_aware(datetime.combine(day, time())) for day in (first, last + DAY))
        return begins, ends


@admin.register(SourcingReplay)
class SourcingReplayAdmin(ConsoleAdmin):
    """Replays: the orders of past days under other rules."""

    addable = True
    page = "fulfillment.sourcingreplay"
    change_form_template = "fulfillment/replay.html"
    list_display = ["numbers", "days", "status", "sentence_shown", "changed", "created_at"]
    list_filter = ["state", "rule_set"]
    list_select_related = ["rule_set", "user"]
    add_words = "New replay"
    empty_words = "A replay shows the orders of past days under other rules, before anybody puts these into force."
    ordering = ["-id"]
    fields = ["rule_set", "days", "user", "created_at", "finished_at"]
    readonly_fields = ["days"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[SourcingReplay]":
        """Return the replays without what only a worker reads."""
        return super().get_queryset(request).defer("checkpoint", "rules")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for rules and days, and let a worker begin."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        today = timezone.localdate()
        told = {"rule_set": request.GET.get("rule_set"), "first": today - 30 * DAY, "last": today}
        form = ReplayForm(request.POST if request.method == "POST" else None, initial=told)
        if request.method == "POST" and form.is_valid():
            begins, ends = form.period()
            actor = Actor.of(request.user, now=timezone.now())
            rules = form.cleaned_data["rule_set"].pk
            try:
                row = ask_for_replay(
                    rule_set_id=rules, begins=begins, ends=ends, user_id=int(request.user.pk or 0), actor=actor
                )
                return HttpResponseRedirect(reverse("admin:fulfillment_sourcingreplay_change", args=[row.pk]))
            except Refused as refusal:
                form.add_error("last", refusal.sentence)
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": "New replay", "form": form}
        return TemplateResponse(request, "fulfillment/replay_new.html", context, status=422 if form.errors else 200)

    def page_context(self, request: HttpRequest, row: SourcingReplay) -> dict[str, Any]:
        """Return both courses side by side, and a page of the orders that end otherwise."""
        report = row.report
        changes = scoped(request.user, ReplayChange).filter(replay=row).select_related("order").order_by("pk")
        return {
            **super().page_context(request, row),
            "report": report,
            "figures": _figures(report),
            "changes": Paginator(changes, PAGE).get_page(request.GET.get("page")),
            "is_working": row.state in (ReplayState.QUEUED, ReplayState.RUNNING),
        }

    @admin.display(description="replay", ordering="id")
    def numbers(self, row: SourcingReplay) -> str:
        """Return its number over the rules."""
        return two_lines(f"Replay {row.pk}", f"version {row.rule_set}")

    @admin.display(description="days", ordering="begins")
    def days(self, row: SourcingReplay) -> str:
        """Return the first and the last day."""
        first, last = timezone.localdate(row.begins), timezone.localdate(row.ends - timedelta(microseconds=1))
        return date_format(first, "j M Y") if first == last else f"{first:%-d %b} – {date_format(last, 'j M Y')}"

    @admin.display(description="state", ordering="state")
    def status(self, row: SourcingReplay) -> str:
        """Return the state as a coloured word."""
        return pill(row.get_state_display(), row.state)

    @admin.display(description="result")
    def sentence_shown(self, row: SourcingReplay) -> str:
        """Return what came of it."""
        return clipped(row.sentence)


def _figures(report: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return (name, as it was, what if) of the figures that are known: no cost without rates."""
    if not report:
        return []
    before, after = report["before"], report["after"]
    known = (row for row in ROWS if before[row[1]] is not None and (row[1] != "cost" or before["cost_parcels"]))
    return [(name, _side(before, key, unit), _side(after, key, unit)) for name, key, unit in known]


def _side(column: dict[str, Any], key: str, unit: str) -> str:
    """Return a figure as people read it."""
    value = column[key]
    if value is None:
        return "–"
    if key == "cost":
        return f"{value / 100:,.2f}"
    return f"{value:,.2f}{unit}" if isinstance(value, float) else f"{value:,}{unit}"
