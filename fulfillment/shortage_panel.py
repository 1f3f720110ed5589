"""The box of an order about short stock, and its part of the API's answer."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from fulfillment.models import SubstituteOffer
from fulfillment.services.shortages import Missing, shortness_of
from fulfillment.states import OfferState
from oms.foundation.panels import Panel, add_panel, add_part
from orders.models import Order
from orders.models.channels import ShortagePolicy

PAGE = "orders.order"
WHOSE = {"customer": "customer's own", "channel": "of the channel"}


def shortage_context(order: Order, principal: Any) -> dict[str, Any]:
    """Return what becomes of the order when stock is short, what it lacks, and what was offered instead."""
    known = shortness_of([order.pk], now=timezone.now())[order.pk]
    words = str(ShortagePolicy(known.policy).label)
    return {
        "order": order,
        "known": known,
        "policy": words[:1].upper() + words[1:],
        "whose": WHOSE[known.policy_of],
        "priority_whose": "its own" if order.priority is not None else "that of its customer",
        "offers": known.offers,
        "may_swap": principal.has_perm("orders.swap_order"),
        "open": OfferState.OPEN,
    }


def shortage_of_orders(order_ids: Iterable[int]) -> Mapping[int, Any]:
    """Return the same for the API, of those orders that lack something or were offered something."""
    known = shortness_of(list(order_ids), now=timezone.now())
    return {
        pk: {
            "policy": one.policy,
            "policy_of": one.policy_of,
            "priority": one.priority,
            "since": one.since,
            "missing": [_missing(part) for part in one.missing],
            "offers": [_offer(part) for part in one.offers],
        }
        for pk, one in known.items()
        if one.since is not None or one.offers
    }


def _missing(part: Missing) -> dict[str, Any]:
    """Return what a line lacks."""
    line = part.line
    return {"line": line.position, "sku": line.sku, "missing": part.pieces, "expected_on": part.expected_on}


def _offer(one: SubstituteOffer) -> dict[str, Any]:
    """Return an offered substitute."""
    return {
        "line": one.order_line.position,
        "sku": one.product.sku,
        "quantity": one.quantity,
        "state": one.state,
        "expires_at": one.expires_at,
    }


add_panel(PAGE, Panel("When stock is short", "fulfillment/panels/shortage.html", shortage_context, position=55))
add_part(PAGE, "shortage", shortage_of_orders, empty=None)
