"""What the list of orders can be narrowed by, beyond its columns."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from orders.models import Gate, Hold
from orders.states import GateName, GateState, HoldReason, HoldState

SHOWN_TAGS = 20


class ClosedGateFilter(admin.SimpleListFilter):
    """Orders that one gate keeps."""

    title = "closed gate"
    parameter_name = "gate"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the gates."""
        return [("any", "any"), *((name.value, str(name.label)) for name in GateName)]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Narrow the list to orders whose gate is closed."""
        gates = Gate.objects.filter(order=OuterRef("pk"), state=GateState.CLOSED)
        if self.value() in GateName.values:
            gates = gates.filter(name=self.value())
        return queryset.filter(Exists(gates)) if self.value() else queryset


class HoldFilter(admin.SimpleListFilter):
    """Orders that are held, by reason."""

    title = "hold"
    parameter_name = "hold"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the reasons."""
        return [("any", "any"), *((reason.value, str(reason.label)) for reason in HoldReason)]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Narrow the list to orders with an open hold."""
        holds = Hold.objects.filter(order=OuterRef("pk"), state=HoldState.OPEN)
        if self.value() in HoldReason.values:
            holds = holds.filter(reason=self.value())
        return queryset.filter(Exists(holds)) if self.value() else queryset


class TagFilter(admin.SimpleListFilter):
    """Orders with a tag, offered from the latest orders."""

    title = "tag"
    parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the tags of the latest thousand orders in the person's scope."""
        rows = model_admin.get_queryset(request).exclude(tags=[]).order_by("-pk").values_list("tags", flat=True)[:1000]
        tags = sorted({str(tag) for row in rows for tag in row})[:SHOWN_TAGS]
        chosen: Any = self.used_parameters.get(self.parameter_name)
        wanted = chosen[-1] if isinstance(chosen, list) else chosen
        return [(tag, tag) for tag in ([*tags, wanted] if wanted and wanted not in tags else tags)]

    def has_output(self) -> bool:
        """Show the filter also while no order has a tag and one was asked for."""
        return super().has_output() or bool(self.value())

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Narrow the list to orders with the tag."""
        wanted = self.value()
        if not wanted:
            return queryset
        return queryset.filter(tags__icontains=f'"{wanted}"')
