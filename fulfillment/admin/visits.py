"""Visits of carriers' drivers: when who comes, for how much, and what became of asking."""

from typing import Any, ClassVar

from django.contrib import admin

from fulfillment.models import DriverVisit
from oms.foundation.console import ConsoleAdmin
from oms.foundation.look.cells import two_lines
from oms.foundation.templatetags.console import pill


@admin.register(DriverVisit)
class DriverVisitAdmin(ConsoleAdmin):
    """Drivers who come, or are asked to."""

    page = "fulfillment.drivervisit"
    list_display = ["numbers", "place", "status", "when", "parcels", "weight"]
    list_filter = ["state", "location", "carrier", "day"]
    list_select_related = ["location"]
    search_fields = ["=number", "=confirmation"]
    search_help_text = "Visit, or the carrier's number"
    search_words = "Type the whole number of the visit, or the carrier's own for it."
    empty_words = "Book a carrier's driver on the page of a location, or under “Close the day”."
    ordering = ["-id"]
    fields = ["place", "carrier", "when", "state", "failure", "parcels", "weight", "confirmation"]
    readonly_fields = ["place", "when", "failure", "weight", "confirmation"]
    export_columns: ClassVar[list[Any]] = [
        ("number", "number"),
        ("location", "location.code"),
        ("carrier", "carrier"),
        ("day", "day"),
        ("window", "window"),
        ("state", "state"),
        ("parcels", "parcels"),
        ("weight_g", "weight_g"),
        ("confirmation", "confirmation"),
    ]

    @admin.display(description="visit", ordering="number")
    def numbers(self, row: DriverVisit) -> str:
        """Return its number over the carrier."""
        return two_lines(row.number, row.carrier)

    @admin.display(description="location", ordering="location__code")
    def place(self, row: DriverVisit) -> str:
        """Return the location."""
        return two_lines(row.location.code, row.location.name)

    @admin.display(description="state", ordering="state")
    def status(self, row: DriverVisit) -> str:
        """Return the state as a coloured word."""
        return pill(row.get_state_display(), row.state)

    @admin.display(description="day", ordering="day")
    def when(self, row: DriverVisit) -> str:
        """Return the day over the carrier's window."""
        return two_lines(f"{row.day:%a %d %b %Y}", row.window)

    @admin.display(description="weight", ordering="weight_g")
    def weight(self, row: DriverVisit) -> str:
        """Return what its parcels weigh together."""
        return f"{row.kilograms} kg"
