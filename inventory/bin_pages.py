"""The console's page of bins."""

from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter

from inventory.master_pages import MasterData
from inventory.models import Bin, BinMovement, CountSession
from inventory.models.bins import BinReason
from inventory.pace import A, B, C, paces
from inventory.services.bin_room import Contents, share_filled, with_contents
from inventory.space_pages import space_page
from inventory.states import LIVE_COUNTS, CountState
from oms.foundation.console.reports import report
from oms.foundation.scope import scoped
from oms.foundation.templatetags.console import pill


class CountedFilter(DropdownFilter):
    """Narrows bins by whether they are to be counted, and by when they were counted last."""

    title = "counted"
    parameter_name = "counted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("wanted", "to be counted"), ("flagged", "a picker did not find all"), ("never", "never counted")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Narrow the list."""
        counts = CountSession.objects.filter(bin=OuterRef("pk"))
        live = counts.filter(state__in=LIVE_COUNTS)
        conditions: dict[str | None, Any] = {
            "wanted": Exists(live),
            "flagged": Exists(live.exclude(trace="")),
            "never": ~Exists(counts.filter(state=CountState.POSTED)),
        }
        return queryset.filter(conditions[self.value()]) if self.value() in conditions else queryset


class PaceFilter(DropdownFilter):
    """Narrows bins by how much is picked there: A has four fifths of the last picks, B the next, C hardly any."""

    title = "pace"
    parameter_name = "pace"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [(A, "A, picked most"), (B, "B"), (C, "C, picked little or never")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Narrow the list to the bins of a class; where nothing was picked all are C."""
        if self.value() not in (A, B, C):
            return queryset
        since = timezone.now() - timedelta(days=PICKS_OF_DAYS)
        moves = BinMovement.objects.filter(
            reason=BinReason.PICKED, at__gte=since, bin_stock__bin__in=scoped(request.user, Bin)
        )
        picks = moves.order_by().values_list("bin_stock__bin").annotate(times=Count("pk"))
        pace = paces(dict(picks))
        found = [bin_id for bin_id, told in pace.items() if told == self.value()]
        return queryset.filter(~Q(pk__in=set(pace) - set(found)) if self.value() == C else Q(pk__in=found))


PICKS_OF_DAYS = 90
POSITION = ("zone", "aisle", "bay", "level")


@admin.register(Bin)
class BinAdmin(MasterData):
    """Bins: where they are, in which turn they are walked to, how much goes in, and what lies there."""

    page = "inventory.bin"
    list_display = [
        "code",
        "place",
        "kind",
        *POSITION,
        "sequence",
        "pieces_shown",
        "filled_shown",
        "count_shown",
        "is_active",
    ]
    list_filter = ["location", "zone", "kind", CountedFilter, PaceFilter, "is_active"]
    list_select_related = ["location"]
    search_fields = ["^code", "=zone", "stock__stock_level__product__sku"]
    search_help_text = "Bin, zone, or the SKU that lies there"
    empty_words = "Add the places of a warehouse here, or load a file of them: then its pieces can be put away."
    ordering = ["location__code", "sequence", "code"]
    fieldsets = [
        (None, {"fields": [("location", "code"), ("kind", "sequence")]}),
        ("Position", {"fields": [("zone", "aisle"), ("bay", "level"), ("x_mm", "y_mm")]}),
        ("Room", {"fields": [("capacity_mm3", "capacity_g")]}),
    ]
    export_columns: ClassVar[list[Any]] = [
        ("location", "location.code"),
        ("code", "code"),
        ("kind", "kind"),
        *((name, name) for name in (*POSITION, "x_mm", "y_mm", "sequence", "capacity_mm3", "capacity_g")),
        ("pieces", "pieces"),
        ("is_active", "is_active"),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """Return the bins at the person's locations, with the pieces that lie there."""
        bins: QuerySet[Any] = super().get_queryset(request)
        live = CountSession.objects.filter(bin=OuterRef("pk"), state__in=LIVE_COUNTS).order_by("pk")
        return with_contents(bins).annotate(count_state=Subquery(live.values("state")[:1]))

    def get_urls(self) -> list[URLPattern]:
        """Add the page of how full they are."""
        view = self.admin_site.admin_view(report("inventory.view_bin", partial(space_page, self.admin_site)))
        return [path("space/", view, name="inventory_space"), *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Keep the code and location of a bin that exists: its label hangs there."""
        return ["location", "code"] if obj else []

    @admin.display(description="location", ordering="location__code")
    def place(self, row: Bin) -> str:
        """Return the location's code."""
        return row.location.code

    @admin.display(description="pieces", ordering="pieces")
    def pieces_shown(self, row: Any) -> int:
        """Return the pieces that lie there."""
        return int(row.pieces)

    @admin.display(description="filled")
    def filled_shown(self, row: Any) -> str:
        """Return by how many percent it is filled, by room or load."""
        share = share_filled(row, Contents(row.pieces, row.mm3, row.grams))
        return "–" if share is None else f"{share} %"

    @admin.display(description="count")
    def count_shown(self, row: Any) -> str:
        """Return how far its count is, where there is one."""
        return pill(CountState(row.count_state).label, row.count_state) if row.count_state else ""
