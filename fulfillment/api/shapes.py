"""The shapes of answers, as the API's description shows them."""

from typing import Any

from rest_framework import serializers

from fulfillment.states import (
    AllocationState,
    FulfillmentOrderState,
    LabelState,
    RequestState,
    ShipmentState,
    TrackingStatus,
)
from fulfillment.states_parcels import RiskLevel, RiskReason
from oms.foundation.api.schema import ReasonOut


class OfferOut(serializers.Serializer[Any]):
    """An action as offered to the caller."""

    name = serializers.CharField()
    allowed = serializers.BooleanField()
    reasons = ReasonOut(many=True)


class PartOut(serializers.Serializer[Any]):
    """Pieces of one component of kits, and the bin in which they lie."""

    sku = serializers.CharField()
    quantity = serializers.IntegerField()
    bin = serializers.CharField(allow_blank=True)


class PiecesOut(serializers.Serializer[Any]):
    """Pieces of a line that a location ships."""

    position = serializers.IntegerField()
    sku = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    quantity = serializers.IntegerField()
    state = serializers.ChoiceField(AllocationState.choices)
    bin = serializers.CharField(allow_blank=True)
    parts = PartOut(many=True, help_text="What kits are to be assembled from; empty for what lies ready.")


class FulfillmentOrderOut(serializers.Serializer[Any]):
    """What one location ships of one order."""

    number = serializers.CharField()
    order = serializers.CharField()
    location = serializers.CharField()
    state = serializers.ChoiceField(FulfillmentOrderState.choices)
    request_status = serializers.ChoiceField([("", "not asked"), *RequestState.choices])
    ship_by = serializers.DateTimeField(allow_null=True)
    delivery_p50 = serializers.DateField(allow_null=True, help_text="The day by which five of ten parcels arrive.")
    delivery_p90 = serializers.DateField(allow_null=True, help_text="The day by which nine of ten parcels arrive.")
    opened_at = serializers.DateTimeField(allow_null=True)
    picked_at = serializers.DateTimeField(allow_null=True)
    packed_at = serializers.DateTimeField(allow_null=True)
    fulfilled_at = serializers.DateTimeField(allow_null=True)
    fixed_at = serializers.DateTimeField(allow_null=True, help_text="When a person chose this location for it.")
    version = serializers.IntegerField()
    lines = PiecesOut(many=True)
    actions = OfferOut(many=True)


class EventOut(serializers.Serializer[Any]):
    """One thing that happened to a parcel."""

    status = serializers.ChoiceField(TrackingStatus.choices)
    description = serializers.CharField(allow_blank=True)
    place = serializers.CharField(allow_blank=True)
    occurred_at = serializers.DateTimeField()


class LotItemOut(serializers.Serializer[Any]):
    """Pieces of one lot, or the one of a serial number, inside a parcel."""

    sku = serializers.CharField()
    number = serializers.CharField()
    best_before = serializers.DateField(allow_null=True)
    quantity = serializers.IntegerField()


class ItemOut(serializers.Serializer[Any]):
    """Pieces inside a parcel."""

    sku = serializers.CharField()
    quantity = serializers.IntegerField()
    lots = LotItemOut(many=True, help_text="Empty for products that are followed by nothing.")


class RiskOut(serializers.Serializer[Any]):
    """Why a parcel is at risk, and what was done about it."""

    level = serializers.ChoiceField(RiskLevel.choices)
    reason = serializers.ChoiceField(RiskReason.choices)
    sentence = serializers.CharField()
    limit = serializers.CharField(help_text="The number that would change it.")
    since = serializers.DateTimeField()
    told_at = serializers.DateTimeField(allow_null=True, help_text="When somebody noted that the customer was told.")
    asked_at = serializers.DateTimeField(allow_null=True)
    snoozed_until = serializers.DateField(allow_null=True)


class PackageOut(serializers.Serializer[Any]):
    """A parcel and how far it is."""

    id = serializers.IntegerField()
    position = serializers.IntegerField()
    carrier = serializers.CharField(allow_blank=True)
    tracking_number = serializers.CharField(allow_blank=True)
    tracking_status = serializers.ChoiceField(TrackingStatus.choices)
    label_state = serializers.ChoiceField([("", "none"), *LabelState.choices])
    label_failure = serializers.CharField(allow_blank=True)
    weight_g = serializers.IntegerField()
    material = serializers.CharField(allow_blank=True)
    box = serializers.CharField(allow_blank=True, help_text="Code of the box it was packed in.")
    box_advised = serializers.CharField(allow_blank=True)
    length_mm = serializers.IntegerField(help_text="Outside, as carriers are told; 0 is not known.")
    width_mm = serializers.IntegerField()
    height_mm = serializers.IntegerField()
    expected_on = serializers.DateField(allow_null=True)
    promised_on = serializers.DateField(allow_null=True)
    days_late = serializers.IntegerField(
        allow_null=True,
        help_text="Days after the carrier's day when it left; early is negative, null until it arrived.",
    )
    risk = RiskOut(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    last_event_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    items = ItemOut(many=True)
    events = EventOut(many=True)


class PackageAloneOut(PackageOut):
    """A parcel with the shipment and order it belongs to."""

    shipment = serializers.CharField()
    order = serializers.CharField()
    actions = OfferOut(many=True)


class RateOut(serializers.Serializer[Any]):
    """What a service would have cost."""

    carrier = serializers.CharField()
    service = serializers.CharField()
    amount = serializers.CharField()
    currency = serializers.CharField()
    days = serializers.IntegerField()


class TurnedFromOut(serializers.Serializer[Any]):
    """A carrier that refused the shipment, was silent, or was not asked in time, so that another stands in."""

    carrier = serializers.CharField(allow_blank=True)
    service = serializers.CharField(allow_blank=True)
    cause = serializers.ChoiceField(
        [("refused", "it refused"), ("silent", "it did not answer"), ("not_asked", "it was not asked yet")]
    )
    said = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()


class ShipmentOut(serializers.Serializer[Any]):
    """Parcels of one order that leave one location together."""

    number = serializers.CharField()
    order = serializers.CharField()
    fulfillment_order = serializers.CharField()
    location = serializers.CharField()
    state = serializers.ChoiceField(ShipmentState.choices)
    carrier = serializers.CharField(allow_blank=True)
    service = serializers.CharField(allow_blank=True)
    rates = RateOut(many=True)
    rate_reason = serializers.CharField(allow_blank=True)
    turned_from = TurnedFromOut(many=True)
    stand_in_note = serializers.CharField(
        allow_blank=True, help_text="Why no other carrier stands in, and which carrier said what."
    )
    packed_at = serializers.DateTimeField(allow_null=True)
    shipped_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    packages = PackageOut(many=True)
    actions = OfferOut(many=True)
