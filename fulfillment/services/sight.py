"""Which work a person may see, for acts that touch other work than the one they are done on."""

from collections.abc import Collection
from typing import TypeAlias

from django.db.models import QuerySet

from fulfillment.models import FulfillmentOrder

Seen: TypeAlias = "QuerySet[FulfillmentOrder] | None"
"""The work that an actor may see; None: the system itself acts, and nothing is out of its sight."""


def in_sight(fulfillment_order_ids: Collection[int], within: Seen) -> set[int]:
    """Return those ids that are ``within`` sight."""
    if within is None or not fulfillment_order_ids:
        return set(fulfillment_order_ids)
    return set(within.order_by().filter(pk__in=list(fulfillment_order_ids)).values_list("pk", flat=True))
