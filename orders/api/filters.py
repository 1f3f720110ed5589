"""What the list of orders can be narrowed by."""

from typing import Any

import django_filters

from orders.models import Customer, Order
from orders.states import FulfillmentStatus, OrderState, PaymentStatus


class OrderFilters(django_filters.FilterSet):
    """States, channel and its number, when placed (inclusive), when the channel wants it shipped, and whose sale."""

    state = django_filters.ChoiceFilter(choices=OrderState.choices)
    payment_status = django_filters.ChoiceFilter(choices=PaymentStatus.choices)
    fulfillment_status = django_filters.ChoiceFilter(choices=FulfillmentStatus.choices)
    external_id = django_filters.CharFilter(max_length=120)
    channel = django_filters.CharFilter(field_name="channel__code", max_length=32)
    placed_after = django_filters.IsoDateTimeFilter(field_name="placed_at", lookup_expr="gte")
    placed_before = django_filters.IsoDateTimeFilter(field_name="placed_at", lookup_expr="lte")

    ship_before = django_filters.IsoDateTimeFilter(field_name="ship_by", lookup_expr="lte")
    sales_rep = django_filters.CharFilter(field_name="sales_rep__username", max_length=150)

    class Meta:
        model = Order
        fields: list[str] = []


class CustomerFilters(django_filters.FilterSet):
    """The e-mail address, whatever its case."""

    email = django_filters.CharFilter(method="by_email", max_length=254)

    class Meta:
        model = Customer
        fields: list[str] = []

    def by_email(self, rows: Any, name: str, value: str) -> Any:
        """Compare with the address as it is kept."""
        return rows.filter(email=value.strip().lower())
