"""A small shop for tests of matching: placed orders whose gates are open but for stock, and the floor's walk."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from fulfillment.models import FulfillmentOrder, Label, Package, Shipment
from fulfillment.services.label_buying import work_labels
from fulfillment.services.labels import buy_labels
from fulfillment.services.opening import open_fulfillment_orders
from fulfillment.services.packing import pack
from fulfillment.services.picking import confirm_picked, start_picking
from fulfillment.services.shipping import ship
from fulfillment.services.sourcing import source_orders
from inventory.models import Product
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from orders.models import Channel, ChannelAccount, Gate, Order, OrderAddress, OrderLine
from orders.states import PaymentStatus
from tests.factories import NOW, make_actor

numbers = count(1)
GATES = ("data", "address", "fraud", "payment")


def a_channel(code: str = "web", **fields: Any) -> ChannelAccount:
    """Return the account of a channel, made when it is not there."""
    channel, _ = Channel.objects.get_or_create(code=code, defaults={"name": f"{code} shop"} | fields)
    return ChannelAccount.objects.get_or_create(code=f"{code}-1", channel=channel)[0]


def an_order(wants: Sequence[tuple[Product, int]], *, account: ChannelAccount | None = None, **fields: Any) -> Order:
    """Return one placed order."""
    return some_orders([wants], account=account, **fields)[0]


def some_orders(
    wants_of_each: Iterable[Sequence[tuple[Product, int]]],
    *,
    account: ChannelAccount | None = None,
    paid: bool = True,
    country: str = "GB",
    postal_code: str = "LS1 4AP",
    **fields: Any,
) -> list[Order]:
    """Return placed orders whose gates are all open but for stock, in few statements."""
    account = account or a_channel()
    orders, lines = [], []
    for wants in wants_of_each:
        order = Order(
            number=f"T{next(numbers):06d}",
            channel=account.channel,
            channel_account=account,
            currency="EUR",
            received_at=NOW,
            customer_name="Ada Lovelace",
            payment_status=PaymentStatus.AUTHORIZED if paid else PaymentStatus.PENDING,
            **fields,
        )
        order.place(at=NOW)
        orders.append(order)
        lines += _lines(order, wants)
    Order.objects.bulk_create(orders)
    for line in lines:
        line.order_id = line.order.pk
    OrderLine.objects.bulk_create(lines)
    OrderAddress.objects.bulk_create(_address(order, country, postal_code) for order in orders)
    Gate.objects.bulk_create(
        Gate(order=order, name=name, state="open" if paid or name != "payment" else "pending")
        for order in orders
        for name in GATES
    )
    record_many(make_actor(), [Act("orders.place", order, created=True) for order in orders])
    return list(Order.objects.filter(pk__in=[order.pk for order in orders]).order_by("pk"))


def _lines(order: Order, wants: Sequence[tuple[Product, int]]) -> list[OrderLine]:
    """Return the lines of an order that is not saved yet."""
    return [
        OrderLine(
            order=order,
            position=position,
            product=product,
            sku=product.sku,
            quantity=quantity,
            quantity_open=quantity,
            unit_price=1000,
        )
        for position, (product, quantity) in enumerate(wants, 1)
    ]


def _address(order: Order, country: str, postal_code: str) -> OrderAddress:
    """Return where an order goes."""
    return OrderAddress(
        order=order,
        kind="shipping",
        name="Ada Lovelace",
        line1="12 The Headrow",
        city="Leeds",
        postal_code=postal_code,
        country=country,
        created_at=NOW,
    )


def stock_gate(order: Order) -> tuple[str, str, str]:
    """Return state, code and reason of an order's stock gate."""
    gate = Gate.objects.get(order=order, name="stock")
    return gate.state, gate.code, gate.reason


def sourced(order: Order, *, now: datetime = NOW) -> list[FulfillmentOrder]:
    """Source an order, open its work if it was released, and return its live fulfillment orders."""
    actor = make_actor(now=now)
    source_orders(order_ids=[order.pk], trigger="placed", actor=actor)
    open_fulfillment_orders(order_ids=[order.pk], actor=actor)
    gone = ("cancelled", "rejected")
    return list(FulfillmentOrder.objects.filter(order=order).exclude(state__in=gone).order_by("pk"))


def packed(work: FulfillmentOrder, *, actor: Actor | None = None, **how: Any) -> Shipment:
    """Pick and pack everything of a fulfillment order."""
    actor = actor or make_actor()
    start_picking(fulfillment_order_id=work.pk, actor=actor)
    confirm_picked(fulfillment_order_id=work.pk, actor=actor)
    return pack(fulfillment_order_id=work.pk, actor=actor, **how)


def labelled(work: FulfillmentOrder, **how: Any) -> Shipment:
    """Pick, pack and label everything of a fulfillment order."""
    shipment = packed(work, **how)
    buy_labels(shipment_id=shipment.pk, actor=make_actor())
    work_labels(make_actor(), 20)
    return Shipment.objects.get(pk=shipment.pk)


def shipped(work: FulfillmentOrder, **how: Any) -> Shipment:
    """Bring a fulfillment order to the carrier's truck."""
    return ship(shipment_id=labelled(work, **how).pk, actor=make_actor())


def parcel_of(shipment: Shipment) -> Package:
    """Return the first parcel of a shipment."""
    return Package.objects.filter(shipment=shipment).order_by("position")[0]


def label_of(shipment: Shipment) -> Label:
    """Return the newest label of a shipment's first parcel."""
    return Label.objects.filter(package=parcel_of(shipment)).order_by("-pk")[0]
