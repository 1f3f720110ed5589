"""Holes as they would be made by mistake: each takes one guard away, or opens one door too wide."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from django.http import HttpResponse
from django.urls import path
from rest_framework.authentication import SessionAuthentication

from fulfillment.admin.shipments import ShipmentAdmin
from fulfillment.api.views import ShipmentViewSet
from fulfillment.models import Shipment
from inventory.models import Location, StockFile
from oms import urls
from oms.foundation import actions, scope
from oms.foundation.api.views import RoomViewSet
from oms.foundation.console import ConsoleAdmin, acts, base
from oms.foundation.models import BulkOperation
from oms.outlets import search
from oms.outlets import urls as roof
from oms.outlets.api.endpoints import EndpointViewSet
from orders.admin.orders import OrderAdmin
from orders.api import authentication
from orders.api.views import CustomerViewSet
from orders.models import Customer, Order, Payment

Patch = Any


@dataclass(frozen=True, slots=True)
class Hole:
    """One mistake: what it is, how it is made, and the door at which it shows; a surface nobody declared has none."""

    title: str
    make: Callable[[Patch], None]
    kind: str = ""
    door: str = ""


HOLES: list[Hole] = []


def hole(title: str, kind: str = "", door: str = "") -> Callable[[Callable[[Patch], None]], Callable[[Patch], None]]:
    """Register a hole."""

    def register(make: Callable[[Patch], None]) -> Callable[[Patch], None]:
        HOLES.append(Hole(title, make, kind, door))
        return make

    return register


@hole("a page is shown without its permission", "auth.user", "see")
def page_without_permission(patch: Patch) -> None:
    """Show people's records to all staff."""
    patch.setattr(ConsoleAdmin, "has_view_permission", lambda self, request, obj=None: True)


@hole("a form is saved without its permission", "orders.customer", "change")
def form_without_permission(patch: Patch) -> None:
    """Let whoever sees a customer edit it."""
    patch.setattr(ConsoleAdmin, "has_change_permission", lambda self, request, obj=None: self.editable)


@hole("administrators may delete", "orders.refund", "delete")
def deletion(patch: Patch) -> None:
    """Allow what the books forbid."""
    patch.setattr(ConsoleAdmin, "has_delete_permission", lambda self, request, obj=None: request.user.is_superuser)


@hole("an export asks for no permission", "orders.payment", "export")
def export_without_permission(patch: Patch) -> None:
    """Send the rows to whoever is signed in."""
    patch.setattr(base.exporting, "export", lambda admin, request: HttpResponse("order,amount"))


@hole("an act asks for a weaker permission", "orders.order", "act.refund")
def weaker_permission(patch: Patch) -> None:
    """Let whoever sees orders refund them."""
    weak = replace(actions.ACTIONS[Order]["refund"], permission="orders.view_order")
    patch.setitem(actions.ACTIONS[Order], "refund", weak)


@hole("an act of the console ignores the scope", "returns.return", "act.receive")
def act_without_scope(patch: Patch) -> None:
    """Find the row by its number alone."""
    patch.setattr(acts, "scoped", lambda principal, model: model._default_manager.all())


@hole("an act of the API ignores the scope", "fulfillment.shipment", "act.ship")
def api_act_without_scope(patch: Patch) -> None:
    """Get the row by its number alone."""
    patch.setattr(actions, "scoped_row", lambda principal, model, **lookup: model._default_manager.get(**lookup))


@hole("an act is run by GET", "fulfillment.package", "act.mark_delivered")
def act_by_get(patch: Patch) -> None:
    """Do at once what should be asked first."""
    patch.setattr(
        acts,
        "act",
        lambda admin, request, object_id, name: acts._do(
            admin, request, actions.action_named(admin.model, name), admin.get_queryset(request).get(pk=object_id)
        ),
    )


@hole("a bulk act is offered without its permission", "fulfillment.fulfillmentorder", "act.pack")
def bulk_without_permission(patch: Patch) -> None:
    """Offer every bulk act to whoever sees the list."""
    patch.setattr(
        ConsoleAdmin,
        "get_actions",
        lambda self, request: {
            one.name: (base._bulk_starter(one), one.name, one.label) for one in actions.actions_of(self.model)
        },
    )


@hole("a list is not scoped", "orders.order", "see")
def list_without_scope(patch: Patch) -> None:
    """Show the orders of every channel."""
    patch.setattr(OrderAdmin, "get_queryset", lambda self, request: Order.objects.order_by("-pk"))


@hole("a filter offers rows that are out of scope", "orders.channelaccount", "see")
def filter_without_scope(patch: Patch) -> None:
    """Name every channel in the list's filter."""
    patch.setattr(base, "as_select", lambda model, wanted: wanted)


@hole("a form offers rows that are out of scope", "returns.return", "act.receive")
def choice_without_scope(patch: Patch) -> None:
    """Name every location in the act's form."""
    patch.setattr(acts, "form_of", lambda action, principal, **how: action.form(**how))


@hole("an endpoint lists rows out of scope", "fulfillment.shipment", "see")
def endpoint_without_scope(patch: Patch) -> None:
    """Answer the shipments of every channel."""
    patch.setattr(ShipmentViewSet, "rows", lambda self: Shipment.objects.all())


