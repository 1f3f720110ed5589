"""Noting webhooks: a delivery for every endpoint that wants to hear of a fact."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from oms.foundation.actor import Actor
from oms.foundation.work import ring
from oms.outlets.models import WebhookDelivery, WebhookEndpoint
from oms.outlets.webhooks.payloads import message_id, payloads
from orders.models import Order

GIVE_UP_AFTER = timedelta(hours=24)
QUEUE = "notifications"


def note_webhooks(facts: Sequence[Any], actor: Actor) -> None:
    """Write the deliveries of facts of one kind to the endpoints of their orders' accounts."""
    kind = type(facts[0]).__name__
    listeners = _listeners(kind)
    if not listeners:
        return
    orders = Order.objects.in_bulk(sorted({fact.order_id for fact in facts}))
    told = [fact for fact in facts if fact.order_id in orders and listeners[orders[fact.order_id].channel_account_id]]
    if not told:
        return
    rows = [
        WebhookDelivery(
            endpoint=endpoint,
            message_id=message_id(fact),
            kind=kind,
            payload=payload,
            created_at=actor.now,
            give_up_at=actor.now + GIVE_UP_AFTER,
            next_try_at=max(actor.now, endpoint.paused_until or actor.now),
        )
        for fact, payload in zip(told, payloads(told, orders), strict=True)
        for endpoint in listeners[orders[fact.order_id].channel_account_id]
    ]
    WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    ring(QUEUE)


def _listeners(kind: str) -> dict[int, list[WebhookEndpoint]]:
    """Return the endpoints that want to hear of a kind of fact, by account."""
    found: dict[int, list[WebhookEndpoint]] = defaultdict(list)
    for endpoint in WebhookEndpoint.objects.filter(is_active=True).order_by("pk"):
        if not endpoint.kinds or kind in endpoint.kinds:
            found[endpoint.account_id].append(endpoint)
    return found
