"""The floor's queue: what each location has to ship, until when, with its pick lists."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path
from django.utils import timezone

from fulfillment import printing
from fulfillment.admin.figures import figures_page
from fulfillment.admin.papers import document, paper
from fulfillment.filters import UNSENT, LateFilter
from fulfillment.models import FulfillmentOrder
from fulfillment.panels import leaves_by, pieces_context
from fulfillment.queries import queue, waiting_at
from oms.foundation.actions import Action
from oms.foundation.console import ConsoleAdmin
from oms.foundation.look.cells import two_lines
from oms.foundation.refusals import NotFound
from oms.foundation.scope import scoped
from oms.foundation.templatetags.console import pill


@admin.register(FulfillmentOrder)
class FulfillmentOrderAdmin(ConsoleAdmin):
    """The floor's queue: what each location has to ship, until when."""

    page = "fulfillment.fulfillmentorder"
    list_display = ["numbers", "place", "status", "leaves", "service", "lines", "pieces"]
    list_filter = ["state", LateFilter, "location", "order__service_level"]
    search_fields = ["=number", "=order__number"]
    search_help_text = "Its number or the order's"
    search_words = "Type or scan the whole number of the work or of its order."
    empty_words = "Work for the floor appears as soon as an order is sourced, and may be picked once it is released."
    ordering = ["-id"]
    fields = [
        "order", "place", "leaves", "service", "state", "fixed_at", "opened_at", "picked_at", "packed_at",
        "fulfilled_at",
    ]  # fmt: skip
    readonly_fields = ["place", "leaves", "service", "fixed_at"]
    export_columns = [
        ("number", "number"),
        ("order", "order.number"),
        ("location", "location.code"),
        ("state", "state"),
        ("ship_by", "ship_by"),
        ("lines", "line_count"),
        ("pieces", "piece_count"),
    ]

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """Return the most urgent first while the list shows what has to leave, else the newest first."""
        waits = "late" in request.GET or request.GET.get("state__exact") in UNSENT
        return ["ship_by", "id"] if waits else ["-id"]

    def beside_act(self, row: FulfillmentOrder, action: Action, principal: Any) -> dict[str, Any] | None:
        """Show the pieces beside the acts that count them."""
        if action.name not in ("confirm_picked", "pack"):
            return super().beside_act(row, action, principal)
        title = {"template": "fulfillment/panels/pieces.html", "title": "To pick"}
        return {**title, "panel": pieces_context(row, principal)}

    def get_queryset(self, request: HttpRequest) -> "QuerySet[FulfillmentOrder]":
        """Return the queue with the numbers of lines and pieces."""
        return queue(super().get_queryset(request))

    def get_urls(self) -> list[URLPattern]:
        """Add the pick list of one or many, and the floor's figures."""
        view = self.admin_site.admin_view(paper("fulfillment.view_fulfillmentorder", self.pick_list))
        figures = self.admin_site.admin_view(self.figures_view)
        own = [
            path("pick-list.pdf", view, name="fulfillment_pick_list"),
            path("figures/", figures, name="fulfillment_figures"),
        ]
        return own + super().get_urls()

    def figures_view(self, request: HttpRequest) -> HttpResponseBase:
        """Show the floor's figures."""
        return figures_page(self.admin_site, request)

    def pick_list(self, request: HttpRequest) -> HttpResponse:
        """Draw the pick lists named by ``?number=`` (many), or of all that is open at ``?location=``, in scope only."""
        numbers = request.GET.getlist("number")[: printing.MOST_LISTS + 1]
        rows = scoped(request.user, FulfillmentOrder)
        rows = rows.filter(number__in=numbers) if numbers else waiting_at(rows, request.GET.get("location", ""))
        wanted = rows.select_related("order__channel", "location").order_by("location__code", "ship_by", "pk")
        found = list(wanted[: printing.MOST_LISTS])
        if not found or len(found) < len(set(numbers)):
            raise NotFound("There is no fulfillment order with such a number, or nothing to pick there.")
        return document(printing.pick_list(found), "pick-list.pdf")

    @admin.display(description="work", ordering="number")
    def numbers(self, row: FulfillmentOrder) -> str:
        """Return its number over the order's."""
        return two_lines(row.number, f"order {row.order.number}")

    @admin.display(description="location", ordering="location__code")
    def place(self, row: FulfillmentOrder) -> str:
        """Return the location."""
        return two_lines(row.location.code, row.location.name)

    @admin.display(description="state", ordering="state")
    def status(self, row: FulfillmentOrder) -> str:
        """Return the state as a coloured word."""
        return pill(row.get_state_display(), row.state)

    @admin.display(description="leaves by", ordering="ship_by")
    def leaves(self, row: FulfillmentOrder) -> str:
        """Return the cut-off it has to make, on the location's clock, in red when it is over."""
        return leaves_by(row, now=timezone.now())

    @admin.display(description="lines", ordering="line_count")
    def lines(self, row: Any) -> int:
        """Return how many lines it has."""
        return int(row.line_count)

    @admin.display(description="pieces", ordering="piece_count")
    def pieces(self, row: Any) -> int:
        """Return how many pieces it has."""
        return int(row.piece_count or 0)

    @admin.display(description="service")
    def service(self, row: FulfillmentOrder) -> str:
        """Return the shipping method the customer chose."""
        return row.order.get_service_level_display()
