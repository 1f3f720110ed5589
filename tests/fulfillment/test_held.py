"""What a hold names waits on the floor, with what comes after it; what comes before goes on."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from fulfillment.models import FulfillmentOrder, Label, Shipment
from fulfillment.services.labels import buy_labels
from fulfillment.services.packing import pack
from fulfillment.services.picking import confirm_picked, start_picking
from fulfillment.services.shipping import ship
from inventory.models import StockLevel
from oms.foundation import work as queues
from oms.foundation.actions import Action, actions_of, closed_reasons
from oms.foundation.models import BulkItem, BulkOperation
from oms.foundation.refusals import Refused
from orders.services.holds import place_hold, release_hold
from tests.factories import make_actor, make_location, make_product, make_stock
from tests.fulfillment.api import Api
from tests.fulfillment.shop import a_channel, an_order, labelled, packed, sourced

pytestmark = pytest.mark.django_db


@pytest.fixture
def work() -> FulfillmentOrder:
    """An open fulfillment order of two pieces."""
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 10)
    (row,) = sourced(an_order([(tea, 2)]))
    return row


def hold(row: FulfillmentOrder | Shipment, *acts: str) -> None:
    """Hold the order of a row from some acts."""
    place_hold(order_id=row.order_id, note="address asked", blocks=list(acts), actor=make_actor())


def why(row: FulfillmentOrder | Shipment, what: str) -> str:
    """Return the sentence with which an act is refused."""
    return f"{what} is blocked by a hold: held by staff (address asked). Let go of the hold on order {row.order} first."


def state_of(row: FulfillmentOrder | Shipment) -> str:
    """Return the state of a row as it is stored."""
    return str(type(row).objects.get(pk=row.pk).state)


def button(name: str) -> Action:
    """Return an act on shipments."""
    return next(one for one in actions_of(Shipment) if one.name == name)


def test_picking_waits(work) -> None:
    hold(work, "pick")
    with pytest.raises(Refused) as refused:
        start_picking(fulfillment_order_id=work.pk, actor=make_actor())
    assert (refused.value.sentence, refused.value.code) == (why(work, "Picking"), "order_held")
    assert state_of(work) == "open"


def test_packing_waits(work) -> None:
    start_picking(fulfillment_order_id=work.pk, actor=make_actor())
    confirm_picked(fulfillment_order_id=work.pk, actor=make_actor())
    hold(work, "pack")
    with pytest.raises(Refused) as refused:
        pack(fulfillment_order_id=work.pk, actor=make_actor())
    assert refused.value.sentence == why(work, "Packing")
    assert (state_of(work), Shipment.objects.count()) == ("in_progress", 0)


def test_buying_labels_waits(work) -> None:
    shipment = packed(work)
    hold(work, "label")
    with pytest.raises(Refused) as refused:
        buy_labels(shipment_id=shipment.pk, actor=make_actor())
    assert refused.value.sentence == why(work, "Buying labels")
    assert Label.objects.count() == 0


def test_shipping_waits(work) -> None:
    shipment = labelled(work)
    hold(work, "ship")
    with pytest.raises(Refused) as refused:
        ship(shipment_id=shipment.pk, actor=make_actor())
    assert refused.value.sentence == why(work, "Shipping")
    assert (state_of(shipment), StockLevel.objects.get().on_hand) == ("labelled", 10)


def test_everything_before_shipping_goes_on(work) -> None:
    hold(work, "ship")
    assert labelled(work).state == "labelled"


@pytest.mark.parametrize("act", ["release", "pick", "pack", "label"])
def test_what_comes_after_a_held_act_waits_too(work, act) -> None:
    shipment = labelled(work)
    hold(work, act)
    with pytest.raises(Refused, match="Shipping is blocked by a hold"):
        ship(shipment_id=shipment.pk, actor=make_actor())
    assert state_of(shipment) == "labelled"


@pytest.mark.parametrize("act", ["cancel", "refund"])
def test_the_floor_goes_on_when_something_else_is_held(work, act) -> None:
    shipment = labelled(work)
    hold(work, act)
    ship(shipment_id=shipment.pk, actor=make_actor())
    assert state_of(shipment) == "shipped"


def test_letting_go_lets_it_ship(work) -> None:
    shipment = labelled(work)
    hold(work, "ship")
    release_hold(order_id=work.order_id, actor=make_actor())
    ship(shipment_id=shipment.pk, actor=make_actor())
    assert state_of(shipment) == "shipped"


def test_the_button_is_closed_with_the_holds_reason(work) -> None:
    shipment = labelled(work)
    hold(work, "ship")
    root = User.objects.create_superuser("root")
    shipment = Shipment.objects.get(pk=shipment.pk)
    assert [one.sentence for one in closed_reasons(button("ship"), shipment, root)] == [why(work, "Shipping")]
    client = Client()
    client.force_login(root)

    page = client.get(reverse("admin:fulfillment_shipment_change", args=[shipment.pk]))

    assert why(work, "Shipping") in page.content.decode()


def test_the_api_refuses_with_the_holds_reason(work) -> None:
    shipment = labelled(work)
    hold(work, "ship")
    api = Api(a_channel())
    offered = {one["name"]: one for one in api.get(f"shipments/{shipment.number}/").json()["actions"]}
    assert offered["ship"]["reasons"] == [{"code": "order_held", "detail": why(work, "Shipping")}]

    answer = api.post(f"shipments/{shipment.number}/ship/")

    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (
        409,
        "order_held",
        why(work, "Shipping"),
    )
    assert state_of(shipment) == "labelled"


def test_the_bulk_act_leaves_out_what_is_held(work) -> None:
    free = labelled(sourced(an_order([(work.allocations.get().order_line.product, 1)]))[0])
    kept, late = labelled(work), labelled(sourced(an_order([(work.allocations.get().order_line.product, 1)]))[0])
    hold(kept, "ship")
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    chosen = {"action": "ship", "_selected_action": [kept.pk, free.pk, late.pk]}
    client.post(reverse("admin:fulfillment_shipment_changelist"), chosen)
    operation = BulkOperation.objects.get()
    told = dict(BulkItem.objects.values_list("object_id", "message"))
    assert told == {kept.pk: why(kept, "Shipping"), free.pk: "", late.pk: ""}

    hold(late, "ship")
    client.post(f"/foundation/bulkoperation/{operation.pk}/step/", {"step": "start"})
    while queues.drain("bulk"):
        pass

    told = dict(BulkItem.objects.values_list("object_id", "message"))
    assert told == {kept.pk: why(kept, "Shipping"), free.pk: "", late.pk: why(late, "Shipping")}
    assert [state_of(one) for one in (kept, free, late)] == ["labelled", "shipped", "labelled"]
