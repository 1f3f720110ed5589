"""Checking stored orders again: data, address, risk and money as they are now."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Min

from inventory.models import Product
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import publish
from oms.foundation.money import minor_text
from orders.events import OrderLinesChanged
from orders.locks import lock_lines, lock_orders, lock_payments
from orders.models import Channel, Order, OrderAddress, OrderLine, Payment
from orders.models.orders import AddressKind
from orders.screening import CheckedLine, DataFacts, FraudFacts, Verdict, check_address, check_data, check_fraud
from orders.services.gates import apply_verdicts
from orders.services.payment_gate import payment_verdict
from orders.states import ServiceLevel

LOOKED_AT = "Data, address, risk and payment as they are now."
Addresses = dict[tuple[int, str], OrderAddress]


@transaction.atomic
def recheck_order(*, order_id: int, actor: Actor) -> Order:
    """Check one order again; see :func:`recheck_orders`."""
    return recheck_orders(order_ids=[order_id], actor=actor)[0]


@transaction.atomic
def recheck_orders(*, order_ids: Iterable[int], actor: Actor) -> list[Order]:
    """Check live orders again and release those that nothing keeps; SKUs now in the catalogue find their product."""
    orders = [order for order in lock_orders(order_ids) if order.is_live]
    payments = lock_payments([order.pk for order in orders])
    lines = lock_lines([order.pk for order in orders])
    changed = _find_products(lines)
    record_many(actor, [Act("orders.recheck", order, LOOKED_AT) for order in orders])
    verdicts = screen(orders, lines)
    for order in orders:
        verdicts[order.pk].append(payment_verdict(order, [one for one in payments if one.order_id == order.pk]))
    apply_verdicts(orders, verdicts, actor)
    publish(*(OrderLinesChanged(at=actor.now, order_id=order_id) for order_id in sorted(changed)))
    return orders


def _find_products(lines: Sequence[OrderLine]) -> set[int]:
    """Give lines of unknown SKUs the products that exist by now; return the ids of the orders changed."""
    lost = [line for line in lines if line.product_id is None]
    if not lost:
        return set()
    products = dict(Product.objects.filter(sku__in={line.sku for line in lost}).values_list("sku", "pk"))
    found = [line for line in lost if line.sku in products]
    for line in found:
        line.product_id = products[line.sku]
    OrderLine.objects.bulk_update(found, ["product"])
    return {line.order_id for line in found}


def screen(orders: Sequence[Order], lines: Iterable[OrderLine] | None = None) -> dict[int, list[Verdict]]:
    """Return what the data, address and fraud checks say about orders now, by order id."""
    ids = [order.pk for order in orders]
    rows: dict[int, list[OrderLine]] = {pk: [] for pk in ids}
    for line in lines if lines is not None else OrderLine.objects.filter(order__in=ids):
        rows[line.order_id].append(line)
    channels = Channel.objects.in_bulk({order.channel_id for order in orders})
    wanted = {line.product_id for group in rows.values() for line in group if line.product_id is not None}
    sold = set(Product.objects.filter(pk__in=wanted, is_active=True).values_list("pk", flat=True))
    addresses = current_addresses(ids)
    first = _first_orders(orders)
    return {
        order.pk: [
            check_data(_data_facts(order, channels[order.channel_id], rows[order.pk], sold)),
            check_address(
                addresses.get((order.pk, AddressKind.SHIPPING)), collected=order.service_level == ServiceLevel.PICKUP
            ),
            check_fraud(_fraud_facts(order, addresses, is_first=order.pk in first)),
        ]
        for order in orders
    }


def current_addresses(order_ids: Iterable[int]) -> Addresses:
    """Return the addresses in force, by order id and kind."""
    rows = OrderAddress.objects.filter(order__in=list(order_ids), replaced_at=None)
    return {(row.order_id, row.kind): row for row in rows}


def _first_orders(orders: Sequence[Order]) -> set[int]:
    """Return the ids of those orders that are the first of their customer, or of nobody known."""
    customers = {order.customer_id for order in orders if order.customer_id}
    firsts = Order.objects.filter(customer__in=customers).order_by().values("customer").annotate(first=Min("pk"))
    first = {row["first"] for row in firsts}
    return {order.pk for order in orders if order.customer_id is None or order.pk in first}


def _data_facts(order: Order, channel: Channel, lines: Sequence[OrderLine], sold: set[int]) -> DataFacts:
    """Return what the data check looks at."""
    difference = order.total_difference
    return DataFacts(
        requires_email=channel.requires_email,
        requires_phone=channel.requires_phone,
        name=order.customer_name,
        email=order.email,
        phone=order.phone,
        lines=[
            CheckedLine(line.position, line.sku, line.product_id is not None, line.product_id in sold)
            for line in sorted(lines, key=lambda line: line.position)
            if line.quantity_open
        ],
        difference=f"{minor_text(difference, order.currency)} {order.currency}" if difference else "",
    )


def _fraud_facts(order: Order, addresses: Addresses, *, is_first: bool) -> FraudFacts:
    """Return what the fraud check looks at."""
    billing = addresses.get((order.pk, AddressKind.BILLING))
    shipping = addresses.get((order.pk, AddressKind.SHIPPING))
    return FraudFacts(
        risk_stated=order.risk_stated,
        billing_country=billing.country if billing else "",
        shipping_country=shipping.country if shipping else "",
        billing_postal_code=billing.postal_code if billing else "",
        shipping_postal_code=shipping.postal_code if shipping else "",
        total=order.total,
        is_first_order=is_first,
        has_contact=bool(order.email or order.phone),
    )


def verdict_of_payment(order: Order) -> Verdict:
    """Return what the payment gate of a locked order says now."""
    return payment_verdict(order, list(Payment.objects.filter(order=order)))
