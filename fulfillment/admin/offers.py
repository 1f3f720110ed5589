"""The console's list of substitutes that were offered to customers."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from fulfillment.models import SubstituteOffer
from fulfillment.states import OfferState
from oms.foundation.console import ConsoleAdmin
from oms.foundation.look.cells import moment, two_lines
from oms.foundation.templatetags.console import pill


@admin.register(SubstituteOffer)
class SubstituteOfferAdmin(ConsoleAdmin):
    """Substitutes that customers may have instead of what is missing; they are answered on the order's page."""

    page = "fulfillment.substituteoffer"
    list_display = ["what", "order_shown", "status", "expires", "ended_at"]
    list_filter = ["state"]
    list_select_related = ["order", "order_line", "product"]
    search_fields = ["=order__number", "=product__sku", "=order_line__sku"]
    search_help_text = "Order, substitute or SKU"
    search_words = "Type the whole number of the order, or the whole SKU."
    empty_words = "Offer a substitute on the page of an order that waits for stock."
    ordering = ["-id"]
    fields = ["order", "what", "quantity", "state", "expires_at", "ended_at"]
    readonly_fields = ["what"]

    @admin.display(description="offer")
    def what(self, row: SubstituteOffer) -> str:
        """Return what is offered over what it is instead of."""
        return two_lines(f"{row.quantity} × {row.product.sku}", f"instead of {row.order_line.sku}")

    @admin.display(description="order", ordering="order__number")
    def order_shown(self, row: SubstituteOffer) -> str:
        """Return the order, where the offer is answered."""
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:orders_order_change", args=[row.order_id]), row.order.number
        )

    @admin.display(description="state", ordering="state")
    def status(self, row: SubstituteOffer) -> str:
        """Return the state as a coloured word."""
        return pill(row.get_state_display(), "pending" if row.state == OfferState.OPEN else row.state)

    @admin.display(description="until", ordering="expires_at")
    def expires(self, row: SubstituteOffer) -> str:
        """Return until when it can be accepted."""
        return moment(row.expires_at)
