"""The shapes of supply's answers and requests, as the API's description shows them."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from inventory.models import Bin, BinStock, IncomingStock, KitComponent, Location, Product, StockLevel, Substitute
from inventory.models.catalogue import FollowedBy
from inventory.services.stock import MAX_PIECES
from oms.foundation.api.strict import Day, StrictSerializer, Text, WholeNumber
from oms.foundation.money import minor_text


class SubstituteOut(serializers.Serializer[Substitute]):
    """What may be sent instead of a product, the lowest rank first."""

    sku = serializers.CharField(source="substitute.sku")
    rank = serializers.IntegerField()
    both_ways = serializers.BooleanField()


class ComponentOut(serializers.Serializer[KitComponent]):
    """A product of which so many pieces go into one kit."""

    sku = serializers.CharField(source="component.sku")
    quantity = serializers.IntegerField()


class ProductOut(serializers.Serializer[Product]):
    """A product; the price is a decimal string in its currency."""

    sku = serializers.CharField()
    title = serializers.CharField()
    parent = serializers.SerializerMethodField(help_text="SKU of its article.")  # type: ignore[assignment]
    attributes = serializers.JSONField()
    substitutes = SubstituteOut(many=True)
    components = ComponentOut(many=True, help_text="What a kit is made of; empty for all other products.")
    barcode = serializers.CharField()
    unit_price = serializers.SerializerMethodField()
    currency = serializers.CharField()
    weight_g = serializers.IntegerField()
    length_mm = serializers.IntegerField()
    width_mm = serializers.IntegerField()
    height_mm = serializers.IntegerField()
    capability = serializers.CharField()
    fragile = serializers.BooleanField(help_text="Nothing may lie above it in a parcel.")
    this_side_up = serializers.BooleanField(help_text="It may not be tipped over in a parcel.")
    ships_alone = serializers.BooleanField(help_text="Each piece is a parcel by itself.")
    packing_note = serializers.CharField(help_text="Shown to whoever packs it.")
    followed_by = serializers.ChoiceField(FollowedBy.choices, help_text="What every scan of it asks for.")
    expires = serializers.BooleanField(help_text="Each lot or serial number has a best-before date.")
    is_active = serializers.BooleanField()
    version = serializers.IntegerField()
    updated_at = serializers.DateTimeField()

    def get_parent(self, product: Product) -> str | None:
        """Return the SKU of the article."""
        return product.parent.sku if product.parent else None

    def get_unit_price(self, product: Product) -> str:
        """Return the price as a decimal string."""
        return minor_text(product.unit_price, product.currency)


@extend_schema_field({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$", "example": "16:00"})
class ClockField(serializers.TimeField):
    """A time of the day in hours and minutes; the description's own kind of time has seconds and a zone."""


class LocationOut(serializers.Serializer[Location]):
    """A location: where it is, what it can do, how many parcels a day, until when and on which days in its own zone."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    line1 = serializers.CharField()
    city = serializers.CharField()
    postal_code = serializers.CharField()
    country = serializers.CharField()
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    daily_capacity = serializers.IntegerField(allow_null=True)
    cutoff = ClockField(format="%H:%M")
    timezone = serializers.CharField()
    handling_days = serializers.IntegerField(help_text="Working days from an order's arrival to its departure.")
    working_days = serializers.CharField(help_text="ISO digits of the days on which parcels leave: 1 is Monday.")
    closed_on = serializers.ListField(child=serializers.DateField(), help_text="Days on which no parcel leaves.")
    capabilities = serializers.ListField(child=serializers.CharField())
    same_day_km = serializers.IntegerField(help_text="Kilometres within which a courier brings parcels the same day.")
    pickup_days = serializers.IntegerField(help_text="Days that an order waits here to be collected.")
    is_active = serializers.BooleanField()
    version = serializers.IntegerField()


class StockOut(serializers.Serializer[StockLevel]):
    """What lies at one location of one product."""

    id = serializers.IntegerField()
    sku = serializers.CharField(source="product.sku")
    location = serializers.CharField(source="location.code")
    bin = serializers.CharField()
    on_hand = serializers.IntegerField()
    allocated = serializers.IntegerField()
    safety_stock = serializers.IntegerField()
    blocked = serializers.IntegerField(help_text="Pieces in bins whose lot is blocked or has expired.")
    available = serializers.IntegerField()
    version = serializers.IntegerField()
    updated_at = serializers.DateTimeField()


class BinStockOut(serializers.Serializer[BinStock]):
    """Pieces of one product in a bin."""

    sku = serializers.CharField(source="stock_level.product.sku")
    quantity = serializers.IntegerField()
    lot = serializers.CharField(source="lot.number", default="", help_text="Lot or serial number, where it has one.")


class BinOut(serializers.Serializer[Bin]):
    """A place within a location: where it is, how much goes in, and what lies there."""

    id = serializers.IntegerField()
    location = serializers.CharField(source="location.code")
    code = serializers.CharField()
    kind = serializers.CharField()
    zone = serializers.CharField()
    aisle = serializers.CharField()
    bay = serializers.CharField()
    level = serializers.CharField()
    x_mm = serializers.IntegerField(allow_null=True)
    y_mm = serializers.IntegerField(allow_null=True)
    sequence = serializers.IntegerField(help_text="Bins are walked to in this order.")
    capacity_mm3 = serializers.IntegerField(allow_null=True)
    capacity_g = serializers.IntegerField(allow_null=True)
    is_active = serializers.BooleanField()
    stock = BinStockOut(many=True)
    version = serializers.IntegerField()
    updated_at = serializers.DateTimeField()


class IncomingOut(serializers.Serializer[IncomingStock]):
    """Pieces on their way to a location; ``missing`` are those that still come, none once it is closed."""

    id = serializers.IntegerField()
    sku = serializers.CharField(source="product.sku")
    location = serializers.CharField(source="location.code")
    reference = serializers.CharField()
    quantity = serializers.IntegerField()
    expected_on = serializers.DateField()
    received = serializers.IntegerField()
    missing = serializers.IntegerField()
    closed_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    updated_at = serializers.DateTimeField()


class IncomingIn(StrictSerializer):
    """Pieces that are on their way: how many, to where, by which day."""

    sku = Text(max_length=64, required=True)
    location = Text(max_length=16, required=True)
    reference = Text(max_length=64, required=True)
    quantity = WholeNumber(min_value=1, max_value=MAX_PIECES)
    expected_on = Day()


class StockAdjustIn(StrictSerializer):
    """Pieces that come (+) or go (−); the reason is one of the known words or a text of one's own."""

    sku = Text(max_length=64, required=True)
    location = Text(max_length=16, required=True)
    quantity = WholeNumber(min_value=-MAX_PIECES, max_value=MAX_PIECES)
    reason = Text(max_length=300, required=True)
