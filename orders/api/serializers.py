"""The shape of an order as our own API takes it; what its caller can mend is refused with the field's name."""

from functools import cache
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import ListSerializer

from oms.foundation.api.problems import flatten
from oms.foundation.api.strict import Amount, Day, Moment, StrictSerializer, Text, WholeNumber, YesNo, amounts_in
from oms.foundation.money import exponent, minor_text
from oms.foundation.refusals import Invalid, Reason
from orders.intake import (
    AddressIn,
    CustomerIn,
    DiscountIn,
    LineIn,
    OrderIn,
    PaymentIn,
    ShippingIn,
    add_up,
)
from orders.intake.limits import LONGEST_ID, MOST_PIECES, faults_of
from orders.intake.order import AUTHORIZED, PAID, PENDING
from orders.models import Channel
from orders.payments.registry import GATEWAYS
from orders.screening.address import rules_of
from orders.states import ServiceLevel

MOST_LINES, MOST_DISCOUNTS, MOST_PAYMENTS, MOST_TAGS = 500, 50, 20, 50
STATED = [PAID, AUTHORIZED, PENDING]
EXTERNAL = "external"


class CurrencyField(Text):
    """An ISO 4217 code."""

    def to_internal_value(self, data: Any) -> str:
        """Return the code."""
        code = super().to_internal_value(data)
        try:
            exponent(code)
        except Invalid as refusal:
            raise ValidationError(refusal.sentence, code=refusal.code) from None
        return code


class CountryField(Text):
    """A two-letter country code, or blank."""

    def to_internal_value(self, data: Any) -> str:
        """Return the code in capitals."""
        code = super().to_internal_value(data).upper()
        if code and (len(code) != 2 or rules_of(code) is None):
            raise ValidationError("this is not a country code; write two letters such as GB.", code="unknown_country")
        return code


class CustomerInSerializer(StrictSerializer):
    """Who ordered."""

    name = Text(max_length=200, default="")
    email = Text(max_length=254, default="")
    phone = Text(max_length=40, default="")


class AddressInSerializer(StrictSerializer):
    """An address as given."""

    name = Text(max_length=200, default="")
    company = Text(max_length=200, default="")
    line1 = Text(max_length=200, default="")
    line2 = Text(max_length=200, default="")
    city = Text(max_length=120, default="")
    region = Text(max_length=80, default="")
    postal_code = Text(max_length=20, default="")
    country = CountryField(default="")
    phone = Text(max_length=40, default="")


class DiscountInSerializer(StrictSerializer):
    """Money taken off, as a positive amount."""

    code = Text(max_length=80, default="")
    amount = Amount()
    promotion_ref = Text(max_length=80, default="")


