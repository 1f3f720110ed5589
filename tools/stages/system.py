"""Bulk acts at every step, stock, webhooks, and what died on its way."""

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from inventory.models import Bin, Location, Product, StockLevel
from oms.foundation import bulk, bulk_again
from oms.foundation.actions import action_named, cleaned
from oms.foundation.models import BulkOperation, InboxMessage, OutboxEvent
from oms.outlets.models import Notification, WebhookDelivery, WebhookEndpoint
from orders.models import ChannelAccount, Order
from tools.stages.desk import Desk

NEVER = datetime(2199, 1, 1, tzinfo=UTC)


def play(desk: Desk) -> None:
    """Play the scenes of the system."""
    supply(desk)
    bulk_acts(desk)
    webhooks(desk)
    died(desk)


def supply(desk: Desk) -> None:
    """A product with stock, an article with variants, a level that was counted, a closed location."""
    level = StockLevel.objects.get(product__sku="MUG-ENAMEL", location__code="HAM")
    desk.do(level, "adjust", quantity=-3, reason="damage", note="Fell from the fork lift")
    desk.do(level, "count", on_hand=level.on_hand + 1, note="Found one")
    desk.do(level, "keep", bin="A-04-2", safety_stock=5)
    desk.do(level, "put_away", bin="R-01", quantity=12)
    desk.show("stock-level", level)
    desk.show("bin", Bin.objects.get(code="R-01"))
    desk.show("product", Product.objects.get(sku="MUG-ENAMEL"))
    desk.show("product-with-variants", Product.objects.get(sku="JKT-FERN"))
    desk.show("location", Location.objects.get(code="HAM"))


def bulk_acts(desk: Desk) -> None:
    """Previewed, running, done, partly done, taken back."""
    everything = list(Order.objects.order_by("-pk").values_list("pk", flat=True)[:60])
    live = list(Order.objects.filter(state="placed").order_by("pk").values_list("pk", flat=True)[:8])
    desk.show("bulk-previewed", _previewed(desk, "hold", everything))
    desk.show("bulk-done", _ran(desk, "set_tags", live, tags="checked"))
    held = _ran(desk, "hold", live[:3], reason="manual", note="Price check")
    back = bulk_again.undo_preview(operation_id=held.pk, principal=desk.boss, actor=desk.actor())
    desk.show("bulk-taking-back", back)
    bulk.start(operation_id=back.pk, values=cleaned(bulk.action_of(back), {}, desk.boss), actor=desk.actor())
    desk.settle()
    held.refresh_from_db()
    desk.show("bulk-taken-back", held)
    running = _previewed(desk, "hold", live)
    bulk.start(operation_id=running.pk, values=cleaned(bulk.action_of(running), {}, desk.boss), actor=desk.actor())
    BulkOperation.objects.filter(pk=running.pk).update(next_try_at=NEVER)
    desk.show("bulk-running", running)


def _previewed(desk: Desk, act: str, ids: list[int]) -> BulkOperation:
    """Preview an act on orders."""
    return bulk.preview(action=action_named(Order, act), ids=ids, principal=desk.boss, actor=desk.actor())


def _ran(desk: Desk, act: str, ids: list[int], **values: Any) -> BulkOperation:
    """Preview an act on orders and let it run."""
    operation = _previewed(desk, act, ids)
    bulk.start(
        operation_id=operation.pk, values=cleaned(bulk.action_of(operation), values, desk.boss), actor=desk.actor()
    )
    desk.settle()
    return operation


def webhooks(desk: Desk) -> None:
    """An endpoint that answers with errors, and its deliveries."""
    account = ChannelAccount.objects.get(code="fjord-web")
    endpoint = WebhookEndpoint.objects.create(
        account=account, url="https://hooks.example.com/orders", secret="made-up", failures=4, created_at=timezone.now()
    )
    usual = {"endpoint": endpoint, "kind": "OrderPlaced", "payload": {"order": "A1B2C3D4", "total": "34.70"}}
    moments = {"created_at": timezone.now(), "give_up_at": timezone.now()}
    ended = WebhookDelivery.objects.create(
        message_id="msg_made_up_1", state="dead", status_code=503, attempts=12, last_error="503 Service Unavailable",
        **usual, **moments,
    )  # fmt: skip
    desk.show("webhook-endpoint", endpoint)
    desk.show("webhook-delivery-dead", ended)
    desk.show("mail", Notification.objects.latest("pk"))


def died(desk: Desk) -> None:
    """A fact and a message that nobody could handle."""
    fault = "KeyError: 'sku' in inventory.handlers.stock_grew"
    fact = OutboxEvent.objects.create(
        stream="sku:1", kind="StockGrew", payload={"sku_ids": [1, 2, 3]}, state="dead", attempts=12, last_error=fault,
        occurred_at=timezone.now(),
    )  # fmt: skip
    desk.show("fact-dead", fact)
    message = InboxMessage.objects.create(
        source="shopify", message_id="wh-4711", kind="orders/create", account="fjord-web", state="dead", attempts=12,
        last_error="The order has no line.", received_at=timezone.now(), body=b"{}", headers={},
    )  # fmt: skip
    desk.show("message-dead", message)
