"""The shapes of answers, as the API's description shows them."""

from typing import Any

from rest_framework import serializers

from oms.foundation.api.schema import ProblemOut, ReasonOut
from orders.api.serializers import AddressInSerializer, CustomerInSerializer, OrderInSerializer
from orders.models import Customer
from orders.states import FulfillmentStatus, GateState, OrderState, PaymentState, PaymentStatus, ServiceLevel

MOST_IN_BULK = 500


class ActionOut(serializers.Serializer[Any]):
    """An action as offered to the caller."""

    name = serializers.CharField()
    allowed = serializers.BooleanField()
    reasons = ReasonOut(many=True)


class GateOut(serializers.Serializer[Any]):
    """The verdict of one check."""

    state = serializers.ChoiceField(GateState.choices)
    code = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


class HoldOut(serializers.Serializer[Any]):
    """An open hold."""

    id = serializers.IntegerField()
    reason = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    blocks = serializers.ListField(child=serializers.CharField())
    due_at = serializers.DateTimeField(allow_null=True)


class DiscountOut(serializers.Serializer[Any]):
    """A discount as the customer saw it."""

    code = serializers.CharField(allow_blank=True)
    amount = serializers.CharField()


class LineOut(serializers.Serializer[Any]):
    """A line and how far its pieces are; ``quantity`` = open + shipped + cancelled.

    Of the cancelled pieces those ``swapped`` are sent as another product, whose line ``replaces`` this one.
    """

    position = serializers.IntegerField()
    external_id = serializers.CharField(allow_blank=True)
    sku = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    unit_price = serializers.CharField()
    tax = serializers.CharField()
    discount = serializers.CharField(help_text="This line's share of all discounts.")
    discounts = DiscountOut(many=True)
    customization = serializers.CharField(allow_blank=True)
    instructions = serializers.CharField(allow_blank=True)
    quantity = serializers.IntegerField()
    open = serializers.IntegerField()
    allocated = serializers.IntegerField()
    shipped = serializers.IntegerField()
    delivered = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    returned = serializers.IntegerField()
    swapped = serializers.IntegerField(help_text="Cancelled pieces whose money stands on the line that replaces them.")
    replaces = serializers.IntegerField(allow_null=True, help_text="Position of the line that this one replaces.")


class PaymentOut(serializers.Serializer[Any]):
    """A payment without its token."""

    id = serializers.IntegerField()
    method = serializers.CharField()
    gateway = serializers.CharField()
    state = serializers.ChoiceField(PaymentState.choices)
    amount = serializers.CharField()
    authorized = serializers.CharField()
    captured = serializers.CharField()
    refunded = serializers.CharField()
    reference = serializers.CharField(allow_blank=True)
    failure = serializers.CharField(allow_blank=True)


class ShippingOut(serializers.Serializer[Any]):
    """How the order travels and what that costs."""

    service_level = serializers.ChoiceField(ServiceLevel.choices)
    pickup_location = serializers.CharField(allow_blank=True, help_text="Code of the store where it is collected.")
    amount = serializers.CharField()
    tax = serializers.CharField()


class OrderOut(serializers.Serializer[Any]):
    """An order: what was promised, how far it is, and what may be done with it."""

    number = serializers.CharField()
    external_id = serializers.CharField(allow_blank=True)
    channel = serializers.CharField()
    state = serializers.ChoiceField(OrderState.choices)
    payment_status = serializers.ChoiceField(PaymentStatus.choices)
    fulfillment_status = serializers.ChoiceField(FulfillmentStatus.choices)
    currency = serializers.CharField()
    prices_include_tax = serializers.BooleanField()
    lines_total = serializers.CharField()
    discount_total = serializers.CharField()
    shipping_total = serializers.CharField()
    tax_total = serializers.CharField()
    total = serializers.CharField()
    total_difference = serializers.CharField(help_text="Stated total − computed total.")
    channel_fee = serializers.CharField(help_text="What the channel keeps of the sale; no part of the total.")
    placed_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    customer = CustomerInSerializer()
    shipping_address = AddressInSerializer(allow_null=True)
    billing_address = AddressInSerializer(allow_null=True)
    shipping = ShippingOut()
    gates = serializers.DictField(child=GateOut())
    holds = HoldOut(many=True)
    lines = LineOut(many=True)
    discounts = DiscountOut(many=True)
    payments = PaymentOut(many=True, allow_null=True, help_text="Null without the permission orders.view_payment.")
    instructions = serializers.CharField(allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField())
    purchase_order = serializers.CharField(allow_blank=True)
    ship_by = serializers.DateTimeField(allow_null=True, help_text="When the channel wants it shipped.")
    deliver_by = serializers.DateField(allow_null=True, help_text="The day promised to the customer.")
    sales_rep = serializers.CharField(allow_blank=True, help_text="Login of the person who made the sale.")
    fulfillment_orders = serializers.ListField(child=serializers.DictField())
    shipments = serializers.ListField(child=serializers.DictField())
    shortage = serializers.DictField(
        allow_null=True,
        help_text="When stock is short: policy, policy_of (customer or channel), priority, since when, what is missing"
        " by line with the day it is expected, and the substitutes offered; null while nothing is.",
    )
    actions = ActionOut(many=True)


class BulkIn(serializers.Serializer[Any]):
    """Up to 500 orders; one that has faults does not stop the others."""

    orders = serializers.ListSerializer[Any](child=OrderInSerializer(), max_length=MOST_IN_BULK)


class ResultOut(serializers.Serializer[Any]):
    """What became of one row: the order, or the problem."""

    status = serializers.IntegerField()
    order = OrderOut(required=False)
    error = ProblemOut(required=False)


class BulkOut(serializers.Serializer[Any]):
    """A result per row, in the order of the rows."""

    results = ResultOut(many=True)


class CustomerOut(serializers.ModelSerializer[Customer]):
    """A customer."""

    class Meta:
        model = Customer
        fields = ["id", "name", "email", "phone", "language", "shortage_policy", "priority", "created_at"]
        read_only_fields = fields
