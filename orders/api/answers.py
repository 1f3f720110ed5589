"""The order as the API shows it, made from rows that are at hand: many orders cost as many statements as one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from oms.foundation.actions import actions_of, closed_reasons
from oms.foundation.money import minor_text
from oms.foundation.objections import objections
from oms.foundation.panels import PARTS, parts
from oms.foundation.refusals import Reason
from orders.models import Gate, Hold, Order, OrderAddress, OrderDiscount, OrderLine, Payment
from orders.models.orders import AddressKind

PAGE = "orders.order"
Against = Mapping[str, Mapping[int, Sequence[Reason]]]
ADDRESS_FIELDS = ("name", "company", "line1", "line2", "city", "region", "postal_code", "country", "phone")


def order_answers(orders: Sequence[Order], principal: Any, *, fresh: bool = False) -> list[dict[str, Any]]:
    """Return the answers of orders with all their parts at hand.

    Of orders captured this moment (``fresh``) no room on the right knows anything yet, so none is asked. How an
    order was paid is for those who may see payments.
    """
    ids = [order.pk for order in orders]
    more = _empty_parts(ids) if fresh else parts(PAGE, ids)
    against = {} if fresh else {one.key: objections(one.key, ids) for one in actions_of(Order)}
    paid = principal.has_perm("orders.view_payment")
    return [
        {
            **_head(order),
            **more[order.pk],
            "payments": [_payment(payment) for payment in order.payments.all()] if paid else None,
            "actions": _actions(order, principal, against),
        }
        for order in orders
    ]


def _empty_parts(ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return the parts of the rooms on the right for orders they have not seen."""
    return {pk: {name: empty for name, (_, empty) in PARTS.get(PAGE, {}).items()} for pk in ids}


def _head(order: Order) -> dict[str, Any]:
    """Return what this room says of an order to everybody; rooms on the right replace the empty lists."""
    addresses = {address.kind: _address(address) for address in order.addresses.all()}
    discounts = order.discounts.all()
    places = {line.pk: line.position for line in order.lines.all()}
    return {
        "number": order.number,
        "external_id": order.external_id,
        "channel": order.channel.code,
        "state": order.state,
        "payment_status": order.payment_status,
        "fulfillment_status": order.fulfillment_status,
        "currency": order.currency,
        **_amounts(order),
        "placed_at": order.placed_at,
        "version": order.version,
        "customer": {"name": order.customer_name, "email": order.email, "phone": order.phone},
        "shipping_address": addresses.get(AddressKind.SHIPPING),
        "billing_address": addresses.get(AddressKind.BILLING),
        "shipping": _shipping(order),
        "gates": {gate.name: _gate(gate) for gate in order.gates.all()},
        "holds": [_hold(hold) for hold in order.holds.all()],
        "lines": [_line(line, order, discounts, places) for line in order.lines.all()],
        "discounts": [_discount(one, order) for one in discounts if one.line_id is None],
        "payments": None,
        "instructions": order.instructions,
        "tags": order.tags,
        "purchase_order": order.purchase_order,
        "ship_by": order.ship_by,
        "deliver_by": order.deliver_by,
        "sales_rep": order.sales_rep.get_username() if order.sales_rep else "",
        "fulfillment_orders": [],
        "shipments": [],
    }


def _amounts(order: Order) -> dict[str, Any]:
    """Return the order's sums as decimal strings."""
    return {
        "prices_include_tax": order.prices_include_tax,
        "lines_total": minor_text(order.lines_total, order.currency),
        "discount_total": minor_text(order.discount_total, order.currency),
        "shipping_total": minor_text(order.shipping_total, order.currency),
        "tax_total": minor_text(order.tax_total, order.currency),
        "total": minor_text(order.total, order.currency),
        "total_difference": minor_text(order.total_difference, order.currency),
        "channel_fee": minor_text(order.channel_fee, order.currency),
    }


def _shipping(order: Order) -> dict[str, str]:
    """Return how the order travels and what that costs."""
    return {
        "service_level": order.service_level,
        "pickup_location": order.pickup_location,
        "amount": minor_text(order.shipping_total, order.currency),
        "tax": minor_text(order.shipping_tax, order.currency),
    }


def _address(address: OrderAddress) -> dict[str, str]:
    """Return an address as it was given."""
    return {name: getattr(address, name) for name in ADDRESS_FIELDS}


def _gate(gate: Gate) -> dict[str, str]:
    """Return a gate's verdict."""
    return {"state": gate.state, "code": gate.code, "reason": gate.reason}


def _hold(hold: Hold) -> dict[str, Any]:
    """Return an open hold."""
    return {
        "id": hold.pk,
        "reason": hold.reason,
        "note": hold.note,
        "blocks": hold.blocks,
        "due_at": hold.due_at,
    }


def _line(
    line: OrderLine, order: Order, discounts: Iterable[OrderDiscount], places: Mapping[int, int]
) -> dict[str, Any]:
    """Return a line with its counters; ``discount`` is its share of all discounts."""
    return {
        "position": line.position,
        "external_id": line.external_id,
        "sku": line.sku,
        "title": line.title,
        "unit_price": minor_text(line.unit_price, order.currency),
        "tax": minor_text(line.tax, order.currency),
        "discount": minor_text(line.discount, order.currency),
        "discounts": [_discount(one, order) for one in discounts if one.line_id == line.pk],
        "customization": line.customization,
        "instructions": line.instructions,
        "quantity": line.quantity,
        "open": line.quantity_open,
        "allocated": line.quantity_allocated,
        "shipped": line.quantity_shipped,
        "delivered": line.quantity_delivered,
        "cancelled": line.quantity_cancelled,
        "returned": line.quantity_returned,
        "swapped": line.quantity_swapped,
        "replaces": places.get(line.replaces_id) if line.replaces_id else None,
    }


def _discount(discount: OrderDiscount, order: Order) -> dict[str, str]:
    """Return a discount as the customer saw it."""
    return {"code": discount.code, "amount": minor_text(discount.amount, order.currency)}


def _payment(payment: Payment) -> dict[str, Any]:
    """Return a payment without its token."""
    return {
        "id": payment.pk,
        "method": payment.method,
        "gateway": payment.gateway,
        "state": payment.state,
        "amount": minor_text(payment.amount, payment.currency),
        "authorized": minor_text(payment.authorized, payment.currency),
        "captured": minor_text(payment.captured, payment.currency),
        "refunded": minor_text(payment.refunded, payment.currency),
        "reference": payment.reference,
        "failure": payment.failure,
    }


def _actions(order: Order, principal: Any, against: Against) -> list[dict[str, Any]]:
    """Return every declared action, open or closed with its reasons."""
    answers = []
    for action in actions_of(Order):
        if action.shown is not None and not action.shown(order):
            continue
        reasons = [*closed_reasons(action, order, principal, ask=False)]
        reasons += against.get(action.key, {}).get(order.pk, ())
        told = [{"code": reason.code, "detail": reason.sentence} for reason in reasons]
        answers.append({"name": action.name, "allowed": not told, "reasons": told})
    return answers
