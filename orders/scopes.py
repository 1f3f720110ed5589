"""Who sees what of demand: rows of the caller's channels, and nothing of others."""

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
from orders.queries import customers_within_channels, within_channels

PATHS: dict[type[Model], str] = {
    Channel: "pk",
    ChannelAccount: "channel",
    ChannelMembership: "channel",
    ApiKey: "account__channel",
    Order: "channel",
    OrderLine: "order__channel",
    OrderAddress: "order__channel",
    OrderDiscount: "order__channel",
    Gate: "order__channel",
    Hold: "order__channel",
    Payment: "order__channel",
    PaymentEvent: "payment__order__channel",
    Refund: "order__channel",
}

unscoped(SandboxCharge)
scope_rule(Customer)(customers_within_channels)


def _declare(model: type[Model], path: str) -> None:
    """Let a principal see the rows whose channel, found at ``path``, is one of theirs."""

    @scope_rule(model)
    def within(principal: Any) -> Q:
        """Return the condition of the rows."""
        return within_channels(principal, path)


for _model, _path in PATHS.items():
    _declare(_model, _path)
