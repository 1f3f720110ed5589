"""What the list of orders can be narrowed by, beyond its columns."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter

from orders.models import Gate, Hold, Order
from orders.states import FulfillmentStatus, GateName, GateState, HoldReason, HoldState, OrderState

LATEST = 1000
SHOWN_TAGS = 20
SHOWN_REPS = 100
LONGEST_KEY = 18


class ClosedGateFilter(DropdownFilter):
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


class HoldFilter(DropdownFilter):
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


class ShipByFilter(DropdownFilter):
    """Live orders by how soon their channel wants them shipped."""

    title = "channel's ship-by"
    parameter_name = "ship"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the distances."""
        return [("late", "passed"), ("day", "within 24 hours"), ("any", "any")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Narrow the list to orders that have not gone out whole, soonest first in the list's own order."""
        if not self.value():
            return queryset
        live = queryset.filter(state__in=[OrderState.PLACED, OrderState.RELEASED]).exclude(
            fulfillment_status__in=[FulfillmentStatus.SHIPPED, FulfillmentStatus.DELIVERED]
        )
        ends = {"late": timezone.now(), "day": timezone.now() + timedelta(days=1)}
        end = ends.get(str(self.value()))
        return live.filter(ship_by__lt=end) if end else live.filter(ship_by__isnull=False)


class SalesRepFilter(DropdownFilter):
    """Orders by the person who made the sale."""

    title = "sales representative"
    parameter_name = "rep"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the person who looks, and everybody who has made a sale in their scope."""
        reps = model_admin.get_queryset(request).filter(sales_rep=OuterRef("pk")).order_by()
        people = get_user_model().objects.filter(Exists(reps)).exclude(pk=request.user.pk).order_by("username")
        return [("me", "me"), *((str(one.pk), one.get_username()) for one in people[:SHOWN_REPS])]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Narrow the list to one person's orders."""
        wanted = str(self.value() or "")
        if wanted == "me":
            return queryset.filter(sales_rep=request.user.pk)
        return queryset.filter(sales_rep=int(wanted[:LONGEST_KEY])) if wanted.isdecimal() else queryset


class TagFilter(DropdownFilter):
    """Orders with a tag, offered from the latest orders."""

    title = "tag"
    parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the tags of the latest thousand orders in the person's scope."""
        latest = model_admin.get_queryset(request).order_by("-pk").values("pk")[:LATEST]
        rows = Order.objects.filter(pk__in=latest).exclude(tags=[]).values_list("tags", flat=True)
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
