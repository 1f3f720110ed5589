"""The words by which a customer is found in rows that belong to nobody."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from oms.foundation.refusals import NotFound
from orders.models import Customer, Order, OrderAddress

SHORTEST = 6
NOBODYS = frozenset({"erased customer"})


@dataclass(frozen=True, slots=True)
class Words:
    """What names one customer, in lower case.

    ``sure`` names nobody else: e-mail, telephone, order number. A name is shared by many, and so is a street: only
    together do they mean the customer.
    """

    sure: frozenset[str]
    names: frozenset[str]
    streets: frozenset[str]

    def stand_in(self, values: Iterable[Any]) -> bool:
        """Return whether the values speak of the customer."""
        text = "\n".join(map(_text, values)).lower()
        if any(word in text for word in self.sure):
            return True
        return any(name in text for name in self.names) and any(street in text for street in self.streets)


def words_of(customer: Customer) -> Words:
    """Return the words of a customer, of every order and address; what is shorter than six letters is left out."""
    names, sure, streets = {customer.name}, {customer.email, customer.phone}, set()
    for name, *others in Order.objects.filter(customer=customer).values_list(
        "customer_name", "email", "phone", "number"
    ):
        names.add(name)
        sure.update(others)
    addresses = OrderAddress.objects.filter(order__customer=customer)
    for name, street, phone in addresses.values_list("name", "line1", "phone"):
        names.add(name)
        streets.add(street)
        sure.add(phone)
    return Words(_usable(sure), _usable(names), _usable(streets))


def customer_named(who: str) -> Customer:
    """Return the customer with the id or e-mail; raises :class:`NotFound` otherwise."""
    rows = Customer.objects.filter(pk=int(who)) if who.isdecimal() else Customer.objects.filter(email=who.lower())
    customer = rows.first() if who else None
    if customer is None:
        raise NotFound(f"There is no customer “{who[:100]}”.")
    return customer


def _usable(words: Iterable[str]) -> frozenset[str]:
    """Return the words that are long enough to mean something, in lower case."""
    return frozenset({word.strip().lower() for word in words if len(word.strip()) >= SHORTEST} - NOBODYS)


def _text(value: Any) -> str:
    """Return a column's value as text, JSON with its letters unescaped."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes | memoryview):
        raw = bytes(value).decode("utf-8", "ignore")
        return raw if "\\u" not in raw else raw + raw.encode("ascii", "ignore").decode("unicode_escape", "ignore")
    return json.dumps(value, ensure_ascii=False, default=str)
