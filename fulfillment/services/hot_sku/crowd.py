"""Everybody wants the same product: buyers who change their minds, and goods that come while they wait."""

import random
from collections.abc import Callable
from time import sleep
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connection

from inventory.services.stock import adjust_stock
from oms.foundation import work
from oms.foundation.actor import Actor
from oms.foundation.facts import FLOW
from oms.foundation.refusals import Refused
from orders.intake import OrderIn
from orders.intake.order import PAID, AddressIn, CustomerIn, LineIn, PaymentIn
from orders.models import ChannelAccount
from orders.services.cancel import cancel_order
from orders.services.capture import capture_orders

Result = TypeVar("Result")
SKU, CHANNEL, PLACES = "HOT", "hot", ("NORTH", "SOUTH", "WEST")
PRICE, MOST_PIECES = 1000, 3
ADDRESS = AddressIn(name="Ann Lee", line1="1 High Street", city="Leeds", postal_code="LS1 4AP", country="GB")
HEAPS = (1, 1, 2, 5, 20)
CHANGED_MINDS, GOODS = 0.1, 0.05
BATCH, REST_SECONDS = 20, 0.05


def buy(first: int, last: int, *, seed: int, acting: Callable[[], Actor]) -> None:
    """Order numbers ``first`` to ``last`` (not included), in heaps, some cancelled again; goods come in between.

    Everything is done again until it is done: connections may be cut and the process killed at any moment, and whoever
    begins again with the same numbers finishes what is left. ``acting`` tells who does it, at that moment.
    """
    account_id = _insist(lambda: ChannelAccount.objects.get(code=CHANNEL).pk)
    while first < last:
        heap = range(first, min(last, first + dice("heap", first, seed).choice(HEAPS)))
        _insist(_order, heap, account_id, seed, acting)
        for number in heap:
            if brings(number, seed):
                _insist(_bring, number, seed, acting)
        _insist(lambda: work.drain(FLOW, limit=BATCH))
        first = heap.stop


def _insist(act: Callable[..., Result], *told: Any) -> Result:
    """Do it with what it is told until the database lets it be done: a busy or broken connection is no answer."""
    while True:
        try:
            return act(*told)
        except (OperationalError, InterfaceError):
            connection.close()
            sleep(REST_SECONDS)


def _order(numbers: range, account_id: int, seed: int, acting: Callable[[], Actor]) -> None:
    """Capture the orders, and cancel those whose buyers change their minds, unless they may not any more."""
    actor = acting()
    found = capture_orders(account_id=account_id, orders=[order(one, seed) for one in numbers], actor=actor)
    for number, one in zip(numbers, found, strict=True):
        if dice("mind", number, seed).random() < CHANGED_MINDS and one.order.is_live:
            try:
                cancel_order(order_id=one.order.pk, reason="changed their mind", actor=actor)
            except Refused:
                continue


def dice(what: str, number: int, seed: int) -> random.Random:
    """Return dice that fall alike each time they are asked the same."""
    return random.Random(f"{seed}:{what}:{number}")  # noqa: S311  a crowd, no secret


def wants(number: int, seed: int) -> int:
    """Return how many pieces the order of a number wants."""
    return dice("pieces", number, seed).randint(1, MOST_PIECES)


def brings(number: int, seed: int) -> bool:
    """Return whether a piece comes in after the order of a number."""
    return dice("goods", number, seed).random() < GOODS


def order(number: int, seed: int) -> OrderIn:
    """Return the order of a number; the same number, the same order."""
    pieces = wants(number, seed)
    return OrderIn(
        external_id=f"HOT-{number}",
        currency="EUR",
        total=pieces * PRICE,
        lines=[LineIn(SKU, pieces, PRICE)],
        customer=CustomerIn("Ann Lee", f"buyer{number}@example.com"),
        shipping_address=ADDRESS,
        payments=[PaymentIn(amount=pieces * PRICE, gateway="external", status=PAID)],
    )


def _bring(number: int, seed: int, acting: Callable[[], Actor]) -> None:
    """Let a piece come to one of the places, once for the number."""
    place = dice("place", number, seed).choice(PLACES)
    adjust_stock(sku=SKU, location=place, quantity=1, reason="receipt", reference=f"goods:{number}", actor=acting())
