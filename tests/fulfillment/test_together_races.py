"""Two who act on the same rows, one of them on many: they wait for each other in a row, never in a circle."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, transaction

from fulfillment.models import Shipment
from fulfillment.services import shipping
from oms.foundation.actions import action_named
from oms.foundation.refusals import Refused
from oms.foundation.together import run_together
from tests.concurrency.rival import rival_after
from tests.factories import make_actor, make_location, make_product, make_stock, take_order
from tests.fulfillment.shop import labelled, sourced
from tests.orders.payments.desk import ask

pytestmark = [pytest.mark.pg, pytest.mark.race, pytest.mark.django_db(transaction=True)]
SHIP = action_named(Shipment, "ship")


@pytest.fixture
def shipments() -> list[Shipment]:
    """Return three labelled shipments of one product, from one stock level."""
    tea, place = make_product(weight_g=300), make_location()
    make_stock(tea, place, 10)
    orders = [take_order([(tea, 1, 1000)], token="tok_ok") for _ in range(3)]
    ask(1)
    return [labelled(sourced(order)[0]) for order in orders]


def ship_in_halves(shipments: list[Shipment], monkeypatch: Any, action: Any) -> tuple[Any, Any]:
    """Ship all, the last of which cannot go: a rival ships the second as soon as the first has left the stock.

    Return what came of both.
    """
    plain, spoilt = shipping.mark_shipped, shipments[2].order_id

    def refusing(*, shipped: Any, actor: Any) -> Any:
        """Refuse whatever has the last order in it."""
        if spoilt in {gone.order_id for gone in shipped}:
            raise Refused("This order is spoilt.", code="spoilt")
        return plain(shipped=shipped, actor=actor)

    monkeypatch.setattr(shipping, "mark_shipped", refusing)
    root, ids = User.objects.create_superuser("root"), [one.pk for one in shipments]
    other = partial(shipping.ship, shipment_id=ids[1], actor=make_actor())
    with rival_after("fulfillment.services.shipping.ship_pieces", other) as rival:
        try:
            with transaction.atomic():
                ours: Any = run_together(action, principal=root, ids=ids, data={}, actor=make_actor())
        except OperationalError as error:
            ours = error
    return ours, rival.outcome


def test_halves_of_a_bulk_act_begin_with_every_lock(shipments, monkeypatch):
    ours, theirs = ship_in_halves(shipments, monkeypatch, SHIP)

    assert set(ours.done) == {one.pk for one in shipments[:2]}
    assert ours.refused[shipments[2].pk].code == "spoilt"
    assert isinstance(theirs, Refused)
    assert [one.state for one in Shipment.objects.order_by("pk")] == ["shipped", "shipped", "labelled"]


@pytest.mark.twin
def test_halves_that_lock_one_after_the_other_wait_crosswise(shipments, monkeypatch):
    told = ship_in_halves(shipments, monkeypatch, replace(SHIP, locks=lambda ids: None))

    assert ["deadlock detected" in str(one) for one in told if isinstance(one, OperationalError)] == [True]
