"""Eight guards of the product, each with the way to take it away: what must turn a chaos run red."""

import random
import secrets
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Guard:
    """A guard in one sentence: the statements that drop its twin in the database, and what replaces its code."""

    meaning: str
    take_away: Callable[[], None]
    statements: tuple[str, ...] = ()


def replace_everywhere(old: Any, new: Any) -> None:
    """Let every loaded module that holds the old function hold the new one."""
    for module in list(sys.modules.values()):
        for name, value in list(getattr(module, "__dict__", {}).items()):
            if value is old:
                setattr(module, name, new)


def _stock_lock() -> None:
    """Read stock levels without locking them."""
    from inventory import locks
    from inventory.models import StockLevel

    def unlocked(ids: Iterable[int]) -> list[StockLevel]:
        """Return the rows as they are."""
        return list(StockLevel.objects.filter(pk__in=sorted(set(ids))).order_by("pk"))

    def unlocked_of(product_ids: Iterable[int], location_ids: Iterable[int] | None = None) -> list[StockLevel]:
        """Return the rows of the products as they are."""
        rows = StockLevel.objects.filter(product__in=sorted(set(product_ids)))
        if location_ids is not None:
            rows = rows.filter(location__in=sorted(set(location_ids)))
        return list(rows.order_by("pk"))

    replace_everywhere(locks.lock_levels, unlocked)
    replace_everywhere(locks.lock_levels_of, unlocked_of)


def _stock_order() -> None:
    """Lock stock levels one by one in any order."""
    from inventory import locks
    from inventory.models import StockLevel

    def shuffled(ids: Iterable[int]) -> list[StockLevel]:
        """Lock in an order of chance and return the rows in theirs."""
        wanted = list(set(ids))
        random.shuffle(wanted)
        rows = [row for pk in wanted for row in StockLevel.objects.select_for_update().filter(pk=pk)]
        return sorted(rows, key=lambda row: row.pk)

    def shuffled_of(product_ids: Iterable[int], location_ids: Iterable[int] | None = None) -> list[StockLevel]:
        """Lock the rows of the products likewise."""
        rows = StockLevel.objects.filter(product__in=sorted(set(product_ids)))
        if location_ids is not None:
            rows = rows.filter(location__in=sorted(set(location_ids)))
        return shuffled(rows.values_list("pk", flat=True))

    replace_everywhere(locks.lock_levels, shuffled)
    replace_everywhere(locks.lock_levels_of, shuffled_of)


def _intent_key() -> None:
    """Ask gateways with a new key at every attempt."""
    from orders.payments.gateway import Ask
    from orders.services import asking

    def fresh(**told: Any) -> Ask:
        """Return the ask with a key of its own."""
        ask = Ask(**told)
        return replace(ask, key=f"{ask.key}~{secrets.token_hex(4)}")

    asking.Ask = fresh  # type: ignore[misc, assignment]


def _claim_lease() -> None:
    """Take due rows without a lease and without a token of one's own."""
    from oms.foundation import claims

    def claim(rows: Any, *, now: datetime, limit: int, order: Iterable[str] = ("id",), **options: Any) -> list[Any]:
        """Return due rows that others may be taking at this moment."""
        taken = list(rows.filter(next_try_at__lte=now).order_by(*order)[:limit])
        for row in taken:
            row.attempts, row.lease_token = row.attempts + 1, ""
        rows.model._base_manager.filter(pk__in=[row.pk for row in taken]).update(lease_token="")
        return taken

    replace_everywhere(claims.claim, claim)
    replace_everywhere(claims.still_ours, lambda *rows: True)


def _idempotency_key() -> None:
    """Do what is asked again, whatever key comes with it."""
    from oms.foundation import idempotency

    def every_time(*, asked: Any, now: datetime, act: Callable[[], Any]) -> Any:
        """Run the act."""
        from django.db import transaction

        with transaction.atomic():
            reply = act()
            if reply.status >= 400:
                transaction.set_rollback(True)
        return reply

    replace_everywhere(idempotency.reply_once, every_time)


def _outbox_row() -> None:
    """Tell facts through the broker, which forgets, instead of the outbox."""
    from celery import shared_task
    from django.db import transaction
    from django.utils import timezone

    from oms.foundation import facts
    from oms.foundation.actor import Actor

    @shared_task(name="tests.chaos.tell")
    def tell(kind: str, at: str, payload: dict[str, Any]) -> None:
        """Bring one fact to its handlers."""
        fact = facts.KINDS[kind](at=datetime.fromisoformat(at), **payload)
        for subscription in facts.SUBSCRIPTIONS.get(kind, ()):
            with transaction.atomic():
                subscription.handle([fact], Actor.system("worker", now=timezone.now()))

    def publish(*told: facts.Fact) -> None:
        """Send the facts after the commit."""
        for fact in told:
            args = [type(fact).__name__, fact.at.isoformat(), fact.payload]
            transaction.on_commit(lambda args=args: tell.apply_async(args=args, queue="flow", retry=False), robust=True)  # type: ignore[misc]

    replace_everywhere(facts.publish, publish)


def _nothing() -> None:
    """The guard is in the database alone."""


GUARDS: dict[str, Guard] = {
    "stock.lock": Guard(
        "the row lock of stock levels, and the CHECK that nothing is promised twice",
        _stock_lock,
        ("ALTER TABLE inventory_stocklevel DROP CONSTRAINT stock_never_oversold",),
    ),
    "stock.order": Guard("stock levels are locked in the order of their keys", _stock_order),
    "intent.key": Guard("one key per business intent, never per attempt", _intent_key),
    "claim.lease": Guard("a lease and a fencing token on every row a worker takes", _claim_lease),
    "order.once": Guard(
        "an order once per channel account and number",
        _nothing,
        ("DROP INDEX order_captured_once",),
    ),
    "inbox.once": Guard(
        "a message once per source and id",
        _nothing,
        ("ALTER TABLE foundation_inboxmessage DROP CONSTRAINT inbox_once",),
    ),
    "outbox.row": Guard("facts lie in the database, the broker only rings", _outbox_row),
    "idempotency.key": Guard("a repeated request has one effect", _idempotency_key),
}
