"""Two people correct the same order at the same moment: the second is told, and nobody's words get lost."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from oms.foundation.actions import action_named, run_action
from oms.foundation.refusals import StaleVersion
from orders.models import Order, OrderAddress
from tests.concurrency.rival import rival_after
from tests.factories import NOW, take_order

pytestmark = [pytest.mark.pg, pytest.mark.race, pytest.mark.django_db(transaction=True)]
LOCKED = "orders.services.addresses.lock_order"


def edit(order: Order, city: str, *, seen: bool = True) -> Callable[[], object]:
    """Return the act of a person who saw the order as it is and types another city."""
    root = User.objects.create_superuser(city)
    return lambda: run_action(
        action_named(Order, "edit_address"),
        principal=root,
        lookup={"pk": order.pk},
        data={"city": city},
        now=NOW,
        version=order.version if seen else None,
    )


def cities() -> list[str]:
    """Return the cities of the order's current shipping address and of those before it."""
    found = OrderAddress.objects.filter(kind="shipping").order_by("-pk")
    return list(found.values_list("city", flat=True))


def test_F103_two_editors_one_order():
    order = take_order()
    first, second = edit(order, "Bonn"), edit(order, "Ulm")

    with rival_after(LOCKED, second) as rival:
        first()

    assert isinstance(rival.outcome, StaleVersion)
    assert cities() == ["Bonn", "Berlin"]


@pytest.mark.twin
def test_F103_without_the_version_the_second_overwrites_the_first_unseen():
    order = take_order()
    first, second = edit(order, "Bonn", seen=False), edit(order, "Ulm", seen=False)

    with rival_after(LOCKED, second) as rival:
        first()

    assert not isinstance(rival.outcome, Exception)
    assert cities() == ["Ulm", "Bonn", "Berlin"]
