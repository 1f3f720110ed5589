"""The gates of a captured order: what can be said at once of its data, address, risk and money."""

from collections.abc import Collection, Iterator, Sequence

from oms.foundation.actor import Actor
from oms.foundation.money import minor_text
from orders.intake import OrderIn
from orders.models import Channel, Gate, Order
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
from orders.services.capture_known import email_of
from orders.services.payment_gate import payment_verdict
from orders.states import ServiceLevel


def gate_rows(
    pairs: Sequence[tuple[Order, OrderIn]], newcomers: Collection[str], channel: Channel, actor: Actor
) -> list[Gate]:
    """Return the five gates of new orders; ``newcomers`` are the e-mail addresses that never ordered before."""
    return [
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
        for verdict in verdicts(order, told, newcomers, channel)
    ]


def verdicts(order: Order, told: OrderIn, newcomers: Collection[str], channel: Channel) -> Iterator[Verdict]:
    """Yield the verdict of each gate; stock is for the room that knows it."""
    yield check_data(_data_facts(order, channel))
    yield check_address(told.shipping_address, collected=order.service_level == ServiceLevel.PICKUP)
    yield check_fraud(_fraud_facts(order, told, newcomers))
    yield payment_verdict(order, list(order.payments.all()))
    yield Verdict("stock", PENDING)


def _data_facts(order: Order, channel: Channel) -> DataFacts:
    """Return what the data check looks at."""
    lines = [
        CheckedLine(line.position, line.sku, line.product is not None, bool(line.product and line.product.is_active))
        for line in order.lines.all()
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


def _fraud_facts(order: Order, told: OrderIn, newcomers: Collection[str]) -> FraudFacts:
    """Return what the fraud check looks at."""
    billing, shipping = told.billing_address, told.shipping_address
    return FraudFacts(
        risk_stated=order.risk_stated,
        billing_country=billing.country if billing else "",
        shipping_country=shipping.country if shipping else "",
        billing_postal_code=billing.postal_code if billing else "",
        shipping_postal_code=shipping.postal_code if shipping else "",
        total=order.total,
        is_first_order=order.customer_id is None or email_of(told) in newcomers,
        has_contact=bool(order.email or order.phone),
    )
