"""The console's pages of sourcing decisions: the list, the whole record of one, and what comes of it decided again."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.contrib.filters.admin import DropdownFilter

from fulfillment.admin.promise import promise_page
from fulfillment.models import FulfillmentOrder, SourcingDecision
from fulfillment.services.sourcing.reading import replay, too_large, what_would_change
from fulfillment.services.sourcing.run import Trigger
from inventory.models import Location
from oms.foundation.console import ConsoleAdmin
from oms.foundation.console.filters import DaysFilter, YesFilter
from oms.foundation.look.cells import clipped, two_lines
from oms.foundation.refusals import Refused
from oms.foundation.scope import scoped
from oms.foundation.templatetags.console import words

MOST_PARCELS = 4


class ShortFilter(YesFilter):
    """Decisions that left something unfilled."""

    title = "short"
    parameter_name = "short"
    word = "something is missing"

    def narrowed(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return them."""
        return rows.filter(units_short__gt=0)


class _WordFilter(DropdownFilter):
    """Narrows the list by one of some words."""

    def narrowed(self, rows: "QuerySet[Any]", word: str) -> "QuerySet[Any]":
        """Return the rows of a word."""
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Narrow the list when one of the words was asked for."""
        word = self.value()
        known = {str(one) for one, _ in self.lookup_choices}
        return self.narrowed(queryset, str(word)) if word in known else queryset


class TriggerFilter(_WordFilter):
    """Decisions by what made sourcing look at the order."""

    title = "because"
    parameter_name = "trigger"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return the known triggers."""
        known = (value for name, value in vars(Trigger).items() if name.isupper())
        return [(value, words(value)) for value in known]

    def narrowed(self, rows: "QuerySet[Any]", word: str) -> "QuerySet[Any]":
        """Return the decisions of a trigger."""
        return rows.filter(trigger=word)


class RulesFilter(_WordFilter):
    """Decisions by the version of the rules."""

    title = "rules"
    parameter_name = "rules"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return the versions that ever decided, newest first; each is found by one step in the index."""
        versions: list[int] = []
        rows = SourcingDecision.objects.order_by("-rules_version").values_list("rules_version", flat=True)
        while (found := (rows.filter(rules_version__lt=versions[-1]) if versions else rows).first()) is not None:
            versions.append(found)
        return [(str(one), f"version {one}") for one in versions]

    def narrowed(self, rows: "QuerySet[Any]", word: str) -> "QuerySet[Any]":
        """Return the decisions of a version."""
        return rows.filter(rules_version=int(word))


class ChosenFilter(_WordFilter):
    """Decisions by a location that was to ship; offers the locations that the person may see."""

    title = "location chosen"
    parameter_name = "chosen"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return the locations."""
        return [(row.code, str(row)) for row in scoped(request.user, Location).order_by("code")]

    def narrowed(self, rows: "QuerySet[Any]", word: str) -> "QuerySet[Any]":
        """Return the decisions that planned work there: a decision and its work have one moment."""
        work = FulfillmentOrder.objects.filter(
            order=OuterRef("order"), created_at=OuterRef("decided_at"), location__code=word
        )
        return rows.filter(Exists(work))


class MethodFilter(_WordFilter):
    """Decisions by whether they are proven best."""

    title = "method"
    parameter_name = "method"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return the methods."""
        return [
            ("exact", "exact: proven best"),
            ("greedy", "greedy: good, unproven"),
            ("cheapest", "least freight: proven"),
            ("near_cheapest", "least freight: found by search"),
            ("by_hand", "by hand: a person decided"),
        ]

    def narrowed(self, rows: "QuerySet[Any]", word: str) -> "QuerySet[Any]":
        """Return the decisions of a method."""
        return rows.filter(outcome__method=word)


class ParcelsFilter(_WordFilter):
    """Decisions by the number of locations that ship."""

    title = "parcels"
    parameter_name = "parcels"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return none, one, two, three, and more."""
        more = (str(MOST_PARCELS), f"{MOST_PARCELS} or more")
        return [*((str(number), str(number)) for number in range(MOST_PARCELS)), more]

    def narrowed(self, rows: "QuerySet[Any]", word: str) -> "QuerySet[Any]":
        """Return the decisions of a number."""
        return rows.filter(parcels__gte=MOST_PARCELS) if int(word) >= MOST_PARCELS else rows.filter(parcels=int(word))


@admin.register(SourcingDecision)
class SourcingDecisionAdmin(ConsoleAdmin):
    """Decisions on record: what sourcing chose and why."""

    page = "fulfillment.sourcingdecision"
    list_display = ["numbers", "decided_at", "because", "sentence_shown", "parcels", "units_short", "rules_version"]
    empty_words = "Sourcing decides within seconds of an order; every decision stays on record."
    list_filter = [
        ("decided_at", DaysFilter),
        ShortFilter,
        ChosenFilter,
        TriggerFilter,
        RulesFilter,
        MethodFilter,
        ParcelsFilter,
    ]
    list_select_related = ["order"]
    search_fields = ["=order__number"]
    search_help_text = "The order's number"
    search_words = "Type the whole number of the order."
    ordering = ["-id"]
    fields = ["order", "decided_at", "because", "rules_version", "parcels", "units_short", "outcome_hash"]
    readonly_fields = ["because"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[SourcingDecision]":
        """Return the decisions without their snapshots."""
        return super().get_queryset(request).defer("snapshot")

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses at which a decision is decided again, and what can be promised is asked."""
        view = self.admin_site.admin_view(self.replay_view)
        own = path("<path:object_id>/replay/", view, name="fulfillment_sourcingdecision_replay")
        ask = path("promise/", self.admin_site.admin_view(self.promise_view), name="fulfillment_promise")
        return [ask, own, *super().get_urls()]

    def promise_view(self, request: HttpRequest) -> HttpResponse:
        """Ask what can be promised by a day."""
        return promise_page(self.admin_site, request)

    def replay_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Decide the stored snapshot again and show what comes of it; nothing is written."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not object_id.isascii() or not object_id.isdigit() or len(object_id) > 18:
            raise Http404
        row = scoped(request.user, SourcingDecision).select_related("order").filter(pk=int(object_id)).first()
        if row is None:
            raise Http404
        context = {**self.admin_site.each_context(request), "opts": self.opts, "row": row, "title": "Decided again"}
        try:
            again = replay(row)
        except Refused as refusal:
            return TemplateResponse(request, "fulfillment/replayed.html", {**context, "refusal": refusal})
        points = what_would_change(again)
        told = {"again": again, "points": points, "too_large": too_large(again.snapshot)}
        return TemplateResponse(request, "fulfillment/replayed.html", {**context, **told})

    @admin.display(description="order", ordering="order__number")
    def numbers(self, row: SourcingDecision) -> str:
        """Return the order's number over the decision's."""
        return two_lines(row.order.number, f"decision {row.pk}")

    @admin.display(description="because", ordering="trigger")
    def because(self, row: SourcingDecision) -> str:
        """Return what made sourcing look at the order."""
        return words(row.trigger)

    @admin.display(description="decision")
    def sentence_shown(self, row: SourcingDecision) -> str:
        """Return the decision in words."""
        return clipped(row.sentence)
