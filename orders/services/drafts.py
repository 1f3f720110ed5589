"""Drafts: orders that staff take by phone, at the price and stock of the moment, then place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from inventory.models import Product
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from oms.foundation.cards import masked
from oms.foundation.facts import publish
from oms.foundation.numbers import random_code
from oms.foundation.refusals import Invalid, NotFound, Reason
from orders.events import OrderPlaced
from orders.locks import lock_lines, lock_order
from orders.models import ChannelAccount, Customer, Order, OrderAddress, OrderLine, Payment
from orders.models.orders import AddressKind
from orders.screening.verdict import PENDING, Verdict
from orders.services.conditions import IS_DRAFT
from orders.services.gates import apply_verdicts
from orders.services.intents import authorize_intent, write_intents
from orders.services.payment_gate import EXTERNAL, payment_verdict
from orders.services.rechecks import screen
from orders.services.status import refresh_payment_status
from orders.states import ServiceLevel

MOST_PIECES = 1_000_000


@dataclass(frozen=True, slots=True)
class DraftLine:
    """Pieces of a SKU that the customer wants; without a price the catalogue's is taken."""

    sku: str
    quantity: int
    unit_price: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What staff note while the customer speaks; amounts in minor units of the channel's currency."""

    account_id: int
    lines: Sequence[DraftLine]
    customer_name: str = ""
    email: str = ""
    phone: str = ""
    shipping: Mapping[str, str] = field(default_factory=dict)
    billing: Mapping[str, str] = field(default_factory=dict)
    service_level: str = ServiceLevel.STANDARD
    pickup_location: str = ""
    shipping_total: int = 0
    instructions: str = ""
    purchase_order: str = ""
    deliver_by: date | None = None
    sales_rep_id: int | None = None


@transaction.atomic
def create_draft(*, draft: Draft, actor: Actor) -> Order:
    """Note an order that is not placed yet; raises :class:`Invalid` that names each bad line."""
    account = ChannelAccount.objects.select_related("channel").filter(pk=draft.account_id).first()
    if account is None:
        raise NotFound("There is no such channel account.", field="account")
    lines = _line_rows(draft.lines, account.channel.currency)
    goods = sum(line.subtotal for line in lines)
    order = Order.objects.create(
        number=random_code(8),
        channel=account.channel,
        channel_account=account,
        customer=_customer(draft),
        sales_rep_id=draft.sales_rep_id,
        currency=account.channel.currency,
        prices_include_tax=account.channel.prices_include_tax,
        lines_total=goods,
        shipping_total=draft.shipping_total,
        total=goods + draft.shipping_total,
        service_level=draft.service_level,
        pickup_location=draft.pickup_location,
        customer_name=draft.customer_name,
        email=draft.email,
        phone=draft.phone,
        instructions=masked(draft.instructions),
        purchase_order=draft.purchase_order,
        deliver_by=draft.deliver_by,
        notifies_customer=account.channel.sends_mail,
        received_at=actor.now,
    )
    for line in lines:
        line.order = order
    OrderLine.objects.bulk_create(lines)
    _write_addresses(order, draft, actor)
    record_many(actor, [Act("orders.draft", order, f"Total {order.total_money}.", created=True)])
    return order


def _line_rows(wanted: Sequence[DraftLine], currency: str) -> list[OrderLine]:
    """Return unsaved lines at the catalogue's price unless another was agreed."""
    products = {one.sku: one for one in Product.objects.filter(sku__in=[line.sku for line in wanted], is_active=True)}
    faults = [
        fault
        for place, line in enumerate(wanted, start=1)
        if (fault := _line_fault(place, line, products.get(line.sku), currency))
    ]
    if not wanted:
        faults = [Reason("no_lines", "Write at least one line.", "lines")]
    if faults:
        raise Invalid(reasons=faults)
    return [
        OrderLine(
            position=place,
            product=products[line.sku],
            sku=line.sku,
            title=products[line.sku].title,
            quantity=line.quantity,
            quantity_open=line.quantity,
            unit_price=products[line.sku].unit_price if line.unit_price is None else line.unit_price,
        )
        for place, line in enumerate(wanted, start=1)
    ]


