"""Decisions of sourcing on record."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from fulfillment.models import SourcingDecision
from oms.foundation.console import ConsoleAdmin
from oms.foundation.look.cells import clipped


@admin.register(SourcingDecision)
class SourcingDecisionAdmin(ConsoleAdmin):
    """Decisions on record: what sourcing chose and why."""

    list_display = ["order", "decided_at", "trigger", "sentence_shown", "parcels", "units_short"]
    empty_words = "Sourcing decides within seconds of an order; every decision stays on record."
    list_filter = ["trigger"]
    list_select_related = ["order"]
    search_fields = ["=order__number"]
    ordering = ["-id"]
    fields = ["order", "decided_at", "trigger", "sentence", "parcels", "units_short", "outcome_hash"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[SourcingDecision]":
        """Return the decisions without their snapshots."""
        return super().get_queryset(request).defer("snapshot")

    @admin.display(description="decision")
    def sentence_shown(self, row: SourcingDecision) -> str:
        """Return the decision in words."""
        return clipped(row.sentence)
