"""What a capture finds already there: customers by their e-mail address, orders by the channel's number."""

from collections.abc import Collection, Sequence

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser

from oms.foundation.actor import Actor
from oms.foundation.inserting import Pointer
from oms.foundation.inserts import insert_new
from orders.intake import OrderIn
from orders.models import ChannelAccount, Customer, Order


def email_of(order: OrderIn) -> str:
    """Return the address by which the customer is known: lower case, blank when there is none."""
    return order.customer.email.replace("\x00", "").strip().lower()[:254]


def customers_of(orders: Sequence[OrderIn]) -> Pointer:
    """Return where the customers of the orders are found; without an e-mail address nobody is known."""
    return Pointer("customer", "email", [email_of(order) for order in orders])


def insert_customers(orders: Sequence[OrderIn], actor: Actor) -> dict[str, Customer]:
    """Store the customers whose e-mail address is new, in the order of their addresses, and return them by address."""
    first = {email: order for order in reversed(orders) if (email := email_of(order))}
    rows = [
        Customer(
            email=email,
            name=first[email].customer.name[:200],
            phone=first[email].customer.phone[:40],
            created_at=actor.now,
        )
        for email in sorted(first)
    ]
    return {row.email: row for row in insert_new(rows, mark="email")}


def forget_strangers(newcomers: dict[str, Customer], captured: Collection[OrderIn]) -> None:
    """Delete the new customers none of whose orders was captured: a repetition makes nobody a customer."""
    kept = {email_of(order) for order in captured}
    strangers = [row.pk for email, row in newcomers.items() if email not in kept]
    if strangers:
        Customer.objects.filter(pk__in=strangers).delete()


def reps_of(orders: Sequence[OrderIn]) -> dict[str, AbstractBaseUser]:
    """Return the sales representatives that the orders name, by login; asks nothing when none does."""
    logins = {order.sales_rep for order in orders if order.sales_rep and "\x00" not in order.sales_rep}
    if not logins:
        return {}
    return {one.get_username(): one for one in get_user_model().objects.filter(username__in=logins)}


def known_orders(account: ChannelAccount, numbers: Sequence[str]) -> dict[str, Order]:
    """Return the stored orders with the channel's numbers, by number."""
    if not numbers:
        return {}
    rows = Order.objects.select_related("channel", "channel_account")
    return {row.external_id: row for row in rows.filter(channel_account=account, external_id__in=list(numbers))}
