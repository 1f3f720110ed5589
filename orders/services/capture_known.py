"""What is known before a capture: products, customers and orders, read in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BooleanField, CharField, F, QuerySet, Value

from inventory.models import Product
from orders.intake import OrderIn
from orders.models import ChannelAccount, Customer, Order

MOST_NAMES = 5_000


@dataclass(frozen=True, slots=True)
class Known:
    """Ids by natural key; ``sold`` are the SKUs still sold, ``new_customers`` the addresses that ordered first now."""

    products: dict[str, int] = field(default_factory=dict)
    sold: set[str] = field(default_factory=set)
    customers: dict[str, int] = field(default_factory=dict)
    orders: dict[str, int] = field(default_factory=dict)
    new_customers: set[str] = field(default_factory=set)

    @staticmethod
    def email_of(order: OrderIn) -> str:
        """Return the address by which the customer is known: lower case, blank when there is none."""
        return order.customer.email.strip().lower()[:254]

    def customer_of(self, order: OrderIn) -> int | None:
        """Return the customer's id; without an e-mail address nobody is known."""
        return self.customers.get(self.email_of(order))


def look_up(account: ChannelAccount, orders: Sequence[OrderIn]) -> Known:
    """Return what is known of the orders' numbers, customers and SKUs."""
    known = Known()
    skus = sorted({line.sku for order in orders for line in order.lines})
    emails = sorted({known.email_of(order) for order in orders} - {""})
    numbers = sorted({order.external_id for order in orders})
    _note(known, _orders(account, numbers).union(_customers(emails), _products(skus[:MOST_NAMES]), all=True))
    for start in range(MOST_NAMES, len(skus), MOST_NAMES):
        _note(known, _products(skus[start : start + MOST_NAMES]))
    return known


def known_orders(account: ChannelAccount, numbers: Sequence[str]) -> dict[str, Order]:
    """Return the stored orders with the channel's numbers, by number."""
    if not numbers:
        return {}
    rows = Order.objects.select_related("channel", "channel_account")
    return {row.external_id: row for row in rows.filter(channel_account=account, external_id__in=list(numbers))}


def _named(rows: "QuerySet[Any]", kind: str, name: str, *, flag: str = "") -> "QuerySet[Any]":
    """Return rows of (kind, id, name, flag), so that several tables answer one statement."""
    told: QuerySet[Any] = rows.order_by().annotate(
        kind_=Value(kind, output_field=CharField()),
        name_=F(name),
        flag_=F(flag) if flag else Value(True, output_field=BooleanField()),
    )
    return told.values_list("kind_", "pk", "name_", "flag_")


def _orders(account: ChannelAccount, numbers: list[str]) -> "QuerySet[Any]":
    """Return the account's orders with the numbers."""
    return _named(Order.objects.filter(channel_account=account, external_id__in=numbers), "order", "external_id")


def _customers(emails: list[str]) -> "QuerySet[Any]":
    """Return the customers with the addresses."""
    return _named(Customer.objects.filter(email__in=emails), "customer", "email")


def _products(skus: list[str]) -> "QuerySet[Any]":
    """Return the products with the SKUs."""
    return _named(Product.objects.filter(sku__in=skus), "product", "sku", flag="is_active")


def _note(known: Known, rows: "QuerySet[Any]") -> None:
    """Put rows of (kind, id, name, flag) where they belong."""
    places = {"order": known.orders, "customer": known.customers, "product": known.products}
    for kind, pk, name, flag in rows:
        places[kind][name] = pk
        if kind == "product" and flag:
            known.sold.add(name)
