"""The gates of a captured order: what can be said at once of its data, address, risk and money."""

from collections.abc import Iterator, Sequence

from oms.foundation.actor import Actor
from oms.foundation.money import minor_text
from orders.intake import OrderIn
from orders.models import Channel, Gate, Hold, Order
from orders.screening import (
    CheckedLine,
    DataFacts,
    FraudFacts,
    Verdict,
    check_address,
    check_data,
    check_fraud,
)
from orders.screening.verdict import PENDING
from orders.services.capture_known import Known
from orders.services.payment_gate import payment_verdict
from orders.services.remembered import remember_parts

CHUNK = 2_000


def write_gates(pairs: Sequence[tuple[Order, OrderIn]], known: Known, channel: Channel, actor: Actor) -> None:
    """Store the five gates of every order in one statement."""
    rows = [
        Gate(
            order=order,
            name=verdict.name,
            state=verdict.state,
            code=verdict.code,
            reason=verdict.reason[:1000],
            evidence=dict(verdict.evidence),
            checked_at=None if verdict.state == PENDING else actor.now,
        )
        for order, told in pairs
        for verdict in verdicts(order, told, known, channel)
    ]
    Gate.objects.bulk_create(rows, batch_size=CHUNK)
    orders = [order for order, _ in pairs]
    remember_parts(orders, "gates", Gate, rows)
    remember_parts(orders, "holds", Hold, [])


def verdicts(order: Order, told: OrderIn, known: Known, channel: Channel) -> Iterator[Verdict]:
    """Yield the verdict of each gate; stock is for the room that knows it."""
    yield check_data(_data_facts(order, told, known, channel))
    yield check_address(told.shipping_address)
    yield check_fraud(_fraud_facts(order, told, known))
    yield payment_verdict(order, list(order.payments.all()))
    yield Verdict("stock", PENDING)


def _data_facts(order: Order, told: OrderIn, known: Known, channel: Channel) -> DataFacts:
    """Return what the data check looks at."""
    lines = [
        CheckedLine(position, line.sku, line.sku in known.products, line.sku in known.sold)
        for position, line in enumerate(told.lines, 1)
    ]
    difference = order.total_difference
    return DataFacts(
        requires_email=channel.requires_email,
        requires_phone=channel.requires_phone,
        name=order.customer_name,
        email=order.email,
        phone=order.phone,
        lines=lines,
        difference=f"{minor_text(difference, order.currency)} {order.currency}" if difference else "",
    )


def _fraud_facts(order: Order, told: OrderIn, known: Known) -> FraudFacts:
    """Return what the fraud check looks at."""
    billing, shipping = told.billing_address, told.shipping_address
    return FraudFacts(
        risk_stated=order.risk_stated,
        billing_country=billing.country if billing else "",
        shipping_country=shipping.country if shipping else "",
        billing_postal_code=billing.postal_code if billing else "",
        shipping_postal_code=shipping.postal_code if shipping else "",
        total=order.total,
        is_first_order=order.customer_id is None or known.email_of(told) in known.new_customers,
        has_contact=bool(order.email or order.phone),
    )
