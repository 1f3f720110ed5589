"""Walks of the floor for whoever leads it: who picks what, how far they are, and when they scanned last."""

from functools import partial
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from fulfillment.admin.floor_labels import floor_labels_page
from fulfillment.admin.papers import document, paper
from fulfillment.admin.slotting import slotting_page
from fulfillment.models import PickList, PickScan, PickTask
from fulfillment.states import LIVE_TASKS, PickTaskState
from fulfillment.walk_printing import MOST_WALKS, walk_list
from oms.foundation.console import ConsoleAdmin
from oms.foundation.console.filters import DaysFilter, YesFilter
from oms.foundation.console.inlines import ReadOnlyInline
from oms.foundation.console.reports import report
from oms.foundation.look.cells import moment, two_lines
from oms.foundation.refusals import NotFound, Refused
from oms.foundation.scope import scoped
from oms.foundation.templatetags.console import pill

STOCK = ("allocation__stock_level__product", "part__stock_level__product")


class ShortFilter(YesFilter):
    """Walks on which pieces were not found."""

    title = "not found"
    parameter_name = "short"
    word = "pieces not found"

    def narrowed(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return them."""
        return rows.filter(Exists(PickTask.objects.filter(pick_list=OuterRef("pk"), state=PickTaskState.SHORT)))


class WrongFilter(YesFilter):
    """Walks on which something else was scanned than was wanted."""

    title = "wrong scans"
    parameter_name = "wrong"
    word = "something else scanned"

    def narrowed(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return them."""
        return rows.filter(Exists(PickScan.objects.filter(pick_list=OuterRef("pk"), tone="wrong")))


class StopInline(ReadOnlyInline):
    """The stops of a walk, as far as the person sees their orders."""

    model = PickTask
    verbose_name_plural = "stops"
    show_change_link = False
    fields = readonly_fields = ["position", "bin", "product", "quantity", "picked", "tote", "order", "status"]
    ordering = ("position",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[PickTask]":
        """Return them with what they show."""
        mine: QuerySet[PickTask] = scoped(request.user, PickTask)
        related = ("fulfillment_order__order", "allocation__order_line", "part__stock_level__product")
        return mine.select_related(*related).order_by("position")

    @admin.display(description="product")
    def product(self, row: PickTask) -> str:
        """Return the SKU; of a part of a kit, with that of the kit."""
        sku = str(row.allocation.order_line.sku)
        return f"{row.part.stock_level.product.sku} for kit {sku}" if row.part else sku

    @admin.display(description="order")
    def order(self, row: PickTask) -> str:
        """Return the order's number."""
        return str(row.fulfillment_order.order.number)

    @admin.display(description="state")
    def status(self, row: PickTask) -> str:
        """Return the state as a coloured word."""
        return pill(row.get_state_display(), row.state)


@admin.register(PickList)
class PickListAdmin(ConsoleAdmin):
    """Walks: who picks what, and how far they are."""

    page = "fulfillment.picklist"
    list_display = ["numbers", "in_wave", "status", "person", "stops", "metres", "scanned", "created_at"]
    list_filter = ["state", "location", ("completed_at", DaysFilter), ShortFilter, WrongFilter]
    list_select_related = ["location", "picker", "wave"]
    search_fields = ["=number", "=picker__username"]
    search_words = "The whole number of a walk, or its picker’s user name."
    empty_words = "A walk appears here as soon as somebody takes work with a handheld, under Handheld."
    ordering = ["-id"]
    fields = ["location", "in_wave", "metres", "state", "person", "created_at", "scanned", "completed_at"]
    readonly_fields = ["person", "scanned", "in_wave", "metres"]
    inlines: ClassVar[list[Any]] = [StopInline]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[PickList]":
        """Return the walks with the numbers of their stops."""
        left = Count("tasks", Q(tasks__state__in=LIVE_TASKS))
        return super().get_queryset(request).annotate(stop_count=Count("tasks"), left_count=left)

    def get_urls(self) -> list[URLPattern]:
        """Add the pick lists of one or many walks, the labels of bins and totes, and where things should lie."""
        labels = report("inventory.view_bin", partial(floor_labels_page, self.admin_site))
        slotting = report("inventory.view_bin", partial(slotting_page, self.admin_site))
        view = self.admin_site.admin_view(paper("fulfillment.view_picklist", self.walk_list))
        own = [
            path("walk-list.pdf", view, name="fulfillment_walk_list"),
            path("labels/", self.admin_site.admin_view(labels), name="fulfillment_labels"),
            path("slotting/", self.admin_site.admin_view(slotting), name="fulfillment_slotting"),
        ]
        return own + super().get_urls()

    def walk_list(self, request: HttpRequest) -> HttpResponse:
        """Draw the walks named by ``?number=``, or all of ``?wave=``, of which the person may see every stop."""
        numbers = request.GET.getlist("number")[: MOST_WALKS + 1]
        wave = request.GET.get("wave", "")
        rows = scoped(request.user, PickList).select_related("location", "wave").order_by("turn", "pk")
        asked = [text for text in (*numbers, wave) if "\x00" not in text]
        rows = rows.filter(number__in=asked) if numbers else rows.filter(wave__number__in=asked)
        found = list(rows[:MOST_WALKS])
        stops = PickTask.objects.filter(pick_list__in=found)
        mine = scoped(request.user, PickTask).filter(pick_list__in=found)
        if not found or len(found) < len(set(numbers)) or mine.count() < stops.count():
            raise NotFound("There is no walk with such a number.")
        if len({one.location_id for one in found}) > 1:
            raise Refused("Print the walks of one location at once.", code="several_locations")
        told = mine.select_related("fulfillment_order__order", "allocation__order_line", *STOCK)
        drawn = walk_list(found, list(told.order_by("pick_list", "position")))
        return document(drawn, "walks.pdf")

    @admin.display(description="walk", ordering="number")
    def numbers(self, row: PickList) -> str:
        """Return its number over its location."""
        return two_lines(row.number, row.location.name)

    @admin.display(description="state", ordering="state")
    def status(self, row: PickList) -> str:
        """Return the state as a coloured word."""
        return pill(row.get_state_display(), row.state)

    @admin.display(description="picker", ordering="picker")
    def person(self, row: PickList) -> str:
        """Return who holds it, or held it last."""
        return str(row.picker or "nobody")

    @admin.display(description="wave", ordering="wave")
    def in_wave(self, row: PickList) -> str:
        """Return its turn in a wave."""
        zone = f", zone {row.zone}" if row.zone else ""
        return f"{row.wave} walk {row.turn}{zone}" if row.wave else ""

    @admin.display(description="metres", ordering="length_mm")
    def metres(self, row: PickList) -> str:
        """Return how far it is as planned."""
        return "" if row.metres is None else f"{row.metres:,} m"

    @admin.display(description="stops")
    def stops(self, row: Any) -> str:
        """Return how many stops are done."""
        return f"{row.stop_count - row.left_count} of {row.stop_count}"

    @admin.display(description="last scan", ordering="updated_at")
    def scanned(self, row: PickList) -> str:
        """Return when it was touched last."""
        return moment(row.updated_at)
