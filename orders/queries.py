"""Reading demand: which channels a principal sees, orders with all that an answer needs, orders that a text names."""

from typing import Any

import phonenumbers
from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from oms.foundation.scope import EVERY_ROW, remembered
from orders.models import ChannelMembership, Hold, Order, OrderAddress, OrderDiscount, OrderLine, Payment, PaymentEvent
from orders.states import HoldState, Outcome

FEWEST_DIGITS = 6
PARTS = ("lines", "payments__events", "refunds", "gates")


def within_channels(principal: Any, path: str) -> Q:
    """Return the condition that the channel at ``path`` is one of the principal's.

    A key sees its own channel; a person the channels of their memberships, or all of them without any.
    """
    channel_id = getattr(principal, "channel_id", None)
    if channel_id is not None:
        return Q(**{path: channel_id})
    mine = _channels_of(principal)
    return Q(**{f"{path}__in": sorted(mine)}) if mine else EVERY_ROW


def within_orders(principal: Any, path: str) -> Q:
    """Return the condition that the order at ``path`` ("" or "order__") is one that the principal may see.

    It is in one of their channels, and where they see only their own orders, they are its sales representative.
    """
    if getattr(principal, "channel_id", None) is not None:
        return within_channels(principal, f"{path}channel")
    mine = _channels_of(principal)
    if not mine:
        return EVERY_ROW
    whole, own = ([pk for pk in sorted(mine) if mine[pk] is only] for only in (False, True))
    return Q(**{f"{path}channel__in": whole}) | Q(**{f"{path}channel__in": own, f"{path}sales_rep": principal.pk})


def _channels_of(principal: Any) -> dict[int, bool]:
    """Return the channels that a person is limited to and whether to their own orders of it; none: no limit."""
    mine = ChannelMembership.objects.filter(user_id=principal.pk)
    return remembered(principal, "channels", lambda: dict(mine.values_list("channel_id", "own_only")))


def customers_within_channels(principal: Any) -> Q:
    """Return the condition that a customer has ordered in one of the principal's channels."""
    if getattr(principal, "channel_id", None) is None and not _channels_of(principal):
        return EVERY_ROW
    return Q(Exists(Order.objects.filter(within_orders(principal, ""), customer=OuterRef("pk"))))


def with_answers(orders: "QuerySet[Order]") -> "QuerySet[Order]":
    """Return the orders with all that their answers show, in a constant number of statements."""
    return orders.select_related("channel", "channel_account", "sales_rep").prefetch_related(
        *PARTS,
        Prefetch("discounts", OrderDiscount.objects.order_by("pk")),
        Prefetch("addresses", OrderAddress.objects.filter(replaced_at=None).order_by("pk")),
        Prefetch("holds", Hold.objects.filter(state=HoldState.OPEN).order_by("pk")),
    )


def unsettled_intents() -> "QuerySet[PaymentEvent]":
    """Return what was asked of gateways and needs a person: nobody asks about it any more, or for long in vain."""
    long = Q(attempts__gt=len(settings.UNKNOWN_ASK_SECONDS))
    return PaymentEvent.objects.filter(Q(next_try_at=None) | long, outcome=Outcome.UNKNOWN)


def payments_for_a_person(payments: "QuerySet[Payment]") -> "QuerySet[Payment]":
    """Return the payments of which nobody knows what their gateway did."""
    return payments.filter(Exists(unsettled_intents().filter(payment=OuterRef("pk"))))


def named(text: str) -> Q:
    """Return the condition that an order has the text as its number, its channel's, its customer's, e-mail or phone."""
    bare = text.lstrip("#")
    wanted = Q(number=bare.upper().replace("-", "")) | Q(external_id__in={text, bare, f"#{bare}"})
    wanted |= Q(purchase_order=text)
    if "@" in text:
        wanted |= Q(email__in={text, text.lower()})
    phones = phones_as_stored(text)
    return wanted | Q(phone__in=phones) if phones else wanted


def newest_with_sku(orders: "QuerySet[Order]", sku: str, most: int) -> "QuerySet[Order]":
    """Narrow orders to those of the newest so many lines of a SKU, written so or in capitals."""
    for written in dict.fromkeys([sku, sku.upper()]):
        lines = OrderLine.objects.filter(sku=written).order_by("-id")
        if lines.exists():
            return orders.filter(pk__in=lines.values("order_id")[:most])
    return orders.none()


def phones_as_stored(text: str) -> set[str]:
    """Return how a phone number may be stored: as typed, and as E.164 where it can be read."""
    digits = [character for character in text if character.isdigit()]
    if len(digits) < FEWEST_DIGITS or "@" in text:
        return set()
    found = {text, text.replace(" ", "")}
    for region in (None, "GB", "DE"):
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        found.add(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return found
