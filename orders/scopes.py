"""Who sees what of demand: rows of the caller's channels, and nothing of others."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model, Q

from oms.foundation.scope import scope_rule, unscoped
from orders.models import (
    ApiKey,
    Channel,
    ChannelAccount,
    ChannelMembership,
    Customer,
    Gate,
    Hold,
    Order,
    OrderAddress,
    OrderDiscount,
    OrderLine,
    Payment,
    PaymentEvent,
    Refund,
    SandboxCharge,
)
from orders.queries import customers_within_channels, within_channels, within_orders

CHANNELS: dict[type[Model], str] = {
    Channel: "pk",
    ChannelAccount: "channel",
    ChannelMembership: "channel",
    ApiKey: "account__channel",
}
ORDERS: dict[type[Model], str] = {
    Order: "",
    OrderLine: "order__",
    OrderAddress: "order__",
    OrderDiscount: "order__",
    Gate: "order__",
    Hold: "order__",
    Payment: "order__",
    PaymentEvent: "payment__order__",
    Refund: "order__",
}

unscoped(SandboxCharge)
scope_rule(Customer)(customers_within_channels)


def _declare(model: type[Model], path: str, rule: Callable[[Any, str], Q]) -> None:
    """Let a principal see the rows whose channel or order, found at ``path``, is one of theirs."""

    @scope_rule(model)
    def within(principal: Any) -> Q:
        """Return the condition of the rows."""
        return rule(principal, path)


for _model, _path in CHANNELS.items():
    _declare(_model, _path, within_channels)
for _model, _path in ORDERS.items():
    _declare(_model, _path, within_orders)