class ShippingInSerializer(StrictSerializer):
    """How the parcel travels and what the customer pays for it."""

    service_level = serializers.ChoiceField(ServiceLevel.choices, default=ServiceLevel.STANDARD.value)
    amount = Amount(default=0)
    tax = Amount(default=0)
    pickup_location = Text(max_length=16, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Take a store only for what is collected."""
        if attrs["pickup_location"] and attrs["service_level"] != ServiceLevel.PICKUP:
            fault = ValidationError("only for the service level pickup.", code="not_pickup")
            raise ValidationError({"pickup_location": fault.detail})
        return attrs


class LineInSerializer(StrictSerializer):
    """Some pieces of one SKU at one price."""

    external_id = Text(max_length=120, default="")
    sku = Text(max_length=64, required=True)
    title = Text(max_length=300, default="")
    quantity = WholeNumber(min_value=1, max_value=MOST_PIECES)
    unit_price = Amount()
    tax = Amount(default=0)
    discounts = ListSerializer[Any](child=DiscountInSerializer(), default=list, max_length=MOST_DISCOUNTS)
    customization = Text(max_length=500, default="")
    instructions = Text(max_length=500, default="")


class PaymentInSerializer(StrictSerializer):
    """One way of paying; ``status`` says what the channel's own gateway (``external``) has done already."""

    method = Text(max_length=32, default="card")
    gateway = Text(max_length=24, required=True)
    token = Text(max_length=200, default="")
    amount = Amount()
    status = serializers.ChoiceField(STATED, default="", allow_blank=True)
    reference = Text(max_length=120, default="")

    def validate_gateway(self, gateway: str) -> str:
        """Refuse a gateway that nobody speaks with."""
        if gateway not in GATEWAYS:
            raise ValidationError(f"this gateway is not known; known: {', '.join(sorted(GATEWAYS))}.", code="unknown")
        return gateway

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Believe a stated status only of money that moves at the channel."""
        if attrs["status"] and attrs["gateway"] != EXTERNAL:
            raise ValidationError({"status": ValidationError("only external payments.", code="not_external").detail})
        return attrs


class OrderInSerializer(StrictSerializer):
    """An order as a channel tells it; amounts are decimal strings in the order's currency."""

    external_id = Text(max_length=LONGEST_ID, required=True)
    placed_at = Moment(default=None, allow_null=True)
    currency = CurrencyField(max_length=3, required=True)
    prices_include_tax = YesNo(default=None, allow_null=True)
    customer = CustomerInSerializer(default=dict)
    shipping_address = AddressInSerializer(default=None, allow_null=True)
    billing_address = AddressInSerializer(default=None, allow_null=True)
    shipping = ShippingInSerializer(default=dict)
    lines = ListSerializer[Any](child=LineInSerializer(), allow_empty=False, max_length=MOST_LINES)
    discounts = ListSerializer[Any](child=DiscountInSerializer(), default=list, max_length=MOST_DISCOUNTS)
    payments = ListSerializer[Any](child=PaymentInSerializer(), default=list, max_length=MOST_PAYMENTS)
    total = Amount()
    instructions = Text(max_length=2000, default="")
    tags = serializers.ListField(child=Text(max_length=40, required=True), default=list, max_length=MOST_TAGS)
    purchase_order = Text(max_length=64, default="")
    ship_by = Moment(default=None, allow_null=True)
    deliver_by = Day(default=None, allow_null=True)
    channel_fee = Amount(default=0)
    sales_rep = Text(max_length=150, default="")

    def to_internal_value(self, data: Any) -> Any:
        """Read the fields, the amounts in the order's currency."""
        code = data.get("currency") if isinstance(data, dict) else None
        with amounts_in(code if _is_currency(code) else None):
            return super().to_internal_value(data)


def _is_currency(code: Any) -> bool:
    """Return whether a value is a currency code."""
    try:
        return isinstance(code, str) and exponent(code) >= 0
    except Invalid:
        return False


@cache
def _shape() -> OrderInSerializer:
    """Return the one reader of orders: making its sixty fields anew would cost more than reading an order."""
    return OrderInSerializer()


def read_order(data: Any, channel: Channel) -> OrderIn:
    """Return the order that a JSON value tells.

    :raises Invalid: with every fault and its field, ``total_mismatch`` when the total does not add up.
    """
    try:
        told = _shape().run_validation(data)
    except ValidationError as error:
        raise Invalid(reasons=flatten(error.get_full_details())) from None
    order = _order(told, channel)
    _refuse_faults(order)
    return order


def _order(told: dict[str, Any], channel: Channel) -> OrderIn:
    """Return the order of validated values."""
    include_tax = told.pop("prices_include_tax")
    return OrderIn(
        **told
        | {
            "prices_include_tax": channel.prices_include_tax if include_tax is None else include_tax,
            "customer": CustomerIn(**told["customer"]),
            "shipping": ShippingIn(**told["shipping"]),
            "shipping_address": _address(told["shipping_address"]),
            "billing_address": _address(told["billing_address"]),
            "lines": [LineIn(**line | {"discounts": _discounts(line["discounts"])}) for line in told["lines"]],
            "discounts": _discounts(told["discounts"]),
            "payments": [PaymentIn(**payment) for payment in told["payments"]],
        }
    )


def _address(told: dict[str, str] | None) -> AddressIn | None:
    """Return the address, or None when none was given."""
    return None if told is None else AddressIn(**told)


def _discounts(told: list[dict[str, Any]]) -> list[DiscountIn]:
    """Return the discounts."""
    return [DiscountIn(**one) for one in told]


def _refuse_faults(order: OrderIn) -> None:
    """Raise :class:`Invalid` for absurd sums or a total that does not add up."""
    faults = faults_of(order)
    if faults:
        raise Invalid(reasons=faults)
    sums = add_up(order)
    if sums.difference:
        stated, computed = (minor_text(one, order.currency) for one in (order.total, sums.computed))
        sentence = (
            f"The total {stated} does not add up: lines {minor_text(sums.lines, order.currency)} − discounts "
            f"{minor_text(sums.discounts, order.currency)} + shipping {minor_text(sums.shipping, order.currency)}"
            f"{'' if order.prices_include_tax else f' + tax {minor_text(sums.tax, order.currency)}'} = {computed}."
        )
        raise Invalid(reasons=[Reason("total_mismatch", sentence, "total")])
