"""Run inside a shop of its own: ``capture`` takes many orders of every token, ``pack`` brings them to their labels."""

import sys

import django

from oms.foundation.actor import Actor

TOKENS = ["tok_ok", "tok_timeout", "tok_duplicate_events", "tok_ok", "tok_error", "tok_pending"]
ORDERS, PRICE = 120, 1000


def capture() -> None:
    """Capture the orders of one channel, paid by every token in turn."""
    from orders.intake import AddressIn, CustomerIn, LineIn, OrderIn, PaymentIn
    from orders.services.capture import capture_orders
    from tests.factories import make_actor, make_channel, make_location, make_product, make_stock

    actor = _now(make_actor())
    location, account = make_location("WH", capabilities=[]), make_channel("shop")
    products = [make_product(f"P{i}") for i in range(5)]
    for product in products:
        make_stock(product, location, on_hand=1000)
    address = AddressIn(name="Ann Lee", line1="1 High Street", city="Leeds", postal_code="LS1 4AP", country="GB")
    orders = [
        OrderIn(
            external_id=f"K{i}",
            currency="EUR",
            total=2 * PRICE,
            placed_at=actor.now,
            customer=CustomerIn(name="Ann Lee", email=f"ann{i}@example.com", phone=""),
            shipping_address=address,
            billing_address=address,
            lines=[LineIn(sku=products[i % 5].sku, quantity=2, unit_price=PRICE)],
            payments=[PaymentIn(amount=2 * PRICE, token=TOKENS[i % len(TOKENS)])],
        )
        for i in range(ORDERS)
    ]
    for start in range(0, ORDERS, 60):
        capture_orders(account_id=account.pk, orders=orders[start : start + 60], actor=actor)


def pack() -> None:
    """Pick and pack every released order, and ask for its label."""
    from fulfillment.models import FulfillmentOrder, Shipment
    from fulfillment.services.labels import buy_labels
    from fulfillment.services.packing import pack as pack_order
    from fulfillment.services.picking import confirm_picked, start_picking
    from tests.factories import make_actor

    actor = _now(make_actor())
    for pk in list(FulfillmentOrder.objects.filter(state="open").values_list("pk", flat=True)):
        for step in (start_picking, confirm_picked, pack_order):
            step(fulfillment_order_id=pk, actor=actor)
    for pk in list(Shipment.objects.filter(state="packed").values_list("pk", flat=True)):
        buy_labels(shipment_id=pk, actor=actor)


def ship() -> None:
    """Hand every labelled shipment over."""
    from fulfillment.models import Shipment
    from fulfillment.services.shipping import ship as ship_shipment
    from tests.factories import make_actor

    actor = _now(make_actor())
    for pk in list(Shipment.objects.filter(state="labelled").values_list("pk", flat=True)):
        ship_shipment(shipment_id=pk, actor=actor)


def _now(actor: Actor) -> Actor:
    """Return the actor at the present moment."""
    from django.utils import timezone

    return actor.at(timezone.now())


if __name__ == "__main__":
    django.setup()
    {"capture": capture, "pack": pack, "ship": ship}[sys.argv[1]]()
