"""What waits in stores for its customer."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html

from fulfillment.models import Pickup
from fulfillment.states import PickupState
from oms.foundation.console import ConsoleAdmin
from oms.foundation.look.cells import moment, two_lines
from oms.foundation.templatetags.console import pill


@admin.register(Pickup)
class PickupAdmin(ConsoleAdmin):
    """Pick-ups: what lies ready in a store, for whom, since when and until when."""

    page = "fulfillment.pickup"
    list_display = ["numbers", "customer", "place", "status", "ready", "until"]
    list_filter = ["state", "shipment__location"]
    list_select_related = ["shipment__order", "shipment__location"]
    search_fields = ["=number", "=shipment__number", "=shipment__order__number", "=shipment__order__email"]
    search_help_text = "Pick-up, shipment, order or e-mail"
    search_words = "Type or scan the whole number of the pick-up, its shipment or order, or the customer's e-mail."
    empty_words = "A pick-up begins when a packed order that is collected is laid ready: “Ready to collect”."
    ordering = ["-id"]
    fields = [
        "order_shown", "customer", "place", "state", "ready_at", "until", "reminded_at", "kept", "collected_at",
        "collected_by",
    ]  # fmt: skip
    readonly_fields = ["order_shown", "customer", "place", "until", "kept"]
    export_columns: ClassVar[list[Any]] = [
        ("number", "number"),
        ("order", "shipment.order.number"),
        ("location", "shipment.location.code"),
        ("state", "state"),
        ("ready_at", "ready_at"),
        ("expires_at", "expires_at"),
        ("collected_at", "collected_at"),
    ]

    @admin.display(description="pick-up", ordering="number")
    def numbers(self, row: Pickup) -> str:
        """Return its number over the order's."""
        return two_lines(row.number, f"order {row.shipment.order.number}")

    @admin.display(description="order")
    def order_shown(self, row: Pickup) -> str:
        """Return the order's number and the shipment's."""
        return two_lines(row.shipment.order.number, f"shipment {row.shipment.number}")

    @admin.display(description="customer", ordering="shipment__order__customer_name")
    def customer(self, row: Pickup) -> str:
        """Return who comes for it."""
        return row.shipment.order.customer_name or "no name"

    @admin.display(description="where it lies", ordering="shelf")
    def place(self, row: Pickup) -> str:
        """Return the store and the shelf in it."""
        return two_lines(row.shipment.location.code, row.shelf)

    @admin.display(description="state", ordering="state")
    def status(self, row: Pickup) -> str:
        """Return the state as a coloured word."""
        return pill(row.get_state_display(), row.state)

    @admin.display(description="ready since", ordering="ready_at")
    def ready(self, row: Pickup) -> str:
        """Return since when it lies ready, and how long ago that is while it waits."""
        return moment(row.ready_at, age=row.state == PickupState.WAITING)

    @admin.display(description="waits until", ordering="expires_at")
    def until(self, row: Pickup) -> str:
        """Return when it goes back to stock, on the store's clock, marked when that is over."""
        late = row.state == PickupState.WAITING and row.expires_at < timezone.now()
        return moment(row.expires_at, zone=row.shipment.location.zone, late=late)

    @admin.display(description="not given back yet")
    def kept(self, row: Pickup) -> str:
        """Return why the pieces of one that nobody collected are not back in stock, and when that is tried again."""
        if row.state != PickupState.WAITING or row.next_try_at is None:
            return ""
        return two_lines(row.kept_why, format_html("tried again {}", moment(row.next_try_at)))
