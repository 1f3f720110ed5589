"""Who sees what of matching: a person's locations, and the orders of their channels."""

from typing import Any

from django.db.models import Model, Q

from fulfillment.models import (
    Allocation,
    AllocationPart,
    Box,
    CarrierAccount,
    CarrierClaim,
    DriverVisit,
    ExpectedDay,
    FileParcel,
    FulfillmentOrder,
    FulfillmentPartner,
    Label,
    LoadScan,
    Manifest,
    ManifestParcel,
    Package,
    PackageItem,
    PackItem,
    PackParcel,
    PackScan,
    PackSession,
    ParcelPhoto,
    ParcelRisk,
    PartnerMessage,
    PickList,
    PickScan,
    PickTask,
    Pickup,
    ProofOfDelivery,
    ReplayChange,
    SandboxParcel,
    ScarcityFee,
    ScarcityRun,
    Shipment,
    ShippingRate,
    SourcingDecision,
    SourcingReplay,
    SourcingRule,
    SourcingRuleSet,
    SubstituteOffer,
    SupplierRequest,
    TracedPieces,
    TrackingEvent,
    Wave,
    WaveOrder,
)
from inventory.queries import within_locations
from oms.foundation.scope import EVERY_ROW, scope_rule, unscoped
from orders.queries import within_orders

# model: (path to the order, path to the location)
PATHS: dict[type[Model], tuple[str, str]] = {
    FulfillmentOrder: ("order", "location"),
    Allocation: ("fulfillment_order__order", "fulfillment_order__location"),
    AllocationPart: ("allocation__fulfillment_order__order", "allocation__fulfillment_order__location"),
    Shipment: ("order", "location"),
    ParcelPhoto: ("package__shipment__order", "package__shipment__location"),
    PackSession: ("fulfillment_order__order", "fulfillment_order__location"),
    PackParcel: ("session__fulfillment_order__order", "session__fulfillment_order__location"),
    TracedPieces: ("allocation__fulfillment_order__order", "allocation__fulfillment_order__location"),
    PackItem: ("parcel__session__fulfillment_order__order", "parcel__session__fulfillment_order__location"),
    PackScan: ("session__fulfillment_order__order", "session__fulfillment_order__location"),
    Package: ("shipment__order", "shipment__location"),
    PackageItem: ("package__shipment__order", "package__shipment__location"),
    CarrierClaim: ("package__shipment__order", "package__shipment__location"),
    ExpectedDay: ("package__shipment__order", "package__shipment__location"),
    ParcelRisk: ("package__shipment__order", "package__shipment__location"),
    Pickup: ("shipment__order", "shipment__location"),
    ProofOfDelivery: ("package__shipment__order", "package__shipment__location"),
    SupplierRequest: ("fulfillment_order__order", "fulfillment_order__location"),
    Label: ("package__shipment__order", "package__shipment__location"),
    TrackingEvent: ("package__shipment__order", "package__shipment__location"),
    ManifestParcel: ("package__shipment__order", "package__shipment__location"),
    WaveOrder: ("fulfillment_order__order", "fulfillment_order__location"),
    PickTask: ("fulfillment_order__order", "fulfillment_order__location"),
    SourcingDecision: ("order", ""),
    ReplayChange: ("order", ""),
    SubstituteOffer: ("order", ""),
}

unscoped(
    Box, CarrierAccount, FileParcel, SandboxParcel, ScarcityRun, ShippingRate, SourcingReplay, SourcingRuleSet,
    SourcingRule,
)  # fmt: skip


def _of_orders(principal: Any, path: str) -> Q:
    """Return the condition of rows at a location by their orders: a key of the location sees what lies there, whoever
    ordered it."""
    return EVERY_ROW if getattr(principal, "location_id", None) else within_orders(principal, path)


def _declare(model: type[Model], order: str, location: str) -> None:
    """Let a principal see the rows of their channels' orders at their locations."""

    @scope_rule(model)
    def within(principal: Any) -> Q:
        """Return the condition of the rows."""
        if not location:
            return within_orders(principal, f"{order}__")
        return _of_orders(principal, f"{order}__") & within_locations(principal, location)


# a walk goes by orders of every channel; its stops are shown within the channels, the walk itself by its place
@scope_rule(PickList)
def at_own_locations(principal: Any) -> Q:
    """Return the condition of the walks through a person's locations."""
    return within_locations(principal, "location")


@scope_rule(Wave)
def waves_at_own_locations(principal: Any) -> Q:
    """Return the condition of the waves at a person's locations."""
    return within_locations(principal, "location")


@scope_rule(PickScan)
def scans_at_own_locations(principal: Any) -> Q:
    """Return the condition of the scans of these walks."""
    return within_locations(principal, "pick_list__location")


# a truck takes parcels of every channel, as a walk goes by their orders
@scope_rule(Manifest)
def lists_at_own_locations(principal: Any) -> Q:
    """Return the condition of the lists of the day at a person's locations."""
    return within_locations(principal, "location")


@scope_rule(DriverVisit)
def visits_at_own_locations(principal: Any) -> Q:
    """Return the condition of the drivers who come to a person's locations."""
    return within_locations(principal, "location")


@scope_rule(LoadScan)
def load_scans_at_own_locations(principal: Any) -> Q:
    """Return the condition of what was read at these trucks."""
    return within_locations(principal, "manifest__location")


@scope_rule(FulfillmentPartner)
def partners_at_own_locations(principal: Any) -> Q:
    """Return the condition of the third parties at a person's locations."""
    return within_locations(principal, "location")


@scope_rule(PartnerMessage)
def messages_within(principal: Any) -> Q:
    """Return the condition of the messages of these third parties: of no order, or of one that the person may see."""
    theirs = Q(request=None) | _of_orders(principal, "request__fulfillment_order__order__")
    return theirs & within_locations(principal, "partner__location")


for _model, _paths in PATHS.items():
    _declare(_model, *_paths)


@scope_rule(ScarcityFee)
def fees_within(principal: Any) -> Q:
    """Return the condition of the scarcity fees at a person's locations."""
    return within_locations(principal, "location")