@hole("an endpoint gets one row by its id", "orders.customer", "see")
def row_without_scope(patch: Patch) -> None:
    """Answer any customer."""
    patch.setattr(CustomerViewSet, "get_object", lambda self: Customer.objects.get(**self.lookup()))


@hole("an endpoint tells a foreign row from one that does not exist", "orders.customer", "see")
def telling_apart(patch: Patch) -> None:
    """Say that it is somebody else's."""
    from oms.foundation.refusals import NotFound

    def get_object(self):
        """Return the row, or say whose it is."""
        row = self.get_queryset().filter(**self.lookup()).first()
        if row is None:
            raise NotFound("Another channel's." if Customer.objects.filter(**self.lookup()) else "There is none.")
        return row

    patch.setattr(CustomerViewSet, "get_object", get_object)


@hole("a method of an endpoint names no permission", "outlets.webhookendpoint", "see")
def method_without_permission(patch: Patch) -> None:
    """Let every key read where webhooks go."""
    patch.setitem(EndpointViewSet.permissions, "GET", "")


@hole("a key's scopes are not looked at", "inventory.product", "see")
def key_without_limits(patch: Patch) -> None:
    """Let every key do everything."""
    patch.setattr(authentication.ApiCaller, "has_perm", lambda self, perm, obj=None: True)


@hole("a revoked key still opens", "inventory.location", "see")
def revoked_key(patch: Patch) -> None:
    """Forget to look whether the key was revoked or ran out."""
    patch.setattr(authentication, "_refuse_closed", lambda key, now: None)


@hole("a browser's session opens the API", "inventory.stocklevel", "see")
def session_in_the_api(patch: Patch) -> None:
    """Take a cookie for a key."""
    patch.setattr(RoomViewSet, "authentication_classes", [SessionAuthentication])


@hole("a rule of who sees what forgets the channel", "orders.payment", "see")
def rule_without_channel(patch: Patch) -> None:
    """Show the payments of every channel."""
    patch.setitem(scope.RULES, Payment, lambda principal: Q())


@hole("a rule of who sees what forgets the location", "inventory.location", "see")
def rule_without_location(patch: Patch) -> None:
    """Show every location."""
    patch.setitem(scope.RULES, Location, lambda principal: Q())


@hole("somebody else's bulk act can be steered", "foundation.bulkoperation", "step")
def other_peoples_acts(patch: Patch) -> None:
    """Show everybody's bulk acts."""
    patch.setitem(scope.RULES, BulkOperation, lambda principal: Q())


@hole("a paper is drawn for any shipment", "fulfillment.shipment", "fulfillment_label")
def paper_without_scope(patch: Patch) -> None:
    """Find the shipment by its number alone."""
    patch.setattr(ShipmentAdmin, "_shipment", lambda self, request, number: Shipment.objects.get(number=number))


@hole("the look-up asks for no permission", "orders.customer", "see")
def look_up_without_permission(patch: Patch) -> None:
    """Look customers up for anybody."""
    patch.setattr(AutocompleteJsonView, "has_perm", lambda self, request, obj=None: True)


@hole("looking at a page writes", "orders.order", "see")
def writing_page(patch: Patch) -> None:
    """Note on the row that it was looked at."""
    known = OrderAdmin.page_context

    def page_context(self, request, row):
        """Write, then show."""
        Order.objects.filter(pk=row.pk).update(instructions="seen")
        return known(self, request, row)

    patch.setattr(OrderAdmin, "page_context", page_context)


@hole("a role has one permission too many", "orders.refund", "act.approve")
def role_too_wide(patch: Patch) -> None:
    """Let the warehouse approve refunds."""
    Group.objects.get(name="Warehouse").permissions.add(Permission.objects.get(codename="approve_refund"))


@hole("a page is reached without signing in", "", "search")
def page_without_login(patch: Patch) -> None:
    """Forget the guard of an address."""
    address = next(one for one in roof.urlpatterns if one.name == "search")
    patch.setattr(address, "callback", lambda request: HttpResponse("found"))


@hole("an address that nobody declared")
def undeclared_address(patch: Patch) -> None:
    """Add a page and tell nobody."""
    patch.setattr(urls, "urlpatterns", [path("backdoor/", search.search_page, name="backdoor"), *urls.urlpatterns])
    _forget_addresses()


@hole("an act that nobody declared")
def undeclared_act(patch: Patch) -> None:
    """Add an act and tell nobody."""
    act = replace(actions.ACTIONS[Shipment]["ship"], name="teleport")
    patch.setitem(actions.ACTIONS[Shipment], "teleport", act)


@hole("pages of a kind that nobody declared")
def undeclared_pages(patch: Patch) -> None:
    """Add pages of a table and tell nobody."""
    patch.setitem(admin.site._registry, StockFile, ConsoleAdmin(StockFile, admin.site))
    _forget_addresses()


def _forget_addresses() -> None:
    """Let Django read the URL conf again."""
    from django.urls import clear_url_caches

    clear_url_caches()
