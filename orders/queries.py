"""Reading demand: which channels a principal sees, and orders with all that an answer needs."""

from typing import Any

from django.db.models import Exists, Prefetch, Q, QuerySet

from orders.models import ChannelMembership, Hold, Order, OrderAddress, OrderDiscount
from orders.states import HoldState

PARTS = ("lines", "payments__events", "refunds", "gates")


def within_channels(principal: Any, path: str) -> Q:
    """Return the condition that the channel at ``path`` is one of the principal's.

    A key sees its own channel; a person the channels of their memberships, or all of them without any.
    """
    channel_id = getattr(principal, "channel_id", None)
    if channel_id is not None:
        return Q(**{path: channel_id})
    mine = ChannelMembership.objects.filter(user_id=principal.pk)
    return Q(**{f"{path}__in": mine.values("channel_id")}) | ~Q(Exists(mine))


def customers_within_channels(principal: Any) -> Q:
    """Return the condition that a customer has ordered in one of the principal's channels."""
    ordered = Q(pk__in=Order.objects.filter(within_channels(principal, "channel")).values("customer_id"))
    if getattr(principal, "channel_id", None) is not None:
        return ordered
    return ordered | ~Q(Exists(ChannelMembership.objects.filter(user_id=principal.pk)))


def with_answers(orders: "QuerySet[Order]") -> "QuerySet[Order]":
    """Return the orders with all that their answers show, in a constant number of statements."""
    return orders.select_related("channel", "channel_account").prefetch_related(
        *PARTS,
        Prefetch("discounts", OrderDiscount.objects.order_by("pk")),
        Prefetch("addresses", OrderAddress.objects.filter(replaced_at=None).order_by("pk")),
        Prefetch("holds", Hold.objects.filter(state=HoldState.OPEN).order_by("pk")),
    )
