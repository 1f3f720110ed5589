"""Who sees what of matching: a person's locations, and the orders of their channels."""

from typing import Any

from django.db.models import Exists, Model, Q

from fulfillment.models import (
    Allocation,
    FulfillmentOrder,
    Label,
    Package,
    PackageItem,
    SandboxParcel,
    Shipment,
    SourcingDecision,
    TrackingEvent,
)
from inventory.models import LocationMembership
from oms.foundation.scope import scope_rule, unscoped
from orders.queries import within_channels

# model: (path to the order, path to the location)
PATHS: dict[type[Model], tuple[str, str]] = {
    FulfillmentOrder: ("order", "location"),
    Allocation: ("fulfillment_order__order", "fulfillment_order__location"),
    Shipment: ("order", "location"),
    Package: ("shipment__order", "shipment__location"),
    PackageItem: ("package__shipment__order", "package__shipment__location"),
    Label: ("package__shipment__order", "package__shipment__location"),
    TrackingEvent: ("package__shipment__order", "package__shipment__location"),
    SourcingDecision: ("order", ""),
}

unscoped(SandboxParcel)


def within_locations(principal: Any, path: str) -> Q:
    """Return the condition that the location at ``path`` is one of the principal's; a key is bound by its channel."""
    if not path or getattr(principal, "channel_id", None) is not None:
        return Q()
    mine = LocationMembership.objects.filter(user_id=principal.pk)
    return Q(**{f"{path}__in": mine.values("location_id")}) | ~Q(Exists(mine))


def _declare(model: type[Model], order: str, location: str) -> None:
    """Let a principal see the rows of their channels' orders at their locations."""

    @scope_rule(model)
    def within(principal: Any) -> Q:
        """Return the condition of the rows."""
        return within_channels(principal, f"{order}__channel") & within_locations(principal, location)


for _model, _paths in PATHS.items():
    _declare(_model, *_paths)