def _line_fault(place: int, line: DraftLine, product: Product | None, currency: str) -> Reason | None:
    """Return what is wrong with a line, or None."""
    if product is None:
        return Reason("unknown_sku", f"Line {place}: there is no product {line.sku} on sale.", f"lines[{place}].sku")
    if not 0 < line.quantity <= MOST_PIECES:
        return Reason("bad_quantity", f"Line {place}: write how many pieces.", f"lines[{place}].quantity")
    if line.unit_price is None and product.currency != currency:
        sentence = f"Line {place}: {line.sku} is priced in {product.currency}; write its price in {currency}."
        return Reason("no_price", sentence, f"lines[{place}].unit_price")
    if line.unit_price is not None and line.unit_price < 0:
        return Reason("bad_price", f"Line {place}: a price cannot be negative.", f"lines[{place}].unit_price")
    return None


def _customer(draft: Draft) -> Customer | None:
    """Return the customer of the e-mail address, new if needed; None without one."""
    email = draft.email.strip().lower()
    if not email:
        return None
    customer, _ = Customer.objects.get_or_create(
        email=email, defaults={"name": draft.customer_name, "phone": draft.phone}
    )
    return customer


def _write_addresses(order: Order, draft: Draft, actor: Actor) -> None:
    """Save the address snapshots; billing is as shipping unless told otherwise."""
    given = {AddressKind.SHIPPING: draft.shipping, AddressKind.BILLING: draft.billing or draft.shipping}
    OrderAddress.objects.bulk_create(
        OrderAddress(order=order, kind=kind, created_at=actor.now, **fields) for kind, fields in given.items() if fields
    )


@transaction.atomic
def change_lines(*, order_id: int, lines: Sequence[DraftLine], actor: Actor) -> Order:
    """Replace the lines of a draft; raises :class:`Refused` when it was placed."""
    order = lock_order(order_id)
    refuse_unless(order, IS_DRAFT)
    rows = _line_rows(lines, order.currency)
    OrderLine.objects.filter(order=order).delete()
    for row in rows:
        row.order = order
    OrderLine.objects.bulk_create(rows)
    order.lines_total = sum(row.subtotal for row in rows)
    order.total = order.lines_total + order.shipping_total
    order.save(update_fields=["lines_total", "total"])
    record_many(actor, [Act("orders.change_lines", order, f"Total {order.total_money}.", {"lines": len(rows)})])
    return order


@transaction.atomic
def place_order(
    *, order_id: int, method: str = "bank transfer", token: str = "", gateway: str = "sandbox", actor: Actor
) -> Order:
    """Place a draft: with a payment token its gateway is asked, without one the money is waited for.

    :raises Refused: when the order is no draft.
    """
    order = lock_order(order_id)
    refuse_unless(order, IS_DRAFT)
    lines = lock_lines([order_id])
    payments = _payment(order, method, token, gateway, actor)
    order.place(at=actor.now)
    order.save(update_fields=["state", "placed_at"])
    record_many(actor, [Act("orders.place", order, f"Total {order.total_money}.")])
    refresh_payment_status([order], payments)
    verdicts = [*screen([order], lines)[order.pk], payment_verdict(order, payments), Verdict("stock", PENDING)]
    apply_verdicts([order], {order.pk: verdicts}, actor)
    publish(OrderPlaced(at=actor.now, order_id=order.pk))
    return order


def _payment(order: Order, method: str, token: str, gateway: str, actor: Actor) -> list[Payment]:
    """Return the payment of a draft with its intent, or none when there is nothing to pay."""
    if not order.total:
        return []
    payment = Payment(
        order=order,
        gateway=gateway if token else EXTERNAL,
        method=method,
        token=token,
        currency=order.currency,
        amount=order.total,
    )
    if not token:
        payment.wait()
    payment.save()
    if token:
        write_intents([authorize_intent(payment, actor)])
    record_many(actor, [Act("orders.add_payment", payment, payment.told, created=True)])
    return [payment]
